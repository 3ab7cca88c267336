//! What `/metrics` shows while sources change.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use super::{Exporting, value};
use crate::support::canned::Canned;
use crate::support::fixture;

fn put(folder: &Path, from: &str, name: &str) {
    fs::copy(fixture(from), folder.join(name)).unwrap();
}

#[test]
fn a_file_that_changes_is_read_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    assert!(exporting.metrics().contains("subject_CN=\"server.test\""));
    put(folder.path(), "pki/root.pem", "new");
    fs::rename(folder.path().join("new"), folder.path().join("a.pem")).unwrap();
    exporting.until(|one| !one.metrics().contains("subject_CN=\"server.test\""));
    assert_eq!(value(&exporting.metrics(), "trustpack_certificates"), 1.0);
}

#[test]
fn a_pipe_in_place_of_a_source_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    let file = folder.path().join("a.pem");
    fs::remove_file(&file).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &file, 0o600.into()).unwrap();
    exporting.until(|one| one.metrics().contains("trustpack_sources_failed 1"));
    fs::remove_file(&file).unwrap();
    put(folder.path(), "pki/root.pem", "a.pem");
    exporting.until(|one| one.metrics().contains("trustpack_sources_failed 0"));
}

#[test]
fn a_folder_is_watched_and_so_is_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("certs")).unwrap();
    put(path, "pki/server.pem", "certs/a.pem");
    fs::write(path.join("policy.toml"), "").unwrap();
    let arguments = ["certs", "--policy", "policy.toml", "--interval", "1d"];
    let exporting = Exporting::start(path, &arguments);
    let certificates = |one: &Exporting| {
        let answer = one.get("/metrics");
        (answer.status == 200).then(|| value(&answer.body, "trustpack_certificates"))
    };
    exporting.until(|one| certificates(one) == Some(1.0));
    put(path, "pki/root.pem", "certs/b.pem");
    exporting.until(|one| certificates(one) == Some(2.0));
    fs::remove_file(path.join("certs/b.pem")).unwrap();
    exporting.until(|one| certificates(one) == Some(1.0));
    fs::write(
        path.join("policy.toml"),
        "[thresholds]\ncrit = \"100000d\"\nwarn = \"100001d\"\n",
    )
    .unwrap();
    exporting.until(|one| value(&one.metrics(), "trustpack_cert_severity") == 3.0);
}

#[test]
fn a_round_that_fails_leaves_the_last_report_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), "").unwrap();
    let exporting = Exporting::ready(folder.path(), &["--policy", "policy.toml"]);
    fs::write(folder.path().join("policy.toml"), "nonsense").unwrap();
    exporting
        .watching
        .line("this round failed and the last report stays");
    exporting.until(|one| value(&one.metrics(), "trustpack_exporter_last_round_success") == 0.0);
    let metrics = exporting.metrics();
    assert_eq!(
        value(&metrics, "trustpack_exporter_rounds_failed_total"),
        1.0
    );
    assert_eq!(value(&metrics, "trustpack_certificates"), 1.0);
    assert_eq!(exporting.get("/-/ready").status, 200);
}

#[test]
fn before_the_first_report_there_are_no_metrics_that_look_like_some() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), "nonsense").unwrap();
    put(folder.path(), "pki/server.pem", "a.pem");
    let arguments = ["a.pem", "--policy", "policy.toml"];
    let exporting = Exporting::start(folder.path(), &arguments);
    exporting.watching.line("error: ");
    exporting.until(|one| one.get("/metrics").body.contains("policy.toml: "));
    for path in ["/metrics", "/-/ready"] {
        let answer = exporting.get(path);
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.head.contains("retry-after: "), "{}", answer.head);
    }
    assert_eq!(exporting.get("/-/healthy").status, 200);
    fs::write(folder.path().join("policy.toml"), "").unwrap();
    exporting.until(|one| one.get("/-/ready").status == 200);
}

#[test]
fn what_was_found_is_served_while_the_next_round_runs() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Canned::start(|client, _| {
        std::thread::sleep(std::time::Duration::from_secs(3));
        drop(client);
    });
    let list = folder.path().join("list");
    fs::write(&list, "# nobody\n").unwrap();
    let exporting = Exporting::ready(folder.path(), &["--targets", "list", "--timeout", "4s"]);
    fs::write(&list, format!("{}\n", silent.address)).unwrap();
    // the round has begun when the server is asked
    exporting.until(|_| !silent.heard().is_empty());
    let metrics = exporting.metrics();
    assert_eq!(value(&metrics, "trustpack_exporter_rounds_total"), 1.0);
    assert_eq!(value(&metrics, "trustpack_sources"), 1.0);
    exporting.until(|one| value(&one.metrics(), "trustpack_sources") == 2.0);
    assert_eq!(value(&exporting.metrics(), "trustpack_sources_failed"), 1.0);
}

#[test]
fn a_round_begins_when_it_is_due_and_at_once_at_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = Exporting::ready(folder.path(), &[]);
    exporting.watching.signal(Signal::HUP);
    exporting.until(|one| value(&one.metrics(), "trustpack_exporter_rounds_total") == 2.0);
    drop(exporting);
    let often = Exporting::start(folder.path(), &["a.pem", "--interval", "1s"]);
    often.until(|one| {
        let answer = one.get("/metrics");
        answer.status == 200 && value(&answer.body, "trustpack_exporter_rounds_total") >= 3.0
    });
}
