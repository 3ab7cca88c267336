//! The first and the last second of certificates, as OpenSSL and Java see them by a clock that is set for them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use crate::support::{fixture, judge, root, run, stdout, trustpack};

/// RSA, P-256, Ed25519; one that is over, one that is to come, a root.
const CERTIFICATES: [&str; 5] = [
    "pki/server.pem",
    "pki/server-expired.pem",
    "pki/server-not-yet-valid.pem",
    "pki/self-signed-ed25519.pem",
    "pki/root.pem",
];

/// Of them; a Java that starts under another clock takes its time.
const ASKED_OF_JAVA: usize = 2;

/// A command whose clock starts at this time. The monotonic one is left alone: Java waits by it.
fn at(time: OffsetDateTime, program: &Command) -> Option<Command> {
    let mut command = judge("faketime")?;
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    command.env("TZ", "UTC").env("DONT_FAKE_MONOTONIC", "1");
    // stopped at that second, however long the program takes to start
    command.args(["-f", &time.format(form).unwrap()]);
    command.arg(program.get_program()).args(program.get_args());
    Some(command)
}

fn checked(file: &Path) -> Command {
    let mut command = trustpack();
    command.arg("check").arg(file);
    command.args(["--json", "--fail-on", "never"]);
    command
}

fn certificate(report: &str) -> Value {
    let report: Value = serde_json::from_str(report).unwrap();
    report["subjects"][0]["certificates"][0].clone()
}

fn moment(text: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(text.as_str().unwrap(), &Rfc3339).unwrap()
}

/// The state by the dates alone.
fn state(certificate: &Value) -> &str {
    match certificate["state"].as_str().unwrap() {
        "expires-soon" => "valid",
        other => other,
    }
}

#[test]
fn openssl_and_java_agree_about_the_first_and_the_last_second() {
    let (Some(openssl), Some(java), Some(mut javac)) =
        (judge("openssl"), judge("java"), judge("javac"))
    else {
        return;
    };
    let classes = tempfile::tempdir().unwrap();
    let source = root().join("tests/interop/Dates.java");
    run(javac.arg("-d").arg(classes.path()).arg(source));
    for (number, name) in CERTIFICATES.into_iter().enumerate() {
        let file = fixture(name);
        let dates = certificate(&stdout(&run(&mut checked(&file))));
        let (first, last) = (moment(&dates["not_before"]), moment(&dates["not_after"]));
        let second = Duration::SECOND;
        for (time, expected) in [
            (first - second, "not-yet-valid"),
            (first, "valid"),
            (last, "valid"),
            (last + second, "expired"),
        ] {
            let place = format!("{name} at {time}");
            // by the clock, and by the flag
            let Some(mut ours) = at(time, &checked(&file)) else {
                return;
            };
            let ours = certificate(&stdout(&run(&mut ours)));
            assert_eq!(state(&ours), expected, "{place}");
            let mut told = checked(&file);
            told.args(["--at", &time.format(&Rfc3339).unwrap()]);
            assert_eq!(certificate(&stdout(&run(&mut told))), ours, "{place}");

            if number < ASKED_OF_JAVA {
                let mut command = Command::new(java.get_program());
                // what starts fastest under a clock that is not the machine's
                command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
                command.arg(classes.path()).arg("Dates").arg(&file);
                let theirs = run(&mut at(time, &command).unwrap());
                assert_eq!(stdout(&theirs).trim(), expected, "{place}: {theirs:?}");
            }

            let mut command = Command::new(openssl.get_program());
            command
                .args(["x509", "-noout", "-checkend", "0", "-in"])
                .arg(&file);
            let theirs = at(time, &command).unwrap().output().unwrap();
            // X509_cmp_time takes the last second for the one after it; `verify --as openssl` does so, too
            let is_over = time >= last;
            assert_eq!(
                theirs.status.code(),
                Some(i32::from(is_over)),
                "{place}: {theirs:?}"
            );
        }
    }
}
