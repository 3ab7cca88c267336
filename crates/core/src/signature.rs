//! Is this certificate signed by that key: yes, no, or cannot be told.

use aws_lc_rs::signature::{self as aws, UnparsedPublicKey, VerificationAlgorithm};

use crate::Certificate;
use crate::cert::asn1::{self, Reader};
use crate::key::{self, DSA, PublicKey, RSA_PSS};

mod rsa;

/// The result of a signature check. Three-valued: an algorithm that is not supported says nothing about the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// The signature is not by this key.
    Bad,
    /// Not supported here; names the algorithm or the key.
    CannotCheck(String),
    /// The signature is by this key.
    Good,
}

/// Checks `child`'s signature with `issuer`'s public key. Names, dates and purposes are not looked at.
pub fn check(child: &Certificate, issuer: &Certificate) -> SignatureCheck {
    if !child.algorithms_agree() {
        return SignatureCheck::Bad;
    }
    check_bytes(
        child.tbs(),
        child.signature_algorithm(),
        child.signature(),
        issuer.subject_public_key_info(),
    )
}

/// Checks a signature over `message`; `algorithm` is the DER of the `AlgorithmIdentifier`, `spki` the signer's key.
pub fn check_bytes(
    message: &[u8],
    algorithm: &[u8],
    signature: &[u8],
    spki: &[u8],
) -> SignatureCheck {
    let Some((oid, parameters)) = read_algorithm(algorithm) else {
        return SignatureCheck::CannotCheck("unreadable signature algorithm".to_owned());
    };
    let Some(key) = PublicKey::from_der(spki) else {
        return SignatureCheck::CannotCheck("unreadable public key".to_owned());
    };
    let by_hand =
        || rsa_scheme(&oid, parameters).map(|scheme| rsa::check(scheme, &key, message, signature));
    match select(&oid, parameters, &key) {
        Selection::Use(algorithm) => {
            match UnparsedPublicKey::new(algorithm, key.bits).verify(message, signature) {
                Ok(()) => SignatureCheck::Good,
                // the library refuses some keys and encodings that Java takes
                Err(_) => match by_hand() {
                    Some(SignatureCheck::Good) => SignatureCheck::Good,
                    _ => SignatureCheck::Bad,
                },
            }
        }
        // an RSA key cannot have made an ECDSA signature
        Selection::WrongKey => SignatureCheck::Bad,
        Selection::Unsupported(what) => by_hand().unwrap_or(SignatureCheck::CannotCheck(what)),
    }
}

/// The scheme of an RSA signature that can be checked without the library.
fn rsa_scheme(oid: &str, parameters: Option<&[u8]>) -> Option<rsa::Scheme> {
    if oid == RSA_PSS {
        return rsa::Pss::read(parameters?).map(rsa::Scheme::Pss);
    }
    let (_, name) = NAMES.iter().find(|(known, _)| *known == oid)?;
    rsa::Hash::named(name.strip_suffix("withRSA")?).map(rsa::Scheme::Pkcs1)
}

/// The usual name of a signature algorithm, as Java and OpenSSL write it, or its OID.
pub fn algorithm_name(algorithm: &[u8]) -> String {
    let Some((oid, _)) = read_algorithm(algorithm) else {
        return "unreadable".to_owned();
    };
    NAMES
        .iter()
        .find(|(known, _)| *known == oid)
        .map_or(oid, |(_, name)| (*name).to_owned())
}

/// RSASSA-PSS as TLS uses it: SHA-2, a mask of the same hash, a salt of its length, a plain RSA key of 2048 to 8192 bits.
pub(crate) fn is_usual_pss(algorithm: &[u8], spki: &[u8]) -> bool {
    match (read_algorithm(algorithm), PublicKey::from_der(spki)) {
        (Some((oid, parameters)), Some(key)) if oid == RSA_PSS => {
            matches!(select_pss(parameters, &key), Selection::Use(_))
        }
        _ => false,
    }
}

/// RSASSA-PSS whose digest is SHA-1, the default when no parameters say otherwise.
pub(crate) fn is_pss_with_sha1(algorithm: &[u8]) -> bool {
    match read_algorithm(algorithm) {
        Some((oid, parameters)) if oid == RSA_PSS => {
            let pss = parameters.and_then(rsa::Pss::read);
            pss.is_none_or(|pss| pss.hash == rsa::Hash::Sha1)
        }
        _ => false,
    }
}

enum Selection {
    Unsupported(String),
    Use(&'static dyn VerificationAlgorithm),
    WrongKey,
}

fn read_algorithm(der: &[u8]) -> Option<(String, Option<&[u8]>)> {
    let mut fields = Reader::inside(der, asn1::SEQUENCE)?;
    let oid = asn1::dotted_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
    Some((oid, fields.next().map(|parameters| parameters.raw)))
}

fn select(oid: &str, parameters: Option<&[u8]>, key: &PublicKey<'_>) -> Selection {
    let signature = NAMES.iter().find(|(known, _)| *known == oid);
    let Some((_, name)) = signature else {
        return Selection::Unsupported(format!("signature algorithm {oid}"));
    };
    if let Some(hash) = name.strip_suffix("withRSA") {
        return select_rsa(name, hash, key);
    }
    if let Some(hash) = name.strip_suffix("withECDSA") {
        return select_ecdsa(name, hash, key);
    }
    let (expected, algorithm): (&str, &'static dyn VerificationAlgorithm) = match *name {
        "RSASSA-PSS" => return select_pss(parameters, key),
        "Ed25519" => (key::ED25519, &aws::ED25519),
        "ML-DSA-44" => (oid, &aws::ML_DSA_44),
        "ML-DSA-65" => (oid, &aws::ML_DSA_65),
        "ML-DSA-87" => (oid, &aws::ML_DSA_87),
        "Ed448" if key.oid != oid => return Selection::WrongKey,
        _ if name.ends_with("withDSA") && key.oid != DSA => return Selection::WrongKey,
        _ => return Selection::Unsupported((*name).to_owned()),
    };
    if key.oid == expected {
        Selection::Use(algorithm)
    } else {
        Selection::WrongKey
    }
}

fn select_rsa(name: &str, hash: &str, key: &PublicKey<'_>) -> Selection {
    if key.oid != key::RSA {
        return Selection::WrongKey;
    }
    let bits = rsa_bits(key);
    let fits = (1024..=8192).contains(&bits);
    match hash {
        // the library's legacy tables start at 1024 bits and lack SHA-384
        "SHA1" if fits => Selection::Use(&aws::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        "SHA256" if fits => Selection::Use(&aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        "SHA384" if fits && bits >= 2048 => Selection::Use(&aws::RSA_PKCS1_2048_8192_SHA384),
        "SHA512" if fits => Selection::Use(&aws::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        _ => Selection::Unsupported(format!("{name} with a key of {bits} bits")),
    }
}

fn select_ecdsa(name: &str, hash: &str, key: &PublicKey<'_>) -> Selection {
    if key.oid != key::EC {
        return Selection::WrongKey;
    }
    let curve = key
        .curve_oid()
        .unwrap_or_else(|| "given by parameters".to_owned());
    let algorithm: &'static dyn VerificationAlgorithm = match (curve.as_str(), hash) {
        (key::P256, "SHA1") => &aws::ECDSA_P256_SHA1_ASN1,
        (key::P256, "SHA256") => &aws::ECDSA_P256_SHA256_ASN1,
        (key::P256, "SHA384") => &aws::ECDSA_P256_SHA384_ASN1,
        (key::P256, "SHA512") => &aws::ECDSA_P256_SHA512_ASN1,
        (key::P384, "SHA256") => &aws::ECDSA_P384_SHA256_ASN1,
        (key::P384, "SHA384") => &aws::ECDSA_P384_SHA384_ASN1,
        (key::P384, "SHA512") => &aws::ECDSA_P384_SHA512_ASN1,
        (key::P521, "SHA1") => &aws::ECDSA_P521_SHA1_ASN1,
        (key::P521, "SHA224") => &aws::ECDSA_P521_SHA224_ASN1,
        (key::P521, "SHA256") => &aws::ECDSA_P521_SHA256_ASN1,
        (key::P521, "SHA384") => &aws::ECDSA_P521_SHA384_ASN1,
        (key::P521, "SHA512") => &aws::ECDSA_P521_SHA512_ASN1,
        (key::SECP256K1, "SHA256") => &aws::ECDSA_P256K1_SHA256_ASN1,
        _ => return Selection::Unsupported(format!("{name} on curve {curve}")),
    };
    Selection::Use(algorithm)
}

/// The library takes the usual salt lengths only, and a key that may make any signature.
fn select_pss(parameters: Option<&[u8]>, key: &PublicKey<'_>) -> Selection {
    if key.oid != key::RSA && key.oid != RSA_PSS {
        return Selection::WrongKey;
    }
    let Some(parameters) = parameters else {
        return Selection::Unsupported("RSASSA-PSS without parameters".to_owned());
    };
    let Some(pss) = rsa::Pss::read(parameters) else {
        return Selection::Unsupported("RSASSA-PSS with these parameters".to_owned());
    };
    let fits = (2048..=8192).contains(&rsa_bits(key)) && key.oid == key::RSA;
    match (pss.hash, pss.salt) {
        _ if !fits || pss.hash != pss.mask_hash => {}
        (rsa::Hash::Sha256, 32) => return Selection::Use(&aws::RSA_PSS_2048_8192_SHA256),
        (rsa::Hash::Sha384, 48) => return Selection::Use(&aws::RSA_PSS_2048_8192_SHA384),
        (rsa::Hash::Sha512, 64) => return Selection::Use(&aws::RSA_PSS_2048_8192_SHA512),
        _ => {}
    }
    Selection::Unsupported("RSASSA-PSS".to_owned())
}

fn rsa_bits(key: &PublicKey<'_>) -> u32 {
    key::modulus_bits(key.bits).unwrap_or(0)
}

/// Signature algorithms by OID (RFC 3279, 4055, 5758, 8410, 9881).
const NAMES: [(&str, &str); 23] = [
    ("1.2.840.113549.1.1.2", "MD2withRSA"),
    ("1.2.840.113549.1.1.4", "MD5withRSA"),
    ("1.2.840.113549.1.1.5", "SHA1withRSA"),
    ("1.3.14.3.2.29", "SHA1withRSA"),
    (RSA_PSS, "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "SHA256withRSA"),
    ("1.2.840.113549.1.1.12", "SHA384withRSA"),
    ("1.2.840.113549.1.1.13", "SHA512withRSA"),
    ("1.2.840.113549.1.1.14", "SHA224withRSA"),
    ("1.2.840.10040.4.3", "SHA1withDSA"),
    ("2.16.840.1.101.3.4.3.1", "SHA224withDSA"),
    ("2.16.840.1.101.3.4.3.2", "SHA256withDSA"),
    ("1.2.840.10045.4.1", "SHA1withECDSA"),
    ("1.2.840.10045.4.3.1", "SHA224withECDSA"),
    ("1.2.840.10045.4.3.2", "SHA256withECDSA"),
    ("1.2.840.10045.4.3.3", "SHA384withECDSA"),
    ("1.2.840.10045.4.3.4", "SHA512withECDSA"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("1.2.840.113549.2.5", "MD5"),
];

#[cfg(test)]
mod tests {
    use rcgen::{
        KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
        PKCS_ED25519, PKCS_RSA_SHA256, PKCS_RSA_SHA512,
    };

    use crate::cert::testing::{params, self_sign};
    use crate::trust::TrustAnchors;

    use super::*;

    #[test]
    fn own_signatures_are_good_and_others_bad() {
        for algorithm in [
            &PKCS_ECDSA_P256_SHA256,
            &PKCS_ECDSA_P384_SHA384,
            &PKCS_ECDSA_P521_SHA512,
            &PKCS_ED25519,
            &PKCS_RSA_SHA256,
            &PKCS_RSA_SHA512,
        ] {
            let make = || self_sign(params("x"), KeyPair::generate_for(algorithm).unwrap());
            let (one, two) = (make().certificate, make().certificate);
            assert_eq!(check(&one, &one), SignatureCheck::Good);
            assert_eq!(check(&one, &two), SignatureCheck::Bad);
        }
    }

    #[test]
    fn every_mozilla_root_signed_itself() {
        for root in TrustAnchors::mozilla().certificates() {
            assert_eq!(check(root, root), SignatureCheck::Good, "{root:?}");
        }
    }

    #[test]
    fn what_cannot_be_checked_is_named() {
        let spki = self_sign(params("x"), KeyPair::generate().unwrap()).certificate;
        let unknown = check_bytes(
            b"",
            &[0x30, 3, 6, 1, 42],
            b"",
            spki.subject_public_key_info(),
        );
        assert_eq!(
            unknown,
            SignatureCheck::CannotCheck("signature algorithm 1.2".to_owned())
        );
        let junk = check_bytes(b"", b"junk", b"", b"junk");
        assert!(matches!(junk, SignatureCheck::CannotCheck(_)));
    }
}
