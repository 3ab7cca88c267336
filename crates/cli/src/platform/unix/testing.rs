//! What tests put into folders.

pub(crate) use std::os::unix::ffi::OsStrExt;
pub(crate) use std::os::unix::fs::symlink;
pub(crate) use std::os::unix::net::UnixListener;
