//! Stores to be written: entries around one certificate and one key.

use zeroize::Zeroizing;

use super::{CERT_A, KEY, der};
use crate::{Alias, CertificateDer, Entry, EntryKind, KeyStore, SealedKey, Timestamp, secret};

/// In whole seconds, which every container keeps.
pub(crate) const CREATED: Timestamp = Timestamp::from_secs(1_463_338_684);

pub(crate) fn entry(alias: &str, kind: EntryKind) -> Entry {
    Entry {
        alias: Alias::new(alias),
        created: Some(CREATED),
        kind,
        attributes: Vec::new(),
    }
}

pub(crate) fn trusted(alias: &str) -> Entry {
    let certificate = CertificateDer::from(der(CERT_A));
    entry(alias, EntryKind::TrustedCertificate(certificate))
}

pub(crate) fn with_key(alias: &str, key: SealedKey) -> Entry {
    let chain = vec![CertificateDer::from(der(CERT_A))];
    entry(alias, EntryKind::PrivateKey { key, chain })
}

pub(crate) fn clear_key() -> SealedKey {
    SealedKey::from_pkcs8(Zeroizing::new(der(KEY)))
}

pub(crate) fn secret_key(algorithm: &str) -> SealedKey {
    SealedKey::from_pkcs8(secret::wrap(algorithm, b"sixteen octets.."))
}

pub(crate) fn store(entries: impl IntoIterator<Item = Entry>) -> KeyStore {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push(entry).unwrap();
    }
    store
}
