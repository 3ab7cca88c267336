//! A thousand PKCS#12 files, which take as long as their keys are derived.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use trustpack_core::keystore::{self, Password, ReadOptions};

use crate::figure::{Clock, Figure, Promise};
use crate::support;

const FILES: usize = 1_000;
const RUNS: usize = 5;

/// Beside their derivation alone: reading the same bytes on as many threads as there are cores.
pub(crate) fn derivation(found: &mut dyn FnMut(Figure)) {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made.p12");
    let mut convert = support::trustpack();
    convert
        .arg("convert")
        .arg(support::fixture("pki/fullchain-server.pem"))
        .arg("-o")
        .arg(&made);
    support::run(convert.args([
        "--password",
        "pass:a long enough password",
        "--profile",
        "modern",
    ]));
    let bytes = std::fs::read(&made).unwrap();
    std::fs::remove_file(&made).unwrap();
    for place in 0..FILES {
        std::fs::write(folder.path().join(format!("{place:04}.p12")), &bytes).unwrap();
    }
    let password = Password::new("a long enough password");
    found(Figure::timed(
        format!("check {FILES} PKCS#12 of 10000 iterations, peer: reading them"),
        Clock::Wall,
        Promise::AtMost(1.15),
        RUNS,
        || {
            let mut ours = support::trustpack();
            ours.arg("check").arg(folder.path());
            ours.args([
                "--password",
                "pass:a long enough password",
                "--quiet",
                "--fail-on",
                "never",
            ]);
            support::run(&mut ours)
        },
        || {
            let next = AtomicUsize::new(0);
            let work = || {
                let options = ReadOptions {
                    password: Some(&password),
                };
                while next.fetch_add(1, Ordering::Relaxed) < FILES {
                    keystore::read(&bytes, &options).unwrap();
                }
            };
            thread::scope(|scope| {
                for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
                    scope.spawn(work);
                }
            });
        },
    ));
}
