//! Private keys that sign: made anew, or from PKCS#8.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING,
    ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RsaEncoding,
};
use der::asn1::ObjectIdentifier;
use trustpack_keystore::SealedKey;
use zeroize::Zeroizing;

use super::error::IssueError;
use crate::cert::asn1;
use crate::key::{
    EC, ED25519, KeyFacts, ML_DSA_44, ML_DSA_65, ML_DSA_87, P256, P384, P521, PrivateKey, RSA,
    SECP256K1,
};

/// The kinds of keys that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RFC 8410.
    Ed25519,
    /// FIPS 204, RFC 9881.
    MlDsa44,
    /// FIPS 204, RFC 9881.
    MlDsa65,
    /// FIPS 204, RFC 9881.
    MlDsa87,
    /// NIST's curve, 256 bits.
    P256,
    /// NIST's curve, 384 bits.
    P384,
    /// NIST's curve, 521 bits.
    P521,
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// RSA with 8192 bits.
    Rsa8192,
}

/// A word for no kind of key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", KeyKind::WORDS.join(", "))]
pub struct UnknownKeyKind;

impl KeyKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::Rsa8192,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// Their words, in the same order.
    pub const WORDS: [&'static str; 11] = [
        "rsa-2048",
        "rsa-3072",
        "rsa-4096",
        "rsa-8192",
        "p-256",
        "p-384",
        "p-521",
        "ed25519",
        "ml-dsa-44",
        "ml-dsa-65",
        "ml-dsa-87",
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        let mut pairs = Self::ALL.into_iter().zip(Self::WORDS);
        pairs
            .find_map(|(kind, word)| (kind == self).then_some(word))
            .unwrap_or_default()
    }

    /// The kind of a public key, when it is one that is made; what a renewal takes for a new key.
    pub fn of(spki: &[u8]) -> Option<Self> {
        let facts = KeyFacts::from_spki(spki);
        let word = match (facts.algorithm.as_str(), facts.bits, &facts.curve) {
            ("RSA", Some(bits), _) => format!("rsa-{bits}"),
            ("EC", _, Some(curve)) => curve.to_ascii_lowercase(),
            (algorithm, ..) => algorithm.to_ascii_lowercase(),
        };
        word.parse().ok()
    }

    /// A new key, in the clear: PKCS#8 (RFC 5958) of version 1, which is what Java reads; ML-DSA as its seed.
    ///
    /// # Errors
    /// [`IssueError::NoRandomness`].
    pub fn generate(self) -> Result<SealedKey, IssueError> {
        let failed = |_| IssueError::NoRandomness;
        let ecdsa = |algorithm| EcdsaKeyPair::generate(algorithm)?.to_pkcs8v1();
        let ml_dsa = |algorithm| PqdsaKeyPair::generate(algorithm)?.to_pkcs8v1();
        let document = match self {
            Self::Ed25519 => Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1()),
            Self::MlDsa44 => ml_dsa(&ML_DSA_44_SIGNING),
            Self::MlDsa65 => ml_dsa(&ML_DSA_65_SIGNING),
            Self::MlDsa87 => ml_dsa(&ML_DSA_87_SIGNING),
            Self::P256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Self::P384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
            Self::P521 => ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING),
            Self::Rsa2048 => return rsa_key(KeySize::Rsa2048),
            Self::Rsa3072 => return rsa_key(KeySize::Rsa3072),
            Self::Rsa4096 => return rsa_key(KeySize::Rsa4096),
            Self::Rsa8192 => return rsa_key(KeySize::Rsa8192),
        };
        let der = Zeroizing::new(document.map_err(failed)?.as_ref().to_vec());
        Ok(SealedKey::from_pkcs8(der))
    }
}

fn rsa_key(size: KeySize) -> Result<SealedKey, IssueError> {
    let encoded = rsa::KeyPair::generate(size).and_then(|pair| {
        let der: Pkcs8V1Der<'static> = pair.as_der()?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    });
    let der = encoded.map_err(|_| IssueError::NoRandomness)?;
    Ok(SealedKey::from_pkcs8(der))
}

impl FromStr for KeyKind {
    type Err = UnknownKeyKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut pairs = Self::ALL.into_iter().zip(Self::WORDS);
        pairs
            .find_map(|(kind, known)| (known == word).then_some(kind))
            .ok_or(UnknownKeyKind)
    }
}

/// A private key that is ready to sign. `Debug` prints what kind it is and nothing else.
pub struct SigningKey {
    pair: Pair,
    subject_public_key_info: Vec<u8>,
}

enum Pair {
    Ecdsa(EcdsaKeyPair, &'static str),
    Ed25519(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair, &'static str),
    Rsa(rsa::KeyPair),
}

impl SigningKey {
    /// From PKCS#8 in the clear.
    ///
    /// # Errors
    /// [`IssueError::KeyUnsupported`] for a kind of key, or a size, that signs nothing here.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, IssueError> {
        let unsupported = |what: &str| IssueError::KeyUnsupported {
            what: what.to_owned(),
        };
        let private =
            PrivateKey::from_der(pkcs8).ok_or_else(|| unsupported("a key that is no PKCS#8"))?;
        let damaged = |_| unsupported("a damaged key");
        let pair = match private.oid.as_str() {
            RSA => rsa::KeyPair::from_pkcs8(pkcs8)
                .map(Pair::Rsa)
                .map_err(|_| {
                    let bits = KeyFacts::from_pkcs8(pkcs8).bits;
                    match bits {
                        Some(bits @ (0..2048 | 8193..)) => unsupported(&format!(
                            "an RSA key of {bits} bits, where 2048 to 8192 are safe (NIST SP 800-131A),"
                        )),
                        _ => unsupported("a damaged key"),
                    }
                })?,
            EC => {
                let curve = private.curve.as_deref();
                let known = CURVES.iter().find(|(oid, ..)| Some(*oid) == curve);
                let (oid, algorithm, _) = known.ok_or_else(|| {
                    let facts = KeyFacts::from_pkcs8(pkcs8);
                    let curve = facts.curve.unwrap_or_else(|| "without a name".to_owned());
                    unsupported(&format!("a key on the curve {curve}"))
                })?;
                let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(damaged)?;
                Pair::Ecdsa(pair, oid)
            }
            ED25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
                .map(Pair::Ed25519)
                .map_err(damaged)?,
            other => {
                let known = ML_DSA.iter().find(|(oid, _)| *oid == other);
                let (oid, algorithm) = known.ok_or_else(|| {
                    let facts = KeyFacts::from_pkcs8(pkcs8);
                    unsupported(&format!("a key of the algorithm {}", facts.algorithm))
                })?;
                let pair = PqdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(damaged)?;
                Pair::MlDsa(pair, oid)
            }
        };
        let subject_public_key_info = pair.subject_public_key_info()?;
        Ok(Self {
            pair,
            subject_public_key_info,
        })
    }

    /// DER of `SubjectPublicKeyInfo`.
    pub fn subject_public_key_info(&self) -> &[u8] {
        &self.subject_public_key_info
    }

    /// DER of the `AlgorithmIdentifier` of its signatures: of RSA PKCS#1 1.5 with a digest that fits its size, of a curve
    /// ECDSA with the digest of its size.
    pub(super) fn algorithm(&self) -> Result<Vec<u8>, IssueError> {
        match &self.pair {
            Pair::Ecdsa(_, curve) => {
                let signature = CURVES.iter().find(|(oid, ..)| oid == curve);
                algorithm(
                    signature.map_or(ECDSA_SHA256, |(.., signature)| signature),
                    &[],
                )
            }
            Pair::Ed25519(_) => algorithm(ED25519, &[]),
            Pair::MlDsa(_, oid) => algorithm(oid, &[]),
            // RFC 4055 section 5: the parameters are NULL
            Pair::Rsa(pair) => algorithm(rsa_signature(pair).0, NULL),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, IssueError> {
        let failed = |_| IssueError::NoRandomness;
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair, _) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(failed),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::MlDsa(pair, _) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                let length = pair.sign(message, &mut signature).map_err(failed)?;
                signature.truncate(length);
                Ok(signature)
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let (_, encoding) = rsa_signature(pair);
                pair.sign(encoding, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = KeyFacts::from_spki(&self.subject_public_key_info);
        write!(formatter, "SigningKey({})", facts.algorithm)
    }
}

impl Pair {
    fn subject_public_key_info(&self) -> Result<Vec<u8>, IssueError> {
        let (identifier, key) = match self {
            Self::Ecdsa(pair, curve) => {
                let curve = asn1::element(asn1::OBJECT_IDENTIFIER, &[&contents(curve)?]);
                (algorithm(EC, &curve)?, pair.public_key().as_ref())
            }
            Self::Ed25519(pair) => (algorithm(ED25519, &[])?, pair.public_key().as_ref()),
            Self::MlDsa(pair, oid) => (algorithm(oid, &[])?, pair.public_key().as_ref()),
            Self::Rsa(pair) => (algorithm(RSA, NULL)?, pair.public_key().as_ref()),
        };
        let key = asn1::element(asn1::BIT_STRING, &[&[0], key]);
        Ok(asn1::element(asn1::SEQUENCE, &[&identifier, &key]))
    }
}

/// A digest as strong as the key (NIST SP 800-57 part 1, table 2), in the two sizes that every reader has.
fn rsa_signature(pair: &rsa::KeyPair) -> (&'static str, &'static dyn RsaEncoding) {
    match pair.public_modulus_len() {
        0..=384 => ("1.2.840.113549.1.1.11", &RSA_PKCS1_SHA256),
        385..=512 => ("1.2.840.113549.1.1.12", &RSA_PKCS1_SHA384),
        _ => ("1.2.840.113549.1.1.13", &RSA_PKCS1_SHA512),
    }
}

fn algorithm(oid: &str, parameters: &[u8]) -> Result<Vec<u8>, IssueError> {
    let oid = asn1::element(asn1::OBJECT_IDENTIFIER, &[&contents(oid)?]);
    Ok(asn1::element(asn1::SEQUENCE, &[&oid, parameters]))
}

fn contents(oid: &str) -> Result<Vec<u8>, IssueError> {
    match ObjectIdentifier::new(oid) {
        Ok(oid) => Ok(oid.as_bytes().to_vec()),
        Err(error) => Err(IssueError::Encoding {
            why: error.to_string(),
        }),
    }
}

const NULL: &[u8] = &[5, 0];
const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";

/// Curve, how it signs, and the signature algorithm (RFC 5758 section 3.2).
static CURVES: [(&str, &EcdsaSigningAlgorithm, &str); 4] = [
    (P256, &ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_SHA256),
    (P384, &ECDSA_P384_SHA384_ASN1_SIGNING, "1.2.840.10045.4.3.3"),
    (P521, &ECDSA_P521_SHA512_ASN1_SIGNING, "1.2.840.10045.4.3.4"),
    (SECP256K1, &ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_SHA256),
];

static ML_DSA: [(&str, &PqdsaSigningAlgorithm); 3] = [
    (ML_DSA_44, &ML_DSA_44_SIGNING),
    (ML_DSA_65, &ML_DSA_65_SIGNING),
    (ML_DSA_87, &ML_DSA_87_SIGNING),
];
