//! `lint` beside `openssl verify -x509_strict` and `openssl x509 -checkend`, where both judge the same.

use serde_json::Value;

use super::Yard;
use crate::support::{judge, stderr, stdout};

/// What openssl says of a certificate below the root; empty when it accepts it.
fn strict(yard: &Yard, pem: &str) -> String {
    let verify = ["verify", "-x509_strict", "-CAfile", "root.pem", pem];
    let output = yard.judge("openssl", &verify).unwrap().output().unwrap();
    match output.status.success() {
        true => String::new(),
        false => stderr(&output) + &stdout(&output),
    }
}

/// The rules that must be kept and are not.
fn broken(yard: &Yard, pem: &str, more: &[&str]) -> Vec<String> {
    let arguments = ["lint", pem, "--json", "--profile", "private"];
    let output = yard
        .command(&[&arguments[..], more].concat())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["certificates"][0]["findings"].as_array().unwrap();
    let critical = findings.iter().filter(|one| one["severity"] == "critical");
    critical
        .map(|one| one["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn openssl_refuses_strictly_what_we_find() {
    if judge("openssl").is_none() {
        return;
    }
    let yard = Yard::new();
    yard.authorities("p-256");
    yard.ours(&[
        "new",
        "csr",
        "--san",
        "h.test",
        "--subject",
        "CN=h",
        "--type",
        "p-256",
        "--new-key",
        "h.key",
        "--password",
        "none",
        "-o",
        "h.csr",
    ]);
    let sign = ["sign", "h.csr", "--days", "9"];
    let authority = [
        "new",
        "ca",
        "--subject",
        "CN=Sub",
        "--type",
        "p-256",
        "--days",
        "9",
        "--new-key",
        "a.key",
        "--password",
        "none",
    ];
    let allowed = ["--allow", "ca-key-usage", "--allow", "alt-name"];
    for (is_authority, flags, said, rule) in [
        (false, &[][..], "", ""),
        (true, &[], "", ""),
        (
            false,
            &["--extension", "san=3000"],
            "Empty Subject Alternative Name",
            "alt-name-empty",
        ),
        (
            false,
            &["--key-usage", "keyCertSign"],
            "keyCertSign invalid for non-CA",
            "key-usage-sign-without-authority",
        ),
        (
            false,
            &["--extension", "basicConstraints=critical,3003020100"],
            "Path length",
            "path-length-without-authority",
        ),
        (
            false,
            &["--extension", "subjectKeyIdentifier=critical,040401020304"],
            "critical",
            "subject-key-identifier-critical",
        ),
        (
            false,
            &["--extension", "authorityKeyIdentifier=3000"],
            "Missing Authority Key Identifier",
            "authority-key-identifier-empty",
        ),
        (
            true,
            &["--extension", "basicConstraints=30030101ff"],
            "not marked critical",
            "basic-constraints-not-critical",
        ),
        (
            true,
            &[
                "--path-length",
                "0",
                "--extension",
                "keyUsage=critical,03020102",
            ],
            "without key usage keyCertSign",
            "key-usage-without-cert-sign",
        ),
    ] {
        let first = if is_authority {
            &authority[..]
        } else {
            &sign[..]
        };
        let more = ["--ca", "root.key", "root.pem", "-o", "a.pem", "--force"];
        yard.ours(&[first, flags, &more, &allowed].concat());
        let told = strict(&yard, "a.pem");
        let found = broken(&yard, "a.pem", &[]);
        match rule {
            "" => assert!(
                told.is_empty() && found.is_empty(),
                "{flags:?}: {told} {found:?}"
            ),
            rule => {
                assert!(told.contains(said), "{flags:?}: {told}");
                assert!(found.iter().any(|one| one == rule), "{flags:?}: {found:?}");
            }
        }
    }
}

#[test]
fn openssl_finds_the_same_end() {
    if judge("openssl").is_none() {
        return;
    }
    let yard = Yard::new();
    for (days_ago, days, expired) in [(10, 20, false), (10, 9, true)] {
        let start = time::OffsetDateTime::now_utc() - time::Duration::days(days_ago);
        let start = start.date().to_string();
        yard.ours(&[
            "new",
            "cert",
            "--subject",
            "CN=h",
            "--san",
            "h.test",
            "--not-before",
            &start,
            "--days",
            &days.to_string(),
            "--type",
            "p-256",
            "--new-key",
            "h.key",
            "--password",
            "none",
            "-o",
            "h.pem",
            "--force",
        ]);
        let check = ["x509", "-in", "h.pem", "-noout", "-checkend", "0"];
        let output = yard.judge("openssl", &check).unwrap().output().unwrap();
        assert_eq!(output.status.success(), !expired, "{days}");
        let found = broken(&yard, "h.pem", &[]);
        assert_eq!(
            found.iter().any(|rule| rule == "expired"),
            expired,
            "{found:?}"
        );
    }
}
