//! Zip files: JAR, WAR, EAR and all others (APPNOTE.TXT). The `META-INF/*.RSA`, `.DSA` and `.EC` of a signed JAR are PKCS#7
//! with the signer's chain, and found as that.

use std::io::Cursor;

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::{Kind, Opener, Place, SourceError};
use super::{is_too_large, read_member};

/// A central directory header (APPNOTE.TXT 4.3.12).
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";

/// The list of files that `channel pack` puts into a bundle.
const MANIFEST: &str = "MANIFEST.json";

pub(in super::super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    bytes: &[u8],
    depth: usize,
) -> Result<Kind, SourceError> {
    // The directory is read as a whole, so its length is limited before that.
    let headers = bytes
        .windows(CENTRAL_HEADER.len())
        .filter(|four| *four == CENTRAL_HEADER)
        .take(opener.budget.members.saturating_add(1))
        .count();
    opener.meter.count(headers)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.has_duplicate_names() {
        // The reader keeps the last of each name.
        let why = "two members have the same name, and only the last of them is read".to_owned();
        let what = "zip";
        opener.problem(place.clone(), SourceError::Damaged { what, why })?;
    }
    let mut kind = Kind::Archive;
    for index in 0..archive.len() {
        let (name, is_dir) = match archive.by_index_data(index) {
            Ok(entry) => (
                String::from_utf8_lossy(entry.name_raw()).into_owned(),
                entry.is_dir(),
            ),
            Err(error) => (format!("member {} ({error})", index + 1), false),
        };
        if is_dir {
            continue;
        }
        if name == MANIFEST && depth == 0 {
            kind = Kind::Bundle;
        }
        let place = place.part(&name);
        match archive.by_index(index) {
            Ok(file) => {
                if is_too_large(opener, &place, file.size())? {
                    continue;
                }
                let mut file = opener.meter.watch(file);
                read_member(opener, place, &name, &mut file, depth, "zip")?;
            }
            Err(error) => opener.problem(place, damaged(error))?,
        }
    }
    Ok(kind)
}

fn damaged(error: ZipError) -> SourceError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            SourceError::Encrypted { by: "zip" }
        }
        ZipError::UnsupportedArchive(why) => SourceError::Unsupported {
            what: why.to_owned(),
        },
        ZipError::CompressionMethodNotSupported(method) => SourceError::Unsupported {
            what: format!("compression method {method} of zip"),
        },
        other => SourceError::Damaged {
            what: "zip",
            why: other.to_string(),
        },
    }
}
