use super::*;
use crate::cert::testing::{self, DAY};
use crate::chain::{Root, analyse};
use trustpack_keystore::{Alias, Entry, SealedKey};

fn roles(subject: &Subject) -> Vec<(&str, Role, bool)> {
    let items = subject.items.iter();
    items
        .map(|item| (item.label.as_str(), item.role, item.extra))
        .collect()
}

#[test]
fn store_roles_and_unreadable_entries() {
    let mut store = KeyStore::new();
    let leaf = testing::certificate("leaf", false, 0, DAY);
    let root = testing::certificate("root", true, 0, DAY);
    for (alias, der) in [
        ("bad", CertificateDer::from(vec![1, 2, 3])),
        ("root", root.der().clone()),
        ("leaf", leaf.der().clone()),
    ] {
        store.push(Entry::trusted(Alias::new(alias), der)).unwrap();
    }
    let subject = Subject::from_store("s.jks", &store);
    let expected = [
        ("root", Role::Anchor, false),
        ("leaf", Role::EndEntity, false),
    ];
    assert_eq!(roles(&subject), expected);
    assert_eq!(subject.findings[0].id, "CERT-UNREADABLE");
    assert_eq!(subject.findings[0].subject, "s.jks: bad");
}

/// `trustpack new ca --store` makes such entries, and `openssl req -x509` the last one, which serves as well.
#[test]
fn a_ca_with_its_key() {
    let root = testing::root("root");
    let below = testing::ca("below", &root);
    let mut params = testing::ca_params("both");
    params.key_usages.clear();
    let both = testing::self_sign(params, testing::new_key());
    let entry = |alias: &str, made: &testing::Made, issuers: &[&testing::Made]| {
        let chain = std::iter::once(&made).chain(issuers);
        Entry {
            alias: Alias::new(alias),
            created: None,
            kind: EntryKind::PrivateKey {
                key: SealedKey::from_pkcs8(made.key.serialize_der().into()),
                chain: chain.map(|one| one.certificate.der().clone()).collect(),
            },
            attributes: Vec::new(),
        }
    };
    let entries = [
        entry("root", &root, &[]),
        entry("below", &below, &[&root]),
        entry("both", &both, &[]),
    ];
    let subject = Subject::from_store("ca.p12", &entries.into_iter().collect());
    let expected = [
        ("root", Role::Anchor, false),
        ("below", Role::Intermediate, false),
        ("below[2]", Role::Anchor, false),
        ("both", Role::EndEntity, false),
    ];
    assert_eq!(roles(&subject), expected);
}

#[test]
fn chain_path_root_and_extras() {
    let leaf = testing::issued("leaf", "ca", false, 0, DAY);
    let ca = testing::issued("ca", "root", true, 0, DAY);
    let root = testing::certificate("root", true, 0, DAY);
    let extra = testing::issued("old", "older", true, 0, DAY);
    let chain = PresentedChain {
        certificates: vec![leaf.clone(), extra, ca.clone()],
        ..PresentedChain::default()
    };
    let analysis = ChainAnalysis {
        completed: Vec::new(),
        path: vec![leaf, ca],
        root: Some(Root {
            certificate: root.clone(),
            origin: None,
            presented: false,
        }),
        findings: Vec::new(),
    };
    let subject = Subject::from_chain("h:443", &chain, &analysis);
    let expected = [
        ("1", Role::EndEntity, false),
        ("2", Role::Intermediate, false),
        ("root", Role::Anchor, false),
        ("extra 1", Role::Intermediate, true),
    ];
    assert_eq!(roles(&subject), expected);
    assert_eq!(subject.needs, [root.fingerprint()]);
}

#[test]
fn an_unreadable_certificate_of_a_chain_is_told_once() {
    let leaf = testing::certificate("leaf", false, 0, DAY);
    let chain = PresentedChain::from_ders([leaf.der().clone(), vec![0x30, 0].into()]);
    let analysis = analyse(&chain, &[], "h:443", testing::at(0));
    let subject = Subject::from_chain("h:443", &chain, &analysis);
    let unreadable = subject.findings.iter();
    let unreadable: Vec<_> = unreadable
        .filter(|one| one.id == "CERT-UNREADABLE")
        .collect();
    assert_eq!(unreadable.len(), 1);
    assert!(unreadable[0].message.starts_with("certificate 2 "));
}

#[test]
fn a_bare_list_is_a_chain_or_anchors() {
    let leaf = testing::issued("leaf", "ca", false, 0, DAY);
    let ca = testing::issued("ca", "root", true, 0, DAY);
    let chain = Subject::from_certificates("chain.pem", [leaf.der(), ca.der()]);
    assert_eq!(chain.items[1].role, Role::Intermediate);
    let anchors = Subject::from_certificates("ca.pem", [ca.der()]);
    assert_eq!(anchors.items[0].role, Role::Anchor);
}
