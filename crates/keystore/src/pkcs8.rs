//! Private keys: sealed as the container holds them, PKCS#8 once unlocked.

use std::fmt;

use zeroize::Zeroizing;

use crate::{Error, Password};

/// A key as a container holds it: in the clear, or sealed by the container's own scheme.
///
/// Equality compares the bytes as held. `Debug` prints the protection only.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    form: Form,
}

#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// PKCS#8 `PrivateKeyInfo` (RFC 5958).
    Clear(Zeroizing<Vec<u8>>),
    /// PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958 section 3); Sun's own key protector is one of its schemes.
    Encrypted(Vec<u8>),
}

impl SealedKey {
    /// A key in the clear, from PKCS#8 `PrivateKeyInfo` DER, kept byte for byte.
    pub fn from_pkcs8(der: Zeroizing<Vec<u8>>) -> Self {
        Self {
            form: Form::Clear(der),
        }
    }

    /// A locked key, from PKCS#8 `EncryptedPrivateKeyInfo` DER, kept byte for byte.
    pub fn from_encrypted_pkcs8(der: Vec<u8>) -> Self {
        Self {
            form: Form::Encrypted(der),
        }
    }

    /// A key in the clear, from PKCS#1 `RSAPrivateKey` DER.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, Error> {
        Ok(Self::from_pkcs8(Zeroizing::new(der.to_vec())))
    }

    /// A key in the clear, from OpenSSL's `DSA PRIVATE KEY`.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_dsa(der: &[u8]) -> Result<Self, Error> {
        Self::from_pkcs1(der)
    }

    /// A key in the clear, from SEC 1 `ECPrivateKey` DER.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_sec1(der: &[u8]) -> Result<Self, Error> {
        Self::from_pkcs1(der)
    }

    /// A locked key, from a PEM block with RFC 1421 headers.
    ///
    /// # Errors
    /// For a label or a cipher that is not known.
    pub fn from_traditional(label: &str, _: &str, body: Vec<u8>) -> Result<Self, Error> {
        match label {
            "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" | "PRIVATE KEY" => {
                Ok(Self::from_encrypted_pkcs8(body))
            }
            other => Err(Error::Unsupported {
                format: crate::Format::Pem,
                what: format!("an encrypted {other}"),
            }),
        }
    }

    /// The `EncryptedPrivateKeyInfo`, when its scheme is one of PKCS#5 or PKCS#12, which other containers take too.
    pub(crate) fn as_encrypted_pkcs8(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Encrypted(der) if !crate::jks::is_sun_protected(der) => Some(der),
            _ => None,
        }
    }

    /// The `EncryptedPrivateKeyInfo`, when its scheme is Sun's key protector, which is the only one that JKS takes.
    pub(crate) fn as_sun_protected(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Encrypted(der) if crate::jks::is_sun_protected(der) => Some(der),
            _ => None,
        }
    }

    /// Whether a password is needed to use the key.
    pub fn is_sealed(&self) -> bool {
        !matches!(self.form, Form::Clear(_))
    }

    /// The key in the clear as PKCS#8 `PrivateKeyInfo` DER.
    ///
    /// A key that is not sealed needs no password and ignores one.
    pub fn unlock(&self, password: Option<&Password>) -> Result<PrivateKey, Error> {
        let octets = |der| crate::der::peek::Tlv::peek(der)?.children().nth(1);
        match &self.form {
            Form::Clear(der) => Ok(PrivateKey(der.clone())),
            Form::Encrypted(der) => octets(der)
                .zip(password)
                .and_then(|(octets, password)| {
                    crate::protect::java::unprotect(octets.content, password)
                })
                .map(PrivateKey)
                .ok_or_else(|| Error::Unsupported {
                    format: crate::Format::Pem,
                    what: "encrypted key".to_owned(),
                }),
        }
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.form {
            Form::Clear(_) => "[private key elided]",
            Form::Encrypted(_) => "[encrypted private key]",
        })
    }
}

/// An unlocked key: PKCS#8 `PrivateKeyInfo` DER, wiped on drop, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(Zeroizing<Vec<u8>>);

impl PrivateKey {
    /// The DER itself.
    pub fn secret_pkcs8(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[private key elided]")
    }
}
