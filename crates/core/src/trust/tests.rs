use trustpack_keystore::{Alias, EntryKind, SealedKey};

use crate::cert::testing::{DAY, ca, certificate, root, server};

use super::*;

#[test]
fn named_finds_in_order_what_any_client_would() {
    let names = ["A", "a", " A ", "B", "\u{df}", "ss", "", "A  b", "a B"];
    let certificates: Vec<Certificate> = (0..3)
        .flat_map(|_| names.map(|name| certificate(name, true, 0, DAY)))
        .collect();
    let mut shuffled = certificates.clone();
    shuffled.rotate_left(4);
    for certificates in [certificates, shuffled] {
        let anchors = TrustAnchors::new("", certificates.clone());
        for wanted in TrustAnchors::mozilla()
            .certificates()
            .iter()
            .take(3)
            .chain(&certificates)
        {
            let name = wanted.subject();
            let among = |equal: &dyn Fn(&Name) -> bool| {
                let is_wanted = |anchor: &&Certificate| equal(anchor.subject());
                let scanned: Vec<_> = certificates.iter().filter(is_wanted).collect();
                let found: Vec<_> = anchors.named(name).filter(is_wanted).collect();
                assert_eq!(found, scanned, "{name:?}");
            };
            among(&|subject| subject == name);
            among(&|subject| subject.is_same_for_java(name));
            among(&|subject| subject.der() == name.der());
            assert_eq!(anchors.contains(wanted), certificates.contains(wanted));
        }
    }
}

#[test]
fn every_mozilla_root_is_found_by_its_name() {
    let anchors = TrustAnchors::mozilla();
    for root in anchors.certificates() {
        assert!(anchors.contains(root));
        let scanned = anchors.certificates().iter();
        let scanned = scanned.filter(|anchor| anchor.subject() == root.subject());
        let found = anchors.named(root.subject());
        assert!(found.eq(scanned), "{root:?}");
    }
}

#[test]
fn a_key_entry_gives_its_end_entity_and_not_its_chain() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let der = |made: &crate::cert::testing::Made| made.certificate.der().clone();
    let mut store = KeyStore::new();
    let mut entry = Entry::trusted(Alias::new("key"), der(&server));
    entry.kind = EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(server.key.serialize_der().into()),
        chain: vec![der(&server), der(&ca)],
    };
    store.push(entry).unwrap();
    store
        .push(Entry::trusted(Alias::new("root"), der(&root)))
        .unwrap();
    store
        .push(Entry::trusted(Alias::new("junk"), vec![0].into()))
        .unwrap();
    let anchors = TrustAnchors::from_store("store.jks", &store);
    assert_eq!(
        anchors.certificates(),
        [server.certificate, root.certificate]
    );
    assert_eq!(anchors.origin(), "store.jks");
    let every = TrustAnchors::from_every_certificate("store.jks", &store);
    assert_eq!(every.certificates().len(), 3);
    assert!(every.contains(&ca.certificate) && every.unloadable().is_none());
}
