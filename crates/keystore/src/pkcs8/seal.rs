//! Sealing: a key in the clear becomes one that a password opens.

use super::{Form, PrivateKey, SealedKey};
use crate::ber;
use crate::protect::{Material, Sealing, Traditional};
use crate::{Error, Format, Password, RandomSource};

impl SealedKey {
    /// Seals a key with PBES2: AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 10,000 rounds, as Java does since 16.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when there are no random bytes for salt and initialization vector.
    pub fn seal_pkcs8(
        key: &PrivateKey,
        password: &Password,
        random: &dyn RandomSource,
    ) -> Result<Self, Error> {
        Self::seal_with(Sealing::Pbes2, key, password, random)
    }

    /// Seals a key as OpenSSL did before PKCS#8: PKCS#1 or SEC 1 in a PEM block with RFC 1421 headers, AES-256-CBC, one
    /// round of MD5 over the password. For programs that read nothing else; PBES2 guards a password far better.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a key that has no such form, [`Error::NoRandomness`].
    pub fn seal_traditional(
        key: &PrivateKey,
        password: &Password,
        random: &dyn RandomSource,
    ) -> Result<Self, Error> {
        let (kind, clear) = key.traditional()?;
        let mut iv = [0; 16];
        random.fill(&mut iv)?;
        let scheme = Traditional::aes256(iv);
        let body = scheme.encrypt(password.expose_secret().as_bytes(), &clear);
        let body = body.ok_or_else(|| Error::Unsupported {
            format: Format::Pem,
            what: "the cipher".to_owned(),
        })?;
        Ok(Self::new(Form::Traditional { kind, scheme, body }))
    }

    /// Seals a key for PKCS#12 in one of the two ways that are written.
    pub(crate) fn seal_with(
        sealing: Sealing,
        key: &PrivateKey,
        password: &Password,
        random: &dyn RandomSource,
    ) -> Result<Self, Error> {
        let mut material = Material {
            salt: [0; 20],
            iv: [0; 16],
        };
        random.fill(&mut material.salt)?;
        random.fill(&mut material.iv)?;
        let (algorithm, encrypted) = sealing.encrypt(&key.0, password, &material);
        Ok(Self::from_encrypted_pkcs8(ber::encode(
            ber::SEQUENCE,
            &[&algorithm, &ber::encode(ber::OCTET_STRING, &[&encrypted])],
        )))
    }
}
