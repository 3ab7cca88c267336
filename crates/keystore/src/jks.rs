//! JKS, the key store of the Java runtime up to version 8 (`sun.security.provider.JavaKeyStore`).
//!
//! ```text
//! u32 FEEDFEED   u32 version (2 or 1)   u32 count
//! entry: u32 1  utf alias  i64 ms  blob EncryptedPrivateKeyInfo  u32 n  n × certificate, end entity first
//!      | u32 2  utf alias  i64 ms  certificate
//! certificate: [version 2 only: utf type "X.509"]  blob DER
//! SHA-1 (password as UTF-16BE ‖ "Mighty Aphrodite" ‖ all bytes before)
//! ```
//! utf, blob: see [`crate::java`]; ms: milliseconds since 1970.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

use sha1::{Digest, Sha1};

use crate::Password;
use crate::protect::utf16;

/// The first four bytes of every file.
pub(crate) const MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
const KEY: u32 = 1;
const TRUSTED: u32 = 2;
/// Of JCEKS (`com.sun.crypto.provider.JceKeyStore`).
const SECRET_KEY: u32 = 3;
const X509: &str = "X.509";
/// Goes into the digest between password and content (`JavaKeyStore.getPreKeyedHash`).
const WHITENER: &[u8] = b"Mighty Aphrodite";

fn store_digest(password: &Password, content: &[u8]) -> [u8; 20] {
    let hasher = Sha1::new()
        .chain_update(&utf16(password.expose_secret())[..])
        .chain_update(WHITENER)
        .chain_update(content);
    hasher.finalize().into()
}
