//! Several reports of one run, and places that cannot be written.

use std::fs;

use trustpack_core::report::ReportFormat;

use crate::support::{fixture, run, stderr, stdout, trustpack};

#[test]
fn every_format_is_written_at_once_and_agrees_with_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let check = |more: &[String]| {
        let mut command = trustpack();
        command.arg("check").arg(fixture("pki/server.pem"));
        command.args(["--at", "2026-11-21T00:00:00Z"]).args(more);
        run(&mut command)
    };
    let words = ReportFormat::words();
    let path = |word: &str| folder.path().join(word);
    let outputs = words.map(|word| format!("--output={word}={}", path(word).display()));
    let all = check(&outputs);
    assert_eq!(stdout(&all), "");
    for word in words {
        let alone = stdout(&check(&["--format".to_owned(), word.to_owned()]));
        let written = fs::read_to_string(path(word)).unwrap();
        // the file is named in the metrics, so that two in a folder do not clash
        let written = written.replace("report=\"prometheus\"", "report=\"\"");
        let written = written.replace("{report=\"\"} ", " ");
        assert_eq!(written, alone, "{word}");
        assert!(!written.is_empty(), "{word}");
    }
}

#[test]
fn a_full_disk_is_told_and_old_reports_stay() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.csv");
    fs::write(&old, "old").unwrap();
    for word in ReportFormat::words() {
        let mut command = trustpack();
        command.arg("check").arg(fixture("pki/server.pem"));
        command
            .arg("--output")
            .arg(format!("csv={}", old.display()));
        command.arg("--output").arg(format!("{word}=/dev/full"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{word}");
        let told = stderr(&output);
        assert!(
            told.starts_with("error: cannot write /dev/full: no space left on device"),
            "{word}: {told}"
        );
        assert_eq!(fs::read_to_string(&old).unwrap(), "old", "{word}");
        let there: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(there.len(), 1, "{there:?}");
    }
}

#[test]
fn a_plugin_whose_report_cannot_be_written_is_unknown_and_says_one_line() {
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    let output = command
        .args(["--format", "nagios", "--output", "json=/dev/full"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let line = "CERT UNKNOWN: cannot write /dev/full: no space left on device\n";
    assert_eq!(stdout(&output), line);
}

#[test]
fn a_full_stdout_is_an_error() {
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command
        .args(["--format", "csv"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("error: cannot write stdout: "),
        "{}",
        stderr(&output)
    );
}
