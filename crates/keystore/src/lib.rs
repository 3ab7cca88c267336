//! Containers of certificates and keys: bytes to [`KeyStore`] and back, with or without a password.
//!
//! The layer rule: this crate knows no X.509 meaning (a certificate is its DER bytes), no clock, no files, no
//! environment. Time, randomness and bytes are arguments. Legacy ciphers and passwords stay behind this wall.
//!
//! Inside: `format`, `model`, `note`, `error` ← one file per container ← this file, which dispatches.

mod error;
mod format;
mod model;
mod note;
mod pkcs8;

pub use error::Error;
pub use format::Format;
pub use model::{Alias, Attribute, Entry, EntryKind, KeyStore, Password, Timestamp};
pub use note::{At, Note, NoteKind};
pub use pkcs8::{PrivateKey, SealedKey};
pub use rustls_pki_types::CertificateDer;

use zeroize::Zeroizing;

/// Everything that was found in one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What the input is, by content.
    pub format: Format,
    /// Certificates and keys, in input order.
    pub store: KeyStore,
    /// Certificate signing requests (PKCS#10 DER), in input order.
    pub requests: Vec<Vec<u8>>,
    /// Certificate revocation lists (DER), in input order.
    pub crls: Vec<Vec<u8>>,
    /// Bare public keys (`SubjectPublicKeyInfo` DER), in input order.
    pub public_keys: Vec<Vec<u8>>,
    /// Whether the container's digest or MAC was checked.
    pub integrity: Integrity,
    /// What could not be read, and what is odd.
    pub notes: Vec<Note>,
}

/// What is known about a container's own integrity protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Integrity {
    /// The container has no digest or MAC.
    Absent,
    /// There is one, and no password to check it with.
    NotVerified,
    /// Checked with the password.
    Verified,
}

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// `None`: no password is known. `Some("")` is the empty password, which is another thing.
    pub password: Option<&'a Password>,
}

/// Reads whatever the bytes are, by content.
///
/// Lenient: what is structurally sound is read, oddities and unreadable parts become notes.
///
/// # Errors
/// When nothing at all can be read: empty or unknown input, damage, a wrong or missing password, a file over the limits.
pub fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let _ = (bytes, options);
    Err(Error::Empty)
}

/// How to write.
#[derive(Clone, Copy, Default)]
pub struct WriteOptions<'a> {
    /// Store password. `None` only where the format has none, or for a PKCS#12 without any protection.
    pub password: Option<&'a Password>,
    /// Password of keys that are in the clear; `None` means the store password.
    pub key_password: Option<&'a Password>,
    /// Where salts come from. `None`: derived from password and content, so that the same input gives the same
    /// bytes; possible only when no key is sealed by this write, else [`Error::NoRandomness`].
    pub random: Option<&'a dyn RandomSource>,
}

/// A source of random bytes.
pub trait RandomSource {
    /// Fills the slice.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when the source is dry.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// A written container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file's bytes, wiped on drop because they may hold a key.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was changed on the way, such as an alias put into lower case.
    pub notes: Vec<Note>,
}

/// Writes a store as `format`.
///
/// Strict: what a reader of the format would refuse, or would lose, is an error.
///
/// # Errors
/// The writing variants of [`Error`].
pub fn write(
    store: &KeyStore,
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Written, Error> {
    let _ = (store, format, options);
    Err(Error::NoRandomness)
}
