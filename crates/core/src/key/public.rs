//! A public key, taken apart, and which readers take it for one.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ParsedPublicKey,
};

use super::{CURVES, EC, ED25519, P256, P384, P521, RSA, SECP256K1};
use crate::cert::asn1::{self, Reader};

/// A `SubjectPublicKeyInfo`, taken apart (RFC 5280 section 4.1.2.7).
#[derive(Clone, Debug)]
pub(crate) struct PublicKey<'a> {
    pub(crate) oid: String,
    /// DER of the algorithm's parameters, when there are any.
    pub(crate) parameters: Option<&'a [u8]>,
    /// The contents of the bit string.
    pub(crate) bits: &'a [u8],
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

    pub(super) fn dsa_bits(&self) -> Option<u32> {
        let prime = Reader::inside(self.parameters?, asn1::SEQUENCE)?.expect_tag(asn1::INTEGER)?;
        integer_bits(prime.value)
    }
}

pub(crate) fn modulus_bits(rsa_public_key: &[u8]) -> Option<u32> {
    let modulus = Reader::inside(rsa_public_key, asn1::SEQUENCE)?.expect_tag(asn1::INTEGER)?;
    integer_bits(modulus.value)
}

pub(super) fn integer_bits(octets: &[u8]) -> Option<u32> {
    let start = octets.iter().position(|octet| *octet != 0)?;
    let significant = octets.get(start..)?;
    let first = significant.first()?.leading_zeros();
    u32::try_from(significant.len())
        .ok()?
        .checked_mul(8)?
        .checked_sub(first)
}

/// Where the curves of OpenSSL are that have no size here.
const OPENSSL_CURVES: [&str; 5] = [
    "1.2.840.10045.3.",
    "1.3.132.0.",
    "1.3.36.3.3.2.8.1.1.",
    "1.2.156.10197.1.301",
    "2.23.43.1.4.",
];
