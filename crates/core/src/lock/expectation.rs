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
mod tests;
