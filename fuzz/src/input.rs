//! Octets of the fuzzer as the values that a target is made of.

use time::OffsetDateTime;
use trustpack_core::keystore::{ReadOptions, read};

/// What is left of an input; zeros behind its end.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn octet(&mut self) -> u8 {
        self.octets(1).first().copied().unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> usize {
        usize::from(self.octet()) << 8 | usize::from(self.octet())
    }

    pub(super) fn one_of<'b, T>(&mut self, all: &'b [T]) -> &'b T {
        &all[usize::from(self.octet()) % all.len()]
    }

    /// As many octets as there are, at most.
    pub(super) fn octets(&mut self, at_most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(at_most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A length in one octet, and as much text.
    pub(super) fn text(&mut self) -> String {
        let length = usize::from(self.octet());
        String::from_utf8_lossy(self.octets(length)).into_owned()
    }

    /// The good days of the fixtures, or anything in the calendar.
    pub(super) fn time(&mut self) -> OffsetDateTime {
        let days = (i64::try_from(self.number()).unwrap_or_default() - 0x4000) * 128;
        let day = match self.octet() {
            0..0x80 => 20_700,
            fine => days + i64::from(fine),
        };
        OffsetDateTime::from_unix_timestamp(day * 86_400).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The certificates of a fixture.
pub(super) fn ders(pem: &str) -> Vec<Vec<u8>> {
    let contents = read(pem.as_bytes(), &ReadOptions::default()).expect("a fixture");
    let entries = contents.store.entries().iter();
    let ders = entries.flat_map(|entry| entry.certificates());
    ders.map(|der| der.to_vec()).collect()
}

/// The PKCS#8 of a fixture's key.
pub(super) fn clear_key(pem: &str) -> Vec<u8> {
    let contents = read(pem.as_bytes(), &ReadOptions::default()).expect("a fixture");
    let key = contents
        .store
        .entries()
        .iter()
        .find_map(|entry| entry.key());
    let clear = key.and_then(|key| key.unlock(None).ok()).expect("a key");
    clear.secret_pkcs8().to_vec()
}
