use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};
use trustpack_keystore::{Alias, Entry, Format, KeyStore, SealedKey};

use super::*;
use crate::cert::testing::{copy, new_key, params, self_sign};

fn halves_of(entries: impl IntoIterator<Item = EntryKind>) -> Vec<Half> {
    let mut store = KeyStore::new();
    for kind in entries {
        store.push_renamed(Entry {
            alias: Alias::positional(1),
            created: None,
            kind,
            attributes: Vec::new(),
        });
    }
    let contents = Contents {
        store,
        ..Contents::empty(Format::Pem)
    };
    halves(&contents, &[])
}

fn private(key: &KeyPair) -> EntryKind {
    EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(key.serialize_der().into()),
        chain: Vec::new(),
    }
}

#[test]
fn halves_of_one_pair_find_each_other() {
    let algorithms = [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519, &PKCS_RSA_SHA256];
    let keys = algorithms.map(|algorithm| KeyPair::generate_for(algorithm).unwrap());
    for key in &keys {
        let own = self_sign(params("own"), copy(key)).certificate;
        let trusted = EntryKind::TrustedCertificate(own.der().clone());
        let mine = halves_of([private(key), trusted.clone(), private(key), trusted]);
        assert_eq!(mine.len(), 4);
        for one in &mine {
            assert!(
                mine.iter()
                    .all(|other| one.belongs_to(other) == Belongs::Yes)
            );
        }
        let other = new_key();
        let strangers = keys
            .iter()
            .filter(|one| !std::ptr::eq(*one, key))
            .chain([&other]);
        for stranger in strangers {
            let certificate = self_sign(params("other"), copy(stranger)).certificate;
            let certificate = EntryKind::TrustedCertificate(certificate.der().clone());
            for half in halves_of([private(stranger), certificate]) {
                assert!(mine.iter().all(|one| one.belongs_to(&half) == Belongs::No));
                assert!(mine.iter().all(|one| half.belongs_to(one) == Belongs::No));
            }
        }
    }
}

#[test]
fn a_locked_key_says_nothing() {
    let key = new_key();
    let locked = EntryKind::PrivateKey {
        key: SealedKey::from_encrypted_pkcs8(vec![0x30, 0]),
        chain: Vec::new(),
    };
    let all = halves_of([private(&key), locked]);
    assert!(all[1].is_locked());
    assert!(matches!(all[0].belongs_to(&all[1]), Belongs::CannotTell(_)));
}
