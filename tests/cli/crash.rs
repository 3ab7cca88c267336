//! Whatever happens while a command writes, its files are the old ones or the new ones, and the next run clears up.
//!
//! Each call that changes a file is made to fail, to write less, or to be the last of its process, one after the other
//! until a run has no such call left. `TRUSTPACK_KILLS=1000` adds every error, and that many kills at random moments;
//! `TRUSTPACK_COMMAND=renew` takes only what begins so.

mod commands;
mod desk;
mod fault;
mod places;
mod race;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use commands::COMMANDS;
use desk::{Desk, Expected, Found, Snapshot};
use fault::{Action, Fault, Injector};

use crate::support::stderr;

/// Kills at random moments, and with them everything that takes long; none by default.
fn kills() -> usize {
    let told = std::env::var("TRUSTPACK_KILLS").ok();
    told.map_or(0, |told| told.parse().unwrap())
}

/// Does something for each command, or for one in `few` when it is not to take long, on all cores.
fn for_each_command(few: usize, work: impl Fn(&str) + Sync) {
    let step = if kills() > 0 { 1 } else { few };
    let only = std::env::var("TRUSTPACK_COMMAND").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(line) = COMMANDS.get(next.fetch_add(step, Ordering::Relaxed)) {
            if line.starts_with(&only) {
                work(line);
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        // half of the time is the disk's
        for _ in 0..cores * 2 {
            scope.spawn(work);
        }
    });
}

/// Another run that writes into the folder; nothing is left behind then.
fn assert_cleared(desk: &Desk, folder: &Path, after: &str) {
    let next = match after.contains("-o bundle/") {
        // folders of bundles are swept by whoever writes one
        true => "channel pack pack.toml --roots root.pem --at 2026-11-22 -o next/",
        false => "convert root.pem -o next.der",
    };
    let next = desk.works(next, folder);
    assert_eq!(next, Ok(()), "{after}");
    let now = Snapshot::of(folder);
    assert!(now.strays().is_empty(), "{after}: {:?}", now.strays());
}

/// What a run that met a fault is to have done.
fn judge(
    expected: &Expected<'_>,
    fault: &Fault,
    output: &Output,
    folder: &Path,
    what: &str,
) -> Found {
    let told = stderr(output);
    let found = expected.found_in(folder);
    let found = found.unwrap_or_else(|why| panic!("{what}: {why}\n{told}"));
    let strays = Snapshot::of(folder).strays().len();
    match output.status.code() {
        _ if fault.action == Action::Kill => {
            assert_eq!(output.status.code(), Some(137), "{what}: {told}");
            let written = found.old + found.new;
            assert!(strays <= written, "{what}: {strays} leftovers");
        }
        Some(0) => {
            assert_eq!(found.old, 0, "{what}: it said that all is well\n{told}");
            assert_eq!(strays, 0, "{what}");
        }
        Some(2) => {
            let error = told.lines().find(|line| line.starts_with("error: "));
            let error = error.unwrap_or_else(|| panic!("{what}: no error is told: {told}"));
            let mut names = expected.names().chain(["temporary file in /"]);
            let is_named = names.any(|name| error.contains(name));
            assert!(is_named, "{what}: which file? {error}");
            // where deleting fails, nothing can be done about it
            assert!(
                strays == 0 || fault.hit.starts_with("unlink"),
                "{what}: {strays} leftovers"
            );
        }
        other => panic!("{what}: ended with {other:?}: {told}"),
    }
    found
}

#[test]
fn old_or_new_at_every_point_of_every_command() {
    let Some(injector) = Injector::new() else {
        return;
    };
    let desk = Desk::new();
    let actions = if kills() > 0 {
        Action::ALL
    } else {
        Action::FEW
    };
    let total = AtomicUsize::new(0);
    for_each_command(11, |line| {
        let expected = Expected::of(&desk, line);
        let mut text = String::new();
        for (action, has_tmpfile, class) in actions {
            // what cannot be read is in a report, and the report is written
            let is_report = line.starts_with("check ") || line.starts_with("report ");
            let class = if is_report { &"changes" } else { class };
            let mut number = 0;
            loop {
                number += 1;
                let copy = desk.copy();
                let fault = Fault::new(*action, *has_tmpfile, class, number);
                let (output, fault) = injector.run(&desk, line, copy.path(), fault);
                if !fault.is_hit() {
                    assert!(output.status.success(), "{line}: {}", stderr(&output));
                    break;
                }
                let what = format!("{line}: {fault}");
                judge(&expected, &fault, &output, copy.path(), &what);
                if *action == Action::Kill {
                    assert_goes_on(&desk, &expected, line, copy.path(), &what);
                }
            }
            total.fetch_add(number - 1, Ordering::Relaxed);
            let named = if *has_tmpfile { "" } else { " named" };
            let _ = write!(text, "{action}{named} {}, ", number - 1);
        }
        eprintln!("{text}{line}");
    });
    eprintln!("{total:?} faults");
}

/// After a kill the same command does its work, or says what is there already, and nothing is left behind.
fn assert_goes_on(desk: &Desk, expected: &Expected<'_>, line: &str, folder: &Path, what: &str) {
    let again = desk.command(line, folder).output().unwrap();
    let is_whole = match line.contains("--state") {
        // it issues another one, and the state knows both
        true => desk.works("revoke other-s.pem --state ca.toml", folder),
        false => expected.found_in(folder).map(drop),
    };
    let told = stderr(&again);
    assert!(is_whole.is_ok(), "{what}, again: {is_whole:?} {told}");
    assert_cleared(desk, folder, what);
}

#[test]
fn old_or_new_when_killed_at_any_moment() {
    let desk = Desk::new();
    let share = kills().div_ceil(COMMANDS.len()).max(1);
    let count = AtomicUsize::new(0);
    let (old, new, both) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    for_each_command(2, |line| {
        let expected = Expected::of(&desk, line);
        let start = Instant::now();
        desk.command(line, desk.copy().path()).output().unwrap();
        let whole = start.elapsed();
        for number in 0..share {
            let copy = desk.copy();
            let mut child = desk.command(line, copy.path());
            let mut child = child
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let random = u32::from(rand_byte()) << 8 | u32::from(rand_byte());
            thread::sleep(whole.mul_f64(1.1 * f64::from(random) / 65536.0));
            child.kill().unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            child.wait().unwrap();
            let what = format!("{line}: kill {number}");
            let found = expected.found_in(copy.path());
            let found = found.unwrap_or_else(|why| panic!("{what}: {why}"));
            match (found.old, found.new) {
                (_, 0) => &old,
                (0, _) => &new,
                _ => &both,
            }
            .fetch_add(1, Ordering::Relaxed);
            assert_cleared(&desk, copy.path(), &what);
        }
    });
    eprintln!(
        "killed {count:?} times: {old:?} old, {new:?} new, {both:?} with some files old and some new"
    );
}

fn rand_byte() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).unwrap();
    byte[0]
}

/// Nobody reads stdout any more: what is said there is lost, and nothing else.
#[test]
fn a_reader_who_went_away_loses_no_file() {
    let desk = Desk::new();
    for_each_command(1, |line| {
        // those that say something before they write
        if !["merge", "store", "fetch"]
            .iter()
            .any(|verb| line.starts_with(verb))
        {
            return;
        }
        let expected = Expected::of(&desk, line);
        let copy = desk.copy();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = desk.command(line, copy.path());
        let output = command.stdout(writer).output().unwrap();
        let told = stderr(&output);
        assert!(output.status.success(), "{line}: {told}");
        let found = expected.found_in(copy.path()).unwrap();
        assert_eq!(
            found.old, 0,
            "{line}: it ended well, and wrote nothing\n{told}"
        );
    });
    // a report that is longer than what is kept before it is printed
    let copy = desk.copy();
    let inputs = "chain.pem root.pem mid.pem other.pem leaf.pem ".repeat(20);
    let line = format!("check {inputs} --format json --output json=new.json --fail-on never");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = desk.command(&line, copy.path());
    let output = command.stdout(writer).output().unwrap();
    let json = std::fs::read(copy.path().join("new.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert!(
        json["summary"]["certificates"].is_u64(),
        "{}",
        stderr(&output)
    );
}
