//! The policy file of `check`, and its outputs as files.

use std::fs;

use crate::support::{fixture, run, stderr, stdout, trustpack};

const SILENCED: &str = r#"
[[rule]]
issuer = "*issuing CA*"
warn = "9000d"

[[silence]]
id = "CERT-EXPIRING"
path = "*server.pem"
reason = "known, CHG-1"
until = 2026-12-31
"#;

#[test]
fn rules_warn_and_silences_end() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    fs::write(&policy, SILENCED).unwrap();
    let at = |day: &str| {
        let mut command = trustpack();
        command.arg("check").arg(fixture("pki/server.pem"));
        command.arg("--policy").arg(&policy).args(["--at", day]);
        command.output().unwrap()
    };
    let silenced = at("2026-12-31T23:59:59Z");
    assert_eq!(silenced.status.code(), Some(0), "{}", stderr(&silenced));
    assert!(stdout(&silenced).contains("silenced: known, CHG-1, until 2026-12-31"));
    let over = at("2027-01-01T00:00:00Z");
    assert_eq!(over.status.code(), Some(1), "{}", stderr(&over));
    assert!(stdout(&over).contains("warning  CERT-EXPIRING"));
}

#[test]
fn a_policy_that_makes_no_sense_is_told_before_anything_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    fs::write(&policy, "[[silence]]\nid = \"X\"\nuntil = 2027-01-01\n").unwrap();
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    let refused = command.arg("--policy").arg(&policy).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("missing field `reason`"));
}

#[test]
fn files_of_output_are_whole_and_an_old_one_outlives_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let lines = folder.path().join("report.jsonl");
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    command.args(["--at", "2026-11-21T00:00:00Z", "--output"]);
    command.arg(format!("json={}", report.display()));
    command
        .arg("--output")
        .arg(format!("jsonl={}", lines.display()));
    let done = run(&mut command);
    assert_eq!(stdout(&done), "");
    let whole = fs::read_to_string(&report).unwrap();
    let read: serde_json::Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(read["summary"]["certificates"], 1);
    assert_eq!(fs::read_to_string(&lines).unwrap().lines().count(), 2);
    let mut again = trustpack();
    again
        .arg("check")
        .arg(fixture("pki/server.pem"))
        .arg("--output");
    again.arg(format!("json={}", report.display()));
    let failed = again
        .args(["--output", "table=/dev/full"])
        .output()
        .unwrap();
    assert_eq!(failed.status.code(), Some(2), "{}", stderr(&failed));
    assert_eq!(fs::read_to_string(&report).unwrap(), whole);
}
