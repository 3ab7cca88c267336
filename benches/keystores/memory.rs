//! Figures of memory: the most that a process of its own ever held while it read a file, as Linux counts it.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use trustpack_core::keystore::{self, Format, ReadOptions};

use crate::certificates::Folder;
use crate::figure::{Figure, Promise, in_megabytes, median};
use crate::{CERTIFICATES, password, support};

/// The first argument of a process that reads one file, or nothing, and prints the most that it held.
pub(crate) const CHILD: &str = "peak-memory";

const RUNS: usize = 3;

/// The whole process that reads a file, and what it holds beyond one that reads nothing, beside the size of the file.
pub(crate) fn figures(folder: &Folder) -> Vec<Figure> {
    if peak().is_none() {
        eprintln!("skipped: /proc/self/status says nothing of peak memory");
        return Vec::new();
    }
    let empty = of_child(None);
    let formats = [
        Format::Jks,
        Format::Pkcs12,
        Format::Bks,
        Format::Bcfks,
        Format::Pem,
    ];
    formats
        .into_iter()
        .flat_map(|format| {
            let file = folder.file(format);
            let size = std::fs::metadata(&file).unwrap().len() as f64;
            let whole = of_child(Some(&file));
            let figure = |what: &str, held: f64| Figure {
                name: format!("peak memory, {format} of {CERTIFICATES}, {what}"),
                ours: in_megabytes(held),
                peer: in_megabytes(size),
                ratio: held / size,
                promise: Promise::AtMost(4.0),
                runs: RUNS,
            };
            [
                figure("whole process", whole),
                figure("beyond an empty one", whole - empty),
            ]
        })
        .collect()
}

/// Reads the file, keeps file and contents, and prints the peak.
pub(crate) fn child(file: Option<&str>) {
    let password = password();
    let held = file.map(|file| {
        let bytes = std::fs::read(file).unwrap();
        let options = ReadOptions {
            password: Some(&password),
        };
        let contents = keystore::read(&bytes, &options).unwrap();
        assert_eq!(contents.store.len(), CERTIFICATES);
        (bytes, contents)
    });
    println!("{}", peak().expect("the parent has seen one"));
    drop(black_box(held));
}

fn of_child(file: Option<&Path>) -> f64 {
    let run = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.arg(CHILD).args(file);
        let output = support::run(&mut child);
        support::stdout(&output).trim().parse::<f64>().unwrap()
    };
    median((0..RUNS).map(|_| run()))
}

/// The largest resident set of this process so far, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
