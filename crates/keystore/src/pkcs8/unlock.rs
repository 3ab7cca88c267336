//! Unlocking: what a password makes of a sealed key.

use super::shape::{is_private_key_info, to_pkcs8};
use super::{Form, PrivateKey, SealedKey, bouncy, encrypted_parts, fips};
use crate::java::sealed;
use crate::protect::{self, Budget, Refusal};
use crate::{Error, Password, SecretKey};

/// The keys of a store have one password as a rule, so those behind the first tell no more.
const MAX_PROOFS: usize = 3;

impl SealedKey {
    /// The key in the clear as PKCS#8 `PrivateKeyInfo` DER.
    ///
    /// A key that is not sealed needs no password and ignores one. What comes out is a `PrivateKeyInfo`: a wrong
    /// password that happens to pass the padding is still a wrong password.
    ///
    /// # Errors
    /// [`Error::PasswordRequired`], [`Error::WrongPassword`], [`Error::OverLimit`] for an iteration count that no real
    /// key has, [`Error::Unsupported`] for an unknown scheme, [`Error::Malformed`] for a damaged one.
    pub fn unlock(&self, password: Option<&Password>) -> Result<PrivateKey, Error> {
        self.unlock_within(password, &mut Budget::new())
    }

    /// A secret key in the clear, by name and raw octets; a private key comes out as the octets inside its PKCS#8.
    ///
    /// # Errors
    /// As [`unlock`](Self::unlock); [`Error::Unsupported`] also for a Java class that is no known secret key.
    pub fn unlock_secret(&self, password: Option<&Password>) -> Result<SecretKey, Error> {
        let wrapper = self.unlock(password)?;
        SecretKey::from_pkcs8(wrapper.secret_pkcs8()).map_err(|fault| fault.of(self.format))
    }

    /// Whether a password opens one of the first of some keys, within what is left of a file's budget: then it is the
    /// file's, and a MAC or digest that does not fit it tells of damage.
    pub(crate) fn any_opens<'a>(
        keys: impl IntoIterator<Item = &'a Self>,
        password: &Password,
        budget: &mut Budget,
    ) -> bool {
        keys.into_iter()
            .filter(|key| key.is_sealed())
            .take(MAX_PROOFS)
            .any(|key| key.unlock_within(Some(password), budget).is_ok())
    }

    fn unlock_within(
        &self,
        password: Option<&Password>,
        budget: &mut Budget,
    ) -> Result<PrivateKey, Error> {
        let given = || {
            password.ok_or_else(|| Error::PasswordRequired {
                format: self.format,
                what: "the key".to_owned(),
            })
        };
        let refused = |refusal: Refusal| refusal.of(self.format, "key");
        match &self.form {
            Form::Clear(der) => Ok(PrivateKey(der.clone())),
            Form::Encrypted(der) => {
                let (scheme, encrypted) = encrypted_parts(der).map_err(refused)?;
                let password = given()?;
                scheme
                    .decrypt(&encrypted, password, budget, is_private_key_info)
                    .map(PrivateKey)
                    .map_err(refused)
            }
            Form::JavaObject(stream) => {
                let (scheme, encrypted) = sealed::parts(stream).map_err(refused)?;
                let password = given()?;
                scheme
                    .decrypt(&encrypted, password, budget, sealed::is_object)
                    .and_then(|clear| sealed::secret_key(&clear))
                    .map(|key| PrivateKey(key.to_pkcs8()))
                    .map_err(refused)
            }
            Form::Traditional { kind, scheme, body } => {
                let password = given()?;
                protect::byte_forms(password)
                    .iter()
                    .filter_map(|form| scheme.decrypt(form, body))
                    .find_map(|clear| to_pkcs8(*kind, &clear).ok())
                    .map(PrivateKey)
                    .ok_or_else(|| refused(Refusal::WrongPassword))
            }
            Form::Bouncy(sealed) => bouncy::open(sealed, self.format, given()?, budget)?
                .into_pkcs8(self.format)
                .map(PrivateKey),
            Form::Fips { kind, der } => fips::open(*kind, der, given()?, budget)
                .map(PrivateKey)
                .map_err(refused),
        }
    }
}
