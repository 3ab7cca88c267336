//! The sealed bytes of a key for each container that takes them as they are.

use super::{Form, SealedKey, encrypted_parts, fips};
use crate::Format;
use crate::protect::Scheme;

impl SealedKey {
    /// The `EncryptedPrivateKeyInfo`, when its scheme is one of PKCS#5 or PKCS#12, which other containers take too.
    pub(crate) fn as_encrypted_pkcs8(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Encrypted(der) => match encrypted_parts(der) {
                Ok((scheme, _)) if scheme.is_standard() => Some(der),
                _ => None,
            },
            _ => None,
        }
    }

    /// Label, `DEK-Info` and body, when it is sealed in OpenSSL's traditional way, which only PEM holds.
    pub(crate) fn as_traditional(&self) -> Option<(&'static str, String, &[u8])> {
        match &self.form {
            Form::Traditional { kind, scheme, body } => {
                Some((kind.label(), scheme.dek_info(), body))
            }
            _ => None,
        }
    }

    /// The `EncryptedPrivateKeyInfo`, when `format` takes its scheme: JKS takes Sun's key protector only, JCEKS also its
    /// own.
    pub(crate) fn as_java_protected(&self, format: Format) -> Option<&[u8]> {
        match &self.form {
            Form::Encrypted(der) => match encrypted_parts(der) {
                Ok((Scheme::Sun, _)) => Some(der),
                Ok((Scheme::Jce(_), _)) if format == Format::Jceks => Some(der),
                _ => None,
            },
            _ => None,
        }
    }

    /// The serialized object of a secret key, which only JCEKS takes.
    pub(crate) fn as_java_object(&self) -> Option<&[u8]> {
        match &self.form {
            Form::JavaObject(stream) => Some(stream),
            _ => None,
        }
    }

    /// The sealed entry, when it is one of BKS or UBER, which hold it alike.
    pub(crate) fn as_bouncy(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Bouncy(sealed) => Some(sealed),
            _ => None,
        }
    }

    /// Kind and content of the entry, when it is one of BCFKS.
    pub(crate) fn as_fips(&self) -> Option<(fips::Kind, &[u8])> {
        match &self.form {
            Form::Fips { kind, der } => Some((*kind, der)),
            _ => None,
        }
    }
}
