//! Tar (POSIX.1 ustar and pax, GNU).
//!
//! Entries are taken raw: the reader would hold a long name in memory whatever its length, so names are read here.

use std::io::Read;

use tar::{Archive, EntryType, PaxExtensions};

use super::super::budget::read_up_to;
use super::super::{Kind, Opener, Place, SourceError};
use super::{is_too_large, read_member};

/// Of names and other records before an entry: PATH_MAX is 4,096 on Linux, and extended attributes end at 64 KiB.
const MAX_RECORD: u64 = 128 << 10;

pub(in super::super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    bytes: &[u8],
    depth: usize,
) -> Result<Kind, SourceError> {
    read(opener, place, bytes, depth)
}

/// Reads as far as it goes; where a tar is broken, the places of all further entries are unknown.
pub(super) fn read(
    opener: &mut Opener<'_>,
    place: &Place,
    reader: impl Read,
    depth: usize,
) -> Result<Kind, SourceError> {
    let mut archive = Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries.raw(true),
        Err(error) => return Err(damaged(error.to_string())),
    };
    let mut long_name: Option<Vec<u8>> = None;
    for entry in entries {
        opener.meter.count(1)?;
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                opener.problem(place.clone(), damaged(error.to_string()))?;
                break;
            }
        };
        match entry.header().entry_type() {
            kind @ (EntryType::GNULongName | EntryType::XHeader) => {
                match read_up_to(&mut entry, MAX_RECORD) {
                    Ok(Some(record)) if kind == EntryType::GNULongName => {
                        long_name = Some(until_nul(&record).to_vec());
                    }
                    Ok(Some(record)) => long_name = pax_path(&record).or(long_name),
                    // The entry that follows is read under its short name.
                    Ok(None) => {}
                    Err(error) => {
                        opener.problem(place.clone(), damaged(error.to_string()))?;
                        break;
                    }
                }
            }
            EntryType::Regular | EntryType::Continuous => {
                let name = long_name.take();
                let name = name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
                let name = String::from_utf8_lossy(&name).into_owned();
                let member = place.part(&name);
                if name.ends_with('/') {
                    // how tar wrote folders before ustar
                    continue;
                }
                let claimed = entry.size();
                if is_too_large(opener, &member, claimed)? {
                    if let Err(error) = opener.meter.pass(&mut entry) {
                        opener.problem(place.clone(), damaged(error.to_string()))?;
                        break;
                    }
                    continue;
                }
                let mut counted = Counted {
                    inner: &mut entry,
                    claimed,
                };
                read_member(opener, member, &name, &mut counted, depth, "tar")?;
            }
            // Folders, links and devices hold nothing.
            EntryType::GNULongLink | EntryType::XGlobalHeader => {}
            _ => long_name = None,
        }
    }
    Ok(Kind::Archive)
}

/// An entry that must be as long as it says: the reader takes the end of the file for its end.
struct Counted<R> {
    inner: R,
    claimed: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.claimed = self.claimed.saturating_sub(read as u64);
        if read == 0 && !buffer.is_empty() && self.claimed > 0 {
            let missing = format!("{} bytes are missing", self.claimed);
            return Err(std::io::Error::new(
                std::io::ErrorKind::UnexpectedEof,
                missing,
            ));
        }
        Ok(read)
    }
}

fn pax_path(record: &[u8]) -> Option<Vec<u8>> {
    let path = PaxExtensions::new(record)
        .filter_map(Result::ok)
        .find(|extension| extension.key_bytes() == b"path")?;
    Some(path.value_bytes().to_vec())
}

fn until_nul(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn damaged(why: String) -> SourceError {
    SourceError::Damaged { what: "tar", why }
}
