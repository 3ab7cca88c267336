//! What only Linux has.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// A file without a name (`O_TMPFILE`, open(2)), so that a kill leaves nothing behind; `None` where the file system has none.
pub(crate) fn unnamed(folder: &Path, mode: u32) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    // The umask is taken off by the system.
    rustix::fs::open(folder, flags, Mode::from_raw_mode(mode))
        .ok()
        .map(File::from)
}

/// Gives an unnamed file a name, which nobody may have.
pub(crate) fn give_name(file: &File, name: &Path) -> io::Result<()> {
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(
        CWD,
        &open,
        CWD,
        name,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

/// A collector that the kernel starts gets a core whatever the limit is (core(5)), unless the process is not dumpable
/// (prctl(2), `PR_SET_DUMPABLE`).
pub(super) fn refuse_dumps() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
