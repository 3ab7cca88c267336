//! Several reports of one run, and places that cannot be written.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustls_pki_types::CertificateDer;
use trustpack_core::report::ReportFormat;

use crate::support::server::Server;
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

#[test]
fn a_server_has_the_series_of_its_exporters() {
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = pem::parse(fs::read(fixture("pki/server.key.pem")).unwrap()).unwrap();
    let chain = vec![der("der/server.cer"), der("der/intermediate.cer")];
    let server = Server::start(chain, key.into_contents());
    let metrics = |compat: &[&str]| {
        let mut command = trustpack();
        command.args(["check", "https://server.test", "--format", "prometheus"]);
        command.args(["--at", "2026-11-21T00:00:00Z"]);
        command.arg("--connect").arg(server.address.to_string());
        command.arg("--roots").arg(fixture("pki/root.pem"));
        stdout(&run(command.args(compat)))
    };
    let blackbox = metrics(&["--metrics-compat", "blackbox"]);
    // the end of every fixture
    let end = "2398377599";
    for line in [
        "probe_success 1",
        "probe_ip_protocol 4",
        &format!("probe_ssl_earliest_cert_expiry {end}"),
        &format!("probe_ssl_last_chain_expiry_timestamp_seconds {end}"),
        "probe_tls_version_info{version=\"TLS 1.3\"} 1",
    ] {
        assert!(
            blackbox.lines().any(|its| its == line),
            "{line}\n{blackbox}"
        );
    }
    assert!(blackbox.contains(
        "subjectalternative=\"server.test,www.server.test,localhost\",serialnumber=\"10\"} 1"
    ));
    let ssl_exporter = metrics(&["--metrics-compat", "ssl_exporter"]);
    let number = |name: &str| ssl_exporter.matches(&format!("\n{name}{{")).count();
    assert_eq!(number("ssl_cert_not_after"), 2, "{ssl_exporter}");
    assert_eq!(number("ssl_verified_cert_not_after"), 3, "{ssl_exporter}");
    let native = metrics(&[]);
    assert!(
        native.contains("trustpack_endpoint_verified{report=\"\",source=\"server.test:443\"} 1"),
        "{native}"
    );
}

/// The plugin guidelines want it so.
#[test]
fn help_for_a_plugin_is_no_state() {
    let mut command = trustpack();
    command.args(["check", "--format", "nagios", "--help"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!stdout(&output).contains("CERT UNKNOWN"));
}

fn pipe(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    path
}

#[test]
fn a_pipe_that_nobody_reads_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    pipe(folder.path(), "p");
    for arguments in [
        ["check", "--output", "json=p"].as_slice(),
        &["convert", "--format", "pem", "-o", "p"],
    ] {
        let mut command = trustpack();
        command.current_dir(folder.path()).args(arguments);
        let output = command.arg(fixture("pki/server.pem")).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            stderr(&output),
            "error: cannot write p: it is a pipe that nobody reads\nhint: start what reads it first\n"
        );
    }
}

#[test]
fn a_pipe_that_is_read_gets_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = pipe(folder.path(), "p");
    // open for both, it waits for nobody
    let mut reader = fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut command = trustpack();
    command.current_dir(folder.path()).arg("check");
    run(command
        .arg(fixture("pki/server.pem"))
        .args(["--output", "csv=p"]));
    let mut first = [0; 4];
    reader.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"kind");
}

#[test]
fn a_pipe_without_a_writer_is_waited_for_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = pipe(folder.path(), "p.pem");
    for verb in ["check", "inspect"] {
        let mut command = trustpack();
        command.current_dir(folder.path()).args([verb, "p.pem"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        talk.read_line(&mut line).unwrap();
        assert_eq!(line, "waiting for a writer of the pipe p.pem\n");
        fs::copy(fixture("pki/server.pem"), &path).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(stdout(&output).contains("server.test"));
    }
}

#[test]
fn two_reports_in_one_place_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("old"), "old").unwrap();
    fs::hard_link(path("old"), path("hard")).unwrap();
    std::os::unix::fs::symlink("new", path("soft")).unwrap();
    let check = |outputs: [&str; 2]| {
        let mut command = trustpack();
        command.current_dir(folder.path()).arg("check");
        command.arg(fixture("pki/server.pem"));
        for output in outputs {
            command.arg("--output").arg(output);
        }
        command.output().unwrap()
    };
    for (outputs, told) in [
        (["json=new", "csv=new"], "two reports in new"),
        (
            ["json=new", "csv=./new"],
            "two reports in one file: new and ./new",
        ),
        (
            ["json=soft", "csv=new"],
            "two reports in one file: soft and new",
        ),
        (
            ["json=old", "csv=hard"],
            "two reports in one file: old and hard",
        ),
        (["json=-", "csv=/dev/stdout"], "two reports on stdout"),
    ] {
        let output = check(outputs);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).starts_with(&format!("error: {told}\n")),
            "{}",
            stderr(&output)
        );
    }
    assert!(!path("new").exists());
    assert_eq!(fs::read(path("old")).unwrap(), b"old");
    // takes from anybody
    assert!(check(["json=/dev/null", "csv=/dev/null"]).status.success());
}

/// As a calendar unfolds it.
/// Whatever a run reads is not replaced by what it writes.
#[test]
fn no_output_takes_the_place_of_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("pki")).unwrap();
    for name in ["server.pem", "root.pem"] {
        fs::copy(fixture("pki").join(name), path.join("pki").join(name)).unwrap();
    }
    for (name, text) in [
        ("hosts.txt", "127.0.0.1:1\n"),
        ("policy.toml", ""),
        ("word", "changeit\n"),
    ] {
        fs::write(path.join(name), text).unwrap();
    }
    for (arguments, output) in [
        (&["pki"][..], "pki/server.pem"),
        (&["pki", "--targets", "hosts.txt"], "hosts.txt"),
        (&["pki", "--policy", "policy.toml"], "./policy.toml"),
        (
            &["pki/server.pem", "--roots", "pki/root.pem"],
            "pki/root.pem",
        ),
        (&["pki", "--password", "file:word"], "word"),
        (&["pki", "--password-for", "*.p12=file:word"], "word"),
    ] {
        let before = fs::read(path.join(output)).unwrap();
        let mut command = trustpack();
        command.current_dir(path).arg("check").args(arguments);
        let refused = command
            .arg(format!("--output=html={output}"))
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&refused).starts_with("error: "), "{arguments:?}");
        assert_eq!(
            fs::read(path.join(output)).unwrap(),
            before,
            "{arguments:?}"
        );
    }
    // its own report of the run before
    for _ in 0..2 {
        let mut command = trustpack();
        command.current_dir(path).args(["check", "."]);
        run(command.args(["--fail-on", "never", "--output", "html=report.html"]));
    }
}

fn events(text: &str) -> Vec<String> {
    let text = text.replace("\r\n ", "");
    let events = text.split("BEGIN:VEVENT").skip(1);
    events.map(str::to_owned).collect()
}

#[test]
fn a_calendar_has_revocation_lists_and_keeps_its_identifiers() {
    let at = |at: &str| {
        let mut command = trustpack();
        command.args(["check", "--format", "ics", "--fail-on", "never", "--at", at]);
        command.arg(fixture("pki/server.pem")).arg(fixture("crl"));
        stdout(&command.output().unwrap())
    };
    let (one, other) = (at("2026-11-21T00:00:00Z"), at("2026-11-28T00:00:00Z"));
    let (one, other) = (events(&one), events(&other));
    assert!(
        one.iter().any(|event| event.contains("CATEGORIES:crl\r\n")),
        "{one:#?}"
    );
    assert_eq!(one.len(), other.len());
    let line = |event: &str, name: &str| {
        let lines = event.split("\r\n");
        let mut found = lines.filter_map(|line| line.strip_prefix(name));
        found.next().unwrap().to_owned()
    };
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(line(one, "UID:"), line(other, "UID:"));
        assert_eq!(line(one, "DTSTART:"), line(other, "DTSTART:"));
        assert_eq!(line(one, "DTSTAMP:"), "20261121T000000Z");
        assert_eq!(line(other, "DTSTAMP:"), "20261128T000000Z");
    }
}
