//! Two of us never write into one folder at once: what one has read, decided and writes is not lost to the other.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::temporary::sweep;
use super::{folder_of, follow_links, is_stdout};
use crate::hint::Hinted;
use crate::platform::{Identity, Lock, is_device};

/// How long another of us may write, or wait for an answer of its user, before this one gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks whether the other one is done.
const LOOK: Duration = Duration::from_millis(10);

/// Holds other processes of ours off the folder of a file until it is dropped.
#[derive(Clone)]
pub(crate) struct Guard {
    folder: Option<Arc<Lock>>,
}

impl Guard {
    /// Waits until no other of us writes there. Whoever compares, decides and writes does all of it under one guard.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        if is_stdout(path) || is_device(path) {
            return Ok(Self::none());
        }
        let target = follow_links(path)?;
        let folder = folder_of(&target);
        refuse_without_folder(path, folder)?;
        let mut folder = Lock::new(folder).with_context(|| cannot(path))?;
        if !lock(&mut folder, PATIENCE).with_context(|| cannot(path))? {
            let message = format!("{}: another trustpack holds it", cannot(path));
            let hint = "let it end, or answer what it asks, and run this again";
            return Err(Hinted::new(message, hint).into());
        }
        sweep(folder_of(&target));
        Ok(Self {
            folder: Some(Arc::new(folder)),
        })
    }

    /// For what needs none.
    fn none() -> Self {
        Self { folder: None }
    }

    /// The guard of another file: this one again when that lies in the same folder, since its lock would wait for itself.
    pub(crate) fn beside(&self, path: &Path) -> Result<Self> {
        let Some(own) = &self.folder else {
            return Self::of(path);
        };
        let target = follow_links(path)?;
        refuse_without_folder(path, folder_of(&target))?;
        // one that cannot be told may well be its own
        let theirs = Identity::at(folder_of(&target)).with_context(|| cannot(path))?;
        match own.folder == theirs {
            true => Ok(self.clone()),
            false => Self::of(path),
        }
    }
}

fn cannot(path: &Path) -> String {
    format!("cannot lock the folder of {}", path.display())
}

/// Finds out before anything is made that a file could not be written for want of its folder.
pub(crate) fn require_folder_of(path: &Path) -> Result<()> {
    refuse_without_folder(path, folder_of(&follow_links(path)?))
}

/// Refuses a file whose folder is not there.
pub(super) fn refuse_without_folder(path: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let message = format!("cannot write {}: its folder does not exist", path.display());
    let hint = format!("make it first: mkdir -p {}", folder.display());
    Err(Hinted::new(message, hint).into())
}

/// Whether it is ours now. Two that hold a folder each and want the other's would wait for ever, so nobody does.
fn lock(folder: &mut Lock, patience: Duration) -> io::Result<bool> {
    let start = Instant::now();
    loop {
        match folder.try_hold() {
            Ok(true) => return Ok(true),
            Ok(false) if start.elapsed() < patience => thread::sleep(LOOK),
            Ok(false) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_for_the_other_and_not_for_ever() {
        let desk = tempfile::tempdir().unwrap();
        let open = || Lock::new(desk.path()).unwrap();
        let (mut one, mut other) = (open(), open());
        assert!(lock(&mut one, Duration::ZERO).unwrap());
        assert!(!lock(&mut other, Duration::from_millis(30)).unwrap());
        let waiting = thread::spawn(move || lock(&mut other, PATIENCE).unwrap());
        drop(one);
        assert!(waiting.join().unwrap());
    }
}
