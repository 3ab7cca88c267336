//! Writes files so that a reader sees the old one or the new one, never anything else.
//!
//! Temp file in the same folder, right mode, fsync, rename, fsync of the folder. An existing file keeps its mode and
//! owner; a symbolic link is followed. After a failure the old file stands untouched and no new file exists.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustix::fs::{Access, AtFlags, CWD, FlockOperation, Mode, OFlags};
use tempfile::TempPath;

use crate::hint::Hinted;

pub(crate) mod folder;
mod streamed;

pub(crate) use streamed::{Streamed, abandon, abandon_on_signals};

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

/// Of temporary files; a leftover can be deleted.
const PREFIX: &str = ".trustpack-";

/// Whether it is the name of a file that takes another one's place when it is whole.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
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
    path.as_os_str().to_string_lossy().ends_with('/') || path.is_dir()
}

/// Holds other processes of ours off the folder of a file until it is dropped.
#[derive(Clone)]
pub(crate) struct Guard {
    folder: Option<Arc<File>>,
}

impl Guard {
    /// Waits until no other of us writes there. Whoever compares, decides and writes does all of it under one guard.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        if is_stdout(path) || is_device(path) {
            return Ok(Self { folder: None });
        }
        let target = follow_links(path)?;
        let folder = folder_of(&target);
        refuse_without_folder(path, folder)?;
        let folder = lock(folder).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            folder: Some(Arc::new(folder)),
        })
    }

    /// The guard of another file: this one again when that lies in the same folder, since its lock would wait for itself.
    pub(crate) fn beside(&self, path: &Path) -> Result<Self> {
        let place = |metadata: io::Result<fs::Metadata>| {
            let metadata = metadata.ok()?;
            Some((metadata.dev(), metadata.ino()))
        };
        let own = self.folder.as_ref().and_then(|own| place(own.metadata()));
        let theirs = place(fs::metadata(folder_of(&follow_links(path)?)));
        match own.is_some() && own == theirs {
            true => Ok(self.clone()),
            false => Self::of(path),
        }
    }
}

/// Finds out before anything is made that a file could not be written for want of its folder.
pub(crate) fn require_folder_of(path: &Path) -> Result<()> {
    refuse_without_folder(path, folder_of(&follow_links(path)?))
}

/// Refuses a file whose folder is not there.
fn refuse_without_folder(path: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let message = format!("cannot write {}: its folder does not exist", path.display());
    let hint = format!("make it first: mkdir -p {}", folder.display());
    Err(Hinted::new(message, hint).into())
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
    replace(&target, folder_of(&target), bytes, privacy)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Saved::Written)
}

/// Takes from others what a new file of this content would not give them. Only its owner can, and whoever is not leaves it
/// as it is.
fn close(target: &Path, privacy: Privacy) {
    let Ok(there) = fs::metadata(target) else {
        return;
    };
    let (mode, kept) = (there.mode() & 0o7777, privacy.kept(there.mode()));
    if mode != kept {
        let _ = fs::set_permissions(target, Permissions::from_mode(kept));
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
    refuse_unwritable(folder_of(&target))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Refuses a folder in which this process cannot make files.
fn refuse_unwritable(folder: &Path) -> io::Result<()> {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::access(folder, wanted).map_err(io::Error::from)
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
        (Ok(one), Ok(other)) => {
            let is_same = (one.dev(), one.ino()) == (other.dev(), other.ino());
            is_same && !one.file_type().is_char_device()
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

/// Whether a file is there that holds something else.
pub(crate) fn is_changed_by(path: &Path, bytes: &[u8]) -> bool {
    !is_stdout(path) && path.is_file() && fs::read(path).is_ok_and(|there| there != bytes)
}

/// Copies a file, mode included but for what is closed to everybody, to the first free of `FILE.bak`, `FILE.bak.2`, …, and returns that.
pub(crate) fn back_up(path: &Path, privacy: Privacy) -> Result<PathBuf> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let mode = fs::metadata(path)?.mode();
    for number in 1..MAX_BACKUPS {
        let mut name = path.as_os_str().to_owned();
        name.push(".bak");
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let kept = PathBuf::from(name);
        if fs::symlink_metadata(&kept).is_ok() {
            continue;
        }
        save_under(
            &Guard { folder: None },
            &kept,
            &bytes,
            Privacy::Private,
            Existing::Keep,
        )?;
        fs::set_permissions(&kept, Permissions::from_mode(privacy.kept(mode)))?;
        return Ok(kept);
    }
    let message = format!("{}: there are {MAX_BACKUPS} backups of it", path.display());
    Err(Hinted::new(message, "remove old ones").into())
}

/// Whoever keeps more wants something else.
const MAX_BACKUPS: u32 = 1000;

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

/// Whether something is there that is neither a file nor a folder: `/dev/null`, a pipe.
pub(crate) fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Opens a device or pipe, which has no old content to keep and cannot be replaced. To open a pipe that nobody reads would
/// wait for a reader, perhaps for ever (fifo(7)), so that is an error.
fn open_device(path: &Path) -> Result<File> {
    let cannot = || format!("cannot write {}", path.display());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let device = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(rustix::io::Errno::NXIO) if is_pipe(path) => {
            let message = format!("{}: it is a pipe that nobody reads", cannot());
            return Err(Hinted::new(message, "start what reads it first").into());
        }
        opened => File::from(opened.map_err(io::Error::from).with_context(cannot)?),
    };
    // now that somebody reads it, writing may wait
    let flags = rustix::fs::fcntl_getfl(&device).map_err(io::Error::from);
    rustix::fs::fcntl_setfl(&device, flags? - OFlags::NONBLOCK).map_err(io::Error::from)?;
    Ok(device)
}

/// Whether a pipe with a name is there.
pub(crate) fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Held until dropped; other processes of ours that save into the folder wait for it.
fn lock(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    match rustix::fs::flock(&folder, FlockOperation::LockExclusive) {
        // A file system without locks, such as some network shares, is written all the same.
        Ok(()) | Err(rustix::io::Errno::NOTSUP | rustix::io::Errno::NOLCK) => Ok(folder),
        Err(error) => Err(error.into()),
    }
}

fn replace(target: &Path, folder: &Path, bytes: &[u8], privacy: Privacy) -> Result<()> {
    let temporary = match unnamed(folder, privacy) {
        Some(file) => {
            fill(&file, target, bytes, privacy)?;
            // It gets a name only when it is complete, so a kill leaves nothing behind.
            TempPath::try_from_path(free_name(folder, &file)?)?
        }
        None => {
            let named = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(privacy.mode()))
                .tempfile_in(folder)?;
            fill(named.as_file(), target, bytes, privacy)?;
            named.into_temp_path()
        }
    };
    temporary.persist(target).map_err(|error| error.error)?;
    // Without this the rename itself may be lost in a power cut.
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// A file without a name (`O_TMPFILE`, open(2)); `None` where the file system has none.
fn unnamed(folder: &Path, privacy: Privacy) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    // The umask is taken off by the system.
    rustix::fs::open(folder, flags, Mode::from_raw_mode(privacy.mode()))
        .ok()
        .map(File::from)
}

/// Gives an unnamed file a name that nobody has.
fn free_name(folder: &Path, file: &File) -> Result<PathBuf> {
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    let start = std::process::id();
    // Other processes use other numbers; leftovers of the same number are stepped over.
    for attempt in 0..1000_u32 {
        let name = folder.join(format!("{PREFIX}{start}-{attempt}"));
        match rustix::fs::linkat(CWD, &open, CWD, &name, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(name),
            Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
    anyhow::bail!(
        "too many files named {PREFIX}{start}-… in {}",
        folder.display()
    )
}

fn fill(mut file: &File, target: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(target) {
        keep_mode_and_owner(file, &old, privacy)?;
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
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        save(&path, b"public", Privacy::Public, Existing::Replace).unwrap();
        assert_eq!(mode(&path), 0o644);
        save(&path, b"b", Privacy::Private, Existing::Replace).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(fs::read(&path).unwrap(), b"b");
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        save(&path, b"c", Privacy::Private, Existing::Replace).unwrap();
        assert_eq!(mode(&path), 0o640);
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
    fn a_change_by_somebody_else_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        fs::write(&path, b"theirs").unwrap();
        assert!(save(&path, b"ours", Privacy::Public, Existing::Was(b"old")).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        save(&path, b"ours", Privacy::Public, Existing::Was(b"theirs")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
    }

    #[test]
    fn a_device_is_written_to() {
        assert_eq!(
            save(
                Path::new("/dev/null"),
                b"a",
                Privacy::Public,
                Existing::Keep
            )
            .unwrap(),
            Saved::Written
        );
        assert!(
            save(
                Path::new("/dev/full"),
                b"a",
                Privacy::Public,
                Existing::Keep
            )
            .is_err()
        );
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
    fn backups_are_numbered_and_keep_the_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        fs::write(&path, b"one").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(is_changed_by(&path, b"two") && !is_changed_by(&path, b"one"));
        let first = back_up(&path, Privacy::Public).unwrap();
        fs::write(&path, b"two").unwrap();
        let second = back_up(&path, Privacy::Public).unwrap();
        assert_eq!(first, folder.path().join("store.bak"));
        assert_eq!(second, folder.path().join("store.bak.2"));
        assert_eq!(fs::read(first).unwrap(), b"one");
        assert_eq!(fs::read(&second).unwrap(), b"two");
        assert_eq!(mode(&second), 0o640);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(mode(&back_up(&path, Privacy::Private).unwrap()), 0o640);
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
