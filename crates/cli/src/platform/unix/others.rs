//! What other systems do without.

use std::fs::File;
use std::io;
use std::path::Path;

/// Every file has a name from its beginning.
pub(crate) fn unnamed(_folder: &Path, _mode: u32) -> Option<File> {
    None
}

/// There is none without.
pub(crate) fn give_name(_file: &File, _name: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The limit on core files holds for all of them.
pub(super) fn refuse_dumps() {}
