//! The zip: order, times and permissions fixed, so that equal files give equal bytes (reproducible-builds.org).
//!
//! Files are stored and not compressed. What is in a bundle is small, and so every byte of the zip is one that somebody can
//! name: a changed one either changes a file, or makes the zip another one than these files give.

use std::io::{Cursor, Write as _};

use time::OffsetDateTime;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

mod unzip;

pub(super) use unzip::unsafe_name;
pub use unzip::{UnzipError, unzip};

/// A file to be put into a zip.
pub(super) struct Member<'a> {
    pub(super) path: &'a str,
    pub(super) bytes: &'a [u8],
    /// Whether a key is in it.
    pub(super) private: bool,
}

/// Writes the files in the order given, which is sorted.
pub(super) fn zip(files: &[Member<'_>], created: OffsetDateTime) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(dos_time(created));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let mode = if file.private { 0o600 } else { 0o644 };
        writer.start_file(file.path, options.unix_permissions(mode))?;
        writer.write_all(file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The first byte in which another zip differs from one that was written here, and the file to which it belongs there.
pub(super) fn difference(written: &[u8], other: &[u8]) -> Option<(usize, Option<String>)> {
    if written == other {
        return None;
    }
    let pairs = written.iter().zip(other);
    let place = pairs.take_while(|(one, other)| one == other).count();
    let at = place as u64;
    let mut owner = None;
    if let Ok(mut archive) = ZipArchive::new(Cursor::new(written)) {
        for index in 0..archive.len() {
            let Ok(file) = archive.by_index_raw(index) else {
                continue;
            };
            // The headers of all files stand before those of the directory.
            let starts = [file.header_start(), file.central_header_start()];
            let is_behind = starts.iter().any(|start| *start <= at);
            let best = owner.as_ref().map(|(start, _)| *start);
            let start = starts.into_iter().filter(|start| *start <= at).max();
            if is_behind && start > best {
                owner = start.zip(Some(String::from_utf8_lossy(file.name_raw()).into_owned()));
            }
        }
    }
    Some((place, owner.map(|(_, name)| name)))
}

/// DOS time counts in two seconds from 1980 to 2107 and has no zone: UTC, and the nearest end outside of that.
fn dos_time(time: OffsetDateTime) -> DateTime {
    let time = time.to_offset(time::UtcOffset::UTC);
    let (hour, minute, second) = time.to_hms();
    let Ok(year) = u16::try_from(time.year()) else {
        return DateTime::default();
    };
    if year > 2107 {
        return DateTime::from_date_and_time(2107, 12, 31, 23, 59, 58).unwrap_or_default();
    }
    // The default is 1980-01-01, the first that there is.
    DateTime::from_date_and_time(
        year,
        time.month().into(),
        time.day(),
        hour,
        minute,
        second & !1,
    )
    .unwrap_or_default()
}
