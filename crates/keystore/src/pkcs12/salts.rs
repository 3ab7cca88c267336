//! Salts and initialization vectors: random, or derived so that the same input gives the same file.

use crate::protect::{Hash, stretch};
use crate::{Error, Password, RandomSource};

/// Where salts come from.
#[derive(Clone, Copy)]
pub(super) enum Salts<'a> {
    /// For everything that seals a key.
    Random(&'a dyn RandomSource),
    /// From password and content; for certificates, which are no secret.
    Derived(&'a Password),
}

impl<'a> Salts<'a> {
    pub(super) fn new(random: Option<&'a dyn RandomSource>, password: &'a Password) -> Self {
        random.map_or(Self::Derived(password), Self::Random)
    }

    /// Fills `bytes` for one purpose over one content.
    ///
    /// A derived salt stands in the file for everyone to see, so it must not be a cheaper test for a guessed password
    /// than the encryption itself: it costs as many iterations, over a salt that no table can be made for.
    pub(super) fn fill(
        &self,
        purpose: &str,
        content: &[u8],
        bytes: &mut [u8],
    ) -> Result<(), Error> {
        match self {
            Self::Random(source) => source.fill(bytes),
            Self::Derived(password) => {
                let salt = Hash::Sha256.digest(&[purpose.as_bytes(), &[0], content]);
                stretch(password.expose_secret().as_bytes(), &salt, bytes);
                Ok(())
            }
        }
    }
}
