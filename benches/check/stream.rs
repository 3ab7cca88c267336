//! A million certificates in one PEM file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::figure::{Figure, Promise};
use crate::{made, support};

const DISTINCT: usize = 10_000;
const COPIES: usize = 100;
const RUNS: usize = 3;
/// What is promised of one core.
const PROMISED: f64 = 150_000.0;

pub(crate) fn rate(found: &mut dyn FnMut(Figure)) {
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (
        folder.path().join("short.pem"),
        folder.path().join("long.pem"),
    );
    let text: String = made::certificates(DISTINCT).collect();
    let write = |path: &Path, copies: usize| {
        let mut file = BufWriter::new(File::create(path).unwrap());
        (0..copies).for_each(|_| file.write_all(text.as_bytes()).unwrap());
        file.flush().unwrap();
    };
    write(&short, COPIES / 10);
    write(&long, COPIES);
    check(&short);
    let runs: Vec<Used> = (0..RUNS).map(|_| check(&long)).collect();
    let few: Vec<Used> = (0..RUNS).map(|_| check(&short)).collect();
    let count = (DISTINCT * COPIES) as f64;

    // seconds of the processor for each certificate, beside those that are promised
    let each: Vec<f64> = runs.iter().map(|run| run.seconds / count).collect();
    let in_rate = |seconds: f64| format!("{:.0}/s", 1.0 / seconds);
    let name = format!("check {count} certificates of one PEM file, of one core");
    found(Figure::within(name, &each, 1.0 / PROMISED, in_rate));
    let each_of_few = median(few.iter().map(|run| run.seconds / (count / 10.0)));
    found(Figure {
        name: "time of one of them, peer: one of a tenth of them".to_owned(),
        ours: in_rate(median(each.iter().copied())),
        peer: in_rate(each_of_few),
        ratio: median(each.iter().copied()) / each_of_few,
        promise: Promise::AtMost(1.1),
        runs: RUNS,
    });
    let peaks: Vec<f64> = runs.iter().map(|run| run.peak).collect();
    if peaks.iter().all(|peak| *peak > 0.0) {
        let in_megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
        found(Figure::within(
            "peak memory of it",
            &peaks,
            64e6,
            in_megabytes,
        ));
    }
}

/// What a run took.
struct Used {
    /// Of the processor, user and system.
    seconds: f64,
    /// Bytes; zero where nobody says.
    peak: f64,
}

fn check(file: &Path) -> Used {
    let mut command: Command = support::trustpack();
    command
        .arg("check")
        .arg(file)
        .args(["--quiet", "--fail-on", "never"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let id = child.id();
    // Read while it runs and once more before it is reaped: what it used is gone after that.
    let mut used = Used {
        seconds: 0.0,
        peak: 0.0,
    };
    loop {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        used.peak = used.peak.max(kilobytes.unwrap_or_default() * 1024.0);
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |place: usize| {
            fields
                .get(place)
                .and_then(|field| field.parse::<f64>().ok())
        };
        // utime and stime, the fields 14 and 15 of proc(5), in hundredths of a second
        if let (Some(user), Some(system)) = (ticks(11), ticks(12)) {
            used.seconds = used.seconds.max((user + system) / 100.0);
        }
        let is_over = fields.first().is_some_and(|state| *state == "Z") || fields.is_empty();
        if is_over {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.wait().unwrap();
    used
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
