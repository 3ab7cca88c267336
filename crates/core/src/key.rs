//! Public keys: what they are, and which private key they belong to.

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1,
    ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, ParsedPublicKey, PqdsaKeyPair,
    PqdsaSigningAlgorithm,
};
use serde::Serialize;

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

/// Whether a private key belongs to a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// Cannot be told, and why.
    CannotTell(String),
    /// It is the key of another certificate.
    No,
    /// The public key derived from it is the certificate's.
    Yes,
}

/// A `SubjectPublicKeyInfo`, taken apart (RFC 5280 section 4.1.2.7).
#[derive(Clone, Debug)]
pub(crate) struct PublicKey<'a> {
    pub(crate) oid: String,
    /// DER of the algorithm's parameters, when there are any.
    pub(crate) parameters: Option<&'a [u8]>,
    /// The contents of the bit string.
    pub(crate) bits: &'a [u8],
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

/// Whether the private key in `pkcs8` (RFC 5958) is the one of `certificate`: derives its public key and compares.
pub fn belongs(pkcs8: &[u8], certificate: &Certificate) -> Belongs {
    belongs_to(pkcs8, certificate.subject_public_key_info())
}

/// The same for the DER of a `SubjectPublicKeyInfo`, wherever it stands.
pub fn belongs_to(pkcs8: &[u8], spki: &[u8]) -> Belongs {
    let Some(public) = PublicKey::from_der(spki) else {
        return Belongs::CannotTell("the public key is not readable".to_owned());
    };
    let Some(private) = PrivateKey::from_der(pkcs8) else {
        return Belongs::CannotTell("the private key is no PKCS#8".to_owned());
    };
    if family(&private.oid) != family(&public.oid) {
        return Belongs::No;
    }
    match private.oid.as_str() {
        RSA | RSA_PSS => compare(rsa_public(pkcs8, &private), public.bits),
        EC => belongs_ec(pkcs8, &private, &public),
        ED25519 => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok();
            compare(
                pair.map(|pair| pair.public_key().as_ref().to_vec()),
                public.bits,
            )
        }
        ML_DSA_44 => belongs_ml_dsa(&ML_DSA_44_SIGNING, pkcs8, &public),
        ML_DSA_65 => belongs_ml_dsa(&ML_DSA_65_SIGNING, pkcs8, &public),
        ML_DSA_87 => belongs_ml_dsa(&ML_DSA_87_SIGNING, pkcs8, &public),
        other => Belongs::CannotTell(format!("keys of algorithm {other} are not supported")),
    }
}

fn belongs_ml_dsa(
    algorithm: &'static PqdsaSigningAlgorithm,
    pkcs8: &[u8],
    public: &PublicKey<'_>,
) -> Belongs {
    let pair = PqdsaKeyPair::from_pkcs8(algorithm, pkcs8).ok();
    compare(
        pair.map(|pair| pair.public_key().as_ref().to_vec()),
        public.bits,
    )
}

fn compare(derived: Option<Vec<u8>>, public: &[u8]) -> Belongs {
    match derived {
        Some(derived) if derived == public => Belongs::Yes,
        Some(_) => Belongs::No,
        None => Belongs::CannotTell("the private key is damaged".to_owned()),
    }
}

fn belongs_ec(pkcs8: &[u8], private: &PrivateKey<'_>, public: &PublicKey<'_>) -> Belongs {
    let curve = public.curve_oid();
    if private.curve != curve && private.curve.is_some() {
        return Belongs::No;
    }
    let algorithm = match curve.as_deref() {
        Some(P256) => &ECDSA_P256_SHA256_ASN1_SIGNING,
        Some(P384) => &ECDSA_P384_SHA384_ASN1_SIGNING,
        Some(P521) => &ECDSA_P521_SHA512_ASN1_SIGNING,
        Some(SECP256K1) => &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        _ => {
            let curve = curve.unwrap_or_else(|| "given by parameters".to_owned());
            return Belongs::CannotTell(format!("the curve {curve} is not supported"));
        }
    };
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).ok();
    let derived = pair.map(|pair| pair.public_key().as_ref().to_vec());
    // a compressed point (SEC 1 section 2.3.3) is its first coordinate and a sign
    match (&derived, public.bits.split_first()) {
        (Some(point), Some((2 | 3, x))) => {
            let same = point.get(1..=x.len()) == Some(x)
                && point.last().map(|byte| byte & 1) == public.bits.first().map(|byte| byte & 1);
            if same { Belongs::Yes } else { Belongs::No }
        }
        _ => compare(derived, public.bits),
    }
}

/// The DER of `RSAPublicKey`. The crypto library refuses small moduli; their public half stands in the clear
/// (RFC 8017 appendix A.1.2).
fn rsa_public(pkcs8: &[u8], private: &PrivateKey<'_>) -> Option<Vec<u8>> {
    if let Ok(pair) = rsa::KeyPair::from_pkcs8(pkcs8) {
        return Some(pair.public_key().as_ref().to_vec());
    }
    let mut fields = Reader::inside(private.key, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER)?;
    let modulus = fields.expect_tag(asn1::INTEGER)?.raw;
    let exponent = fields.expect_tag(asn1::INTEGER)?.raw;
    let length = modulus.len() + exponent.len();
    let mut der = vec![asn1::SEQUENCE];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        Ok(one) => der.extend([0x81, one]),
        Err(_) => {
            der.push(0x82);
            der.extend(u16::try_from(length).ok()?.to_be_bytes());
        }
    }
    der.extend(modulus);
    der.extend(exponent);
    Some(der)
}

/// The part of a PKCS#8 structure that is needed: `version, algorithm, privateKey`.
pub(crate) struct PrivateKey<'a> {
    pub(crate) oid: String,
    pub(crate) curve: Option<String>,
    key: &'a [u8],
}

impl<'a> PrivateKey<'a> {
    pub(crate) fn from_der(pkcs8: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::inside(pkcs8, asn1::SEQUENCE)?;
        fields.expect_tag(asn1::INTEGER)?;
        let mut algorithm = Reader::new(fields.expect_tag(asn1::SEQUENCE)?.value);
        let oid = asn1::dotted_oid(algorithm.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let curve = algorithm
            .expect_tag(asn1::OBJECT_IDENTIFIER)
            .and_then(|curve| asn1::dotted_oid(curve.value));
        let key = fields.expect_tag(asn1::OCTET_STRING)?.value;
        Some(Self { oid, curve, key })
    }
}

impl<'a> PublicKey<'a> {
    pub(crate) fn from_der(spki: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::inside(spki, asn1::SEQUENCE)?;
        let mut algorithm = Reader::new(fields.expect_tag(asn1::SEQUENCE)?.value);
        let oid = asn1::dotted_oid(algorithm.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let bits = fields.expect_tag(asn1::BIT_STRING)?.value;
        Some(Self {
            oid,
            parameters: algorithm.next().map(|parameters| parameters.raw),
            // the first octet counts unused bits, none in a key
            bits: bits.split_first()?.1,
        })
    }

    /// The named curve (RFC 5480 section 2.1.1).
    pub(crate) fn curve_oid(&self) -> Option<String> {
        let curve = Reader::new(self.parameters?).expect_tag(asn1::OBJECT_IDENTIFIER)?;
        asn1::dotted_oid(curve.value)
    }

    /// Whether OpenSSL decodes it: a point has to lie on its curve, and the curve to be known; keys of Edwards curves have
    /// one length. Of the numbers of RSA nothing is asked but that they are there.
    pub(crate) fn is_readable_for_openssl(&self) -> bool {
        match self.oid.as_str() {
            EC => self.is_point_for_openssl(),
            ED25519 => self.bits.len() == 32,
            "1.3.101.113" => self.bits.len() == 57,
            _ => true,
        }
    }

    /// `o2i_ECPublicKey`
    fn is_point_for_openssl(&self) -> bool {
        // explicit parameters are another check's business
        let Some(curve) = self.curve_oid() else {
            return true;
        };
        let on_curve = |algorithm| ParsedPublicKey::new(algorithm, self.bits).is_ok();
        match (curve.as_str(), self.bits) {
            // the point at infinity, which nothing was ever signed with
            (_, [0]) => true,
            (_, []) => false,
            (P256, [4, ..]) => on_curve(&ECDSA_P256_SHA256_ASN1),
            (P384, [4, ..]) => on_curve(&ECDSA_P384_SHA384_ASN1),
            (P521, [4, ..]) => on_curve(&ECDSA_P521_SHA512_ASN1),
            (SECP256K1, [4, ..]) => on_curve(&ECDSA_P256K1_SHA256_ASN1),
            (curve, [form, rest @ ..]) => {
                let known = CURVES.iter().find(|(oid, ..)| *oid == curve);
                let octets = known.and_then(|(_, _, bits)| usize::try_from(bits.div_ceil(8)).ok());
                match (form, octets) {
                    (2 | 3, Some(octets)) => rest.len() == octets,
                    (4 | 6 | 7, Some(octets)) => rest.len() == 2 * octets,
                    (2..=4 | 6 | 7, None) => {
                        OPENSSL_CURVES.iter().any(|arc| curve.starts_with(arc))
                    }
                    _ => false,
                }
            }
        }
    }

    /// What a parser needs to take it for a key: an RSA modulus, or for a named curve an uncompressed point of the right
    /// size (`RSAPublicKeyImpl` and `ECUtil.decodePoint` refuse others).
    pub(crate) fn is_well_formed(&self) -> bool {
        match self.oid.as_str() {
            RSA => modulus_bits(self.bits).is_some(),
            EC => {
                let curve = self.curve_oid();
                let known = CURVES
                    .iter()
                    .find(|(oid, ..)| Some(*oid) == curve.as_deref());
                known
                    .and_then(|(_, _, bits)| usize::try_from(bits.div_ceil(8)).ok())
                    .is_some_and(|octets| {
                        self.bits.first() == Some(&4) && self.bits.len() == 1 + 2 * octets
                    })
            }
            _ => !self.bits.is_empty(),
        }
    }

    fn dsa_bits(&self) -> Option<u32> {
        let prime = Reader::inside(self.parameters?, asn1::SEQUENCE)?.expect_tag(asn1::INTEGER)?;
        integer_bits(prime.value)
    }
}

pub(crate) fn modulus_bits(rsa_public_key: &[u8]) -> Option<u32> {
    let modulus = Reader::inside(rsa_public_key, asn1::SEQUENCE)?.expect_tag(asn1::INTEGER)?;
    integer_bits(modulus.value)
}

/// `RSAPrivateKey ::= SEQUENCE { version, modulus, … }` (RFC 8017 appendix A.1.2)
fn private_modulus_bits(rsa_private_key: &[u8]) -> Option<u32> {
    let mut fields = Reader::inside(rsa_private_key, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER)?;
    integer_bits(fields.expect_tag(asn1::INTEGER)?.value)
}

fn integer_bits(octets: &[u8]) -> Option<u32> {
    let start = octets.iter().position(|octet| *octet != 0)?;
    let significant = octets.get(start..)?;
    let first = significant.first()?.leading_zeros();
    u32::try_from(significant.len())
        .ok()?
        .checked_mul(8)?
        .checked_sub(first)
}

/// A plain RSA key may carry a certificate for RSASSA-PSS and the reverse (RFC 4055 section 1.2).
fn family(oid: &str) -> &str {
    if oid == RSA_PSS { RSA } else { oid }
}

/// Whether two `SubjectPublicKeyInfo` hold one key.
pub fn is_same_public(one: &[u8], other: &[u8]) -> Belongs {
    let (Some(one), Some(other)) = (PublicKey::from_der(one), PublicKey::from_der(other)) else {
        return Belongs::CannotTell("a public key is not readable".to_owned());
    };
    let same_curve = one.oid != EC || one.curve_oid() == other.curve_oid();
    match family(&one.oid) == family(&other.oid) && same_curve && one.bits == other.bits {
        true => Belongs::Yes,
        false => Belongs::No,
    }
}

/// Whether two private keys in PKCS#8 are one: by their public halves where those stand beside them (RSA), else by their
/// secret numbers.
pub fn is_same_private(one: &[u8], other: &[u8]) -> Belongs {
    let (Some(first), Some(second)) = (PrivateKey::from_der(one), PrivateKey::from_der(other))
    else {
        return Belongs::CannotTell("a private key is no PKCS#8".to_owned());
    };
    if family(&first.oid) != family(&second.oid) || first.curve != second.curve {
        return Belongs::No;
    }
    let is_same = match first.oid.as_str() {
        RSA | RSA_PSS => rsa_public(one, &first) == rsa_public(other, &second),
        EC => ec_number(first.key) == ec_number(second.key),
        _ => first.key == second.key,
    };
    if is_same { Belongs::Yes } else { Belongs::No }
}

/// `ECPrivateKey ::= SEQUENCE { version, privateKey OCTET STRING, … }` (RFC 5915); the rest may be left out.
fn ec_number(key: &[u8]) -> Option<&[u8]> {
    let mut fields = Reader::inside(key, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER)?;
    let octets = fields.expect_tag(asn1::OCTET_STRING)?.value;
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..)
}

pub(crate) const DSA: &str = "1.2.840.10040.4.1";
pub(crate) const RSA_PSS: &str = "1.2.840.113549.1.1.10";
pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const EC: &str = "1.2.840.10045.2.1";
pub(crate) const ED25519: &str = "1.3.101.112";
pub(crate) const ED448: &str = "1.3.101.113";
pub(crate) const ML_DSA_44: &str = "2.16.840.1.101.3.4.3.17";
pub(crate) const ML_DSA_65: &str = "2.16.840.1.101.3.4.3.18";
pub(crate) const ML_DSA_87: &str = "2.16.840.1.101.3.4.3.19";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
pub(crate) const P384: &str = "1.3.132.0.34";
pub(crate) const P521: &str = "1.3.132.0.35";
pub(crate) const SECP256K1: &str = "1.3.132.0.10";

/// Object identifier, name, bits.
const CURVES: [(&str, &str, u32); 9] = [
    ("1.2.840.10045.3.1.1", "P-192", 192),
    (P256, "P-256", 256),
    (SECP256K1, "secp256k1", 256),
    ("1.3.132.0.33", "P-224", 224),
    (P384, "P-384", 384),
    (P521, "P-521", 521),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

/// Where the curves of OpenSSL are that have no size here.
const OPENSSL_CURVES: [&str; 5] = [
    "1.2.840.10045.3.",
    "1.3.132.0.",
    "1.3.36.3.3.2.8.1.1.",
    "1.2.156.10197.1.301",
    "2.23.43.1.4.",
];

#[cfg(test)]
mod tests;
