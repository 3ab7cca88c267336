//! The entries of a list (RFC 5280 section 5.1.2.6) where they stand in it, with an index: four octets each, since lists
//! have up to a million.

use std::ops::Range;

use time::OffsetDateTime;

use crate::cert::asn1::{INTEGER, Reader, SEQUENCE, shortest_integer};
use crate::decode::{self, Decoded, Value};
use crate::extension::Extension;

/// Where the entries are, by serial number.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Entries with the same number stay in the order of the list.
    places: Vec<u32>,
    /// What stands in the way of using the list.
    pub(super) unusable: Option<String>,
}

/// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`
#[derive(Debug)]
pub(super) struct Entry<'a> {
    serial: &'a [u8],
    pub(super) at: OffsetDateTime,
    extensions: Option<&'a [u8]>,
}

impl Entries {
    /// Reads those in `range` of the signed part of a list; `None` when one of them is none.
    pub(super) fn read(signed: &[u8], range: Range<usize>) -> Option<Self> {
        let end = range.end;
        let mut whole = Reader::new(signed.get(range)?);
        let Some(list) = whole.expect_tag(SEQUENCE) else {
            return whole.is_empty().then(Self::default);
        };
        let mut rest = Reader::new(list.value);
        let mut unusable = None;
        let mut found = Vec::new();
        while !rest.is_empty() {
            let place = u32::try_from(end.checked_sub(rest.rest().len())?).ok()?;
            let entry = Entry::read(rest.next()?.raw)?;
            unusable = unusable.or_else(|| entry.unusable());
            found.push((entry.serial, place));
        }
        found.sort_by_key(|(serial, _)| *serial);
        Some(Self {
            places: found.into_iter().map(|(_, place)| place).collect(),
            unusable,
        })
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.places.capacity() * size_of::<u32>()
    }

    /// The entry of a serial number, in its shortest form.
    pub(super) fn find<'a>(&self, signed: &'a [u8], serial: &[u8]) -> Option<Entry<'a>> {
        let entry = |place: &u32| {
            let place = usize::try_from(*place).ok()?;
            Entry::read(Reader::new(signed.get(place..)?).next()?.raw)
        };
        let is_before = |place: &u32| entry(place).is_some_and(|entry| entry.serial < serial);
        let first = self.places.partition_point(is_before);
        let same = self.places.get(first..)?.iter().map_while(entry);
        let mut same = same.take_while(|entry| entry.serial == serial);
        // removeFromCRL counts only where nothing else is said (section 6.3.3 (l))
        same.find(|entry| entry.reason().as_deref() != Some(REMOVED))
    }
}

impl<'a> Entry<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::inside(der, SEQUENCE)?;
        let serial = shortest_integer(fields.expect_tag(INTEGER)?.value);
        let Some(Value::Time(at)) = decode::time(fields.next()?.raw) else {
            return None;
        };
        let extensions = fields.expect_tag(SEQUENCE).map(|set| set.raw);
        fields.is_empty().then_some(Self {
            serial,
            at,
            extensions,
        })
    }

    /// Section 5.3.1.
    pub(super) fn reason(&self) -> Option<String> {
        let extensions = Extension::read_set(self.extensions?)?;
        let reason = extensions.iter().find(|one| one.oid == REASON)?;
        match decode::extension(REASON, &reason.value) {
            Decoded::Known(value) => value.in_line(),
            _ => None,
        }
    }

    /// "the application MUST NOT use that CRL to determine the status of any certificates" (section 5.3).
    fn unusable(&self) -> Option<String> {
        let Some(extensions) = Extension::read_set(self.extensions?) else {
            return Some("the extensions of an entry are not readable".to_owned());
        };
        let unknown = extensions
            .iter()
            .find(|one| one.critical && !KNOWN.contains(&one.oid.as_str()))?;
        let oid = &unknown.oid;
        Some(format!(
            "it has a critical extension {oid} that is not known here"
        ))
    }
}

const REMOVED: &str = "removeFromCRL";
const REASON: &str = "2.5.29.21";
/// Reason, hold instruction (RFC 3280), invalidity date. Not certificateIssuer: only indirect lists have it.
const KNOWN: [&str; 3] = [REASON, "2.5.29.23", "2.5.29.24"];
