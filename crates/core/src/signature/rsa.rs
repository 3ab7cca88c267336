//! RSA signatures as RFC 8017 defines them, for what the crypto library does not check: small keys, SHA-224, PSS with any
//! salt, digest identifiers without NULL.
//!
//! Only public values come in, so nothing here needs constant time. Sizes follow `sun.security.rsa.RSAKeyFactory`, and
//! the exponent has 64 bits at most, which bounds the work.

use aws_lc_rs::digest;
use md5::{Digest, Md5};
use num_bigint::BigUint;

use crate::cert::asn1::{self, Reader};
use crate::key::PublicKey;

use super::SignatureCheck;

#[cfg(test)]
mod vectors;

/// A hash function of PKCS#1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// How the digest is wrapped up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// RFC 8017 section 8.2
    Pkcs1(Hash),
    /// RFC 8017 section 8.1
    Pss(Pss),
}

/// The parameters of RSASSA-PSS (RFC 4055 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pss {
    pub(super) hash: Hash,
    pub(super) mask_hash: Hash,
    pub(super) salt: usize,
}

impl Hash {
    pub(super) fn named(name: &str) -> Option<Self> {
        HASHES
            .iter()
            .find_map(|(hash, known, _)| (*known == name).then_some(*hash))
    }

    fn from_oid(contents: &[u8]) -> Option<Self> {
        HASHES
            .iter()
            .find_map(|(hash, _, oid)| (*oid == contents).then_some(*hash))
    }

    fn oid(self) -> &'static [u8] {
        let found = HASHES.iter().find(|(hash, ..)| *hash == self);
        found.map_or(&[], |(_, _, oid)| oid)
    }

    fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => {
                let mut md5 = Md5::new();
                parts.iter().for_each(|part| md5.update(part));
                return md5.finalize().to_vec();
            }
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &digest::SHA224,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        let mut context = digest::Context::new(algorithm);
        parts.iter().for_each(|part| context.update(part));
        context.finish().as_ref().to_vec()
    }
}

/// Name, and contents of the object identifier (RFC 8017 appendix B.1).
const HASHES: [(Hash, &str, &[u8]); 6] = [
    (
        Hash::Md5,
        "MD5",
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5],
    ),
    (Hash::Sha1, "SHA1", &[0x2b, 0x0e, 3, 2, 0x1a]),
    (
        Hash::Sha224,
        "SHA224",
        &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4],
    ),
    (
        Hash::Sha256,
        "SHA256",
        &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
    ),
    (
        Hash::Sha384,
        "SHA384",
        &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2],
    ),
    (
        Hash::Sha512,
        "SHA512",
        &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3],
    ),
];

impl Pss {
    /// `SEQUENCE { [0] hash, [1] mask generation, [2] salt length, [3] trailer }`, defaults SHA-1, MGF1 with SHA-1, 20
    /// and 1. `None`: broken, or something else than these hashes, MGF1 and trailer 1.
    pub(super) fn read(parameters: &[u8]) -> Option<Self> {
        let mut pss = Self {
            hash: Hash::Sha1,
            mask_hash: Hash::Sha1,
            salt: 20,
        };
        for field in Reader::inside(parameters, asn1::SEQUENCE)? {
            match field.tag {
                0xa0 => pss.hash = read_hash(field.value)?,
                0xa1 => {
                    let mut mask = Reader::inside(field.value, asn1::SEQUENCE)?;
                    if mask.expect_tag(asn1::OBJECT_IDENTIFIER)?.value != MGF1 {
                        return None;
                    }
                    pss.mask_hash = read_hash(mask.next()?.raw)?;
                }
                0xa2 => pss.salt = read_small(field.value)?,
                0xa3 if read_small(field.value)? == 1 => {}
                _ => return None,
            }
        }
        Some(pss)
    }

    /// Whether a key that is restricted to `key` may have made it (`RSAPSSSignature.isCompatible`).
    fn fits(&self, key: &Self) -> bool {
        self.hash == key.hash && self.mask_hash == key.mask_hash && key.salt <= self.salt
    }
}

fn read_hash(algorithm: &[u8]) -> Option<Hash> {
    let mut fields = Reader::inside(algorithm, asn1::SEQUENCE)?;
    Hash::from_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)
}

/// A number that is no longer than a modulus has octets.
fn read_small(integer: &[u8]) -> Option<usize> {
    match Reader::new(integer).expect_tag(asn1::INTEGER)?.value {
        [one @ 0..=0x7f] => Some(usize::from(*one)),
        [high @ 0..=0x7f, low] => Some(usize::from(*high) << 8 | usize::from(*low)),
        _ => None,
    }
}

/// Checks a signature with an RSA key, whatever identifier the key carries.
pub(super) fn check(
    scheme: Scheme,
    key: &PublicKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> SignatureCheck {
    let Some((modulus, exponent)) = numbers(key.bits) else {
        return SignatureCheck::CannotCheck("unreadable RSA key".to_owned());
    };
    let (bits, exponent_bits) = (modulus.bits(), exponent.bits());
    if !(MODULUS_MIN..=MODULUS_MAX).contains(&bits) || exponent_bits > EXPONENT_MAX {
        return SignatureCheck::CannotCheck(format!(
            "an RSA key of {bits} bits with an exponent of {exponent_bits} bits"
        ));
    }
    let Ok(length) = usize::try_from(bits.div_ceil(8)) else {
        return SignatureCheck::Bad;
    };
    let signature_number = BigUint::from_bytes_be(signature);
    // RSAPublicKeyImpl.checkExponentRange, RSASignature.engineVerify
    if exponent < BigUint::from(3_u8)
        || signature.len() != length
        || signature_number >= modulus
        || !modulus.bit(0)
    {
        return SignatureCheck::Bad;
    }
    let number = signature_number.modpow(&exponent, &modulus).to_bytes_be();
    let good = match scheme {
        Scheme::Pkcs1(hash) => padded(&number, length)
            .is_some_and(|encoded| is_pkcs1(&encoded, hash, &hash.digest(&[message]))),
        Scheme::Pss(pss) => {
            let restricted = match key.parameters.filter(|_| key.oid == super::RSA_PSS) {
                Some(own) => Pss::read(own).is_none_or(|own| !pss.fits(&own)),
                None => false,
            };
            let encoded_bits = length * 8 - 1 - unused_bits(&modulus, length);
            !restricted
                && padded(&number, encoded_bits.div_ceil(8)).is_some_and(|encoded| {
                    is_pss(encoded, encoded_bits, pss, &pss.hash.digest(&[message]))
                        .unwrap_or(false)
                })
        }
    };
    if good {
        SignatureCheck::Good
    } else {
        SignatureCheck::Bad
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`
fn numbers(key: &[u8]) -> Option<(BigUint, BigUint)> {
    let mut fields = Reader::inside(key, asn1::SEQUENCE)?;
    let modulus = fields.expect_tag(asn1::INTEGER)?.value;
    let exponent = fields.expect_tag(asn1::INTEGER)?.value;
    // a number beyond all limits need not be converted
    if modulus.len() > 4096 || exponent.len() > 4096 {
        return None;
    }
    Some((
        BigUint::from_bytes_be(modulus),
        BigUint::from_bytes_be(exponent),
    ))
}

fn unused_bits(modulus: &BigUint, length: usize) -> usize {
    let bits = usize::try_from(modulus.bits()).unwrap_or(0);
    (length * 8).saturating_sub(bits)
}

/// The number with leading zeros; `None` when it is longer than that.
fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut encoded = vec![0; length.checked_sub(number.len())?];
    encoded.extend(number);
    Some(encoded)
}

/// RFC 8017 section 9.2, by comparing with what it must be. "Some vendors might omit the NULL params in digest algorithm
/// identifier" (`RSASignature.engineVerify`).
fn is_pkcs1(encoded: &[u8], hash: Hash, digest: &[u8]) -> bool {
    [&[5, 0][..], &[]].into_iter().any(|null| {
        let mut identifier = element(asn1::OBJECT_IDENTIFIER, hash.oid());
        identifier.extend(null);
        let mut info = element(asn1::SEQUENCE, &identifier);
        info.extend(element(asn1::OCTET_STRING, digest));
        let info = element(asn1::SEQUENCE, &info);
        let Some(fill) = encoded.len().checked_sub(info.len() + 3) else {
            return false;
        };
        let mut expected = vec![0, 1];
        expected.resize(2 + fill, 0xff);
        expected.push(0);
        expected.extend(info);
        fill >= 8 && expected == encoded
    })
}

/// DER of something short.
fn element(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap_or(0x7f);
    [&[tag, length], value].concat()
}

/// RFC 8017 section 9.1.2; `None` when a part is missing.
fn is_pss(encoded: Vec<u8>, bits: usize, pss: Pss, digest: &[u8]) -> Option<bool> {
    let (trailer, rest) = encoded.split_last()?;
    let (masked, seed) = rest.split_at_checked(rest.len().checked_sub(digest.len())?)?;
    let fill = masked.len().checked_sub(pss.salt + 1)?;
    let clear = 0xff_u8.checked_shr(u32::try_from(encoded.len() * 8 - bits).ok()?)?;
    if *trailer != 0xbc || masked.first()? & !clear != 0 {
        return Some(false);
    }
    let mask = mask(pss.mask_hash, seed, masked.len());
    let mut block: Vec<u8> = masked.iter().zip(&mask).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= clear;
    let (zeros, rest) = block.split_at_checked(fill)?;
    let (one, salt) = rest.split_first()?;
    let expected = pss.hash.digest(&[&[0; 8], digest, salt]);
    Some(zeros.iter().all(|octet| *octet == 0) && *one == 1 && expected == seed)
}

/// MGF1 (RFC 8017 appendix B.2.1)
fn mask(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + 64);
    for counter in 0_u32.. {
        if mask.len() >= length {
            break;
        }
        mask.extend(hash.digest(&[seed, &counter.to_be_bytes()]));
    }
    mask.truncate(length);
    mask
}

const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
// counted in octets, so 505 bits are 512
const MODULUS_MIN: u64 = 505;
const MODULUS_MAX: u64 = 16_384;
const EXPONENT_MAX: u64 = 64;

#[cfg(test)]
mod tests;
