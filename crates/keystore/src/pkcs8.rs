//! Private keys: sealed as the container holds them, PKCS#8 once unlocked.

pub(crate) mod bouncy;
mod carried;
pub(crate) mod fips;
mod private_key;
mod protection;
mod reuse;
mod seal;
mod shape;
#[cfg(test)]
mod tests;
mod unlock;

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

use crate::ber::{self, Tlv};
use crate::error::brief;
use crate::protect::{Refusal, Scheme, Traditional};
use crate::{Error, Format, SecretKey};

pub(crate) use carried::Carried;
pub use private_key::PrivateKey;
use shape::{TraditionalKind, to_pkcs8};
pub(crate) use shape::{is_encrypted_private_key_info, is_private_key_info};

/// A key as a container holds it: in the clear, or sealed by the container's own scheme.
///
/// Equality compares the bytes as held. `Debug` prints the protection only.
#[derive(Clone)]
pub struct SealedKey {
    form: Form,
    /// The container it came in, for errors only.
    format: Format,
}

#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// PKCS#8 `PrivateKeyInfo` (RFC 5958).
    Clear(Zeroizing<Vec<u8>>),
    /// PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958 section 3); Sun's own key protector is one of its schemes.
    Encrypted(Vec<u8>),
    /// A serialized Java object, `javax.crypto.SealedObject` unless it is something unknown: a secret key of JCEKS.
    JavaObject(Vec<u8>),
    /// A PEM block with `Proc-Type: 4,ENCRYPTED` (RFC 1421 section 4.6.1.1).
    Traditional {
        kind: TraditionalKind,
        scheme: Traditional,
        body: Vec<u8>,
    },
    /// A sealed entry of BKS or UBER (`BcKeyStoreSpi.StoreEntry`), see [`bouncy`].
    Bouncy(Vec<u8>),
    /// An entry of BCFKS, see [`fips`].
    Fips { kind: fips::Kind, der: Vec<u8> },
}

impl SealedKey {
    /// A key in the clear, from PKCS#8 `PrivateKeyInfo` DER, kept byte for byte.
    pub fn from_pkcs8(der: Zeroizing<Vec<u8>>) -> Self {
        Self::new(Form::Clear(der))
    }

    /// A locked key, from PKCS#8 `EncryptedPrivateKeyInfo` DER, kept byte for byte.
    pub fn from_encrypted_pkcs8(der: Vec<u8>) -> Self {
        Self::new(Form::Encrypted(der))
    }

    /// A secret key in the clear.
    pub fn from_secret_key(key: &SecretKey) -> Self {
        Self::new(Form::Clear(key.to_pkcs8()))
    }

    /// A locked secret key, from the serialized object of a JCEKS file, kept byte for byte.
    pub(crate) fn from_java_object(stream: Vec<u8>) -> Self {
        Self::new(Form::JavaObject(stream))
    }

    /// A locked key, from the sealed entry of a BKS or UBER file.
    pub(crate) fn from_bouncy(sealed: Vec<u8>, format: Format) -> Self {
        Self::new(Form::Bouncy(sealed)).within(format)
    }

    /// A locked key, from an entry of a BCFKS file.
    pub(crate) fn from_fips(kind: fips::Kind, der: Vec<u8>) -> Self {
        Self::new(Form::Fips { kind, der }).within(Format::Bcfks)
    }

    /// A key in the clear, from PKCS#1 `RSAPrivateKey` (RFC 8017, appendix A.1.2), wrapped into PKCS#8.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`] when it is no such key.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, Error> {
        wrap(TraditionalKind::Pkcs1, der)
    }

    /// A key in the clear, from SEC1 `ECPrivateKey` with its curve (RFC 5915), wrapped into PKCS#8.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`] when it is no such key.
    pub fn from_sec1(der: &[u8]) -> Result<Self, Error> {
        wrap(TraditionalKind::Sec1, der)
    }

    /// A key in the clear, from OpenSSL's `DSA PRIVATE KEY`, wrapped into PKCS#8.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`] when it is no such key.
    pub fn from_dsa(der: &[u8]) -> Result<Self, Error> {
        wrap(TraditionalKind::Dsa, der)
    }

    /// A locked key, from a PEM block with RFC 1421 headers: its label, the value of `DEK-Info`, its decoded body.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a label, a cipher or an initialization vector that is not known.
    pub fn from_traditional(label: &str, dek_info: &str, body: Vec<u8>) -> Result<Self, Error> {
        let Some(kind) = TraditionalKind::by_label(label.trim()) else {
            return Err(Error::Unsupported {
                format: Format::Pem,
                what: format!("an encrypted {}", brief(label.trim())),
            });
        };
        let scheme =
            Traditional::parse(dek_info).map_err(|refusal| refusal.of(Format::Pem, "key"))?;
        Ok(Self::new(Form::Traditional { kind, scheme, body }))
    }

    /// Whether a password is needed to use the key.
    pub fn is_sealed(&self) -> bool {
        !matches!(self.form, Form::Clear(_))
    }

    /// The same key with the container that errors name; PEM unless said.
    pub(crate) fn within(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    fn new(form: Form) -> Self {
        Self {
            form,
            format: Format::Pem,
        }
    }
}

impl PartialEq for SealedKey {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for SealedKey {}

/// Of what is sealed: nothing of a key in the clear goes anywhere.
impl Hash for SealedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.form {
            Form::Clear(_) => (),
            Form::Encrypted(bytes)
            | Form::JavaObject(bytes)
            | Form::Bouncy(bytes)
            | Form::Traditional { body: bytes, .. }
            | Form::Fips { der: bytes, .. } => bytes.hash(state),
        }
    }
}

impl From<PrivateKey> for SealedKey {
    fn from(key: PrivateKey) -> Self {
        Self::from_pkcs8(key.0)
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.form {
            Form::Clear(_) => "[private key elided]",
            Form::JavaObject(_) => "[encrypted secret key]",
            Form::Encrypted(_) | Form::Traditional { .. } | Form::Bouncy(_) | Form::Fips { .. } => {
                "[encrypted private key]"
            }
        })
    }
}

/// `EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING }`.
fn encrypted_parts(der: &[u8]) -> Result<(Scheme, Vec<u8>), Refusal> {
    let mut inside = Tlv::first(der)?.inside();
    let algorithm = inside.expect(ber::SEQUENCE, "an encryption algorithm")?;
    let scheme = Scheme::parse(&algorithm)?;
    let encrypted = inside.any("the encrypted key")?.octets()?.into_owned();
    Ok((scheme, encrypted))
}

fn wrap(kind: TraditionalKind, der: &[u8]) -> Result<SealedKey, Error> {
    to_pkcs8(kind, der)
        .map(SealedKey::from_pkcs8)
        .map_err(|fault| fault.of(Format::Pem))
}
