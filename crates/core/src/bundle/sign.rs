//! Who packed: an Ed25519 signature (RFC 8032) over the bytes of `MANIFEST.json`, raw, as `openssl pkeyutl -rawin` makes
//! and takes it.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use trustpack_keystore::{self as keystore, EntryKind, ReadOptions};

use crate::Certificate;
use crate::key::KeyFacts;

/// What the manifest says of the signature. It says nothing of who that is: only a key that was had before does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerRecord {
    /// `Ed25519`.
    pub algorithm: String,
    /// The public key: `SubjectPublicKeyInfo`, DER, base64.
    pub public_key: String,
}

/// A private key that signs; `Debug` shows nothing of it.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

/// A public key that checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyingKey([u8; PUBLIC_KEY_LENGTH]);

/// Why a key is of no use here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is a key of another kind.
    #[error("the key is {algorithm}, and bundles are signed with Ed25519")]
    Algorithm {
        /// Which.
        algorithm: String,
    },
    /// There is none, or no readable one.
    #[error("there is no public key in it")]
    Absent,
    /// More than one, and nobody says which.
    #[error("there are several public keys in it")]
    Several,
    /// It says that it is one, and is not.
    #[error("the Ed25519 key is damaged")]
    Damaged,
}

const PUBLIC_KEY_LENGTH: usize = 32;

/// `SubjectPublicKeyInfo` of an Ed25519 key up to the key itself (RFC 8410 section 4).
const SPKI_HEAD: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl SigningKey {
    /// From a private key in the clear, DER of `PrivateKeyInfo` (RFC 8410 section 7), with or without its public key.
    ///
    /// # Errors
    /// When it is a key of another kind, or damaged.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let algorithm = KeyFacts::from_pkcs8(pkcs8).algorithm;
        if algorithm != ALGORITHM {
            return Err(KeyError::Algorithm { algorithm });
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8);
        let pair = pair.map_err(|_| KeyError::Damaged)?;
        Ok(Self { pair })
    }

    /// The key that checks its signatures.
    pub fn verifying_key(&self) -> VerifyingKey {
        let mut key = [0; PUBLIC_KEY_LENGTH];
        key.copy_from_slice(self.pair.public_key().as_ref());
        VerifyingKey(key)
    }

    pub(super) fn record(&self) -> SignerRecord {
        SignerRecord {
            algorithm: ALGORITHM.to_owned(),
            public_key: STANDARD.encode(self.verifying_key().spki()),
        }
    }

    /// Signs; the same bytes get the same signature (RFC 8032 section 5.1.6).
    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

const ALGORITHM: &str = "Ed25519";

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl VerifyingKey {
    /// From a file: a public key or a certificate, PEM or DER.
    ///
    /// # Errors
    /// When there is none in it, several, or one of another kind.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let contents = keystore::read(bytes, &ReadOptions::default());
        let contents = contents.map_err(|_| KeyError::Absent)?;
        let mut keys = contents.others.public_keys;
        for entry in contents.store.entries() {
            if let EntryKind::TrustedCertificate(der) = &entry.kind
                && let Ok(certificate) = Certificate::from_der(der.clone())
            {
                keys.push(certificate.subject_public_key_info().to_vec());
            }
        }
        keys.dedup();
        match keys.as_slice() {
            [] => Err(KeyError::Absent),
            [key] => Self::from_spki(key),
            _ => Err(KeyError::Several),
        }
    }

    fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let algorithm = KeyFacts::from_spki(spki).algorithm;
        if algorithm != ALGORITHM {
            return Err(KeyError::Algorithm { algorithm });
        }
        let key = spki.strip_prefix(SPKI_HEAD).ok_or(KeyError::Damaged)?;
        let key = key.try_into().map_err(|_| KeyError::Damaged)?;
        Ok(Self(key))
    }

    pub(super) fn from_record(record: &SignerRecord) -> Result<Self, KeyError> {
        let spki = STANDARD.decode(&record.public_key);
        Self::from_spki(&spki.map_err(|_| KeyError::Damaged)?)
    }

    fn spki(&self) -> Vec<u8> {
        [SPKI_HEAD, &self.0].concat()
    }

    pub(super) fn accepts(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.0);
        key.verify(bytes, signature).is_ok()
    }
}

/// SHA-256 of the `SubjectPublicKeyInfo`, hex, as people compare keys.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&super::store::hex_sha256(&self.spki()))
    }
}

#[cfg(test)]
pub(super) mod testing {
    /// Ed25519 of RFC 8032 section 7.1, TEST 1 and TEST 2, as PKCS#8 version 1.
    fn key(seed: &str) -> Vec<u8> {
        let octet = |place| u8::from_str_radix(&seed[place..place + 2], 16).unwrap();
        let head = b"\x30\x2e\x02\x01\0\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        let seed = (0..seed.len()).step_by(2).map(octet);
        head.iter().copied().chain(seed).collect()
    }

    pub(in super::super) fn pem(label: &str, der: &[u8]) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    pub(in super::super) fn pkcs8() -> Vec<u8> {
        key("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    }

    pub(in super::super) fn other_pkcs8() -> Vec<u8> {
        key("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_rfc() {
        // RFC 8032 section 7.1, TEST 1: the empty message
        let key = SigningKey::from_pkcs8(&testing::pkcs8()).unwrap();
        let signature = key.sign(b"");
        assert_eq!(signature.len(), 64);
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
        let public = key.verifying_key();
        assert!(public.accepts(b"", &signature));
        assert!(!public.accepts(b"x", &signature));
        assert!(!public.accepts(b"", &signature[1..]));
        assert_eq!(VerifyingKey::from_record(&key.record()), Ok(public));
        assert_eq!(format!("{key:?}"), "SigningKey { .. }");
    }

    #[test]
    fn a_public_key_is_read_from_what_people_have() {
        let key = SigningKey::from_pkcs8(&testing::pkcs8())
            .unwrap()
            .verifying_key();
        let pem = testing::pem("PUBLIC KEY", &key.spki());
        assert_eq!(VerifyingKey::read(pem.as_bytes()), Ok(key));
        assert_eq!(VerifyingKey::read(&key.spki()), Ok(key));
        let other = SigningKey::from_pkcs8(&testing::other_pkcs8())
            .unwrap()
            .verifying_key();
        let both = pem + &testing::pem("PUBLIC KEY", &other.spki());
        assert_eq!(VerifyingKey::read(both.as_bytes()), Err(KeyError::Several));
        assert_eq!(VerifyingKey::read(b"no key"), Err(KeyError::Absent));
    }

    #[test]
    fn only_ed25519_signs() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let error = SigningKey::from_pkcs8(&pair.serialize_der()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the key is EC, and bundles are signed with Ed25519"
        );
        let error = VerifyingKey::read(pair.public_key_pem().as_bytes()).unwrap_err();
        assert!(matches!(error, KeyError::Algorithm { .. }));
    }
}
