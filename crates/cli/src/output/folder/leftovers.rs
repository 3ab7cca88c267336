//! What a process of ours left behind when it was killed.

use std::fs;
use std::path::{Path, PathBuf};

/// Of temporary folders. What has this name and six letters more is a leftover of ours, and is swept.
pub(super) const PREFIX: &str = ".trustpack-bundle-";
pub(super) const LETTERS: usize = 6;

/// The folders in this one that a process of ours left there when it was killed, by their names.
pub(crate) fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| PathBuf::from(entry.file_name()));
    names.filter(|name| is_ours(name)).collect()
}

/// Whether a path begins with such a folder.
pub(super) fn is_ours(path: &Path) -> bool {
    let first = path.components().next();
    let name = first.and_then(|name| name.as_os_str().to_str());
    let letters = name.and_then(|name| name.strip_prefix(PREFIX));
    letters.is_some_and(|letters| {
        letters.len() == LETTERS && letters.bytes().all(|letter| letter.is_ascii_alphanumeric())
    })
}

/// Removes what was left behind, by somebody who holds the lock of the folder.
pub(super) fn sweep(folder: &Path) {
    for name in left_behind(folder) {
        // what cannot be removed is in nobody's way here
        let _ = fs::remove_dir_all(folder.join(name));
    }
}
