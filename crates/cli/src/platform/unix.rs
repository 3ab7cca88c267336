//! Linux, macOS and their like.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod others;
mod signals;
#[cfg(test)]
pub(crate) mod testing;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use others as system;

use std::fs::{self, File, FileType, Metadata, OpenOptions, Permissions};
use std::hash::Hash;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, CWD, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Identity, Signal};

pub(crate) use signals::{Signals, before_the_end, interruptible};
pub(crate) use system::{give_name, unnamed};

/// Who may do what with a file: its mode without its type. `None` where a system has no modes.
pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
    Some(metadata.mode() & 0o7777)
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// The same of a file that is open.
pub(crate) fn set_mode_of(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

/// The mode of a temporary file or folder, of which the umask is taken off.
pub(crate) fn ask_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
    builder.permissions(Permissions::from_mode(mode));
}

/// Makes a file that is not there yet, in this mode as the umask allows.
pub(crate) fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(mode);
    options.open(path)
}

/// Gives a new file to whom the old one belongs.
pub(crate) fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only root may give files away; for everybody else the new file stays their own.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
    Ok(())
}

/// Gives a new folder to whom the old one belongs, or fails.
pub(crate) fn give_folder(new: &Path, old: &Metadata) -> io::Result<()> {
    chown(new, Some(old.uid()), Some(old.gid()))
}

/// Two names that are there lead to each other's folder from now on, in one step (renameat2(2), renamex_np(2)).
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(
        CWD,
        one,
        CWD,
        other,
        RenameFlags::EXCHANGE,
    )?)
}

/// Writes the names in a folder to the disk; without this a rename may be lost in a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Refuses a folder in which this process cannot make files.
pub(crate) fn refuse_unwritable(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(
        folder,
        Access::WRITE_OK | Access::EXEC_OK,
    )?)
}

/// Holds other processes of ours off a folder (flock(2)) until it is dropped.
pub(crate) struct Lock {
    open: File,
    /// The folder.
    pub folder: Identity,
}

impl Lock {
    /// Of this folder; not held yet.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        let open = File::open(folder)?;
        let folder = identity(folder, &open.metadata()?)?;
        Ok(Self { open, folder })
    }

    /// Whether it is held now, and not by another one.
    pub(crate) fn try_hold(&mut self) -> io::Result<bool> {
        match rustix::fs::flock(&self.open, FlockOperation::NonBlockingLockExclusive) {
            // A file system without locks, such as some network shares, is written all the same.
            Ok(()) | Err(Errno::NOTSUP | Errno::NOLCK) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Locks a temporary file, until it is closed. A file system without locks, such as some network shares, is written all the
/// same; nothing is swept there.
pub(crate) fn hold(file: &File) -> io::Result<()> {
    match rustix::fs::flock(file, FlockOperation::LockExclusive) {
        Ok(()) | Err(Errno::NOTSUP | Errno::NOLCK) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Opens and holds a file that nobody holds any more; `None` when it is no file.
pub(crate) fn open_unheld(path: &Path) -> io::Result<Option<File>> {
    // a lock over the network is given to those only who may write
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(Some(file))
}

/// Whether the open file is the one that has this name.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => place(open) == place(there),
        _ => false,
    }
}

/// What is at the path, whatever it is called.
pub(crate) fn identity(_path: &Path, metadata: &Metadata) -> io::Result<Identity> {
    Ok(Identity(metadata.dev(), metadata.ino()))
}

/// What changes whenever a file does.
pub(crate) fn stamp(metadata: &Metadata) -> impl Hash + use<> {
    (
        (metadata.dev(), metadata.ino(), metadata.size()),
        (metadata.mtime(), metadata.mtime_nsec()),
        (metadata.ctime(), metadata.ctime_nsec()),
    )
}

/// What that is which is neither a file nor a folder.
pub(crate) fn kind(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

/// Whether a link leads to itself.
pub(crate) fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Whether something is there that is neither a file nor a folder: `/dev/null`, a pipe.
pub(crate) fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Whether it is a device that several may write to at once, such as `/dev/null`.
pub(crate) fn takes_from_anybody(metadata: &Metadata) -> bool {
    metadata.file_type().is_char_device()
}

/// Whether a pipe with a name is there.
pub(crate) fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
}

/// Opens a pipe to be read, when somebody writes into it.
pub(crate) fn open_pipe(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a device or pipe to be written. To open a pipe that nobody reads would wait for a reader, perhaps for ever
/// (fifo(7)): `None`.
pub(crate) fn open_device(path: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let device = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(Errno::NXIO) if is_pipe(path) => return Ok(None),
        opened => File::from(opened?),
    };
    // now that somebody reads it, writing may wait
    let flags = rustix::fs::fcntl_getfl(&device)?;
    rustix::fs::fcntl_setfl(&device, flags - OFlags::NONBLOCK)?;
    Ok(Some(device))
}

/// Where a file is found that was open when this program began.
pub(crate) fn descriptor(number: u32) -> io::Result<PathBuf> {
    Ok(format!("/dev/fd/{number}").into())
}

/// No core files of this process, whoever collects them, and no other process of the same user that looks into it. Where
/// the system refuses, the work goes on.
pub(crate) fn refuse_dumps() {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, nothing);
    system::refuse_dumps();
}
