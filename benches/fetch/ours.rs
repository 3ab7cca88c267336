//! One run of `trustpack fetch` over a list, with what it took.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::record::fetch_command;

/// What a run showed.
pub(crate) struct Run {
    /// From start to end, by the wall clock.
    pub(crate) wall: f64,
    /// What it had of the processors, in seconds.
    pub(crate) processor: f64,
    /// The most memory that it held, in bytes; 0 where there is no `/proc`.
    pub(crate) peak: f64,
    /// Answers with a chain.
    pub(crate) chains: usize,
    /// Answers without one.
    pub(crate) failures: usize,
}

/// A list of targets, and where the records go.
pub(crate) struct List {
    folder: TempDir,
    pub(crate) count: usize,
}

impl List {
    pub(crate) fn new(targets: impl Iterator<Item = String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut file = BufWriter::new(File::create(folder.path().join("targets")).unwrap());
        let mut count = 0;
        for target in targets {
            writeln!(file, "{target}").unwrap();
            count += 1;
        }
        file.flush().unwrap();
        Self { folder, count }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("targets")
    }

    fn records(&self) -> PathBuf {
        self.folder.path().join("records")
    }

    /// Asks all of them: the list comes by stdin, the records go to a file.
    pub(crate) fn fetch(&self, flags: &[&str]) -> Run {
        let mut command = fetch_command(&[]);
        command
            .args(["--targets", "-"])
            .args(flags)
            .stdin(File::open(self.file()).unwrap())
            .stdout(File::create(self.records()).unwrap())
            .stderr(Stdio::null());
        let before = processor_of_children();
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        let peak = watch(&mut child);
        let wall = start.elapsed().as_secs_f64();
        let processor = processor_of_children() - before;
        let (chains, failures) = self.count_records();
        assert_eq!(chains + failures, self.count, "a record for each target");
        Run {
            wall,
            processor,
            peak: peak as f64,
            chains,
            failures,
        }
    }

    fn count_records(&self) -> (usize, usize) {
        let records = BufReader::new(File::open(self.records()).unwrap());
        let (mut chains, mut failures) = (0, 0);
        for line in records.lines() {
            match line.unwrap().contains("\"error\":null") {
                true => chains += 1,
                false => failures += 1,
            }
        }
        (chains, failures)
    }
}

impl Run {
    /// Of a list whose servers all answer.
    pub(crate) fn per_second(&self) -> f64 {
        assert_eq!(self.failures, 0, "every target presents its chain");
        self.chains as f64 / self.wall
    }
}

/// Until it ends; the most that it held, which Linux keeps counting, so that only its last moments are missed.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        peak = peak.max(high_water(&text).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    peak
}

fn high_water(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Seconds of all children that have ended (`cutime` and `cstime` of proc(5)); 0 where there is no `/proc`.
fn processor_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let Some((_, after_name)) = stat.rsplit_once(')') else {
        return 0.0;
    };
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(13) + ticks(14)) / TICKS_PER_SECOND
}

/// `USER_HZ`, which is the same on every architecture that Rust's standard library is built for.
const TICKS_PER_SECOND: f64 = 100.0;
