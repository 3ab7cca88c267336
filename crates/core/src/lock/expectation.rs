//! One certificate or public key that a server must have.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::Certificate;

use super::digest::{self, Written};

/// A certificate or a public key, by its SHA-256.
///
/// | text | means |
/// |---|---|
/// | `sha256:HEX`, `HEX` | the certificate: a fingerprint, colons or none, upper or lower case |
/// | `sha256/BASE64`, `sha256//BASE64`, `sha256:BASE64` | the public key: a pin of RFC 7469, curl, OkHttp |
/// | `certificate:` or `spki:`, then any of these | what the word says |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// SHA-256 of the DER of the certificate.
    Certificate([u8; 32]),
    /// SHA-256 of the DER of its `SubjectPublicKeyInfo`; outlives a renewal that keeps the key.
    PublicKey([u8; 32]),
}

/// The text is none of the forms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no SHA-256 of a certificate or public key; expected sha256: and 64 hex digits, \
     or sha256/ and base64{}", .why.map(|why| format!(" ({why})")).unwrap_or_default()
)]
pub struct ExpectationError {
    /// What was written.
    pub text: String,
    /// What it may have been.
    pub why: Option<&'static str>,
}

impl Expectation {
    /// Whether it is this certificate, or one with this key.
    pub fn matches(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Certificate(digest) => certificate.fingerprint().as_bytes() == digest,
            Self::PublicKey(digest) => {
                Sha256::digest(certificate.subject_public_key_info()).as_slice() == digest
            }
        }
    }
}

/// In the form that [`FromStr`] reads, whatever was written: `certificate:sha256:…`, `spki:sha256:…`.
impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, digest) = match self {
            Self::Certificate(digest) => (CERTIFICATE, digest),
            Self::PublicKey(digest) => (PUBLIC_KEY, digest),
        };
        write!(formatter, "{kind}{}", digest::write(digest))
    }
}

impl FromStr for Expectation {
    type Err = ExpectationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let error = || ExpectationError {
            text: text.to_owned(),
            why: what_else(trimmed),
        };
        for (prefix, make) in PREFIXES {
            if let Some(rest) = trimmed.strip_prefix(prefix) {
                let (Written::Hex(digest) | Written::Base64(digest)) =
                    digest::read(rest).ok_or_else(error)?;
                return Ok(make(digest));
            }
        }
        match digest::read(trimmed) {
            Some(Written::Hex(digest)) => Ok(Self::Certificate(digest)),
            Some(Written::Base64(digest)) => Ok(Self::PublicKey(digest)),
            None => Err(error()),
        }
    }
}

/// What people have at hand instead.
fn what_else(text: &str) -> Option<&'static str> {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let only_digits = text
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    match digits {
        32 if only_digits => Some("this has the length of MD5"),
        40 if only_digits => Some("this has the length of SHA-1"),
        _ => None,
    }
}

const CERTIFICATE: &str = "certificate:";
const PUBLIC_KEY: &str = "spki:";

type Make = fn([u8; 32]) -> Expectation;

const PREFIXES: [(&str, Make); 2] = [
    (CERTIFICATE, Expectation::Certificate),
    (PUBLIC_KEY, Expectation::PublicKey),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cert::testing;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8";

    fn digest() -> [u8; 32] {
        std::array::from_fn(|place| match u8::try_from(place).unwrap() {
            31 => 0xff,
            octet => octet,
        })
    }

    #[test]
    fn every_form_is_read() {
        let upper = HEX.to_uppercase();
        let pairs: Vec<&str> = (0..32).map(|at| &upper[2 * at..2 * at + 2]).collect();
        let colons = pairs.join(":");
        let certificate = Expectation::Certificate(digest());
        let key = Expectation::PublicKey(digest());
        for (text, expected) in [
            (HEX.to_owned(), certificate),
            (upper, certificate),
            (colons.clone(), certificate),
            (format!("sha256:{HEX}"), certificate),
            (format!("SHA256:{colons}"), certificate),
            (format!(" sha256:{HEX}\n"), certificate),
            (format!("sha256/{BASE64}="), key),
            (format!("sha256//{BASE64}="), key),
            (format!("sha256/{BASE64}"), key),
            (format!("sha256:{BASE64}="), key),
            (format!("certificate:sha256:{BASE64}="), certificate),
            (format!("spki:{colons}"), key),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_was_expected() {
        for text in [
            "",
            "sha256:",
            "sha256",
            "sha1:00",
            &HEX[1..],
            &format!("{HEX}00"),
            &format!("+{}", &HEX[1..]),
            &format!("sha256/{HEX}"),
            "sha256/AAAA",
            "spki:x",
            "zürich",
            "sha25ü",
        ] {
            let error = text.parse::<Expectation>().unwrap_err().to_string();
            assert!(
                error.contains("expected sha256: and 64 hex digits"),
                "{error}"
            );
        }
        let error = "AA:".repeat(19) + "AA";
        let error = error.parse::<Expectation>().unwrap_err().to_string();
        assert!(error.ends_with("(this has the length of SHA-1)"), "{error}");
    }

    #[test]
    fn a_renewal_keeps_the_key_and_not_the_certificate() {
        let [old, new] = [0, 60].map(|from| testing::certificate("a", false, from, 60));
        let key = Sha256::digest(old.subject_public_key_info()).into();
        let key = Expectation::PublicKey(key);
        let certificate = Expectation::Certificate(*old.fingerprint().as_bytes());
        assert!(key.matches(&old) && key.matches(&new));
        assert!(certificate.matches(&old) && !certificate.matches(&new));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(digest in any::<[u8; 32]>(), is_key in any::<bool>()) {
            let expectation = match is_key {
                true => Expectation::PublicKey(digest),
                false => Expectation::Certificate(digest),
            };
            prop_assert_eq!(expectation.to_string().parse(), Ok(expectation));
        }

        #[test]
        fn no_text_panics(text in "(sha256[:/])?.{0,70}") {
            let _ = text.parse::<Expectation>();
        }
    }
}
