//! What an object is, by its outline: nothing is looked into deeper than that takes.

use crate::ber::{
    BIT_STRING, ENUMERATED, GENERALIZED_TIME, IA5_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING,
    Outline, SEQUENCE, UTC_TIME, context,
};
use crate::oid;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// BouncyCastle FIPS key store.
    Bcfks,
    /// X.509 certificate (RFC 5280, section 4.1).
    Certificate,
    /// PKCS#7 or CMS `ContentInfo` of any type (RFC 5652, section 3).
    ContentInfo,
    /// Certificate revocation list (RFC 5280, section 5.1).
    Crl,
    /// OpenSSL's own form of a DSA key: six integers.
    DsaKey,
    /// `EncryptedPrivateKeyInfo` (RFC 5958, section 3).
    EncryptedPkcs8,
    /// Netscape certificate sequence: a `ContentInfo` with an OBJECT_IDENTIFIER of its own.
    NetscapeSequence,
    /// OCSP response (RFC 6960, section 4.2.1).
    OcspResponse,
    /// PKCS#12 (RFC 7292, section 4).
    Pfx,
    /// `RSAPrivateKey` (RFC 8017, appendix A.1.2).
    Pkcs1,
    /// `RSAPublicKey` (RFC 8017, appendix A.1.1).
    Pkcs1Public,
    /// `PrivateKeyInfo` (RFC 5958, section 2).
    Pkcs8,
    /// Sequence of certificates, the root first (`PkiPath`, X.509).
    PkiPath,
    /// Certification request (RFC 2986, section 4.2).
    Request,
    /// `ECPrivateKey` (RFC 5915, section 3).
    Sec1,
    /// `SignedPublicKeyAndChallenge` (HTML 5, section 4.10.15): a `SubjectPublicKeyInfo` and a challenge, signed.
    Spkac,
    /// `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7).
    Spki,
}

impl Shape {
    /// The shape of the first object in `bytes`, which may be cut off or followed by more.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let outer = Outline::of(bytes)?;
        if outer.tag != SEQUENCE {
            return None;
        }
        let first = outer.first_child()?;
        // RSAPrivateKey, the longest of them, has nine parts (multi-prime: ten).
        let mut room = [0; 10];
        let tags = outer.tags(&mut room);
        match *tags {
            [OBJECT_IDENTIFIER, ..] => Self::of_content_info(&first),
            [ENUMERATED] | [ENUMERATED, CONTEXT_0] => Some(Self::OcspResponse),
            [INTEGER, SEQUENCE, ..] if tags.get(2) == Some(&OCTET_STRING) => Some(Self::Pkcs8),
            [INTEGER, SEQUENCE, ..] => {
                let content_type = outer.children().nth(1)?.first_child()?;
                let is_pfx = content_type.tag == OBJECT_IDENTIFIER
                    && content_type.content.starts_with(oid::PKCS7.as_bytes());
                is_pfx.then_some(Self::Pfx)
            }
            [INTEGER, OCTET_STRING, ..] => Some(Self::Sec1),
            [INTEGER, INTEGER] => Some(Self::Pkcs1Public),
            [INTEGER, INTEGER, INTEGER, ..] => {
                let integers = tags.iter().take_while(|&&tag| tag == INTEGER).count();
                match (integers, tags.len(), outer.missing > 0) {
                    (6, 6, false) => Some(Self::DsaKey),
                    (9, ..) => Some(Self::Pkcs1),
                    // Cut off; it may show as few integers as a DSA key has.
                    (_, parts, true) if parts == integers => Some(Self::Pkcs1),
                    _ => None,
                }
            }
            [SEQUENCE, OCTET_STRING] if first.first_child()?.tag == OBJECT_IDENTIFIER => {
                Some(Self::EncryptedPkcs8)
            }
            [SEQUENCE, BIT_STRING] if first.first_child()?.tag == OBJECT_IDENTIFIER => {
                Some(Self::Spki)
            }
            [SEQUENCE, ..] => Self::of_signed(&first, tags),
            _ => None,
        }
    }

    fn of_content_info(content_type: &Outline<'_>) -> Option<Self> {
        let found = content_type.content;
        if found == oid::NETSCAPE_SEQUENCE.as_bytes() {
            return Some(Self::NetscapeSequence);
        }
        let families = [oid::PKCS7, oid::SMIME_CONTENT_TYPES];
        let is_content = families
            .iter()
            .any(|family| found.starts_with(family.as_bytes()));
        is_content.then_some(Self::ContentInfo)
    }

    /// Certificate, request and CRL are SEQUENCE { SEQUENCE to be signed, SEQUENCE algorithm, BIT STRING }.
    fn of_signed(first: &Outline<'_>, outside: &[u8]) -> Option<Self> {
        let mut room = [0; 7];
        let inside = first.tags(&mut room);
        // The end may be cut off, but what is there must fit.
        let is_signed = [SEQUENCE, SEQUENCE, BIT_STRING].starts_with(outside);
        match *inside {
            [CONTEXT_0, INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, ..]
            | [
                INTEGER,
                SEQUENCE,
                SEQUENCE,
                SEQUENCE,
                SEQUENCE,
                SEQUENCE,
                ..,
            ] if is_signed => Some(Self::Certificate),
            [INTEGER, SEQUENCE, SEQUENCE] | [INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0, ..]
                if is_signed =>
            {
                Some(Self::Request)
            }
            [SEQUENCE, IA5_STRING] if is_signed => Some(Self::Spkac),
            [SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..]
            | [INTEGER, SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..]
                if is_signed =>
            {
                Some(Self::Crl)
            }
            // the end may be cut off here too; a MAC or a signature
            [SEQUENCE, OCTET_STRING]
                if matches!(outside, [SEQUENCE] | [SEQUENCE, SEQUENCE | CONTEXT_0]) =>
            {
                let algorithm = first.first_child()?.first_child()?;
                (algorithm.content == oid::PBES2.as_bytes()).then_some(Self::Bcfks)
            }
            // a BCFKS that is not encrypted
            [
                INTEGER,
                SEQUENCE,
                GENERALIZED_TIME,
                GENERALIZED_TIME,
                SEQUENCE,
                ..,
            ] if matches!(outside, [SEQUENCE] | [SEQUENCE, SEQUENCE | CONTEXT_0]) => {
                Some(Self::Bcfks)
            }
            [SEQUENCE, SEQUENCE, BIT_STRING] if outside.iter().all(|&tag| tag == SEQUENCE) => {
                let inner = Self::of_signed(&first.first_child()?, inside)?;
                (inner == Self::Certificate).then_some(Self::PkiPath)
            }
            _ => None,
        }
    }

    /// With its article, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bcfks => "a BCFKS key store (BouncyCastle FIPS)",
            Self::Certificate => "a certificate",
            Self::ContentInfo => "PKCS#7",
            Self::Crl => "a certificate revocation list",
            Self::DsaKey => "a DSA private key in OpenSSL's own form",
            Self::EncryptedPkcs8 => "an encrypted private key",
            Self::NetscapeSequence => "a Netscape certificate sequence",
            Self::OcspResponse => "an OCSP response",
            Self::Pfx => "PKCS#12",
            Self::Pkcs1 => "an RSA private key",
            Self::Pkcs1Public => "an RSA public key",
            Self::Pkcs8 => "a private key",
            Self::PkiPath => "a PkiPath",
            Self::Request => "a certificate request",
            Self::Sec1 => "an EC private key",
            Self::Spkac => "a certificate request in SPKAC form",
            Self::Spki => "a public key",
        }
    }
}

const CONTEXT_0: u8 = context(0);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ber::encode;

    #[test]
    fn bare_integers_are_told_apart_by_their_number() {
        let shape = |count: usize, tail: &[u8]| {
            Shape::of(&encode(SEQUENCE, &[&[INTEGER, 1, 0].repeat(count), tail]))
        };
        assert_eq!(shape(2, &[]), Some(Shape::Pkcs1Public));
        assert_eq!(shape(6, &[]), Some(Shape::DsaKey));
        assert_eq!(shape(9, &[]), Some(Shape::Pkcs1));
        // Multi-prime RSA has a sequence after the nine.
        assert_eq!(shape(9, &[SEQUENCE, 0]), Some(Shape::Pkcs1));
        assert_eq!(shape(5, &[]), None);
        let cut = [&[SEQUENCE, 27][..], &[INTEGER, 1, 0].repeat(6)].concat();
        assert_eq!(Shape::of(&cut), Some(Shape::Pkcs1));
    }

    #[test]
    fn ber_outlines_are_told_apart() {
        let pfx = [
            0x30, 0x80, 2, 1, 3, 0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1,
        ];
        assert_eq!(Shape::of(&pfx), Some(Shape::Pfx));
        let signed = [
            0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80,
        ];
        assert_eq!(Shape::of(&signed), Some(Shape::ContentInfo));
        assert_eq!(Shape::of(b"0 s:CN=x"), None);
        assert_eq!(Shape::of(&[0x30, 0]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_have_some_shape_or_none(bytes in any::<Vec<u8>>()) {
            let _ = Shape::of(&bytes);
            let _ = Shape::of(&encode(SEQUENCE, &[&bytes]));
            let _ = Shape::of(&encode(SEQUENCE, &[&encode(SEQUENCE, &[&bytes])]));
        }
    }
}
