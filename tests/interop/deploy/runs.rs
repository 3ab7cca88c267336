//! Every command in `deploy/` runs, with a folder as the root and servers on loopback.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{ask, deploy};
use crate::support::server::Server;
use crate::support::{pki, run, stderr, stdout, trustpack};

/// A root folder, as it were, in which the files lie that the commands name, and servers for the list.
struct Desk {
    folder: tempfile::TempDir,
    _servers: Vec<Server>,
}

impl Desk {
    fn new(servers: usize) -> Self {
        let authority = pki::ca("deploy root", None, |_| {});
        let certified = pki::server(&["127.0.0.1"], Some(&authority), |_| {});
        let start = |_| Server::start(vec![certified.der.clone()], certified.pkcs8());
        let servers: Vec<Server> = (0..servers).map(start).collect();
        // and one that is not there
        let mut list = "127.0.0.1:1 # nobody\n".to_owned();
        for server in &servers {
            list += &format!("{}\n", server.address);
        }
        let folder = tempfile::tempdir().unwrap();
        let anchor = authority.pem();
        let exporter = fs::read(deploy("kubernetes/exporter.toml")).unwrap();
        let files: [(&str, &[u8]); 5] = [
            ("etc/trustpack/targets.txt", list.as_bytes()),
            ("etc/trustpack/exporter.toml", &exporter),
            ("etc/ssl/certs/root.pem", anchor.as_bytes()),
            ("tls-targets.txt", list.as_bytes()),
            ("certificates/root.pem", anchor.as_bytes()),
        ];
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        for path in ["reports", "var/lib/trustpack"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        Self {
            folder,
            _servers: servers,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A command as `deploy.py` found it, with this folder as the root, in the pod of this number.
    fn command(&self, found: &Value, index: u64) -> Command {
        let mut command = trustpack();
        command.current_dir(self.folder.path());
        let index = index.to_string();
        command.env("JOB_COMPLETION_INDEX", &index);
        for (name, value) in found["environment"].as_object().unwrap() {
            command.env(name, value.as_str().unwrap());
        }
        for word in found["words"].as_array().unwrap() {
            command.arg(self.moved(word.as_str().unwrap(), &index));
        }
        command
    }

    /// `--output=json=/reports/tls.json` names a file in this folder.
    fn moved(&self, word: &str, index: &str) -> String {
        let word = word.replace("$(JOB_COMPLETION_INDEX)", index);
        let folder = self.folder.path().display();
        match word.rsplit_once('=') {
            _ if word.starts_with('/') => format!("{folder}{word}"),
            Some((flag, path)) if path.starts_with('/') => format!("{flag}={folder}{path}"),
            _ => word,
        }
    }
}

/// It could do it, whatever it found, and each of its reports is there.
fn assert_done(output: &Output, words: &[String]) {
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{words:?}: {}\n{}",
        output.status,
        stderr(output)
    );
    for word in words {
        let parts: Vec<&str> = word.split('=').collect();
        if let [.., format, path] = parts.as_slice()
            && ["json", "jsonl", "prometheus", "csv"].contains(format)
        {
            assert!(Path::new(path).is_file(), "{word} wrote nothing");
        }
    }
}

fn words_of(command: &Command) -> Vec<String> {
    let words = command.get_args();
    words
        .map(|word| word.to_str().unwrap().to_owned())
        .collect()
}

fn in_file<'a>(commands: &'a Value, file: &str) -> Vec<&'a Value> {
    let commands = commands.as_array().unwrap().iter();
    commands
        .filter(|found| found["file"].as_str().unwrap().ends_with(file))
        .collect()
}

#[test]
fn every_command_runs() {
    let Some(commands) = ask("commands", "yaml") else {
        return;
    };
    let desk = Desk::new(2);
    let mut number = 0;
    for found in commands.as_array().unwrap() {
        number += 1;
        if let Some(line) = found["line"].as_str() {
            run_line(&desk, line);
        } else if found["words"][0] == "exporter" {
            run_exporter(&desk, found);
        } else {
            for index in 0..pods(found) {
                let mut command = desk.command(found, index);
                let output = command.output().unwrap();
                assert_done(&output, &words_of(&command));
            }
        }
    }
    // Kubernetes: check, exporter, shards, merge; systemd: check, exporter; a line of GitHub and of GitLab
    assert_eq!(number, 8, "{commands}");
}

/// How many run it at the same time, each with its index.
fn pods(found: &Value) -> u64 {
    let shards = found["environment"]["TRUSTPACK_SHARDS"].as_str();
    shards.map_or(1, |count| count.parse().unwrap())
}

/// A line of a script, in the shell that CI has.
fn run_line(desk: &Desk, line: &str) {
    let program = trustpack();
    let folder = Path::new(program.get_program()).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let summary = desk.path("summary.md");
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(desk.path(""))
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    // the server that is not there
    assert_eq!(output.status.code(), Some(1), "{line}: {}", stderr(&output));
    assert!(stdout(&output).contains("CHECK-UNREACHABLE"), "{line}");
    let reports = if line.contains("GITHUB_STEP_SUMMARY") {
        vec!["trustpack.sarif", "summary.md"]
    } else {
        vec!["trustpack.xml", "trustpack.json"]
    };
    for name in reports {
        assert!(desk.path(name).is_file(), "{line}: {name}");
    }
}

/// Until it answers; on a port of its own.
fn run_exporter(desk: &Desk, found: &Value) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let asked = desk.command(found, 0);
    let mut command = trustpack();
    for word in words_of(&asked) {
        let (flag, value) = word.split_once('=').unwrap_or(("", &word));
        match value.ends_with(":9219") {
            true if flag.is_empty() => command.arg(address.to_string()),
            true => command.arg(format!("{flag}={address}")),
            false => command.arg(word),
        };
    }
    let mut exporter = command.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).is_err() {
        let ended = exporter.try_wait().unwrap();
        assert!(ended.is_none() && Instant::now() < end, "{ended:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    exporter.kill().unwrap();
    exporter.wait().unwrap();
}

/// All pods at once, each with its index, then the merge; beside them one run over the same list.
#[test]
fn the_shards_of_the_job_merge_to_the_report_of_one_run() {
    let Some(commands) = ask("commands", "yaml") else {
        return;
    };
    let at = ["--at", "2026-11-21T00:00:00Z"];
    let desk = Desk::new(9);
    let [shards] = in_file(&commands, "shards/shards.yaml")[..] else {
        panic!("{commands}");
    };
    let [merge] = in_file(&commands, "shards/merge.yaml")[..] else {
        panic!("{commands}");
    };
    assert!(pods(shards) > 2);
    // as long as one is missing, the pod of the merge fails in the way that is tried again
    let early = desk.command(merge, 0).output().unwrap();
    assert_eq!(early.status.code(), Some(2), "{}", stderr(&early));
    let running: Vec<_> = (0..pods(shards))
        .map(|index| desk.command(shards, index).args(at).spawn().unwrap())
        .collect();
    for mut pod in running {
        assert!(pod.wait().unwrap().success());
    }
    let merged = desk.command(merge, 0).output().unwrap();
    assert_eq!(merged.status.code(), Some(1), "{}", stderr(&merged));

    let one = desk.path("one.json");
    let mut command = trustpack();
    command.args(["check", "--fail-on", "never", "--targets"]);
    command
        .arg(desk.path("etc/trustpack/targets.txt"))
        .args(at)
        .arg("--output");
    run(command.arg(format!("json={}", one.display())));
    let merged = comparable(&desk.path("reports/first.json"));
    assert_eq!(merged, comparable(&one));
    assert_eq!(merged["subjects"].as_array().unwrap().len(), 10);
}

/// Without what every run measures anew, in the order of names.
fn comparable(path: &Path) -> Value {
    let mut report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let subjects = report["subjects"].as_array_mut().unwrap();
    for subject in subjects.iter_mut() {
        subject["connection"]["elapsed_ms"] = Value::Null;
    }
    subjects.sort_by_key(|subject| subject["subject"].as_str().unwrap().to_owned());
    report
}
