//! Object identifiers: the ones that are known here, and dotted text for those that are not.

use const_oid::ObjectIdentifier;

use crate::ber;

/// The dotted text of an OBJECT IDENTIFIER's content octets, however large its numbers are; a hostile one is cut.
pub(crate) fn dotted(content: &[u8]) -> String {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc = 0_u128;
    for octet in content.iter().take(MAX_OCTETS) {
        arc = arc.saturating_mul(128) | u128::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if arcs.is_empty() {
                // the first two arcs share one number (X.690, 8.19.4)
                let root = (arc / 40).min(2);
                arcs.push(root);
                arc -= root * 40;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    let mut words: Vec<String> = arcs.iter().map(u128::to_string).collect();
    if content.len() > MAX_OCTETS {
        words.push("…".to_owned());
    }
    words.join(".")
}

/// Twice what the longest in use has.
const MAX_OCTETS: usize = 64;

/// The DER of an object identifier in dotted text.
pub(crate) fn from_dotted(text: &str) -> Option<Vec<u8>> {
    let oid = ObjectIdentifier::new(text).ok()?;
    Some(der(&oid))
}

/// The DER of an object identifier.
pub(crate) fn der(oid: &ObjectIdentifier) -> Vec<u8> {
    ber::encode(ber::OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// `AlgorithmIdentifier` with NULL parameters (RFC 5280, section 4.1.1.2).
pub(crate) fn algorithm(oid: &ObjectIdentifier) -> Vec<u8> {
    ber::encode(ber::SEQUENCE, &[&der(oid), &[ber::NULL, 0]])
}

macro_rules! oids {
    ($($name:ident $text:literal)*) => {
        $(pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);)*
    };
}

oids! {
    // PKCS#7 and CMS content types (RFC 5652), the two arcs that they stand under, and Netscape's own
    PKCS7 "1.2.840.113549.1.7"
    SMIME_CONTENT_TYPES "1.2.840.113549.1.9.16.1"
    NETSCAPE_SEQUENCE "2.16.840.1.113730.2.5"
    DATA "1.2.840.113549.1.7.1"
    SIGNED_DATA "1.2.840.113549.1.7.2"
    ENVELOPED_DATA "1.2.840.113549.1.7.3"
    ENCRYPTED_DATA "1.2.840.113549.1.7.6"

    // PKCS#12 bags (RFC 7292, appendix D)
    KEY_BAG "1.2.840.113549.1.12.10.1.1"
    SHROUDED_KEY_BAG "1.2.840.113549.1.12.10.1.2"
    CERT_BAG "1.2.840.113549.1.12.10.1.3"
    CRL_BAG "1.2.840.113549.1.12.10.1.4"
    SECRET_BAG "1.2.840.113549.1.12.10.1.5"
    SAFE_CONTENTS_BAG "1.2.840.113549.1.12.10.1.6"
    X509_CERTIFICATE "1.2.840.113549.1.9.22.1"
    X509_CRL "1.2.840.113549.1.9.23.1"

    // bag attributes (RFC 2985) and Java's mark of a trusted certificate (sun.security.pkcs12.PKCS12KeyStore)
    FRIENDLY_NAME "1.2.840.113549.1.9.20"
    LOCAL_KEY_ID "1.2.840.113549.1.9.21"
    TRUSTED_KEY_USAGE "2.16.840.1.113894.746875.1.1"
    ANY_EXTENDED_KEY_USAGE "2.5.29.37.0"

    // password-based encryption: PKCS#5 (RFC 8018, appendix A), PKCS#12 (RFC 7292, appendix C), Sun's
    PBE_MD5_DES "1.2.840.113549.1.5.3"
    PBE_MD5_RC2 "1.2.840.113549.1.5.6"
    PBE_SHA1_DES "1.2.840.113549.1.5.10"
    PBE_SHA1_RC2 "1.2.840.113549.1.5.11"
    PBKDF2 "1.2.840.113549.1.5.12"
    PBES2 "1.2.840.113549.1.5.13"
    PBMAC1 "1.2.840.113549.1.5.14"
    SCRYPT "1.3.6.1.4.1.11591.4.11"
    PBE_SHA1_RC4_128 "1.2.840.113549.1.12.1.1"
    PBE_SHA1_RC4_40 "1.2.840.113549.1.12.1.2"
    PBE_SHA1_3DES "1.2.840.113549.1.12.1.3"
    PBE_SHA1_2DES "1.2.840.113549.1.12.1.4"
    PBE_SHA1_RC2_128 "1.2.840.113549.1.12.1.5"
    PBE_SHA1_RC2_40 "1.2.840.113549.1.12.1.6"
    SUN_JKS_KEY_PROTECTOR "1.3.6.1.4.1.42.2.17.1.1"
    SUN_JCEKS_KEY_PROTECTOR "1.3.6.1.4.1.42.2.19.1"

    // ciphers
    AES_128_CBC "2.16.840.1.101.3.4.1.2"
    AES_192_CBC "2.16.840.1.101.3.4.1.22"
    AES_256_CBC "2.16.840.1.101.3.4.1.42"
    AES_256_CCM "2.16.840.1.101.3.4.1.47"
    DES_CBC "1.3.14.3.2.7"
    DES_EDE3_CBC "1.2.840.113549.3.7"

    // digests and HMACs (RFC 8018, appendix B.1)
    MD5 "1.2.840.113549.2.5"
    SHA1 "1.3.14.3.2.26"
    SHA224 "2.16.840.1.101.3.4.2.4"
    SHA256 "2.16.840.1.101.3.4.2.1"
    SHA384 "2.16.840.1.101.3.4.2.2"
    SHA512 "2.16.840.1.101.3.4.2.3"
    SHA512_224 "2.16.840.1.101.3.4.2.5"
    SHA512_256 "2.16.840.1.101.3.4.2.6"
    HMAC_MD5 "1.2.840.113549.2.6"
    HMAC_SHA1 "1.2.840.113549.2.7"
    HMAC_SHA224 "1.2.840.113549.2.8"
    HMAC_SHA256 "1.2.840.113549.2.9"
    HMAC_SHA384 "1.2.840.113549.2.10"
    HMAC_SHA512 "1.2.840.113549.2.11"
    HMAC_SHA512_224 "1.2.840.113549.2.12"
    HMAC_SHA512_256 "1.2.840.113549.2.13"

    // keys (RFC 8017, RFC 3279, RFC 5480)
    RSA_ENCRYPTION "1.2.840.113549.1.1.1"
    DSA "1.2.840.10040.4.1"
    EC_PUBLIC_KEY "1.2.840.10045.2.1"
    DIFFIE_HELLMAN "1.2.840.113549.1.3.1"
    RSASSA_PSS "1.2.840.113549.1.1.10"
    X25519 "1.3.101.110"
    X448 "1.3.101.111"
    ED25519 "1.3.101.112"
    ED448 "1.3.101.113"

    // secret keys, where the cipher's mode says nothing (NIST's arc, RFC 8018, RFC 4231)
    AES "2.16.840.1.101.3.4.1"
    RC4 "1.2.840.113549.3.4"

    // certificate extensions (RFC 5280)
    AUTHORITY_KEY_IDENTIFIER "2.5.29.35"
    SUBJECT_KEY_IDENTIFIER "2.5.29.14"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_text_both_ways() {
        for oid in [
            TRUSTED_KEY_USAGE,
            SHA1,
            EC_PUBLIC_KEY,
            SUBJECT_KEY_IDENTIFIER,
        ] {
            assert_eq!(dotted(oid.as_bytes()), oid.to_string());
            assert_eq!(from_dotted(&oid.to_string()), Some(der(&oid)));
        }
        assert_eq!(dotted(&[]), "");
        assert_eq!(dotted(&[0xff; 60]), "");
        let long = dotted(&[1; 1_000_000]);
        assert!(long.starts_with("0.1.1.") && long.ends_with(".1.…"));
        assert_eq!(from_dotted(&long), None);
        assert_eq!(from_dotted("no oid"), None);
    }
}
