//! A zip of a stranger, read into memory: its names lead nowhere else, and it is no more than a bundle can be.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFileEntry;
use zip::result::ZipError;

use crate::text::escape;

/// Why a bundle cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnzipError {
    /// No zip, or one whose directory is damaged.
    #[error("broken zip: {why}")]
    Broken {
        /// What the reader says.
        why: String,
    },
    /// One of its files cannot be read.
    #[error("broken zip: {}: {why}", escape(file))]
    Damaged {
        /// Which one.
        file: String,
        /// What the reader says.
        why: String,
    },
    /// More files or bytes than any bundle has.
    #[error("a zip with more in it than any bundle has")]
    TooMuch,
    /// The name of a file could overwrite another one, or one outside of the folder that it is unpacked into.
    #[error("unsafe zip: {}: {why}", escape(file))]
    Unsafe {
        /// The name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Every file of a zip in memory, by its path, sorted.
///
/// # Errors
/// When it is no zip, or is more than a bundle can be, or has a name that no bundle has: absolute, with `..`, a link,
/// twice the same, also when case does not count.
pub fn unzip(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, UnzipError> {
    let broken = |error: ZipError| UnzipError::Broken {
        why: error.to_string(),
    };
    // The reader takes the directory in as a whole, so its length is limited before that.
    let headers = bytes.windows(CENTRAL_HEADER.len());
    let headers = headers.filter(|four| *four == CENTRAL_HEADER);
    if headers.take(MAX_FILES + 1).count() > MAX_FILES {
        return Err(UnzipError::TooMuch);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_FILES {
        return Err(UnzipError::TooMuch);
    }
    if archive.has_duplicate_names() {
        // The reader keeps the last of each name, other programs the first.
        let why = "two files have the same name";
        return Err(broken(ZipError::InvalidArchive(why.into())));
    }
    let mut files = Vec::new();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let nameless = |error: ZipError| UnzipError::Damaged {
            file: format!("file {}", index + 1),
            why: error.to_string(),
        };
        let name = {
            let entry = archive.by_index_data(index).map_err(nameless)?;
            safe_name(&entry)?
        };
        let damaged = |why: String| UnzipError::Damaged {
            file: name.clone(),
            why,
        };
        let mut file = archive
            .by_index(index)
            .map_err(|error| damaged(error.to_string()))?;
        if file.is_dir() {
            continue;
        }
        let mut content = Vec::new();
        // What the directory says of the size is a claim.
        let read = file.by_ref().take(left + 1).read_to_end(&mut content);
        let length = read.map_err(|error| damaged(error.to_string()))? as u64;
        left = left.checked_sub(length).ok_or(UnzipError::TooMuch)?;
        drop(file);
        files.push((name, content));
    }
    files.sort();
    refuse_alike(&files)?;
    Ok(files)
}

/// A central directory header (APPNOTE.TXT 4.3.12).
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";

/// A channel has a dozen files; a zip of a few kilobytes could name millions.
const MAX_FILES: usize = 10_000;

/// Certificates are small; a zip can claim a thousand times its own size.
pub(super) const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A file type of `st_mode` (POSIX), which a zip from Unix carries.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

fn safe_name(file: &ZipFileEntry<'_>) -> Result<String, UnzipError> {
    let raw = file.name_raw();
    let unsafe_file = |why: &str| UnzipError::Unsafe {
        file: String::from_utf8_lossy(raw).into_owned(),
        why: why.to_owned(),
    };
    let name = std::str::from_utf8(raw).map_err(|_| unsafe_file("the name is no UTF-8"))?;
    let kind = file.unix_mode().map_or(0, |mode| mode & FILE_TYPE);
    if !matches!(kind, 0 | REGULAR | FOLDER) {
        return Err(unsafe_file("it is a link or a device"));
    }
    if file.encrypted() {
        return Err(unsafe_file("it is encrypted"));
    }
    match unsafe_name(name.strip_suffix('/').unwrap_or(name)) {
        Some(why) => Err(unsafe_file(why)),
        None => Ok(name.to_owned()),
    }
}

/// Why a name could lead out of the folder that a bundle is unpacked into, or be another one there.
pub(in super::super) fn unsafe_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("the name is empty");
    }
    if name.len() > 1024 {
        return Some("the name is longer than any of a bundle");
    }
    if name.starts_with('/') {
        return Some("the path is absolute");
    }
    if name.contains(['\\', ':']) {
        return Some("the name has a character that leads elsewhere on Windows");
    }
    if name.chars().any(char::is_control) {
        return Some("the name has a control character");
    }
    for part in name.split('/') {
        match part {
            "" | "." => return Some("the path has an empty part"),
            ".." => return Some("the path leads out of the bundle"),
            // Windows drops them, so that it is another name there
            part if part.ends_with(['.', ' ']) => return Some("a part ends with a dot or a space"),
            _ => {}
        }
    }
    None
}

/// Refuses names that are one on a file system that ignores case, and a file that is also a folder.
fn refuse_alike(files: &[(String, Vec<u8>)]) -> Result<(), UnzipError> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    let unsafe_file = |file: &str, why: String| {
        Err(UnzipError::Unsafe {
            file: file.to_owned(),
            why,
        })
    };
    for (name, _) in files {
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            let why = format!("only case tells it from {}", escape(other));
            return unsafe_file(name, why);
        }
    }
    for (name, _) in files {
        let folders = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
        for folder in folders {
            if let Some(file) = seen.get(&folder.to_lowercase()) {
                return unsafe_file(file, "it is a file and a folder".to_owned());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
