//! The zip: order, times and permissions fixed, so that equal files give equal bytes (reproducible-builds.org).

use std::io::{Cursor, Write as _};

use time::OffsetDateTime;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::BundleFile;

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
