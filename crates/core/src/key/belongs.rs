//! Whether a private key and a public one, or two of a kind, are one pair or one key.

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
    PqdsaSigningAlgorithm,
};

use super::private::PrivateKey;
use super::{
    EC, ED25519, ML_DSA_44, ML_DSA_65, ML_DSA_87, P256, P384, P521, PublicKey, RSA, RSA_PSS,
    SECP256K1,
};
use crate::Certificate;
use crate::cert::asn1::{self, Reader};

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

fn compare(derived: Option<Vec<u8>>, public: &[u8]) -> Belongs {
    match derived {
        Some(derived) if derived == public => Belongs::Yes,
        Some(_) => Belongs::No,
        None => Belongs::CannotTell("the private key is damaged".to_owned()),
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
