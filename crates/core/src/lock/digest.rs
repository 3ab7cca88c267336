//! SHA-256 digests as people and tools write them.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::cert::asn1::{hex, read_hex};

/// A digest, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As the pins of RFC 7469, of curl and of OkHttp.
    Base64([u8; 32]),
    /// As fingerprints of certificates.
    Hex([u8; 32]),
}

/// `sha256:HEX`, `sha256:BASE64`, `sha256/BASE64`, `sha256//BASE64` (curl), `HEX`. Hex may have colons between its
/// octets and letters of both cases; base64 may lack its padding.
pub(super) fn read(text: &str) -> Option<Written> {
    let (start, rest) = text.split_at_checked(ALGORITHM.len()).unwrap_or((text, ""));
    if !start.eq_ignore_ascii_case(ALGORITHM) {
        return read_hex(text).map(Written::Hex);
    }
    if let Some(pin) = rest.strip_prefix('/') {
        return read_base64(pin.strip_prefix('/').unwrap_or(pin)).map(Written::Base64);
    }
    let digest = rest.strip_prefix(':')?;
    let base64 = || read_base64(digest).map(Written::Base64);
    read_hex(digest).map(Written::Hex).or_else(base64)
}

/// `sha256:` and lower-case hex.
pub(super) fn write(digest: &[u8; 32]) -> String {
    format!("{ALGORITHM}:{}", hex(digest))
}

fn read_base64(text: &str) -> Option<[u8; 32]> {
    LENIENT.decode(text).ok()?.try_into().ok()
}

const ALGORITHM: &str = "sha256";

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
