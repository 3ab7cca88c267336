//! The zip: order, times and permissions fixed, so that equal files give equal bytes (reproducible-builds.org).

use std::io::{Cursor, Read as _, Write as _};

use time::OffsetDateTime;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{BundleFile, UnzipError};

/// Writes the files in the order given, which is sorted.
pub(super) fn zip(files: &[BundleFile], created: OffsetDateTime) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(dos_time(created))
        // Certificates are public, and nothing else is in a bundle.
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.path.as_str(), options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Every file of a zip in memory, by its path, sorted.
///
/// # Errors
/// When it is no zip, or is more than a bundle can be.
pub fn unzip(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, UnzipError> {
    let broken = |error: ZipError| UnzipError::Broken {
        why: error.to_string(),
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_FILES {
        return Err(UnzipError::TooMuch);
    }
    let mut files = Vec::new();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(broken)?;
        if file.is_dir() {
            continue;
        }
        let path = file.name().map_err(broken)?.into_owned();
        let mut content = Vec::new();
        // What the directory says of the size is a claim.
        let read = file.by_ref().take(left + 1).read_to_end(&mut content);
        let length = read.map_err(|error| broken(error.into()))? as u64;
        left = left.checked_sub(length).ok_or(UnzipError::TooMuch)?;
        files.push((path, content));
    }
    files.sort();
    Ok(files)
}

/// A channel has a dozen files; a zip of a few kilobytes could name millions.
const MAX_FILES: usize = 10_000;

/// Certificates are small; a zip can claim a thousand times its own size.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let file = |path: &str| BundleFile {
            path: path.to_owned(),
            purpose: "test",
            bytes: path.as_bytes().to_vec(),
        };
        let packed = zip(&[file("a/b"), file("c")], OffsetDateTime::UNIX_EPOCH).unwrap();
        let pair = |path: &str| (path.to_owned(), path.as_bytes().to_vec());
        assert_eq!(unzip(&packed).unwrap(), [pair("a/b"), pair("c")]);
        for length in 0..packed.len() {
            assert!(unzip(&packed[..length]).is_err());
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = BundleFile {
            path: "bomb".to_owned(),
            purpose: "test",
            bytes: vec![0; usize::try_from(MAX_BYTES).unwrap() + 1],
        };
        let packed = zip(&[bomb], OffsetDateTime::UNIX_EPOCH).unwrap();
        assert!(matches!(unzip(&packed), Err(UnzipError::TooMuch)));
    }
}
