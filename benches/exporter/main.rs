//! What serving metrics costs: time and memory with many certificates, many and slow readers, and a day of rounds.
//!
//! `benches/README.md` says how to run it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures, and ends by panicking when it cannot measure"
)]

mod client;

#[path = "../check/made.rs"]
mod made;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use client::scrape;

const CERTIFICATES: usize = 10_000;
/// Every five minutes for a day.
const ROUNDS: usize = 288;
const READERS: usize = 200;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.pem");
    let mut file = fs::File::create(&path).unwrap();
    for pem in made::certificates(CERTIFICATES) {
        file.write_all(pem.as_bytes()).unwrap();
    }
    drop(file);
    let exporter = Exporter::start(&path);
    println!(
        "{CERTIFICATES} certificates; after the first round: {}",
        exporter.memory()
    );

    for (name, gzip) in [("gzip", true), ("no coding", false)] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..50 {
            let begun = Instant::now();
            bytes = scrape(exporter.address, gzip).unwrap();
            times.push(begun.elapsed());
        }
        println!("/metrics, {name}, {bytes} bytes: {}", spread(times));
    }
    println!("after 100 scrapes: {}", exporter.memory());

    for gzip in [true, false] {
        let slow = slow_readers(exporter.address);
        let begun = Instant::now();
        let times = parallel(exporter.address, gzip);
        println!(
            "{READERS} scrapes at once beside {} slow readers, {}: all in {:.2?}; each {}",
            slow.len(),
            if gzip { "gzip" } else { "no coding" },
            begun.elapsed(),
            spread(times)
        );
        println!("after that: {}", exporter.memory());
        drop(slow);
    }

    let before = exporter.memory();
    let begun = Instant::now();
    for round in 1..=ROUNDS {
        exporter.round();
        if round == ROUNDS / 10 {
            println!("after {round} rounds: {}", exporter.memory());
        }
    }
    println!(
        "{ROUNDS} rounds in {:.1?}: before {before}",
        begun.elapsed()
    );
    println!("after {ROUNDS} rounds: {}", exporter.memory());
}

/// Who asks and does not read.
fn slow_readers(address: SocketAddr) -> Vec<TcpStream> {
    let ask = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        stream
    };
    (0..100).map(ask).collect()
}

fn parallel(address: SocketAddr, gzip: bool) -> Vec<Duration> {
    let one = || {
        let begun = Instant::now();
        scrape(address, gzip).unwrap();
        begun.elapsed()
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..READERS).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("median {:.1?}, 99% {:.1?}", at(50), at(99))
}

/// Ends when it is dropped.
struct Exporter {
    child: Child,
    lines: std::cell::RefCell<std::io::Lines<BufReader<std::process::ChildStderr>>>,
    address: SocketAddr,
}

impl Exporter {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(support::binary())
            .args(["exporter", "--listen", "127.0.0.1:0", "--interval", "1d"])
            .arg(path)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = lines.next().unwrap().unwrap();
        let address = listening.rsplit('/').next().unwrap().parse().unwrap();
        let exporter = Self {
            child,
            lines: lines.into(),
            address,
        };
        exporter.ended();
        exporter
    }

    /// Waits for the end of a round.
    fn ended(&self) {
        let mut lines = self.lines.borrow_mut();
        let is_end = |line: &String| line.contains("; next round at ");
        lines.by_ref().map(Result::unwrap).find(is_end).unwrap();
        // what it brought is served a moment later
        thread::sleep(Duration::from_millis(20));
    }

    fn round(&self) {
        kill_process(Pid::from_child(&self.child), Signal::HUP).unwrap();
        self.ended();
    }

    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
            number.map_or_else(
                || "?".to_owned(),
                |kilobytes| format!("{:.1} MB", kilobytes / 1_000.0),
            )
        };
        format!("{} now, {} at most", of("VmRSS:"), of("VmHWM:"))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
