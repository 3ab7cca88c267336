//! What a key is, in words: algorithm, size, curve.

use serde::Serialize;

use super::private::PrivateKey;
use super::public::{PublicKey, integer_bits, modulus_bits};
use super::{CURVES, DSA, EC, ED25519, ML_DSA_44, ML_DSA_65, ML_DSA_87, RSA, RSA_PSS};
use crate::Certificate;
use crate::cert::asn1::{self, Reader};

/// What is known of a public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyFacts {
    /// `RSA`, `RSASSA-PSS`, `EC`, `Ed25519`, `ML-DSA-44`, `DSA`, …; the dotted OID when it has no name here.
    pub algorithm: String,
    /// Its size as people quote it: of the modulus, or of the curve's order.
    pub bits: Option<u32>,
    /// For `EC`: `P-256`, `P-384`, `P-521`, `secp256k1`, …, or the dotted OID.
    pub curve: Option<String>,
}

impl KeyFacts {
    /// Reads the DER of a `SubjectPublicKeyInfo`.
    pub fn from_spki(spki: &[u8]) -> Self {
        match PublicKey::from_der(spki) {
            Some(key) => Self::of(&key.oid, key.curve_oid(), |oid| match oid {
                DSA => key.dsa_bits(),
                _ => modulus_bits(key.bits),
            }),
            None => Self::unreadable(),
        }
    }

    /// Reads a private key in the clear, DER of `PrivateKeyInfo` (RFC 5958). Only what is no secret is looked at.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Self {
        match PrivateKey::from_der(pkcs8) {
            Some(key) => Self::of(&key.oid, key.curve.clone(), |oid| match oid {
                DSA => None,
                _ => private_modulus_bits(key.key),
            }),
            None => Self::unreadable(),
        }
    }

    /// `bits` is asked for the algorithms whose keys have different lengths.
    fn of(oid: &str, curve: Option<String>, bits: impl Fn(&str) -> Option<u32>) -> Self {
        let (algorithm, bits) = match oid {
            RSA => ("RSA", bits(oid)),
            RSA_PSS => ("RSASSA-PSS", bits(oid)),
            EC => {
                let known = CURVES
                    .iter()
                    .find(|(oid, ..)| Some(*oid) == curve.as_deref());
                return Self {
                    algorithm: "EC".to_owned(),
                    bits: known.map(|(_, _, bits)| *bits),
                    curve: known.map(|(_, name, _)| (*name).to_owned()).or(curve),
                };
            }
            DSA => ("DSA", bits(oid)),
            ED25519 => ("Ed25519", Some(256)),
            "1.3.101.113" => ("Ed448", Some(456)),
            "1.3.101.110" => ("X25519", Some(256)),
            "1.3.101.111" => ("X448", Some(448)),
            ML_DSA_44 => ("ML-DSA-44", None),
            ML_DSA_65 => ("ML-DSA-65", None),
            ML_DSA_87 => ("ML-DSA-87", None),
            other => (other, None),
        };
        Self {
            algorithm: algorithm.to_owned(),
            bits,
            curve: None,
        }
    }

    fn unreadable() -> Self {
        Self {
            algorithm: "unreadable".to_owned(),
            bits: None,
            curve: None,
        }
    }
}

impl Certificate {
    /// What its public key is.
    pub fn key(&self) -> KeyFacts {
        KeyFacts::from_spki(self.subject_public_key_info())
    }
}

/// `RSAPrivateKey ::= SEQUENCE { version, modulus, … }` (RFC 8017 appendix A.1.2)
fn private_modulus_bits(rsa_private_key: &[u8]) -> Option<u32> {
    let mut fields = Reader::inside(rsa_private_key, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER)?;
    integer_bits(fields.expect_tag(asn1::INTEGER)?.value)
}
