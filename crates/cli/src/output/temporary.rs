//! Files that take another one's place when they are whole, and what is left of those whose process was killed.
//!
//! Each is locked before anybody can take it for a leftover, until it is in its place. One that nobody locks
//! belongs to nobody any more: its process is dead, on whichever machine and in whichever container it ran.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::{Privacy, folder_of};
use crate::platform::{self, Identity};

/// Of temporary files and folders.
pub(super) const PREFIX: &str = ".trustpack-";

/// Of files, so that nobody's own file is taken for one.
const SUFFIX: &str = ".tmp";

/// Letters and digits between the two.
const RANDOM: usize = 8;

/// Whether it is the name of a file that takes another one's place when it is whole.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

/// Puts the bytes in the place of `target`, or makes it, with mode and owner of `model` when that is there.
pub(super) fn replace(
    target: &Path,
    model: &Path,
    bytes: &[u8],
    privacy: Privacy,
) -> io::Result<()> {
    let folder = folder_of(target);
    let (file, path) = match unnamed(folder, model, bytes, privacy)? {
        Some(whole) => whole,
        None => {
            let (file, path) = named(folder, privacy.mode())?.into_parts();
            fill(&file, model, bytes, privacy)?;
            (file, path)
        }
    };
    path.persist(target).map_err(|error| error.error)?;
    // until here it must not be taken for a leftover
    drop(file);
    platform::sync_folder(folder)
}

/// A file that is complete before it has a name so that a kill leaves nothing behind but for the one
/// moment between its name and its place; `None` where the file system has none.
fn unnamed(
    folder: &Path,
    model: &Path,
    bytes: &[u8],
    privacy: Privacy,
) -> io::Result<Option<(File, TempPath)>> {
    let Some(file) = platform::unnamed(folder, privacy.mode()) else {
        return Ok(None);
    };
    fill(&file, model, bytes, privacy)?;
    platform::hold(&file)?;
    let name = builder().make_in(folder, |name| platform::give_name(&file, name));
    Ok(name.ok().map(|name| (file, name.into_temp_path())))
}

/// A file under a temporary name, empty.
pub(super) fn named(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    // once is enough but where somebody took it for a leftover before it was locked
    const ATTEMPTS: u32 = 100;
    for _ in 0..ATTEMPTS {
        let made = builder().make_in(folder, |name| platform::create_new(name, mode))?;
        platform::hold(made.as_file())?;
        if platform::is_at(made.as_file(), made.path()) {
            return Ok(made);
        }
    }
    Err(io::Error::other(
        "its temporary files are deleted by somebody",
    ))
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    builder
}

fn fill(mut file: &File, model: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    file.write_all(bytes)?;
    match fs::metadata(model) {
        Ok(old) => {
            platform::keep_owner(file, &old)?;
            if let Some(mode) = platform::mode(&old) {
                platform::set_mode_of(file, privacy.kept(mode))?;
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.sync_all()
}

/// Folders that this process has looked through.
static SWEPT: Mutex<Option<HashSet<Identity>>> = Mutex::new(None);

/// Deletes what killed processes left in a folder, once in a run. What cannot be deleted does no harm.
pub(super) fn sweep(folder: &Path) {
    let Some(place) = Identity::of(folder) else {
        return;
    };
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if swept.get_or_insert_default().insert(place) {
        sweep_now(folder);
    }
}

fn sweep_now(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_name(&entry.file_name()) {
            let _ = delete_leftover(&entry.path());
        }
    }
}

/// Whether a temporary file of ours is named so.
fn is_name(name: &OsStr) -> bool {
    let name = name.to_str();
    let random = name.and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn delete_leftover(path: &Path) -> io::Result<()> {
    let Some(file) = platform::open_unheld(path)? else {
        return Ok(());
    };
    match platform::is_at(&file, path) {
        true => fs::remove_file(path),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
