//! What systems do each in their own way: modes, locks, devices and pipes, signals, what stays of a process. Every system has
//! the same functions here, and no other file says which one it runs on.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::fs;
use std::io;
use std::path::Path;

pub(crate) use system::{
    Lock, Signals, ask_mode, before_the_end, create_new, descriptor, exchange, give_folder,
    give_name, hold, identity, interruptible, is_at, is_device, is_loop, is_pipe, keep_owner, kind,
    mode, open_device, open_pipe, open_unheld, refuse_dumps, refuse_unwritable, set_mode,
    set_mode_of, stamp, sync_folder, takes_from_anybody, unnamed,
};

#[cfg(test)]
pub(crate) use system::testing;

/// What makes a file or folder the same whatever it is called: device and inode, on Windows volume and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity(u64, u64);

impl Identity {
    /// Of what is at the path, behind any links.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        identity(path, &fs::metadata(path)?)
    }

    /// `None` when there is nothing at the path.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::at(path).ok()
    }
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// To end: Ctrl-C, SIGTERM.
    End,
    /// SIGHUP: the terminal is gone; where there was none, to read everything anew.
    HangUp,
    /// SIGWINCH: the terminal has another size.
    Resized,
}
