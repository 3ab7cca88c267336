//! Writes files so that a reader sees the old one or the new one, never anything else.
//!
//! Temp file in the same folder, right mode, fsync, rename, fsync of the folder. An existing file keeps its mode and
//! owner; a symbolic link is followed. After a failure the old file stands untouched and no new file exists. What a killed
//! process left behind is deleted by the next one that writes there.
//!
//! ```text
//! temporary  one file in the place of another       guard   one writer at a time
//! streamed   a file that is written piece by piece  folder  many files as one
//! backup     the file as it was, beside it
//! ```

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result};

use crate::hint::Hinted;
use crate::platform::{self, Identity, is_device};

mod backup;
pub(crate) mod folder;
mod guard;
mod streamed;
mod temporary;

pub(crate) use backup::{back_up, is_changed_by};
use guard::refuse_without_folder;
pub(crate) use guard::{Guard, require_folder_of};
pub(crate) use streamed::{Streamed, abandon};
pub(crate) use temporary::is_temporary;
use temporary::replace;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// A key or a password is inside: mode 0600.
    Private,
    /// Everybody, as the umask allows.
    Public,
}

impl Privacy {
    /// What of the mode of an old file a new one keeps. A group may have been given access to a key on purpose; of a file that
    /// was open to everybody only its reading is kept, since services that read a store often do so by their group.
    fn kept(self, mode: u32) -> u32 {
        match self {
            Self::Private if mode & 0o007 == 0 => mode & 0o7770,
            Self::Private => mode & 0o7740,
            Self::Public => mode & 0o7777,
        }
    }

    fn mode(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Public => 0o666,
        }
    }
}

/// What to do with a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing<'a> {
    /// Refuse, unless it holds the same bytes.
    Keep,
    /// Replace it.
    Replace,
    /// Replace it if it still holds these bytes; somebody else's change is not overwritten.
    Was(&'a [u8]),
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
    // behind the other names lies the file that stdout was redirected to, which is appended to and not replaced
    const NAMES: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    NAMES.iter().any(|name| path == Path::new(name))
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
    let name = path.as_os_str().to_string_lossy();
    name.ends_with(path::is_separator) || path.is_dir()
}

/// Saves the bytes at `path`, or prints them when `path` is `-`.
pub(crate) fn save(
    path: &Path,
    bytes: &[u8],
    privacy: Privacy,
    existing: Existing<'_>,
) -> Result<Saved> {
    if !is_stdout(path) && is_folder(path) {
        return Err(no_file(path));
    }
    save_under(&Guard::of(path)?, path, bytes, privacy, existing)
}

fn no_file(path: &Path) -> anyhow::Error {
    let message = format!(
        "{} is a folder, and a file is to be written",
        path.display()
    );
    Hinted::new(message, "name a file in it").into()
}

/// As [`save`], by somebody who holds the guard of `path` already.
pub(crate) fn save_under(
    _guard: &Guard,
    path: &Path,
    bytes: &[u8],
    privacy: Privacy,
    existing: Existing<'_>,
) -> Result<Saved> {
    if is_stdout(path) {
        return to_stdout(bytes);
    }
    if is_folder(path) {
        return Err(no_file(path));
    }
    let target = follow_links(path)?;
    if is_device(&target) {
        open_device(path)?
            .write_all(bytes)
            .with_context(|| path.display().to_string())?;
        return Ok(Saved::Written);
    }
    if !is_to_be_written(&target, path, bytes, existing)? {
        close(&target, privacy);
        return Ok(Saved::Unchanged);
    }
    replace(&target, &target, bytes, privacy)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Saved::Written)
}

/// Takes from others what a new file of this content would not give them. Only its owner can, and whoever is not leaves it
/// as it is.
fn close(target: &Path, privacy: Privacy) {
    let Ok(there) = fs::metadata(target) else {
        return;
    };
    let Some(mode) = platform::mode(&there) else {
        return;
    };
    let kept = privacy.kept(mode);
    if mode != kept {
        let _ = platform::set_mode(target, kept);
    }
}

/// Refuses a place where no file can be written, whatever its content.
pub(crate) fn refuse(path: &Path) -> Result<()> {
    if is_stdout(path) || is_device(path) {
        return Ok(());
    }
    if is_folder(path) {
        return Err(no_file(path));
    }
    let target = follow_links(path)?;
    refuse_without_folder(path, folder_of(&target))?;
    platform::refuse_unwritable(folder_of(&target))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Refuses what [`save`] would refuse, and writes nothing.
pub(crate) fn rehearse(path: &Path, bytes: &[u8], existing: Existing<'_>) -> Result<()> {
    if is_stdout(path) || is_device(path) {
        return Ok(());
    }
    if is_folder(path) {
        return Err(no_file(path));
    }
    is_to_be_written(&follow_links(path)?, path, bytes, existing).map(drop)
}

/// Whether the file is not there yet with the same bytes; an error when something else is there and is to be kept.
fn is_to_be_written(
    target: &Path,
    path: &Path,
    bytes: &[u8],
    existing: Existing<'_>,
) -> Result<bool> {
    match fs::read(target) {
        Ok(there) if there == bytes => Ok(false),
        Ok(_) if existing == Existing::Keep => Err(Hinted::new(
            format!("{} exists and holds something else", path.display()),
            "name another file, or overwrite it with --force",
        )
        .into()),
        Ok(there) if matches!(existing, Existing::Was(was) if was != there) => Err(Hinted::new(
            format!(
                "{} was changed by somebody else in the meantime",
                path.display()
            ),
            "run the command again; nothing was written",
        )
        .into()),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Whether two paths lead to one file that is there.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize()
        .is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Whether what is written at two paths meets in one place: both are stdout, one file by whatever names, or would be. A
/// device such as `/dev/null` takes from anybody.
pub(crate) fn is_one_place(one: &Path, other: &Path) -> bool {
    if is_stdout(one) || is_stdout(other) {
        return is_stdout(one) && is_stdout(other);
    }
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(there), Ok(_)) => {
            let place = Identity::of(one);
            let is_same = place.is_some() && place == Identity::of(other);
            is_same && !platform::takes_from_anybody(&there)
        }
        (Err(_), Err(_)) => {
            let place = |path: &Path| {
                let target = follow_links(path).ok()?;
                let folder = folder_of(&target).canonicalize().ok()?;
                Some(folder.join(target.file_name()?))
            };
            one == other || place(one).is_some_and(|one| place(other) == Some(one))
        }
        _ => false,
    }
}

/// Creates the folder and its parents; an existing one is fine.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if path.exists() {
        let message = format!("{} is a file, and a folder is meant", path.display());
        return Err(Hinted::new(message, "name another folder").into());
    }
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

/// Opens a device or pipe, which has no old content to keep and cannot be replaced.
fn open_device(path: &Path) -> Result<File> {
    let cannot = || format!("cannot write {}", path.display());
    platform::open_device(path)
        .with_context(cannot)?
        .ok_or_else(|| {
            let message = format!("{}: it is a pipe that nobody reads", cannot());
            Hinted::new(message, "start what reads it first").into()
        })
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
