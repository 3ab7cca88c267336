//! Stores for the tests of the verbs.

use trustpack_keystore::{Alias, Entry, EntryKind, Error, KeyStore, RandomSource, SealedKey};

use crate::cert::testing::{Made, root};

/// One certificate under each alias.
pub(super) fn trusted_store(aliases: &[&str]) -> KeyStore {
    let made = root("Trusted");
    let entry = |alias: &&str| Entry::trusted(Alias::new(*alias), made.certificate.der().clone());
    aliases.iter().map(entry).collect()
}

/// A store with one key in the clear.
pub(super) fn key_store(alias: &str, made: &Made, issuers: &[&Made]) -> KeyStore {
    std::iter::once(key_entry(alias, made, made, issuers)).collect()
}

/// The key of one, the certificate of another.
pub(super) fn key_entry(alias: &str, key: &Made, own: &Made, issuers: &[&Made]) -> Entry {
    let chain = std::iter::once(&own).chain(issuers);
    Entry {
        alias: Alias::new(alias),
        created: None,
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(key.key.serialize_der().into()),
            chain: chain.map(|made| made.certificate.der().clone()).collect(),
        },
        attributes: Vec::new(),
    }
}

/// The store with one more trusted certificate.
pub(super) fn with_trusted(mut store: KeyStore, alias: &str, made: &Made) -> KeyStore {
    let der = made.certificate.der().clone();
    store.push_renamed(Entry::trusted(Alias::new(alias), der));
    store
}

pub(super) fn aliases(store: &KeyStore) -> Vec<&str> {
    let entries = store.entries().iter();
    entries.map(|entry| entry.alias.as_str()).collect()
}

/// No randomness at all.
pub(super) struct Zeros;

impl RandomSource for Zeros {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(0);
        Ok(())
    }
}
