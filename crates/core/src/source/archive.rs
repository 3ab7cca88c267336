//! Archives: members are unpacked in memory, one at a time.

mod packed;
mod tar;
mod zip;
mod zstd;

use std::io::{self, Read};

use trustpack_keystore::Format;
use zeroize::Zeroizing;

use super::budget::read_up_to;
use super::detect::extension;
use super::{Opener, Place, SourceError};

pub(super) use packed::{Packing, open as packed};
pub(super) use tar::open as tar;
pub(super) use zip::open as zip;

/// What most members of Java archives are (JVMS section 4.1); the rest of one is not unpacked.
const CLASS_FILE: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];

/// Whether a member says itself that it is larger than any may be; that is told.
fn is_too_large(opener: &mut Opener<'_>, place: &Place, claimed: u64) -> Result<bool, SourceError> {
    let limit = opener.budget.member_bytes;
    if claimed <= limit {
        return Ok(false);
    }
    let what = "bytes in one member";
    opener.problem(place.clone(), SourceError::OverBudget { what, limit })?;
    Ok(true)
}

/// Unpacks one member and hands it on; one that cannot be read is told, and the others go on.
fn read_member(
    opener: &mut Opener<'_>,
    place: Place,
    name: &str,
    reader: &mut dyn Read,
    depth: usize,
    what: &'static str,
) -> Result<(), SourceError> {
    let limit = opener.budget.member_bytes;
    match unpack(reader, limit) {
        Ok(Unpacked::All(bytes)) => {
            let promised = promises(name);
            opener.member(place, name, bytes, promised, depth)
        }
        Ok(Unpacked::ClassFile) => {
            opener.passed_over += 1;
            Ok(())
        }
        Ok(Unpacked::TooLarge) => {
            let what = "bytes in one member";
            opener.problem(place, SourceError::OverBudget { what, limit })
        }
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
            let what = "bytes that unpacking may hold";
            let limit = packed::WINDOW;
            opener.problem(place, SourceError::OverBudget { what, limit })
        }
        Err(error) => {
            let why = error.to_string();
            opener.problem(place, SourceError::Damaged { what, why })
        }
    }
}

enum Unpacked {
    All(Zeroizing<Vec<u8>>),
    ClassFile,
    TooLarge,
}

fn unpack(mut reader: &mut dyn Read, limit: u64) -> io::Result<Unpacked> {
    let mut head = Vec::new();
    let start = CLASS_FILE.len() as u64;
    (&mut reader).take(start).read_to_end(&mut head)?;
    if head == CLASS_FILE {
        return Ok(Unpacked::ClassFile);
    }
    let whole = read_up_to(&mut head.as_slice().chain(reader), limit)?;
    Ok(whole.map_or(Unpacked::TooLarge, Unpacked::All))
}

/// Whether the name says that it is a certificate or a store, as for files in folders.
pub(super) fn promises(name: &str) -> bool {
    Format::for_extension(&extension(name)).is_some()
}
