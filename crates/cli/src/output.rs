//! Writes files so that a reader sees the old one or the new one, never anything else.
//!
//! Temp file in the same folder, right mode, fsync, rename, fsync of the folder. An existing file keeps its mode and
//! owner; a symbolic link is followed. After a failure the old file stands untouched and no new file exists.

use std::fs::{self, File, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::hint::Hinted;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// A key or a password is inside: mode 0600.
    Private,
    /// Everybody, as the umask allows.
    Public,
}

/// What to do with a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Refuse, unless it holds the same bytes.
    Keep,
    /// Replace it.
    Replace,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// The file was there with the same bytes and was not touched.
    Unchanged,
    /// The file is new, or its content is.
    Written,
}

/// Whether the path means stdout.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// The output in messages.
pub(crate) fn name(path: &Path) -> String {
    if is_stdout(path) {
        "stdout".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Whether the path means a folder: it ends with a separator, or is one.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with('/') || path.is_dir()
}

/// Saves the bytes at `path`, or prints them when `path` is `-`.
pub(crate) fn save(
    path: &Path,
    bytes: &[u8],
    privacy: Privacy,
    existing: Existing,
) -> Result<Saved> {
    if is_stdout(path) {
        return to_stdout(bytes);
    }
    if is_folder(path) {
        let message = format!(
            "{} is a folder, and a file is to be written",
            path.display()
        );
        return Err(Hinted::new(message, "name a file in it").into());
    }
    let target = follow_links(path)?;
    if let Some(folder) = target.parent()
        && !folder.as_os_str().is_empty()
        && !folder.exists()
    {
        let message = format!("cannot write {}: its folder does not exist", path.display());
        return Err(Hinted::new(
            message,
            format!("make it first: mkdir -p {}", folder.display()),
        )
        .into());
    }
    match fs::read(&target) {
        Ok(there) if there == bytes => return Ok(Saved::Unchanged),
        Ok(_) if existing == Existing::Keep => {
            return Err(Hinted::new(
                format!("{} exists and holds something else", path.display()),
                "name another file, or overwrite it with --force",
            )
            .into());
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    replace(&target, bytes, privacy).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Saved::Written)
}

/// Creates the folder and its parents; an existing one is fine.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

fn to_stdout(bytes: &[u8]) -> Result<Saved> {
    let mut stdout = io::stdout().lock();
    if stdout.is_terminal() && bytes.iter().any(|byte| *byte == 0 || *byte >= 0x80) {
        return Err(Hinted::new(
            "the output is binary and stdout is a terminal",
            "name a file with -o, or redirect stdout",
        )
        .into());
    }
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(Saved::Written)
}

/// The file behind a symbolic link, also when it does not exist yet: the link stays, its target is replaced.
fn follow_links(path: &Path) -> Result<PathBuf> {
    // The limit is that of Linux itself (ELOOP, path_resolution(7)).
    const MAX_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&target) else {
            return Ok(target);
        };
        target = target.parent().unwrap_or_else(|| Path::new("")).join(next);
    }
    anyhow::bail!("{}: too many symbolic links", path.display())
}

fn replace(target: &Path, bytes: &[u8], privacy: Privacy) -> Result<()> {
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wanted = match privacy {
        Privacy::Private => 0o600,
        // The umask is taken off by the system when the file is opened.
        Privacy::Public => 0o666,
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(".trustpack-")
        .permissions(Permissions::from_mode(wanted))
        .tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    if let Ok(old) = fs::metadata(target) {
        keep_mode_and_owner(temporary.as_file(), &old)?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;
    // Without this the rename itself may be lost in a power cut.
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn keep_mode_and_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only root may give files away; for everybody else the new file stays their own.
        let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(Permissions::from_mode(old.mode() & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_private_file_is_0600_and_an_existing_mode_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        assert_eq!(
            save(&path, b"a", Privacy::Private, Existing::Keep).unwrap(),
            Saved::Written
        );
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        save(&path, b"b", Privacy::Private, Existing::Replace).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(fs::read(&path).unwrap(), b"b");
    }

    #[test]
    fn another_content_is_kept_unless_told_and_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        save(&path, b"a", Privacy::Public, Existing::Keep).unwrap();
        assert_eq!(
            save(&path, b"a", Privacy::Public, Existing::Keep).unwrap(),
            Saved::Unchanged
        );
        assert!(save(&path, b"b", Privacy::Public, Existing::Keep).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"a");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("target", &link).unwrap();
        save(&link, b"new", Privacy::Public, Existing::Keep).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
        std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
        assert!(
            save(
                &folder.path().join("loop"),
                b"x",
                Privacy::Public,
                Existing::Replace
            )
            .is_err()
        );
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no-such-folder/store");
        assert!(save(&missing, b"a", Privacy::Public, Existing::Keep).is_err());
        assert!(save(folder.path(), b"a", Privacy::Public, Existing::Replace).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
