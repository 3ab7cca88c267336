//! A hundred thousand files in folders, in the cache of the system.

use std::path::Path;
use std::process::Command;

use crate::figure::{Clock, Figure, Promise};
use crate::{made, support};

const FILES: usize = 100_000;
const PER_FOLDER: usize = 1_000;
/// `openssl` is started for each of these only.
const LOOPED: usize = 200;
const RUNS: usize = 3;

pub(crate) fn peers(found: &mut dyn FnMut(Figure)) {
    let folder = tempfile::tempdir().unwrap();
    for (place, pem) in made::certificates(FILES).enumerate() {
        let below = folder.path().join(format!("{:03}", place / PER_FOLDER));
        if place % PER_FOLDER == 0 {
            std::fs::create_dir(&below).unwrap();
        }
        std::fs::write(below.join(format!("{place:06}.pem")), pem).unwrap();
    }
    let root = folder.path();
    let check = || {
        let mut ours = support::trustpack();
        support::run(
            ours.arg("check")
                .arg(root)
                .args(["--format", "jsonl", "--quiet"]),
        )
    };
    let name = |peer: &str| format!("check {FILES} PEM files, peer: {peer}");
    found(Figure::timed(
        name("find | xargs sha256sum"),
        Clock::Wall,
        Promise::AtMost(2.0),
        RUNS,
        check,
        || {
            shell(
                root,
                "find . -type f -print0 | xargs -0 sha256sum > /dev/null",
            )
        },
    ));
    if let Some(python) = support::python("cryptography") {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/check/expiry.py");
        let program = python.get_program().to_owned();
        found(Figure::timed(
            name("Python cryptography"),
            Clock::Wall,
            Promise::Faster(10.0),
            RUNS,
            check,
            || support::run(Command::new(&program).arg(&script).arg(root)),
        ));
    }
    if support::judge("openssl").is_some() {
        let seconds = |work: &mut dyn FnMut()| {
            let start = std::time::Instant::now();
            work();
            start.elapsed().as_secs_f64()
        };
        let looped = format!(
            "for f in $(find 000 -type f | head -{LOOPED}); do openssl x509 -noout -checkend 0 -in $f > /dev/null; done"
        );
        found(Figure::of_seconds(
            format!("check, of one of {FILES}, peer: openssl -checkend in a loop"),
            Promise::Faster(1000.0),
            RUNS,
            || seconds(&mut || drop(check())) / FILES as f64,
            || seconds(&mut || shell(root, &looped)) / LOOPED as f64,
        ));
    }
}

fn shell(folder: &Path, script: &str) {
    support::run(Command::new("sh").current_dir(folder).args(["-c", script]));
}
