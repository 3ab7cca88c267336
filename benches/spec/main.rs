//! What a specification of 100,000 channels costs, each with all its fields.
//!
//! There is no peer: the limits themselves stand in its place. `benches/README.md` says how to run and how to read it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its table, and ends by panicking when it cannot measure"
)]

#[path = "../figure.rs"]
mod figure;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::figure::{Figure, in_megabytes, in_words};

const CHANNELS: usize = 100_000;
const RUNS: usize = 5;

/// One of each kind; what must be unique has its number.
const EXAMPLES: [&str; 7] = [
    include_str!("../../docs/examples/telegram.toml"),
    include_str!("../../docs/examples/instagram.toml"),
    include_str!("../../docs/examples/whatsapp-infobip.toml"),
    include_str!("../../docs/examples/whatsapp-other-basic.toml"),
    include_str!("../../docs/examples/whatsapp-other-oauth.toml"),
    include_str!("../../docs/examples/whatsapp-cloud-api.toml"),
    include_str!("../../docs/examples/whatsapp-twilio.toml"),
];

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let toml = folder.path().join("channels.toml");
    std::fs::write(&toml, specification()).unwrap();
    println!("{}", Figure::head());
    measure("TOML", &toml);
    let json = folder.path().join("channels.json");
    let mut show = support::trustpack();
    show.args(["channel", "show", "--model", "json"]).arg(&toml);
    let written = show.output().unwrap();
    assert!(written.status.success());
    std::fs::write(&json, written.stdout).unwrap();
    measure("JSON", &json);
}

fn specification() -> String {
    let mut text = String::new();
    for (number, example) in (0..CHANNELS).zip(EXAMPLES.iter().cycle()) {
        for line in example.lines() {
            let unique = line.starts_with("name = ") || line.contains("WEBHOOK");
            match line.rsplit_once('"').filter(|_| unique) {
                Some((start, end)) => writeln!(text, "{start}_{number}\"{end}").unwrap(),
                None => writeln!(text, "{line}").unwrap(),
            }
        }
    }
    text
}

fn measure(what: &str, file: &Path) {
    let runs: Vec<Run> = (0..=RUNS).map(|_| validate(file)).skip(1).collect();
    let walls: Vec<f64> = runs.iter().map(|run| run.wall).collect();
    let peaks: Vec<f64> = runs.iter().map(|run| run.peak).collect();
    let name = format!("channel validate, {CHANNELS} full channels, {what}");
    println!(
        "{}",
        Figure::within(format!("{name}: time"), &walls, 2.0, in_words)
    );
    if peaks.iter().all(|peak| *peak > 0.0) {
        println!(
            "{}",
            Figure::within(format!("{name}: memory"), &peaks, 500e6, in_megabytes)
        );
    }
}

struct Run {
    /// Seconds by the wall clock.
    wall: f64,
    /// The most memory it ever held, in bytes; zero where that is not told.
    peak: f64,
}

fn validate(file: &Path) -> Run {
    let mut command = support::trustpack();
    command.args(["channel", "validate"]).arg(file);
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak: f64 = 0.0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() * 1024.0);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    assert!(status.success(), "the specification is valid");
    Run {
        wall: start.elapsed().as_secs_f64(),
        peak,
    }
}
