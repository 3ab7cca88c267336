//! Windows. Who may read a file is said by access control lists, and a new file inherits those of its folder: nothing here sets
//! or judges them, so a key belongs into a folder that is closed.

mod signals;

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::hash::Hash;
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use winapi_util::Handle;

use super::{Identity, Signal};

pub(crate) use signals::{Signals, before_the_end, interruptible};

/// `ERROR_SHARING_VIOLATION` and `ERROR_CANT_RESOLVE_FILENAME` of winerror.h.
const SHARING_VIOLATION: i32 = 32;
const CANT_RESOLVE_FILENAME: i32 = 1921;

/// `FILE_SHARE_DELETE` of winnt.h.
const SHARE_DELETE: u32 = 4;

/// There are no modes.
pub(crate) fn mode(_metadata: &Metadata) -> Option<u32> {
    None
}

pub(crate) fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

pub(crate) fn set_mode_of(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

pub(crate) fn ask_mode(_builder: &mut tempfile::Builder<'_, '_>, _mode: u32) {}

/// Makes a file that is not there yet.
pub(crate) fn create_new(path: &Path, _mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).open(path)
}

/// A new file belongs to whoever makes it.
pub(crate) fn keep_owner(_file: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

pub(crate) fn give_folder(_new: &Path, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

/// No two folders change their names in one step.
pub(crate) fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Every file has a name from its beginning.
pub(crate) fn unnamed(_folder: &Path, _mode: u32) -> Option<File> {
    None
}

pub(crate) fn give_name(_file: &File, _name: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// NTFS has the names in its journal, and no folder is opened to be written.
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether files can be made in a folder is only known to whoever tries.
pub(crate) fn refuse_unwritable(folder: &Path) -> io::Result<()> {
    fs::metadata(folder).map(drop)
}

/// Holds other processes of this user off a folder until it is dropped.
///
/// A folder itself takes no lock, so that is an empty file among the temporary ones, named after the folder and opened for
/// nobody else beside. (`File::lock` needs Rust 1.89.)
pub(crate) struct Lock {
    path: PathBuf,
    held: Option<File>,
    /// The folder.
    pub folder: Identity,
}

impl Lock {
    /// Of this folder; not held yet.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        let whole = folder.canonicalize()?;
        let digest = Sha256::digest(whole.as_os_str().as_encoded_bytes());
        let mut name = ".trustpack-lock-".to_owned();
        for byte in digest.iter().take(16) {
            let _ = write!(name, "{byte:02x}");
        }
        Ok(Self {
            path: env::temp_dir().join(name),
            held: None,
            folder: identity_at(&whole)?,
        })
    }

    /// Whether it is held now, and not by another one.
    pub(crate) fn try_hold(&mut self) -> io::Result<bool> {
        if self.held.is_some() {
            return Ok(true);
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        match options.share_mode(0).open(&self.path) {
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(false),
            opened => {
                self.held = Some(opened?);
                Ok(true)
            }
        }
    }
}

/// A file that is open is held.
pub(crate) fn hold(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a file that nobody has open any more, so that it may be deleted; `None` when it is no file.
pub(crate) fn open_unheld(path: &Path) -> io::Result<Option<File>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.write(true).share_mode(SHARE_DELETE);
    options.open(path).map(Some)
}

/// Whether the open file is the one that has this name: nobody of ours takes it from what is open.
pub(crate) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// What is at the path, whatever it is called.
pub(crate) fn identity(path: &Path, _metadata: &Metadata) -> io::Result<Identity> {
    identity_at(path)
}

fn identity_at(path: &Path) -> io::Result<Identity> {
    let information = winapi_util::file::information(&Handle::from_path_any(path)?)?;
    Ok(Identity(
        information.volume_serial_number(),
        information.file_index(),
    ))
}

/// What changes whenever a file does.
pub(crate) fn stamp(metadata: &Metadata) -> impl Hash + use<> {
    (
        metadata.file_size(),
        metadata.creation_time(),
        metadata.last_write_time(),
        metadata.file_attributes(),
    )
}

/// What that is which is neither a file nor a folder.
pub(crate) fn kind(_kind: FileType) -> &'static str {
    "a device"
}

/// Whether a link leads to itself.
pub(crate) fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(CANT_RESOLVE_FILENAME)
}

/// Whether it is the name of a device, which lies in no folder: `NUL`, `\\.\COM1`, a pipe.
pub(crate) fn is_device(path: &Path) -> bool {
    let name = path.as_os_str();
    name.eq_ignore_ascii_case(OsStr::new("NUL")) || name.as_encoded_bytes().starts_with(br"\\.\")
}

/// What is told of by its metadata is a file or a folder.
pub(crate) fn takes_from_anybody(_metadata: &Metadata) -> bool {
    false
}

/// Whether it is the name of a pipe.
pub(crate) fn is_pipe(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    let prefix = br"\\.\pipe\";
    let start = name.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

pub(crate) fn open_pipe(_path: &Path) -> io::Result<File> {
    Err(no_pipes())
}

/// Opens a device to be written.
pub(crate) fn open_device(path: &Path) -> io::Result<Option<File>> {
    match is_pipe(path) {
        true => Err(no_pipes()),
        false => OpenOptions::new().write(true).open(path).map(Some),
    }
}

fn no_pipes() -> io::Error {
    io::Error::other(
        "pipes by name are not opened on Windows; name a file, or - for stdin or stdout",
    )
}

/// No program is handed open files by number.
pub(crate) fn descriptor(_number: u32) -> io::Result<PathBuf> {
    Err(io::Error::other(
        "Windows hands over no files by number; use env:NAME, file:PATH or prompt",
    ))
}

/// Error reports have what their settings say, for all programs alike.
pub(crate) fn refuse_dumps() {}
