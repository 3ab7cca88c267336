//! Others that ask the same server, each as fast as it does on its own terms; every function says how many a second.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::certificates::NAME;
use crate::ours::List;
use crate::support::{self, root, run, stdout};

pub(crate) fn openssl() -> Option<Command> {
    support::judge("openssl")
}

/// Two processes at the same time that shake hands one after the other, and count them.
pub(crate) fn s_time(address: &str, version: &str) -> f64 {
    let start = Instant::now();
    let pair = [(); 2].map(|()| {
        let mut command = Command::new("openssl");
        command
            .args(["s_time", "-new", "-time", "3", version, "-connect", address])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    });
    let count: f64 = pair
        .into_iter()
        .map(|child| {
            let text = stdout(&child.wait_with_output().unwrap());
            connections(&text).unwrap_or_else(|| panic!("no count in {text}"))
        })
        .sum();
    count / start.elapsed().as_secs_f64()
}

/// From `3036 connections in 4 real seconds, 0 bytes read per connection`.
fn connections(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.contains("real seconds"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A process for each handshake, four at the same time.
pub(crate) fn s_client(address: &str, version: &str) -> f64 {
    let script = format!(
        "seq {PROCESSES} | xargs -P 4 -I N sh -c 'exec openssl s_client {version} -connect {address} \
         -servername {NAME} -showcerts </dev/null 2>/dev/null' | grep -c 'BEGIN CERTIFICATE'"
    );
    let start = Instant::now();
    let output = run(Command::new("sh").args(["-c", &script]));
    let elapsed = start.elapsed().as_secs_f64();
    let certificates: usize = stdout(&output).trim().parse().unwrap();
    assert_eq!(certificates, 2 * PROCESSES, "every process shows the chain");
    PROCESSES as f64 / elapsed
}

const PROCESSES: usize = 200;

/// sslyze in an environment of its own, made when it is not there; `None` with a printed line when that fails.
pub(crate) fn sslyze_program() -> Option<PathBuf> {
    let folder = root().join("target/judges/sslyze");
    let program = folder.join("bin/sslyze");
    if !program.is_file() {
        let mut python = support::judge("python3")?;
        let pip = folder.join("bin/pip");
        let made = succeeds(python.args(["-m", "venv"]).arg(&folder))
            && succeeds(Command::new(pip).args(["install", "--quiet", "sslyze"]));
        if !made {
            eprintln!("skipped: sslyze cannot be installed");
            return None;
        }
    }
    Some(program)
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

/// Its certificate scan of the whole list.
pub(crate) fn sslyze(program: &Path, list: &List) -> f64 {
    let json = list.file().with_extension("json");
    let start = Instant::now();
    let status = Command::new(program)
        .args(["--certinfo", "--mozilla_config", "disable", "--quiet"])
        .args(["--sni", NAME])
        .arg("--targets_in")
        .arg(list.file())
        .arg("--json_out")
        .arg(&json)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let elapsed = start.elapsed().as_secs_f64();
    assert!(status.success(), "sslyze ended with {status}");
    // as text: its serial numbers are larger than the numbers of serde_json
    let report = std::fs::read_to_string(&json).unwrap();
    let scans = report.matches("\"status\": \"COMPLETED\"").count();
    assert_eq!(scans, list.count, "a scan for each target");
    list.count as f64 / elapsed
}
