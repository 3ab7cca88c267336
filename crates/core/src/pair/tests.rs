use rcgen::KeyPair;
use trustpack_keystore::{Alias, SealedKey};

use super::*;
use crate::cert::testing::{Made, ca, new_key, root, server};

fn certificate(made: &Made) -> Entry {
    Entry::trusted(Alias::positional(1), made.certificate.der().clone())
}

fn key_entry(key: SealedKey) -> Entry {
    Entry {
        alias: Alias::positional(1),
        created: None,
        kind: EntryKind::PrivateKey {
            key,
            chain: Vec::new(),
        },
        attributes: Vec::new(),
    }
}

fn key(key: &KeyPair) -> Entry {
    key_entry(SealedKey::from_pkcs8(key.serialize_der().into()))
}

fn paired(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push_renamed(entry);
    }
    pair(store).into_entries()
}

fn is_key(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::PrivateKey { .. })
}

fn chain(made: &[&Made]) -> Vec<CertificateDer<'static>> {
    let ders = made.iter().map(|made| made.certificate.der().clone());
    ders.collect()
}

#[test]
fn a_key_takes_its_certificate_and_issuers_in_any_order() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let parts = [
        key(&server.key),
        certificate(&server),
        certificate(&ca),
        certificate(&root),
    ];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    for order in orders {
        let entries = paired(order.map(|place| parts[place].clone()));
        assert_eq!(entries.len(), 1, "{order:?}");
        assert!(is_key(&entries[0]));
        assert_eq!(entries[0].certificates(), chain(&[&server, &ca, &root]));
    }
}

#[test]
fn what_belongs_to_no_chain_stays_trusted() {
    let (own, other) = (root("Own"), root("Other"));
    let server = server("h.example", &own);
    // The name of the issuer, and not its key.
    let namesake = root("Own");
    let entries = paired([
        certificate(&namesake),
        certificate(&other),
        key(&server.key),
        certificate(&server),
    ]);
    let kinds: Vec<bool> = entries.iter().map(is_key).collect();
    assert_eq!(kinds, [false, false, true]);
    assert_eq!(entries[0].certificates(), chain(&[&namesake]));
    assert_eq!(entries[1].certificates(), chain(&[&other]));
    assert_eq!(entries[2].certificates(), chain(&[&server]));
}

#[test]
fn two_keys_share_their_issuers() {
    let root = root("Root");
    let (one, two) = (server("one.example", &root), server("two.example", &root));
    let entries = paired([
        key(&one.key),
        key(&two.key),
        certificate(&root),
        certificate(&two),
        certificate(&one),
    ]);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].certificates(), chain(&[&one, &root]));
    assert_eq!(entries[1].certificates(), chain(&[&two, &root]));
}

#[test]
fn a_key_without_a_certificate_stays_as_it_is() {
    let stranger = root("Root");
    let before = [key(&new_key()), certificate(&stranger)];
    let after = paired(before.clone());
    assert!(is_key(&after[0]) && after[0].certificates().is_empty());
    assert_eq!(after[0].kind, before[0].kind);
    assert_eq!(after[1].certificates(), chain(&[&stranger]));
}

#[test]
fn a_locked_key_stays_as_it_is_and_takes_nothing() {
    let server = server("h.example", &root("Root"));
    let locked = SealedKey::from_encrypted_pkcs8(vec![0x30, 0]);
    assert!(locked.is_sealed());
    let after = paired([key_entry(locked.clone()), certificate(&server)]);
    let EntryKind::PrivateKey { key, chain } = &after[0].kind else {
        panic!("{after:?}");
    };
    assert!(*key == locked && chain.is_empty());
    assert_eq!(after[1].certificates(), self::chain(&[&server]));
}

#[test]
fn a_chain_that_is_there_is_not_touched() {
    let root = root("Root");
    let server = server("h.example", &root);
    let mut whole = key(&server.key);
    if let EntryKind::PrivateKey { chain, .. } = &mut whole.kind {
        chain.push(server.certificate.der().clone());
    }
    let after = paired([whole, certificate(&root)]);
    assert_eq!(after[0].certificates(), chain(&[&server]));
    assert_eq!(after.len(), 2);
}
