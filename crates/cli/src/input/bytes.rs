//! Bytes as they are, from files, pipes and stdin, up to the size that any certificate file can have.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::hint::Hinted;
use crate::platform::{is_pipe, open_pipe};
use crate::render::waits_for;

/// No certificate file comes near it: all roots of the world are under 1 MB, 10,000 certificates in a store 10 MB.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// So long nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads stdin as it is.
pub(crate) fn read_stdin() -> Result<Vec<u8>> {
    read_capped(io::stdin().lock())
}

/// Reads a file as it is, up to the size that any certificate file can have.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Err(Hinted::new(
            "this is a folder, and a file is needed",
            "name a file in it",
        )
        .into());
    }
    let file = open_file(path)?;
    // told beforehand, it is not copied again and again while it grows
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::new();
    if let Ok(size) = usize::try_from(size.min(MAX_FILE_BYTES)) {
        let _ = bytes.try_reserve_exact(size + 1);
    }
    read_rest(file, &mut bytes)?;
    Ok(bytes)
}

/// Opens a file to be read. That of a pipe waits until somebody writes into it; when that takes long, it is said.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    if !is_pipe(path) {
        return File::open(path);
    }
    let (opened, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                waits_for(&format!("a writer of the pipe {}", path.display()));
            }
        });
        let file = open_pipe(path);
        drop(opened);
        file
    })
}

fn read_capped(source: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_rest(source, &mut bytes)?;
    Ok(bytes)
}

/// Reads what follows bytes that were read, up to the size that any certificate file can have.
pub(crate) fn read_rest(source: impl Read, bytes: &mut Vec<u8>) -> Result<()> {
    let left = (MAX_FILE_BYTES + 1).saturating_sub(bytes.len() as u64);
    source.take(left).read_to_end(bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        anyhow::bail!(
            "larger than {} MiB, which no certificate file is",
            MAX_FILE_BYTES >> 20
        );
    }
    Ok(())
}
