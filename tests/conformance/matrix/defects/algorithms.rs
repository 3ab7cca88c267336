//! Keys and signatures, weak, new and odd ones.

use std::sync::Arc;

use super::Defect;
use crate::matrix::cells::HOST;
use crate::matrix::keys::{Key, Signature};
use crate::matrix::pki::{Certified, authority, issuing, leaf, leaf_with, root};

pub(super) fn defects() -> Vec<Defect> {
    let mut defects = Vec::new();
    let rsa = Arc::new(Key::rsa(2048));
    for (name, key) in [
        ("RSA-1024", Key::rsa(1024)),
        ("RSA-1536", Key::rsa(1536)),
        ("RSA-3072", Key::rsa(3072)),
        ("P-384", Key::curve("P-384", Signature::ecdsa_sha384())),
        ("P-521", Key::curve("P-521", Signature::ecdsa_sha512())),
        (
            "secp256k1",
            Key::curve("secp256k1", Signature::ecdsa_sha256()),
        ),
        (
            "brainpoolP256r1",
            Key::curve("brainpoolP256r1", Signature::ecdsa_sha256()),
        ),
        ("P-224", Key::curve("P-224", Signature::ecdsa_sha256())),
        ("Ed25519", Key::openssl("ED25519", "", Signature::ed25519())),
        ("Ed448", Key::openssl("ED448", "", Signature::ed448())),
    ] {
        let key = Arc::new(key);
        defects.push(below(name, "intermediate", &key, None));
        defects.push(above(name, &key, None));
    }
    for (name, how) in [
        ("RSA with MD5", Signature::rsa_md5()),
        ("RSA with SHA-1", Signature::rsa_sha1()),
        ("RSA with SHA-256", Signature::rsa_sha256()),
        (
            "RSA with SHA-256, no NULL",
            Signature::rsa_sha256_without_null(),
        ),
        ("RSA with SHA-512", Signature::rsa_sha512()),
        ("RSA-PSS with SHA-256", Signature::pss_sha256()),
    ] {
        defects.push(below(name, "signature of the leaf by", &rsa, Some(&how)));
        defects.push(above(name, &rsa, Some(&how)));
        defects.push(self_signed(name, &rsa, &how));
    }
    let p256 = Arc::new(Key::p256());
    for (name, how) in [
        ("P-256 with SHA-1", Signature::ecdsa_sha1()),
        ("P-256 with SHA-384", Signature::ecdsa_sha384()),
        ("P-256 with SHA-512", Signature::ecdsa_sha512()),
    ] {
        defects.push(below(name, "signature of the leaf by", &p256, Some(&how)));
        defects.push(above(name, &p256, Some(&how)));
    }
    let p384 = Arc::new(Key::curve("P-384", Signature::ecdsa_sha384()));
    defects.push(below(
        "P-384 with SHA-256",
        "signature of the leaf by",
        &p384,
        Some(&Signature::ecdsa_sha256()),
    ));
    for (name, key) in [
        ("leaf with RSA-2048", Key::rsa(2048)),
        (
            "leaf with P-384",
            Key::curve("P-384", Signature::ecdsa_sha384()),
        ),
        (
            "leaf with P-521",
            Key::curve("P-521", Signature::ecdsa_sha512()),
        ),
        (
            "leaf with Ed25519",
            Key::openssl("ED25519", "", Signature::ed25519()),
        ),
    ] {
        let root = root("Root", &|_| {});
        let middle = issuing("Issuing", &root, &|_| {});
        let end = leaf_with(key, &[HOST], Some(&middle), &|_| {});
        defects.push(Defect::new(name, &[&end, &middle], &root));
    }
    defects
}

/// A leaf that a CA with this key signed, in this way.
fn below(name: &str, place: &str, key: &Arc<Key>, how: Option<&Signature>) -> Defect {
    let root = root("Root", &|_| {});
    let middle = authority("Issuing", key.clone(), Some(&root), &|_| {});
    let end = leaf(&[HOST], Some(&middle), &|draft| {
        draft.signature = how.unwrap_or(&draft.signature).clone();
    });
    defect(format!("{place} {name}"), &end, &middle, &root)
}

/// An intermediate that a root with this key signed, in this way.
fn above(name: &str, key: &Arc<Key>, how: Option<&Signature>) -> Defect {
    let root = authority("Root", key.clone(), None, &|_| {});
    let middle = issuing("Issuing", &root, &|draft| {
        draft.signature = how.unwrap_or(&draft.signature).clone();
    });
    let end = leaf(&[HOST], Some(&middle), &|_| {});
    let place = if how.is_some() {
        "signature of the intermediate by"
    } else {
        "root"
    };
    defect(format!("{place} {name}"), &end, &middle, &root)
}

/// A root that signed itself in this way, and nothing else so.
fn self_signed(name: &str, key: &Arc<Key>, how: &Signature) -> Defect {
    let root = authority("Root", key.clone(), None, &|draft| {
        draft.signature = how.clone()
    });
    let middle = issuing("Issuing", &root, &|_| {});
    let end = leaf(&[HOST], Some(&middle), &|_| {});
    defect(
        format!("signature of the root by {name}"),
        &end,
        &middle,
        &root,
    )
}

fn defect(name: String, end: &Certified, middle: &Certified, root: &Certified) -> Defect {
    Defect::new(name, &[end, middle], root)
}
