//! Keeps a file as it was beside the one that takes its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::temporary::replace;
use super::{Privacy, is_stdout};
use crate::hint::Hinted;

/// Whether a file is there that holds something else, as far as is known.
pub(crate) fn is_changed_by(path: &Path, bytes: &[u8]) -> bool {
    match fs::metadata(path) {
        _ if is_stdout(path) => false,
        Ok(there) if !there.is_file() => false,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        _ => !fs::read(path).is_ok_and(|there| there == bytes),
    }
}

/// Copies a file, owner and mode included but for what is closed to everybody, to the first of `FILE.bak`, `FILE.bak.2`, …
/// that is free or such a copy already, as after a run that was killed, and returns that. Under the guard of the file.
pub(crate) fn back_up(path: &Path, privacy: Privacy) -> Result<PathBuf> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    for number in 1..MAX_BACKUPS {
        let mut name = path.as_os_str().to_owned();
        name.push(".bak");
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let kept = PathBuf::from(name);
        match fs::symlink_metadata(&kept) {
            Ok(there) if there.is_file() && fs::read(&kept).is_ok_and(|there| there == bytes) => {
                return Ok(kept);
            }
            Ok(_) => {}
            Err(_) => {
                let copied = replace(&kept, path, &bytes, privacy);
                copied.with_context(|| format!("cannot write {}", kept.display()))?;
                return Ok(kept);
            }
        }
    }
    let message = format!("{}: there are {MAX_BACKUPS} backups of it", path.display());
    Err(Hinted::new(message, "remove old ones").into())
}

/// Whoever keeps more wants something else.
const MAX_BACKUPS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform;

    #[test]
    fn backups_are_numbered_and_keep_the_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        fs::write(&path, b"one").unwrap();
        platform::set_mode(&path, 0o640).unwrap();
        assert!(is_changed_by(&path, b"two") && !is_changed_by(&path, b"one"));
        let first = back_up(&path, Privacy::Public).unwrap();
        fs::write(&path, b"two").unwrap();
        let second = back_up(&path, Privacy::Public).unwrap();
        assert_eq!(first, folder.path().join("store.bak"));
        assert_eq!(second, folder.path().join("store.bak.2"));
        assert_eq!(fs::read(first).unwrap(), b"one");
        assert_eq!(fs::read(&second).unwrap(), b"two");
        assert_eq!(mode(&second), 0o640);
        // a run that was killed after that has it already
        assert_eq!(back_up(&path, Privacy::Public).unwrap(), second);
        fs::write(&path, b"three").unwrap();
        platform::set_mode(&path, 0o644).unwrap();
        assert_eq!(mode(&back_up(&path, Privacy::Private).unwrap()), 0o640);
    }

    fn mode(path: &Path) -> u32 {
        platform::mode(&fs::metadata(path).unwrap()).unwrap() & 0o777
    }
}
