//! A folder that is written whole or not at all: it is made under another name beside its place, or within it, and moved.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::{Existing, Guard, PREFIX, Privacy, Saved, create_folder, folder_of};
use crate::hint::Hinted;

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
    // `out/` and `out` are one place.
    let path: PathBuf = path.components().collect();
    if !path.exists() {
        create_folder(folder_of(&path))?;
        let _guard = Guard::of(&path)?;
        return create(&path, members).with_context(|| format!("cannot write {name}"));
    }
    if !path.is_dir() {
        bail!("{name} is a file, and a folder is to be written");
    }
    let there = files_in(&path)?;
    if is_same(&path, &there, members) {
        return Ok(Saved::Unchanged);
    }
    if !there.is_empty() {
        if existing == Existing::Keep {
            let message = format!("{name} exists and holds something else");
            let hint = "name another folder, or overwrite it with --force";
            return Err(Hinted::new(message, hint).into());
        }
        refuse_foreign(&name, &there, &owned(&path))?;
    }
    exchange(&path, &there, members).with_context(|| format!("cannot write {name}"))
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
            files.insert(path.to_string_lossy().into_owned());
        }
    }
    Ok(files)
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
    let mut foreign = there.iter().filter(|file| !owned.contains(*file));
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
    File::open(parent)?.sync_all()?;
    Ok(Saved::Written)
}

fn stage(parent: &Path, members: &[Member<'_>]) -> Result<TempDir> {
    let made = tempfile::Builder::new()
        .prefix(PREFIX)
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(parent)?;
    for member in members {
        let target = made.path().join(member.path);
        fs::create_dir_all(folder_of(&target))?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(member.privacy.mode())
            .open(&target)?;
        file.write_all(member.bytes)?;
        file.sync_all()?;
    }
    Ok(made)
}

/// Into a folder that stays, such as one that is mounted there: each name in it is moved, and moved back when one cannot be.
/// The manifest goes first and comes last, so that what lies between is no bundle.
fn exchange(path: &Path, there: &BTreeSet<String>, members: &[Member<'_>]) -> Result<Saved> {
    let _guard = Guard::of(&path.join("lock"))?;
    let new = stage(path, members)?;
    let old = tempfile::Builder::new().prefix(PREFIX).tempdir_in(path)?;
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
    File::open(path)?.sync_all()?;
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
mod tests {
    use super::*;

    const MEMBERS: &[Member<'_>] = &[
        Member {
            path: "LIST",
            bytes: b"list",
            privacy: Privacy::Public,
        },
        Member {
            path: "a/key",
            bytes: b"key",
            privacy: Privacy::Private,
        },
    ];

    fn nothing(_: &Path) -> BTreeSet<String> {
        BTreeSet::new()
    }

    fn names(folder: &Path) -> Vec<String> {
        files_in(folder).unwrap().into_iter().collect()
    }

    #[test]
    fn a_folder_is_made_whole_with_its_modes() {
        let desk = tempfile::tempdir().unwrap();
        let path = desk.path().join("out/");
        let save = || save(&path, MEMBERS, Existing::Keep, nothing).unwrap();
        assert_eq!(save(), Saved::Written);
        assert_eq!(save(), Saved::Unchanged);
        assert_eq!(names(desk.path()), ["out/LIST", "out/a/key"]);
        let mode = fs::metadata(path.join("a/key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let desk = tempfile::tempdir().unwrap();
        assert_eq!(
            save(desk.path(), MEMBERS, Existing::Keep, nothing).unwrap(),
            Saved::Written
        );
        assert_eq!(names(desk.path()), ["LIST", "a/key"]);
        assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 2);
    }

    #[test]
    fn an_earlier_one_is_replaced_and_nothing_else() {
        let desk = tempfile::tempdir().unwrap();
        let path = desk.path().join("out");
        fs::create_dir_all(path.join("old")).unwrap();
        fs::write(path.join("LIST"), "old list").unwrap();
        fs::write(path.join("old/file"), "old").unwrap();
        assert!(save(&path, MEMBERS, Existing::Keep, nothing).is_err());
        let error = save(&path, MEMBERS, Existing::Replace, |_| {
            BTreeSet::from(["LIST".to_owned()])
        });
        let error = error.unwrap_err().to_string();
        assert!(error.contains("old/file"), "{error}");
        assert_eq!(names(&path), ["LIST", "old/file"]);
        let owned = |_: &Path| BTreeSet::from(["LIST".to_owned(), "old/file".to_owned()]);
        save(&path, MEMBERS, Existing::Replace, owned).unwrap();
        assert_eq!(names(&path), ["LIST", "a/key"]);
        assert_eq!(fs::read(path.join("LIST")).unwrap(), b"list");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let desk = tempfile::tempdir().unwrap();
        let twice = [
            Member {
                path: "a",
                bytes: b"",
                privacy: Privacy::Public,
            },
            Member {
                path: "a/b",
                bytes: b"",
                privacy: Privacy::Public,
            },
        ];
        let path = desk.path().join("out");
        assert!(save(&path, &twice, Existing::Keep, nothing).is_err());
        assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 0);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("kept"), "kept").unwrap();
        let owned = |_: &Path| BTreeSet::from(["kept".to_owned()]);
        assert!(save(&path, &twice, Existing::Replace, owned).is_err());
        assert_eq!(names(desk.path()), ["out/kept"]);
    }

    #[test]
    fn moves_are_undone() {
        let desk = tempfile::tempdir().unwrap();
        let path = |name: &str| desk.path().join(name);
        fs::write(path("a"), "a").unwrap();
        let moves = [(path("a"), path("b")), (path("missing"), path("c"))];
        assert!(move_all(&moves).is_err());
        assert_eq!(names(desk.path()), ["a"]);
    }
}
