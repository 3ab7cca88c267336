//! BKS and UBER, the key stores of BouncyCastle
//! (`org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi`).
//!
//! ```text
//! file   = u32 version  blob salt  u32 iterations  content
//! BKS    : content = stream  HMAC-SHA1 (stream)                                  version 2; 1 and 0 before 2012
//! UBER   : content = PBEWithSHAAndTwofish-CBC (stream  SHA-1 (stream))           version 1
//! stream = entries  u8 0
//! entry  = u8 tag  utf alias  i64 ms  u32 n  n × certificate, end entity first  body
//! body   = certificate (tag 1) | key (tag 2) | blob of secret bytes (tag 3) | blob with a sealed key (tag 4)
//! certificate = utf type "X.509"  blob DER
//! ```
//! utf, blob: see [`crate::java`]; ms: milliseconds since 1970; key and sealed key: see [`crate::pkcs8::bouncy`].
//! Aliases are case-sensitive, and the keys of both MAC and cipher come from the derivation of PKCS#12 with SHA-1.

mod head;
mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

use crate::Format;
use crate::java::certificate::X509;
use crate::java::{DataInput, decode_utf};
use crate::protect::{Hash, Purpose, derive_pkcs12};

pub(crate) const END: u8 = 0;
pub(crate) const CERTIFICATE: u8 = 1;
pub(crate) const KEY: u8 = 2;
pub(crate) const SECRET: u8 = 3;
pub(crate) const SEALED: u8 = 4;
/// Length of the MAC of BKS, of the digest of UBER, and of the salt.
pub(crate) const DIGEST: usize = 20;
/// Of the cipher of UBER.
const BLOCK: usize = 16;

/// The MAC over the stream of a BKS file.
///
/// Versions 0 and 1 took the length of the key in bits for octets and have 16 bits of it (CVE-2018-5382).
pub(crate) fn mac(
    version: u32,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    stream: &[u8],
) -> Vec<u8> {
    let length = if version >= 2 { DIGEST } else { DIGEST / 8 };
    let hash = Hash::Sha1;
    let key = derive_pkcs12(hash, Purpose::Mac, password, salt, iterations, length);
    hash.hmac(&key, stream)
}

/// Whether a file is BKS or UBER, or neither.
///
/// Both have the same head. What follows is entries in BKS and looks like random octets in UBER, so the first entry
/// tells: its tag, its alias, its chain.
pub(crate) fn detect(bytes: &[u8]) -> Option<Format> {
    let [0, 0, 0, version @ 0..=2, 0, 0, 0, 20, rest @ ..] = bytes else {
        return None;
    };
    let stream = rest.get(DIGEST + 4..).unwrap_or_default();
    let is_bks = match stream {
        // cut off before anything that tells them apart; UBER has always been version 1
        [] => *version != 1,
        // an empty store has 21 octets, and UBER whole blocks, at least two
        [END, ..] => !stream.len().is_multiple_of(BLOCK),
        [CERTIFICATE..=SEALED, entry @ ..] => starts_an_entry(entry),
        _ => false,
    };
    Some(if is_bks { Format::Bks } else { Format::Uber })
}

/// Whether decrypted octets are entries, as far as the first of them shows.
fn starts_as_stream(stream: &[u8]) -> bool {
    match stream {
        [END] => true,
        [CERTIFICATE..=SEALED, entry @ ..] => entry.len() > 2 && starts_an_entry(entry),
        _ => false,
    }
}

/// Whether some octets, perhaps cut off, can be alias, date and length of the chain of an entry.
fn starts_an_entry(entry: &[u8]) -> bool {
    let mut input = DataInput::new(Format::Bks, entry);
    let Ok(length) = input.u16("alias") else {
        return true;
    };
    let Ok(alias) = input.take(usize::from(length), "alias") else {
        // the last character may be cut in two
        let rest = input.rest();
        return (0..3).any(|cut| {
            let whole = rest.len().checked_sub(cut).and_then(|end| rest.get(..end));
            whole.is_some_and(|whole| decode_utf(whole).flaw.is_none())
        });
    };
    let Ok(date) = input.array("date").map(i64::from_be_bytes) else {
        return decode_utf(alias).flaw.is_none();
    };
    // within 8919 years of 1970; Java takes any date, and then the chain tells, of less than 65,536 certificates
    matches!(date >> 48, 0 | -1) || input.u16("chain").is_ok_and(|high| high == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    #[test]
    fn empty_stores_are_told_apart_by_their_length() {
        let head = unhex("0000000200000014 000102030405060708090a0b0c0d0e0f10111213 00000400");
        let file = |rest: &[u8]| [&head[..], rest].concat();
        assert_eq!(detect(&file(&[0; 21])), Some(Format::Bks));
        assert_eq!(detect(&file(&[0; 32])), Some(Format::Uber));
        assert_eq!(detect(&file(&[0x55; 32])), Some(Format::Uber));
        assert_eq!(detect(&file(b"\x01\0\x01a\0\0\x01")), Some(Format::Bks));
        // dates that no clock shows are dates to Java
        for date in [i64::MIN, i64::MAX, 1 << 60] {
            let entry = [&b"\x01\0\x01a"[..], &date.to_be_bytes(), &[0; 4]].concat();
            assert_eq!(detect(&file(&entry)), Some(Format::Bks), "{date}");
        }
        // a first octet that could be a tag
        assert_eq!(
            detect(&file(&[&[1, 0, 3], &[0x93; 29][..]].concat())),
            Some(Format::Uber)
        );
        assert_eq!(
            detect(&file(&[4, 0x93, 0xff, 0xfe, 7, 0xfe, 7, 0xfe])),
            Some(Format::Uber)
        );
        assert_eq!(detect(&head[..7]), None);
        assert_eq!(detect(&unhex("0000000300000014")), None);
    }

    /// What UBER files look like, whatever their first octet: one in 64 starts with a tag of BKS, one in 256 has a zero
    /// where the end mark of BKS would be.
    #[test]
    fn encrypted_content_is_no_bks() {
        let head = unhex("0000000100000014 000102030405060708090a0b0c0d0e0f10111213 00000400");
        let mut block = vec![0; 20];
        for round in 0..4000 {
            let mut file = head.clone();
            while file.len() < 32 + 32 + round % 40 * 16 {
                block = Hash::Sha1.digest(&[&block]).to_vec();
                file.extend_from_slice(&block[..16]);
            }
            assert_eq!(detect(&file), Some(Format::Uber), "{round}");
        }
    }
}
