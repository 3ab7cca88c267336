//! Several processes write one file at once: every change is there at the end, or its process said that it is not.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::desk::Desk;
use crate::support::pki;

/// Processes at once.
const WRITERS: usize = 8;

/// Runs all of them at once; all have to end well.
fn at_once(desk: &Desk, folder: &Path, lines: impl Iterator<Item = String>) {
    let start = |line: String| {
        let mut command = desk.command(&line, folder);
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        (command.spawn().unwrap(), line)
    };
    let running: Vec<_> = lines.map(start).collect();
    assert!(running.len() >= WRITERS);
    for (child, line) in running {
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {told}");
    }
}

fn entries(desk: &Desk, folder: &Path, store: &str) -> Vec<String> {
    let line = format!("inspect {store} --json --password file:pass");
    let output = desk.command(&line, folder).output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = value["files"][0]["entries"].as_array().unwrap().iter();
    let aliases = entries.map(|entry| entry["alias"].as_str().unwrap().to_owned());
    aliases.collect()
}

/// Certificates `0.pem`, `1.pem`, …
fn certificates(folder: &Path) {
    for number in 0..WRITERS {
        let certificate = pki::ca(&format!("CA {number}"), None, |_| {});
        fs::write(folder.join(format!("{number}.pem")), certificate.pem()).unwrap();
    }
}

#[test]
fn every_import_at_once_is_in_the_store() {
    let desk = Desk::new();
    for store in ["trust.jks", "trust.p12", "trust.pem", "new.jks"] {
        let copy = desk.copy();
        certificates(copy.path());
        let before = match copy.path().join(store).exists() {
            true => entries(&desk, copy.path(), store).len(),
            false => 0,
        };
        let verb = if before == 0 || store == "trust.pem" {
            "merge {}.pem -o {store}"
        } else {
            "store import {store} {}.pem --alias ca-{}"
        };
        let line = |number: usize| {
            let line = verb.replace("{store}", store) + " --password file:pass";
            line.replace("{}", &number.to_string())
        };
        at_once(&desk, copy.path(), (0..WRITERS).map(line));
        let after = entries(&desk, copy.path(), store);
        assert_eq!(after.len(), before + WRITERS, "{store}: {after:?}");
    }
}

#[test]
fn different_changes_at_once_are_all_in_the_store() {
    let desk = Desk::new();
    let copy = desk.copy();
    certificates(copy.path());
    for number in 0..4 {
        let line =
            format!("store import keys.jks {number}.pem --alias ca-{number} --password file:pass");
        assert_eq!(desk.works(&line, copy.path()), Ok(()));
    }
    let lines = [
        "store delete keys.jks ca-0",
        "store delete keys.jks ca-1",
        "store rename keys.jks ca-2 renamed-2",
        "store rename keys.jks ca-3 renamed-3",
        "store import keys.jks 4.pem --alias ca-4",
        "store import-key keys.jks s.key s.pem --alias key",
        "store copy keys.jks server.test --as copied",
        "merge 5.pem 6.pem -o keys.jks",
        "store passwd keys.jks --new-password file:pass",
    ];
    let lines = lines
        .iter()
        .map(|line| format!("{line} --password file:pass"));
    at_once(&desk, copy.path(), lines);
    let mut after = entries(&desk, copy.path(), "keys.jks");
    after.sort();
    let expected = [
        "ca 5",
        "ca 6",
        "ca-4",
        "copied",
        "key",
        "renamed-2",
        "renamed-3",
        "server.test",
    ];
    assert_eq!(after, expected);
}

#[test]
fn a_state_forgets_no_certificate_and_no_revocation() {
    let desk = Desk::new();
    let copy = desk.copy();
    let state = || {
        let text = fs::read_to_string(copy.path().join("ca.toml")).unwrap();
        toml::from_str::<toml::Table>(&text).unwrap()
    };
    let count = |state: &toml::Table| {
        let lists = state.values().filter_map(toml::Value::as_array);
        let certificates = lists.max_by_key(|list| list.len()).unwrap();
        let is_revoked = |one: &&toml::Value| one.to_string().contains("revoked");
        (
            certificates.len(),
            certificates.iter().filter(is_revoked).count(),
        )
    };
    let (before, _) = count(&state());
    let sign = |number: usize| {
        format!(
            "sign s.csr --ca ca.key ca.pem --profile server --days 90 --state ca.toml -o signed-{number}.pem"
        )
    };
    at_once(&desk, copy.path(), (0..WRITERS).map(sign));
    assert_eq!(count(&state()), (before + WRITERS, 0), "{}", state());
    let revoke = |number: usize| format!("revoke signed-{number}.pem --state ca.toml");
    at_once(&desk, copy.path(), (0..WRITERS).map(revoke));
    assert_eq!(count(&state()), (before + WRITERS, WRITERS), "{}", state());
    // lists that are made at once have numbers of their own (RFC 5280 section 5.2.3)
    let list = |number: usize| {
        format!("new crl --ca ca.key ca.pem --state ca.toml --days 7 -o {number}.crl")
    };
    at_once(&desk, copy.path(), (0..WRITERS).map(list));
    let lists: std::collections::BTreeSet<_> = (0..WRITERS)
        .map(|number| fs::read(copy.path().join(format!("{number}.crl"))).unwrap())
        .collect();
    assert_eq!(lists.len(), WRITERS);
}

#[test]
fn what_is_recorded_at_once_is_all_in_the_specification() {
    let desk = Desk::new();
    let copy = desk.copy();
    let channel = |number: usize| {
        format!(
            "[[channel]]\ntype = \"telegram\"\nname = \"bot_{number}\"\n[channel.info]\nbase_url = \"https://192.0.2.10:28090\"\n\n"
        )
    };
    let text: String = (0..WRITERS).map(channel).collect();
    fs::write(copy.path().join("bots.toml"), text).unwrap();
    let url = |number: usize| {
        format!("https://aicc.example.com/apiaccess/api/telegram/message/{number}00")
    };
    let record = |number: usize| {
        format!(
            "channel record bots.toml --channel bot_{number} --message-url {}",
            url(number)
        )
    };
    at_once(&desk, copy.path(), (0..WRITERS).map(record));
    let text = fs::read_to_string(copy.path().join("bots.toml")).unwrap();
    for number in 0..WRITERS {
        assert!(text.contains(&url(number)), "{number} is lost:\n{text}");
    }
}

/// A lock is as one run saw the servers, so two are not joined; the second is told.
#[test]
fn locks_at_once_are_written_or_refused() {
    let desk = Desk::new();
    let copy = desk.copy();
    let start = |number: usize| {
        let line = format!("fetch {{server}} --server-name s{number}.test --lock lock.toml");
        let mut command = desk.command(&line, copy.path());
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let running: Vec<_> = (0..WRITERS).map(start).collect();
    let mut written = 0;
    for child in running {
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => written += 1,
            Some(2) => assert!(told.contains("error: lock.toml"), "{told}"),
            other => panic!("{other:?}: {told}"),
        }
    }
    assert!(written > 0);
}
