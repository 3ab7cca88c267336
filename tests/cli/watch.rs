//! `trustpack check --watch`: rounds, what happens between them, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::canned::Canned;
use crate::support::{fixture, trustpack};

/// A watch that runs until it is told to stop, or dropped.
pub(crate) struct Watching {
    child: Child,
    lines: Receiver<String>,
}

/// Nothing here takes so long, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

impl Watching {
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Of the folder, once a day, with more rounds when it is told.
    fn of(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = trustpack();
        command.current_dir(folder).arg("check");
        command.args(["--watch", "1d"]).args(arguments);
        Self::start(command.stdout(Stdio::piped()))
    }

    /// The next line on stderr with this in it.
    pub(crate) fn line(&self, part: &str) -> String {
        let mut seen = Vec::new();
        let end = Instant::now() + PATIENCE;
        loop {
            let time = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(time) {
                Ok(line) if line.contains(part) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("no {part:?} on stderr ({error}), only {seen:#?}"),
            }
        }
    }

    /// A round at once, and what is said at its end.
    fn again(&self) -> String {
        self.signal(Signal::HUP);
        self.line("; next round at ")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }

    /// SIGTERM, which is a good end.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.end().code(), Some(0));
    }

    fn stdout(&mut self) -> String {
        let mut text = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // what has ended already is none of our business any more
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn names_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn certificate_in(report: &Path) -> Value {
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    report["subjects"][0]["certificates"][0]["display_name"].clone()
}

#[test]
fn the_report_follows_the_files_and_no_error_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let put = |from: &str| fs::copy(fixture(from), path("a.pem")).unwrap();
    put("pki/server.pem");
    fs::write(path("policy.toml"), "").unwrap();
    let arguments = [
        "a.pem",
        "--policy",
        "policy.toml",
        "--output",
        "json=r.json",
    ];
    let mut watching = Watching::of(folder.path(), &arguments);
    let first = watching.line("; next round at ");
    assert!(first.contains("Z: 1 subject, 1 certificate: "), "{first}");
    let server = certificate_in(&path("r.json"));

    put("pki/root.pem");
    watching.again();
    let root = certificate_in(&path("r.json"));
    assert_ne!(server, root);

    let good = fs::read(path("r.json")).unwrap();
    fs::write(path("policy.toml"), "nonsense").unwrap();
    watching.signal(Signal::HUP);
    let failed = watching.line("error: ");
    assert!(failed.contains("Z: this round failed and the last report stays: policy.toml: "));
    watching.line("next round at ");
    assert_eq!(fs::read(path("r.json")).unwrap(), good);

    // what cannot be read is a finding of the round
    fs::write(path("policy.toml"), "").unwrap();
    fs::write(path("a.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    let broken = watching.again();
    assert!(broken.contains(": 1 critical, "), "{broken}");
    fs::remove_file(path("a.pem")).unwrap();
    let missing = watching.again();
    assert!(missing.contains(": 1 critical, "), "{missing}");

    put("pki/server.pem");
    watching.again();
    assert_eq!(certificate_in(&path("r.json")), server);
    watching.stop();
    assert_eq!(names_of(folder.path()), ["a.pem", "policy.toml", "r.json"]);
}

#[test]
fn passwords_and_lists_are_read_in_every_round() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy(fixture("keystores/p12/keytool-key.p12"), path("a.p12")).unwrap();
    fs::write(path("pass"), "wrong").unwrap();
    fs::write(path("list"), "127.0.0.1:1\n").unwrap();
    let arguments = [
        "a.p12",
        "--password",
        "file:pass",
        "--targets",
        "list",
        "--retries",
        "0",
    ];
    let mut watching = Watching::of(folder.path(), &arguments);
    let first = watching.line("; next round at ");
    assert!(
        first.contains("2 subjects, 0 certificates: 2 critical"),
        "{first}"
    );
    fs::write(path("pass"), "changeit").unwrap();
    fs::write(path("list"), "127.0.0.1:1\n127.0.0.1:2\n").unwrap();
    let second = watching.again();
    assert!(second.contains("3 subjects, "), "{second}");
    assert!(!second.contains(" 0 certificates"), "{second}");
    fs::remove_file(path("list")).unwrap();
    watching.signal(Signal::HUP);
    let third = watching.line("error: ");
    assert!(third.contains("list: no such file or folder"), "{third}");
    watching.stop();
}

#[test]
fn rounds_come_by_themselves_and_follow_each_other_on_stdout() {
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    command.args(["--watch", "1s", "--format", "jsonl"]);
    let mut watching = Watching::start(command.stdout(Stdio::piped()));
    let start = Instant::now();
    for _ in 0..3 {
        watching.line("; next round at ");
    }
    // the first one begins at once
    assert!(start.elapsed() > Duration::from_millis(1500));
    watching.stop();
    let text = watching.stdout();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let summaries = lines.filter(|line| line.get("summary").is_some()).count();
    assert!(summaries >= 3, "{text}");
}

/// A folder with an old report, and a round that waits for a server which says nothing.
fn waiting() -> (tempfile::TempDir, Canned, Watching) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("r.json"), "old").unwrap();
    let server = Canned::start(|_client, _| std::thread::sleep(PATIENCE));
    let target = format!("tls://{}", server.address);
    let arguments = [
        target.as_str(),
        "--timeout",
        "50s",
        "--retries",
        "0",
        "--proxy",
        "none",
        "--output",
        "json=r.json",
    ];
    let watching = Watching::of(folder.path(), &arguments);
    let end = Instant::now() + PATIENCE;
    while server.heard().is_empty() {
        assert!(Instant::now() < end, "nobody asked the server");
        std::thread::sleep(Duration::from_millis(10));
    }
    // the new report is begun beside the old one
    assert_eq!(names_of(folder.path()).len(), 2);
    (folder, server, watching)
}

#[test]
fn a_signal_within_a_round_leaves_the_last_report_and_nothing_else() {
    for signal in [Signal::TERM, Signal::INT] {
        let (folder, _server, mut watching) = waiting();
        let start = Instant::now();
        watching.signal(signal);
        watching.line("stopped within a round; the last report stays");
        assert_eq!(watching.end().code(), Some(0));
        assert!(start.elapsed() < Duration::from_secs(20));
        assert_eq!(names_of(folder.path()), ["r.json"]);
        assert_eq!(fs::read(folder.path().join("r.json")).unwrap(), b"old");
    }
}

#[test]
fn a_second_signal_does_not_wait() {
    let (folder, _server, mut watching) = waiting();
    watching.signal(Signal::TERM);
    let start = Instant::now();
    // two of a kind may become one
    watching.signal(Signal::INT);
    assert_eq!(watching.end().code(), Some(0));
    // a single one waits this long
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(names_of(folder.path()), ["r.json"]);
}

#[test]
fn it_ends_when_nobody_reads_it_any_more() {
    let mut command = trustpack();
    command.arg("check").arg(fixture("pki/server.pem"));
    command.args(["--watch", "1s", "--format", "jsonl"]);
    let mut watching = Watching::start(command.stdout(Stdio::piped()));
    watching.line("; next round at ");
    drop(watching.child.stdout.take());
    assert_eq!(watching.end().code(), Some(0));
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_of_its_round() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("pki/server.pem"), folder.path().join("a.pem")).unwrap();
    let arguments = ["a.pem", "--output", "json=later/r.json"];
    let mut watching = Watching::of(folder.path(), &arguments);
    let failed = watching.line("error: ");
    assert!(failed.contains("cannot write later/r.json"), "{failed}");
    watching.line("next round at ");
    fs::create_dir(folder.path().join("later")).unwrap();
    watching.again();
    assert!(folder.path().join("later/r.json").exists());
    watching.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn rounds_leave_nothing_behind() {
    let mut command = trustpack();
    command
        .arg("check")
        .arg(fixture("pki"))
        .args(["--watch", "1d"]);
    let mut watching = Watching::start(command.stdout(Stdio::null()));
    watching.line("; next round at ");
    let process = format!("/proc/{}", watching.child.id());
    let held = || {
        let memory = fs::read_to_string(format!("{process}/status")).unwrap();
        let memory = memory.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = memory.unwrap().trim().trim_end_matches(" kB");
        let kibibytes: usize = kibibytes.parse().unwrap();
        let files = fs::read_dir(format!("{process}/fd")).unwrap().count();
        (kibibytes, files)
    };
    for _ in 0..30 {
        watching.again();
    }
    let (before, files) = held();
    for _ in 0..150 {
        watching.again();
    }
    let (after, files_after) = held();
    assert!(after < before + 2048, "{before} KiB became {after} KiB");
    assert_eq!(files, files_after);
    watching.stop();
}

#[test]
fn what_no_round_could_do_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("pki/server.pem"), folder.path().join("a.pem")).unwrap();
    for (arguments, told) in [
        (
            ["--metrics-compat", "x509"].as_slice(),
            "--metrics-compat is about metrics",
        ),
        (&["--output", "csv=a.pem"], "a.pem is both input and output"),
        (
            &["--output", "csv=r", "--output", "json=r"],
            "two reports in r",
        ),
        (&["--include", "["], "\"[\""),
        (&["--shard", "auto"], "--shard auto: "),
        (&["--warn", "1d", "--crit", "2d"], ""),
        (
            &["--engine", "probe", "--tls-version", "1.3"],
            "the engine probe speaks",
        ),
        (&["--server-name", "a b"], ""),
        (&["--proxy", "gopher://a"], ""),
        (&["tls://192.0.2.0/24", "--yes-scan"], "192.0.2.0/24"),
        (&["/dev/fd/3"], "what a shell hands over"),
        (&["/dev/stdin"], "what a shell hands over"),
    ] {
        let mut command = trustpack();
        command.current_dir(folder.path()).args(["check", "a.pem"]);
        command.args(["--watch", "1d"]).args(arguments);
        let mut watching = Watching::start(command.stdout(Stdio::null()));
        let error = watching.line("error: ");
        assert!(!error.contains("this round failed"), "{error}");
        assert!(error.contains(told), "{error}");
        assert_eq!(watching.end().code(), Some(2), "{arguments:?}");
    }
}
