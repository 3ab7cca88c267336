//! Containers of certificates and keys: bytes to [`KeyStore`] and back, with or without a password.
//!
//! The layer rule: this crate knows no X.509 meaning (a certificate is its DER bytes), no clock, no files, no
//! environment. Time, randomness and bytes are arguments. Legacy ciphers and passwords stay behind this wall.
//!
//! | format | read | written | password | names |
//! |---|---|---|---|---|
//! | [PEM](Format::Pem) | certificates, keys, requests, CRLs, public keys, PKCS#7; any text around and between | the same, but for PKCS#7 | per key | only in OpenSSL's bag attributes |
//! | [DER](Format::Der) | the same, one object or several behind each other; SPKAC | one object | per key | no |
//! | [PKCS#7](Format::Pkcs7) | certificates and CRLs of a `SignedData`, DER, BER or PEM | the same, DER or PEM | no | no |
//! | [PkiPath](Format::PkiPath) | one chain, the root first | the same | no | no |
//! | [JKS](Format::Jks) | versions 1 and 2 | version 2 | store and key | yes |
//! | [JCEKS](Format::Jceks) | the same, and secret keys | version 2 | store and key | yes |
//! | [PKCS#12](Format::Pkcs12) | DER or BER; PBES1, PBES2 and the PKCS#12 schemes; the MAC of PKCS#12 and PBMAC1 | in the profiles of [`Profile`] | store and key | yes |
//! | [BKS](Format::Bks) | versions 0 to 2 | version 2 | store and key | yes |
//! | [UBER](Format::Uber) | version 1 | version 1 | store and key | yes |
//! | [BCFKS](Format::Bcfks) | PBKDF2 and scrypt, AES-256-CCM | BouncyCastle's defaults | store and key | yes |
//!
//! IBM's KDB and some files that are no key store at all are recognised and refused by name. Base64 without
//! armour around any of these is undone first.
//!
//! Inside, each row uses only what stands beside or below it; the words of the interface (the last row, and the enum
//! [`Format`]) are everyone's:
//!
//! ```text
//! lib          read and write: dispatch by format
//! format       which format some bytes are, by content
//! pem          text: scan, marker, body, write        jks      read, write
//! der          single objects: shape                  pkcs12   reader, matching, assemble, writer, mac, …
//! pkcs7        certs-only SignedData                  pkipath  one chain
//! pkcs8        keys, sealed and unlocked              chain    a key's certificates in Java's order, by tbs, names
//! protect      every cipher, digest and derivation    java     DataInputStream and DataOutputStream
//! ber          BER read leniently, DER written        oid      object identifiers by name
//! model        others      facts       note        error
//! ```
//!
//! Hostile input is expected: nothing is allocated on the word of a length or a count, the cost of reading is linear, and
//! entries, nesting, notes and key derivations have limits, each with its reason beside it.

mod bcfks;
mod ber;
mod bks;
mod chain;
mod der;
mod error;
mod facts;
mod format;
#[cfg(test)]
mod hostile;
mod java;
mod jks;
mod model;
mod note;
mod oid;
mod others;
mod pem;
mod pkcs12;
mod pkcs7;
mod pkcs8;
mod pkipath;
mod protect;
#[cfg(test)]
mod round_trip;
mod secret;
mod tbs;
#[cfg(test)]
mod testing;

pub use error::Error;
pub use facts::Facts;
pub use format::{Format, UnknownFormat};
pub use model::{Alias, Attribute, Entry, EntryKind, KeyStore, Password, Timestamp};
pub use note::{At, Note, NoteKind};
pub use others::{Others, Request};
pub use pkcs8::{PrivateKey, SealedKey};
pub use pkcs12::{Profile, UnknownProfile};
pub use rustls_pki_types::CertificateDer;
pub use secret::SecretKey;

use std::collections::HashMap;

use format::Identified;
use note::Notes;
use zeroize::Zeroizing;

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Everything that was found in one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What the input is, by content.
    pub format: Format,
    /// What the container says about itself.
    pub facts: Facts,
    /// Certificates and keys, in input order.
    pub store: KeyStore,
    /// What else there is: requests, revocation lists, public keys.
    pub others: Others,
    /// Whether the container's digest or MAC was checked.
    pub integrity: Integrity,
    /// What could not be read, and what is odd.
    pub notes: Vec<Note>,
}

impl Contents {
    /// Nothing found, in a container without a digest or MAC.
    pub fn empty(format: Format) -> Self {
        Self {
            format,
            facts: Facts::default(),
            store: KeyStore::new(),
            others: Others::default(),
            integrity: Integrity::Absent,
            notes: Vec::new(),
        }
    }
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

/// Reads a part of a longer PEM text, cut between two blocks; notes count lines from the start of the whole.
///
/// # Errors
/// As [`read`].
pub fn read_pem_part(bytes: &[u8], lines_before: usize) -> Result<Contents, Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::Empty);
    }
    pem::read_after(bytes, lines_before)
}

/// Reads whatever the bytes are, by content.
///
/// Lenient: what is structurally sound is read, oddities and unreadable parts become notes.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keystores/jks");
/// # std::env::set_current_dir(folder)?;
/// use trustpack_keystore::{Format, ReadOptions, read};
///
/// // without a password a JKS is listed, and its integrity is not verified
/// let contents = read(&std::fs::read("trust.jks")?, &ReadOptions::default())?;
/// assert_eq!(contents.format, Format::Jks);
/// assert_eq!(contents.store.entries().len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When nothing at all can be read, or the password is wrong:
/// - [`Error::Empty`], [`Error::Unknown`] and [`Error::Recognised`] when no format fits, or none that is supported;
/// - [`Error::Truncated`], [`Error::Malformed`] and [`Error::NothingReadable`] for damage;
/// - [`Error::Unsupported`] for an algorithm or version that is not known;
/// - [`Error::PasswordRequired`] and [`Error::WrongPassword`], the latter also for damage that looks the same;
/// - [`Error::IntegrityFailed`] where the password opens something and the MAC or digest does not fit;
/// - [`Error::OverLimit`] for a file that asks for more work or memory than any real one.
pub fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    match format::identify(bytes)? {
        Identified::Base64(inner) => {
            let mut contents = read(&inner, options)?;
            let note = Note {
                kind: NoteKind::Oddity,
                at: At::Input,
                message: "base64 without armour; places are those in the decoded content"
                    .to_owned(),
            };
            contents.notes.insert(0, note);
            Ok(contents)
        }
        Identified::Format(format) => match format {
            Format::Bcfks => bcfks::read(bytes, options),
            Format::Bks | Format::Uber => bks::read(bytes, format, options),
            Format::Der => der::read(bytes),
            Format::Jks | Format::Jceks => jks::read(bytes, options),
            Format::Pem => pem::read(bytes),
            Format::Pkcs12 => pkcs12::read(bytes, options),
            Format::Pkcs7 => pkcs7::read(bytes),
            Format::PkiPath => pkipath::read(bytes),
        },
    }
}

/// How to write.
#[derive(Clone, Copy, Default)]
pub struct WriteOptions<'a> {
    /// Store password. `None` only where the format has none, or for a PKCS#12 without any protection.
    pub password: Option<&'a Password>,
    /// Password of keys that are in the clear; `None` means the store password.
    pub key_password: Option<&'a Password>,
    /// Passwords of single keys that are in the clear, by the alias as spelled; each comes before `key_password`.
    pub key_passwords: Option<&'a HashMap<String, Password>>,
    /// Written beside the entries where the format has a place for them; what it has none for is told.
    pub others: Option<&'a Others>,
    /// PKCS#7 only: as a PEM block in place of DER.
    pub armor: bool,
    /// PEM only: keys in the clear as PKCS#1 or SEC 1, which OpenSSL wrote before PKCS#8, with the labels that go with it.
    pub traditional_keys: bool,
    /// How a PKCS#12 is protected; the other formats have one way each.
    pub profile: Profile,
    /// JKS only: aliases keep their case, and two may differ in nothing else, as Java's type `CaseExactJKS` has it
    /// (`sun.security.provider.JavaKeyStore.CaseExactJKS`). The bytes are those of JKS, so keytool must be told
    /// `-storetype CaseExactJKS` to find entries with upper-case letters. Without it they are written in lower case.
    pub keep_alias_case: bool,
    /// Where salts come from. `None`: derived from password and content, so that the same input gives the same
    /// bytes; possible only when no key is sealed by this write, else [`Error::NoRandomness`].
    pub random: Option<&'a dyn RandomSource>,
}

impl<'a> WriteOptions<'a> {
    /// The password under which a key in the clear is sealed, most particular first.
    pub(crate) fn password_of_key(&self, alias: &Alias) -> Option<&'a Password> {
        let own = self.key_passwords.and_then(|own| own.get(alias.as_str()));
        own.or(self.key_password).or(self.password)
    }
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
/// - [`Error::AliasCollision`], [`Error::AliasUnfit`], [`Error::EntryUnfit`], [`Error::ExactlyOne`] and
///   [`Error::NothingToWrite`] when the format cannot hold the entries;
/// - [`Error::KeySealed`] for a key under another protection than the format's;
/// - [`Error::PasswordUnfit`] for a password that is missing or that other readers refuse;
/// - [`Error::NoRandomness`] when a key has to be sealed without a source of random bytes;
/// - [`Error::OverLimit`] for more entries than can be read back.
pub fn write(
    store: &KeyStore,
    format: Format,
    options: &WriteOptions<'_>,
) -> Result<Written, Error> {
    let mut written = match format {
        Format::Bcfks => bcfks::write(store, options),
        Format::Bks | Format::Uber => bks::write(store, format, options),
        Format::Der => der::write(store, options),
        Format::Jks | Format::Jceks => jks::write(store, format, options),
        Format::Pem => pem::write(store, options),
        Format::Pkcs12 => pkcs12::write(store, options),
        Format::Pkcs7 => pkcs7::write(store, options),
        Format::PkiPath => pkipath::write(store, options),
    }?;
    if let Some(others) = options.others {
        let mut notes = Notes::default();
        others.note_left_out(format, store.is_empty(), &mut notes);
        written.notes.extend(notes.into_list());
    }
    Ok(written)
}
