//! JKS, the key store of the Java runtime up to version 8 (`sun.security.provider.JavaKeyStore`), and JCEKS, the same
//! container with secret keys (`com.sun.crypto.provider.JceKeyStore`).
//!
//! ```text
//! u32 FEEDFEED or, JCEKS, CECECECE   u32 version (2 or 1)   u32 count
//! entry: u32 1  utf alias  i64 ms  blob EncryptedPrivateKeyInfo  u32 n  n × certificate, end entity first
//!      | u32 2  utf alias  i64 ms  certificate
//!      | u32 3  utf alias  i64 ms  serialized SealedObject                    JCEKS only
//! certificate: [version 2 only: utf type "X.509"]  blob DER
//! SHA-1 (password as UTF-16BE ‖ "Mighty Aphrodite" ‖ all bytes before)
//! ```
//! utf, blob: see [`crate::java`]; ms: milliseconds since 1970. The object has no length before it: [`crate::java::sealed`].
//!
//! What differs is how keys are sealed: in JKS by Sun's key protector, in JCEKS by `PBEWithMD5AndTripleDES`
//! ([`crate::protect::jce`]), which wants a password of ASCII; JCEKS opens keys of JKS as well.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

use sha1::{Digest, Sha1};

use crate::java::certificate::X509;
use crate::protect::utf16;
use crate::{Format, Password};

/// The container that bytes begin, by their magic number.
pub(crate) fn format_of(bytes: &[u8]) -> Option<Format> {
    let magic = bytes.first_chunk()?;
    let formats = [Format::Jks, Format::Jceks];
    formats
        .into_iter()
        .find(|format| magic_of(*format) == *magic)
}

/// The first four bytes of every file.
const fn magic_of(format: Format) -> [u8; 4] {
    match format {
        Format::Jceks => [0xce; 4],
        _ => [0xfe, 0xed, 0xfe, 0xed],
    }
}

const KEY: u32 = 1;
const TRUSTED: u32 = 2;
/// In JCEKS only.
const SECRET_KEY: u32 = 3;
/// Goes into the digest between password and content (`JavaKeyStore.getPreKeyedHash`).
const WHITENER: &[u8] = b"Mighty Aphrodite";

fn store_digest(password: &Password, content: &[u8]) -> [u8; 20] {
    let hasher = Sha1::new()
        .chain_update(&utf16(password.expose_secret())[..])
        .chain_update(WHITENER)
        .chain_update(content);
    hasher.finalize().into()
}
