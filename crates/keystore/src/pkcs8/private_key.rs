//! A private key in the clear.

use std::fmt;

use zeroize::Zeroizing;

use super::shape::{self, TraditionalKind};
use crate::{Error, Format};

/// An unlocked key: PKCS#8 `PrivateKeyInfo` DER, wiped on drop, never printed.
///
/// Of a secret key it is the wrapper that Java uses in PKCS#12: the algorithm and the raw key in place of a private one;
/// see [`SealedKey::unlock_secret`](super::SealedKey::unlock_secret).
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub(super) Zeroizing<Vec<u8>>);

impl PrivateKey {
    /// The DER itself.
    pub fn secret_pkcs8(&self) -> &[u8] {
        &self.0
    }

    /// Label and DER of the older form: PKCS#1 for RSA, SEC 1 for EC.
    pub(crate) fn to_traditional(&self) -> Result<(&'static str, Zeroizing<Vec<u8>>), Error> {
        let (kind, der) = self.traditional()?;
        Ok((kind.label(), der))
    }

    pub(super) fn traditional(&self) -> Result<(TraditionalKind, Zeroizing<Vec<u8>>), Error> {
        shape::from_pkcs8(&self.0).ok_or_else(|| Error::Unsupported {
            format: Format::Pem,
            what: "the traditional form of a key that is neither RSA nor EC".to_owned(),
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[private key elided]")
    }
}
