use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};

use crate::cert::testing::{new_key, params, self_sign};

use super::*;

#[test]
fn keys_are_named_and_measured() {
    let facts = |key: KeyPair| self_sign(params("k"), key).certificate.key();
    let p384 = facts(KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap());
    assert_eq!((p384.algorithm.as_str(), p384.bits), ("EC", Some(384)));
    assert_eq!(p384.curve.as_deref(), Some("P-384"));
    let rsa = facts(KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap());
    assert_eq!((rsa.algorithm.as_str(), rsa.bits), ("RSA", Some(2048)));
    let ed = facts(KeyPair::generate_for(&PKCS_ED25519).unwrap());
    assert_eq!((ed.algorithm.as_str(), ed.bits), ("Ed25519", Some(256)));
    assert_eq!(KeyFacts::from_spki(b"junk").algorithm, "unreadable");
}

#[test]
fn a_key_belongs_to_its_own_certificate_only() {
    let others = self_sign(params("other"), new_key()).certificate;
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519, &PKCS_RSA_SHA256] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let pkcs8 = key.serialize_der();
        let own = self_sign(params("own"), key).certificate;
        let another = self_sign(params("another"), KeyPair::generate_for(algorithm).unwrap());
        assert_eq!(belongs(&pkcs8, &own), Belongs::Yes);
        assert_eq!(belongs(&pkcs8, &another.certificate), Belongs::No);
        assert_eq!(belongs(&pkcs8, &others), Belongs::No);
        for length in 0..pkcs8.len() {
            assert_ne!(belongs(&pkcs8[..length], &own), Belongs::Yes);
        }
    }
}
