//! Files that take another one's place when they are whole, and what is left of those whose process was killed.
//!
//! Each is locked (flock(2)) before anybody can take it for a leftover, until it is in its place. One that nobody locks
//! belongs to nobody any more: its process is dead, on whichever machine and in whichever container it ran.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use tempfile::{Builder, NamedTempFile, TempPath};

use super::{Privacy, folder_of};

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
    sync_folder(folder)
}

/// Without this a rename may be lost in a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that is complete before it has a name (`O_TMPFILE`, open(2)), so that a kill leaves nothing behind but for the one
/// moment between its name and its place; `None` where the file system has none, or no `/proc` says how to name it.
fn unnamed(
    folder: &Path,
    model: &Path,
    bytes: &[u8],
    privacy: Privacy,
) -> io::Result<Option<(File, TempPath)>> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    // The umask is taken off by the system.
    let Ok(file) = rustix::fs::open(folder, flags, Mode::from_raw_mode(privacy.mode())) else {
        return Ok(None);
    };
    let file = File::from(file);
    fill(&file, model, bytes, privacy)?;
    hold(&file)?;
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |name: &Path| {
        let link = rustix::fs::linkat(CWD, &open, CWD, name, AtFlags::SYMLINK_FOLLOW);
        link.map_err(io::Error::from)
    };
    let name = builder().make_in(folder, link);
    Ok(name.ok().map(|name| (file, name.into_temp_path())))
}

/// A file under a temporary name, empty.
pub(super) fn named(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    // once is enough but where somebody took it for a leftover before it was locked
    const ATTEMPTS: u32 = 100;
    for _ in 0..ATTEMPTS {
        let made = builder().make_in(folder, |name| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true).mode(mode);
            options.open(name)
        })?;
        hold(made.as_file())?;
        if is_at(made.as_file(), made.path()) {
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

/// Locks it. A file system without locks, such as some network shares, is written all the same; nothing is swept there.
fn hold(file: &File) -> io::Result<()> {
    match rustix::fs::flock(file, FlockOperation::LockExclusive) {
        Ok(()) | Err(Errno::NOTSUP | Errno::NOLCK) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the open file is the one that has this name.
fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => place(open) == place(there),
        _ => false,
    }
}

fn fill(mut file: &File, model: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    file.write_all(bytes)?;
    match fs::metadata(model) {
        Ok(old) => keep_mode_and_owner(file, &old, privacy)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.sync_all()
}

fn keep_mode_and_owner(file: &File, old: &fs::Metadata, privacy: Privacy) -> io::Result<()> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only root may give files away; for everybody else the new file stays their own.
        let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(Permissions::from_mode(privacy.kept(old.mode())))
}

/// Folders that this process has looked through.
static SWEPT: Mutex<Option<HashSet<(u64, u64)>>> = Mutex::new(None);

/// Deletes what killed processes left in a folder, once in a run. What cannot be deleted does no harm.
pub(super) fn sweep(folder: &Path) {
    let Ok(place) = fs::metadata(folder).map(|there| (there.dev(), there.ino())) else {
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
    // a lock over the network is given to those only who may write
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        if is_at(&file, path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn leftovers_go_and_nothing_else() {
        let desk = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(desk.path().join(name), "x").unwrap();
        put(".trustpack-a1B2c3D4.tmp");
        let kept = [
            ".trustpack-a1B2c3D4",
            ".trustpack-a1B2c3D45.tmp",
            ".trustpack-a1B2c3-4.tmp",
            ".trustpack-notes",
            "trustpack-a1B2c3D4.tmp",
        ];
        kept.iter().copied().for_each(put);
        let live = named(desk.path(), 0o600).unwrap();
        let live_name = live
            .path()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        std::os::unix::fs::symlink(
            "trustpack-a1B2c3D4.tmp",
            desk.path().join(".trustpack-linkLINK.tmp"),
        )
        .unwrap();
        fs::create_dir(desk.path().join(".trustpack-folderFO.tmp")).unwrap();
        sweep(desk.path());
        let mut expected: Vec<&str> = kept.to_vec();
        expected.extend([
            live_name.as_str(),
            ".trustpack-linkLINK.tmp",
            ".trustpack-folderFO.tmp",
        ]);
        expected.sort_unstable();
        assert_eq!(names(desk.path()), expected);
        assert!(
            !names(desk.path())
                .iter()
                .any(|name| name == ".trustpack-a1B2c3D4.tmp")
        );
        // its process is still there, so once is enough
        put(".trustpack-a1B2c3D4.tmp");
        sweep(desk.path());
        assert!(desk.path().join(".trustpack-a1B2c3D4.tmp").exists());
        drop(live);
        assert!(!desk.path().join(live_name).exists());
    }

    #[test]
    fn one_without_its_lock_is_a_leftover() {
        let desk = tempfile::tempdir().unwrap();
        let (file, path) = named(desk.path(), 0o600).unwrap().keep().unwrap();
        sweep_now(desk.path());
        assert!(path.exists());
        drop(file);
        sweep_now(desk.path());
        assert!(!path.exists());
    }
}
