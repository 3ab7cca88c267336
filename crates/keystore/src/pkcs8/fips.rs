//! Keys in BCFKS files (`org.bouncycastle.asn1.bc`), private and secret ones alike:
//!
//! ```text
//! EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING }    PrivateKeyInfo inside
//! EncryptedSecretKeyData  ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING }    SecretKeyData inside
//! SecretKeyData           ::= SEQUENCE { keyAlgorithm OBJECT IDENTIFIER, keyBytes OCTET STRING }
//! ```
//! The first is no `EncryptedPrivateKeyInfo` of PKCS#8 for other programs: a word goes into the derivation, see
//! [`crate::protect::fips`].

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::is_private_key_info;
use crate::ber::{self, Tlv};
use crate::protect::fips::{Encryption, Use};
use crate::protect::{Budget, Refusal};
use crate::{Error, Password, RandomSource};
use crate::{oid, secret};

/// Of a sealed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Private,
    Secret,
}

impl Kind {
    const fn used_for(self) -> Use {
        match self {
            Self::Private => Use::PrivateKey,
            Self::Secret => Use::SecretKey,
        }
    }
}

/// Encryption and encrypted octets; those of a whole file are laid out alike.
pub(crate) fn parts(der: &[u8]) -> Result<(Encryption, Cow<'_, [u8]>), Refusal> {
    let mut inside = Tlv::first(der)?.inside();
    let algorithm = inside.expect(ber::SEQUENCE, "an encryption algorithm")?;
    let encryption = Encryption::parse(&algorithm)?;
    Ok((encryption, inside.any("encrypted data")?.octets()?))
}

/// The key as PKCS#8.
pub(crate) fn open(
    kind: Kind,
    der: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let (encryption, encrypted) = parts(der)?;
    let clear = encryption.decrypt(&encrypted, password, kind.used_for(), budget)?;
    let whole = Tlv::first(&clear)?;
    match kind {
        Kind::Private if is_private_key_info(&clear) => Ok(clear),
        Kind::Private => Err(whole.expected("a PKCS#8 private key").into()),
        Kind::Secret => {
            let mut inside = whole.inside();
            let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "an algorithm")?;
            let octets = inside.any("a secret key")?.octets()?;
            Ok(secret::wrap(&oid::dotted(identifier.content), &octets))
        }
    }
}

/// Seals a key in PKCS#8; `None` when it is not of that kind, or too large.
pub(crate) fn seal(
    kind: Kind,
    pkcs8: &[u8],
    password: &Password,
    random: &dyn RandomSource,
) -> Result<Option<Vec<u8>>, Error> {
    let clear = match kind {
        Kind::Private => Zeroizing::new(pkcs8.to_vec()),
        Kind::Secret => match secret::unwrap(pkcs8) {
            Some(secret) => Zeroizing::new(ber::encode(
                ber::SEQUENCE,
                &[
                    &secret.identifier(),
                    &Zeroizing::new(ber::encode(ber::OCTET_STRING, &[secret.secret_octets()])),
                ],
            )),
            None => return Ok(None),
        },
    };
    encrypt(&clear, password, kind.used_for(), random)
}

/// `SEQUENCE { encryptionAlgorithm, OCTET STRING }`; `None` for more than the cipher can hold.
pub(crate) fn encrypt(
    clear: &[u8],
    password: &Password,
    used_for: Use,
    random: &dyn RandomSource,
) -> Result<Option<Vec<u8>>, Error> {
    let encryption = Encryption::fresh(random)?;
    let encrypted = encryption.encrypt(clear, password, used_for);
    Ok(encrypted.map(|encrypted| {
        let octets = ber::encode(ber::OCTET_STRING, &[&encrypted]);
        ber::encode(ber::SEQUENCE, &[&encryption.to_der(), &octets])
    }))
}
