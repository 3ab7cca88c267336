//! A look at the outside of a DER (or BER) object: enough to tell what it is, no more.

/// One tag, length and value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    /// The value, as far as the input has it; all the rest of the input where the length is indefinite.
    pub(crate) content: &'a [u8],
    /// How many bytes of the value the input does not have.
    pub(crate) missing: usize,
    /// The whole object with its header, as far as the input has it.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The first object in `bytes`; `None` when there is none, or its tag or length is beyond any certificate.
    pub(crate) fn peek(bytes: &'a [u8]) -> Option<Self> {
        let (&tag, &first) = (bytes.first()?, bytes.get(1)?);
        if tag & 0x1f == 0x1f {
            return None;
        }
        let long = match first {
            0..=0x80 => 0,
            _ => usize::from(first & 0x7f),
        };
        let header = 2 + long;
        let digits = bytes.get(2..header)?;
        let rest = bytes.get(header..)?;
        let length = match first {
            0..=0x7f => usize::from(first),
            0x80 => rest.len(),
            _ => digits.iter().try_fold(0_usize, |length, &digit| {
                length.checked_mul(0x100)?.checked_add(digit.into())
            })?,
        };
        let content = rest.get(..length).unwrap_or(rest);
        Some(Self {
            tag,
            content,
            missing: length.saturating_sub(rest.len()),
            bytes: bytes.get(..header + content.len()).unwrap_or(bytes),
        })
    }

    /// Bytes of the whole object that the input has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The objects inside; ends at the first that cannot be peeked at, or whose end is not known.
    pub(crate) fn children(&self) -> impl Iterator<Item = Tlv<'a>> + use<'a> {
        let mut rest = self.content;
        std::iter::from_fn(move || {
            let child = Tlv::peek(rest)?;
            rest = rest.get(child.len()..).unwrap_or_default();
            Some(child)
        })
    }

    fn first_child(&self) -> Option<Self> {
        self.children().next()
    }
}

/// What a DER object is, by its outline.
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
    /// Netscape certificate sequence: a `ContentInfo` with an OID of its own.
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
    /// `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7).
    Spki,
}

impl Shape {
    /// The shape of the first object in `bytes`, which may be cut off or followed by more.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let outer = Tlv::peek(bytes)?;
        if outer.tag != SEQUENCE {
            return None;
        }
        // RSAPrivateKey, the longest of them, has nine parts (multi-prime: ten).
        let parts: Vec<Tlv<'_>> = outer.children().take(10).collect();
        let first = parts.first()?;
        let tags: Vec<u8> = parts.iter().map(|part| part.tag).collect();
        match *tags.as_slice() {
            [OID, ..] => Self::of_content_info(first),
            [ENUMERATED] | [ENUMERATED, CONTEXT_0] => Some(Self::OcspResponse),
            [INTEGER, SEQUENCE, ..] if tags.get(2) == Some(&OCTETS) => Some(Self::Pkcs8),
            [INTEGER, SEQUENCE, ..] => {
                let content_type = parts.get(1)?.first_child()?;
                let is_pfx = content_type.tag == OID && content_type.content.starts_with(PKCS7);
                is_pfx.then_some(Self::Pfx)
            }
            [INTEGER, OCTETS, ..] => Some(Self::Sec1),
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
            [SEQUENCE, OCTETS] if first.first_child()?.tag == OID => Some(Self::EncryptedPkcs8),
            [SEQUENCE, BITS] if first.first_child()?.tag == OID => Some(Self::Spki),
            [SEQUENCE, ..] => Self::of_signed(first, &tags),
            _ => None,
        }
    }

    fn of_content_info(content_type: &Tlv<'_>) -> Option<Self> {
        match content_type.content {
            NETSCAPE_SEQUENCE => Some(Self::NetscapeSequence),
            oid if oid.starts_with(PKCS7) || oid.starts_with(SMIME_CT) => Some(Self::ContentInfo),
            _ => None,
        }
    }

    /// Certificate, request and CRL are SEQUENCE { SEQUENCE to be signed, SEQUENCE algorithm, BIT STRING }.
    fn of_signed(first: &Tlv<'_>, outside: &[u8]) -> Option<Self> {
        let inside: Vec<u8> = first.children().take(7).map(|part| part.tag).collect();
        // The end may be cut off, but what is there must fit.
        let is_signed = [SEQUENCE, SEQUENCE, BITS].starts_with(outside);
        match *inside.as_slice() {
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
            [SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..]
            | [INTEGER, SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..]
                if is_signed =>
            {
                Some(Self::Crl)
            }
            [SEQUENCE, OCTETS] if outside == [SEQUENCE, SEQUENCE] => {
                let algorithm = first.first_child()?.first_child()?;
                (algorithm.tag == OID).then_some(Self::Bcfks)
            }
            [SEQUENCE, SEQUENCE, BITS] if outside.iter().all(|&tag| tag == SEQUENCE) => {
                let inner = Self::of_signed(&first.first_child()?, &inside)?;
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
            Self::Spki => "a public key",
        }
    }
}

/// Tag, definite length and content as DER (X.690, section 10.1).
pub(crate) fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits = length.iter().position(|&digit| digit != 0);
    let digits = length
        .get(digits.unwrap_or(length.len())..)
        .unwrap_or_default();
    let mut bytes = Vec::with_capacity(2 + digits.len() + content.len());
    bytes.push(tag);
    match *digits {
        [] => bytes.push(0),
        [short @ 0..=0x7f] => bytes.push(short),
        _ => {
            bytes.extend(digits.len().to_le_bytes().first().map(|count| 0x80 | count));
            bytes.extend_from_slice(digits);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BITS: u8 = 0x03;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;

/// 1.2.840.113549.1.7
const PKCS7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// 1.2.840.113549.1.9.16.1
const SMIME_CT: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01];
/// 2.16.840.1.113730.2.5
const NETSCAPE_SEQUENCE: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x02, 0x05];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_of_every_size() {
        for size in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let bytes = encode(OCTETS, &vec![7; size]);
            let tlv = Tlv::peek(&bytes).unwrap();
            assert_eq!(
                (tlv.tag, tlv.content.len(), tlv.len()),
                (OCTETS, size, bytes.len())
            );
            assert_eq!(tlv.missing, 0);
        }
        assert_eq!(encode(SEQUENCE, &[0; 0x80])[..3], [0x30, 0x81, 0x80]);
    }

    #[test]
    fn a_cut_object_says_how_much_is_missing() {
        let bytes = encode(OCTETS, &[7; 300]);
        assert_eq!(Tlv::peek(&bytes[..100]).unwrap().missing, 204);
        assert!(Tlv::peek(&[0x30, 0x84, 1]).is_none());
        let huge =
            Tlv::peek(&[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap();
        assert_eq!(huge.missing, usize::MAX);
        assert!(Tlv::peek(&[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]).is_none());
    }

    #[test]
    fn bare_integers_are_told_apart_by_their_number() {
        let shape = |count: usize, tail: &[u8]| {
            Shape::of(&encode(
                SEQUENCE,
                &[&[INTEGER, 1, 0].repeat(count), tail].concat(),
            ))
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
            let _ = Shape::of(&encode(SEQUENCE, &bytes));
            let _ = Shape::of(&encode(SEQUENCE, &encode(SEQUENCE, &bytes)));
        }
    }
}
