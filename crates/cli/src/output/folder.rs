//! A folder that is written whole or not at all: it is made under another name beside its place, and takes it in one step.

mod leftovers;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::{Existing, Guard, Privacy, Saved, create_folder, folder_of};
use crate::hint::Hinted;
use crate::platform;

pub(crate) use leftovers::left_behind;
use leftovers::{LETTERS, PREFIX, is_ours, sweep};

/// A file to be written.
pub(crate) struct Member<'a> {
    /// Its path in the folder, with `/`.
    pub path: &'a str,
    pub bytes: &'a [u8],
    pub privacy: Privacy,
}

/// Writes a folder of these files and of no others.
///
/// `owned` says which files of the folder that is there may go; anything else in it is somebody's, and is kept by refusing.
pub(crate) fn save(
    path: &Path,
    members: &[Member<'_>],
    existing: Existing<'_>,
    owned: impl FnOnce(&Path) -> BTreeSet<String>,
) -> Result<Saved> {
    let name = path.display().to_string();
    let cannot = || format!("cannot write {name}");
    let path = plain(path);
    if !path.exists() {
        create_folder(folder_of(&path))?;
        let _guard = Guard::of(&path)?;
        sweep(folder_of(&path));
        return create(&path, members).with_context(cannot);
    }
    refuse_file(&path, &name)?;
    // a link stays a link: the folder behind it is replaced
    let path = path.canonicalize().with_context(cannot)?;
    // the folder beside it where that can be had, so that everybody who writes here waits for one lock
    let _guard = Guard::of(&path).or_else(|error| match error.is::<Hinted>() {
        // somebody holds it
        true => Err(error),
        false => Guard::of(&path.join("lock")),
    })?;
    // also where there is nothing to write: whoever was killed last may have left the old folder whole
    sweep(folder_of(&path));
    let there = files_in(&path)?;
    if is_same(&path, &there, members) {
        close(&path, members).with_context(cannot)?;
        return Ok(Saved::Unchanged);
    }
    if !there.is_empty() {
        refuse_foreign(&name, &there, &owned(&path))?;
        if existing == Existing::Keep {
            let message = format!("{name} exists and holds something else");
            let hint = "name another folder, or overwrite it with --force";
            return Err(Hinted::new(message, hint).into());
        }
    }
    swap(&path, members)
        .or_else(|_| exchange(&path, &there, members))
        .with_context(cannot)
}

/// Refuses a place where [`save`] could write nothing, whatever the files.
pub(crate) fn refuse(path: &Path, owned: impl FnOnce(&Path) -> BTreeSet<String>) -> Result<()> {
    let name = path.display().to_string();
    let path = plain(path);
    refuse_file(&path, &name)?;
    if path.is_dir() {
        refuse_foreign(&name, &files_in(&path)?, &owned(&path))?;
    }
    // whichever of them is there: the others are made in it
    let place = path.ancestors().find(|folder| folder.exists());
    let place = place.unwrap_or_else(|| Path::new("."));
    platform::refuse_unwritable(place).with_context(|| format!("cannot write {name}"))
}

/// `out/` and `out` are one place.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

fn refuse_file(path: &Path, name: &str) -> Result<()> {
    if !path.exists() || path.is_dir() {
        return Ok(());
    }
    let message = format!("{name} is a file, and a folder is to be written");
    Err(Hinted::new(
        message,
        "name another folder, or a file without the `/` at its end",
    )
    .into())
}

/// Files with a key in it are for their owner alone, whoever opened them since.
fn close(folder: &Path, members: &[Member<'_>]) -> io::Result<()> {
    let private = members
        .iter()
        .filter(|member| member.privacy == Privacy::Private);
    for member in private {
        let path = folder.join(member.path);
        let mode = platform::mode(&fs::metadata(&path)?);
        if mode.is_some_and(|mode| mode & 0o077 != 0) {
            platform::set_mode(&path, member.privacy.mode())?;
        }
    }
    Ok(())
}

fn files_in(folder: &Path) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            let path = entry
                .path()
                .strip_prefix(folder)
                .unwrap_or_else(|_| entry.path());
            files.insert(with_slashes(path));
        }
    }
    Ok(files)
}

/// A path within a folder, as members have it.
pub(crate) fn with_slashes(path: &Path) -> String {
    let path = path.to_string_lossy();
    match MAIN_SEPARATOR {
        '/' => path.into_owned(),
        separator => path.replace(separator, "/"),
    }
}

fn is_same(folder: &Path, there: &BTreeSet<String>, members: &[Member<'_>]) -> bool {
    let is_equal = |member: &Member<'_>| {
        let bytes = fs::read(folder.join(member.path));
        bytes.is_ok_and(|bytes| bytes == member.bytes)
    };
    there.len() == members.len() && members.iter().all(is_equal)
}

/// Nothing is removed that somebody may have put there.
fn refuse_foreign(name: &str, there: &BTreeSet<String>, owned: &BTreeSet<String>) -> Result<()> {
    const SHOWN: usize = 3;
    let is_foreign = |file: &&String| !owned.contains(*file) && !is_ours(Path::new(file));
    let mut foreign = there.iter().filter(is_foreign);
    let first: Vec<&str> = foreign.by_ref().take(SHOWN).map(String::as_str).collect();
    if first.is_empty() {
        return Ok(());
    }
    let more = if foreign.next().is_some() {
        ", …"
    } else {
        ""
    };
    let message = format!(
        "{name} holds files that no bundle has: {}{more}",
        first.join(", ")
    );
    Err(Hinted::new(message, "move them away, or name another folder").into())
}

/// Under another name first; the folder appears when it is whole.
fn create(path: &Path, members: &[Member<'_>]) -> Result<Saved> {
    let parent = folder_of(path);
    let made = stage(parent, members)?;
    fs::rename(made.path(), path)?;
    // It has another name now, and nothing to be removed.
    let _ = made.keep();
    platform::sync_folder(parent)?;
    Ok(Saved::Written)
}

fn stage(parent: &Path, members: &[Member<'_>]) -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    platform::ask_mode(builder.prefix(PREFIX).rand_bytes(LETTERS), 0o777);
    let made = builder.tempdir_in(parent)?;
    for member in members {
        let target = made.path().join(member.path);
        fs::create_dir_all(folder_of(&target))?;
        let mut file = platform::create_new(&target, member.privacy.mode())?;
        file.write_all(member.bytes)?;
        file.sync_all()?;
    }
    Ok(made)
}

/// Made beside the folder that is there, in its mode, and exchanged with it in one step: whoever is killed leaves the old
/// one or the new one.
fn swap(path: &Path, members: &[Member<'_>]) -> Result<Saved> {
    let parent = folder_of(path);
    let there = fs::metadata(path)?;
    let made = stage(parent, members)?;
    platform::give_folder(made.path(), &there)?;
    fs::set_permissions(made.path(), there.permissions())?;
    platform::exchange(made.path(), path)?;
    // its name leads to the old one now, which goes with it
    drop(made);
    platform::sync_folder(parent)?;
    Ok(Saved::Written)
}

/// Into a folder that stays, such as one that is mounted there or whose neighbours are somebody else's: each name in it is
/// moved, and moved back when one cannot be. The manifest goes first and comes last, so that what lies between is no bundle.
fn exchange(path: &Path, there: &BTreeSet<String>, members: &[Member<'_>]) -> Result<Saved> {
    let new = stage(path, members)?;
    let old = tempfile::Builder::new()
        .prefix(PREFIX)
        .rand_bytes(LETTERS)
        .tempdir_in(path)?;
    let mut moves: Vec<(PathBuf, PathBuf)> = Vec::new();
    for name in top_names(there.iter().map(String::as_str)) {
        moves.push((path.join(&name), old.path().join(&name)));
    }
    for name in top_names(members.iter().map(|member| member.path))
        .into_iter()
        .rev()
    {
        moves.push((new.path().join(&name), path.join(&name)));
    }
    move_all(&moves)?;
    platform::sync_folder(path)?;
    Ok(Saved::Written)
}

/// The first part of each path, once; capitals come first, and with them the manifest.
fn top_names<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let first = |path: &'a str| path.split('/').next().unwrap_or(path).to_owned();
    paths.map(first).collect()
}

fn move_all(moves: &[(PathBuf, PathBuf)]) -> io::Result<()> {
    for (done, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = fs::rename(from, to) {
            for (from, to) in moves.iter().take(done).rev() {
                // What cannot be moved back stays where it is; the error of the first move says what is wrong.
                let _ = fs::rename(to, from);
            }
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
