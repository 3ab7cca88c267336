//! Keys in BKS and UBER files (`org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi`).
//!
//! ```text
//! key    = u8 kind (0 private, 1 public, 2 secret)  utf format  utf algorithm  blob encoded
//! sealed = blob salt  u32 iterations  PBEWithSHAAnd3-KeyTripleDES-CBC (key)
//! ```
//! The formats are "PKCS#8", "X.509" and "RAW"; see [`crate::java`] for utf and blob.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::is_private_key_info;
use crate::ber::{self, Tlv};
use crate::java::{DataInput, DataOutput};
use crate::protect::{Budget, Cipher, Refusal, Scheme, bouncy_form};
use crate::secret;
use crate::{Error, Format, Password, RandomSource, oid};

/// A key with what Java's `Key` says about itself.
pub(crate) struct Key {
    kind: u8,
    encoding: String,
    algorithm: String,
    bytes: Zeroizing<Vec<u8>>,
}

/// What a [`Key`] turns out to be.
pub(crate) enum Opened {
    /// `PrivateKeyInfo`.
    Private(Zeroizing<Vec<u8>>),
    /// `SubjectPublicKeyInfo`.
    Public(Vec<u8>),
    /// A secret key in PKCS#8, see [`mod@secret`].
    Secret(Zeroizing<Vec<u8>>),
}

impl Key {
    pub(crate) fn read(input: &mut DataInput<'_>) -> Result<Self, Error> {
        Ok(Self {
            kind: input.u8("kind of key")?,
            encoding: input.utf("key format")?.text,
            algorithm: input.utf("key algorithm")?.text,
            bytes: Zeroizing::new(input.blob("key")?.to_vec()),
        })
    }

    /// What Java's classes make of it, or why they would refuse it.
    pub(crate) fn open(self) -> Result<Opened, String> {
        match (self.kind, self.encoding.as_str()) {
            (PRIVATE, "PKCS#8" | "PKCS8") if is_private_key_info(&self.bytes) => {
                Ok(Opened::Private(self.bytes))
            }
            (PUBLIC, "X.509" | "X509") if Tlv::exactly(&self.bytes, ber::SEQUENCE).is_some() => {
                Ok(Opened::Public(self.bytes.to_vec()))
            }
            (SECRET, "RAW") => Ok(Opened::Secret(secret::wrap(&self.algorithm, &self.bytes))),
            (kind @ PRIVATE..=SECRET, encoding) => Err(format!(
                "the content of a key of kind {kind} is no {encoding:?}"
            )),
            (kind, _) => Err(format!("a key of the unknown kind {kind}")),
        }
    }

    /// As PKCS#8; a public key is none.
    pub(crate) fn into_pkcs8(self, format: Format) -> Result<Zeroizing<Vec<u8>>, Error> {
        let unsupported = |what| Error::Unsupported { format, what };
        match self.open().map_err(unsupported)? {
            Opened::Private(pkcs8) | Opened::Secret(pkcs8) => Ok(pkcs8),
            Opened::Public(_) => Err(unsupported("a public key in place of a private one".into())),
        }
    }
}

/// Encodes a private key.
pub(crate) fn private(pkcs8: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    encode(PRIVATE, "PKCS#8", &algorithm(pkcs8)?, pkcs8)
}

/// Encodes a secret key.
pub(crate) fn secret(algorithm: &str, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    encode(SECRET, "RAW", algorithm, bytes)
}

fn encode(kind: u8, encoding: &str, algorithm: &str, key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // room for all of it at once, because growing would leave copies behind
    let room = key.len() + 3 * algorithm.len() + 32;
    let mut output = DataOutput::with_capacity(room);
    output.raw(&[kind]);
    output.utf(encoding)?;
    output.utf(algorithm)?;
    output.blob(key)?;
    Some(Zeroizing::new(output.into_bytes()))
}

/// The word of Java for a private key's algorithm; its identifier, which BouncyCastle takes too, where there is none.
fn algorithm(pkcs8: &[u8]) -> Option<String> {
    let mut inside = Tlv::exactly(pkcs8, ber::SEQUENCE)?.inside();
    inside.expect(ber::INTEGER, "a version").ok()?;
    let algorithm = inside.expect(ber::SEQUENCE, "an algorithm").ok()?;
    let mut algorithm = algorithm.inside();
    let identifier = algorithm
        .expect(ber::OBJECT_IDENTIFIER, "an algorithm")
        .ok()?
        .content;
    let known = NAMES
        .iter()
        .find(|(known, _)| known.as_bytes() == identifier);
    Some(known.map_or_else(|| oid::dotted(identifier), |(_, name)| (*name).to_owned()))
}

/// Scheme and encrypted octets of a sealed key.
pub(crate) fn sealed_parts(sealed: &[u8], format: Format) -> Result<(Scheme, &[u8]), Error> {
    let mut input = DataInput::new(format, sealed);
    let salt = input.blob("salt of a sealed key")?;
    let iterations = input.u32("iterations of a sealed key")?;
    let scheme = Scheme::pkcs12(Cipher::TripleDes, salt, iterations);
    Ok((scheme, input.rest()))
}

/// Decrypts a sealed key.
pub(crate) fn open(
    sealed: &[u8],
    format: Format,
    password: &Password,
    budget: &mut Budget,
) -> Result<Key, Error> {
    let (scheme, encrypted) = sealed_parts(sealed, format)?;
    let parse = |clear: &[u8]| {
        let mut input = DataInput::new(format, clear);
        let key = Key::read(&mut input).ok()?;
        let is_whole = input.remaining() == 0 && key.kind <= SECRET;
        is_whole.then_some(key)
    };
    let refused = |refusal: Refusal| refusal.of(format, "key");
    let accept = |clear: &[u8]| parse(clear).is_some();
    let clear = scheme
        .decrypt(encrypted, password, budget, accept)
        .map_err(refused)?;
    parse(&clear).ok_or_else(|| refused(Refusal::WrongPassword))
}

/// Seals an encoded key; `None` when it is too large for the layout.
pub(crate) fn seal(
    key: &[u8],
    password: &Password,
    random: &dyn RandomSource,
) -> Result<Option<Vec<u8>>, Error> {
    let mut salt = [0; 20];
    random.fill(&mut salt)?;
    let scheme = Scheme::pkcs12(Cipher::TripleDes, &salt, ITERATIONS);
    let password = bouncy_form(password.expose_secret());
    Ok(scheme.encrypt(&password, key).and_then(|encrypted| {
        let mut output = DataOutput::default();
        output.blob(&salt)?;
        output.u32(ITERATIONS);
        output.raw(&encrypted);
        Some(output.into_bytes())
    }))
}

/// BouncyCastle itself takes 1024 and up to 1023 more at random, and refuses more than 65,536 in UBER files.
pub(crate) const ITERATIONS: u32 = 10_000;

const PRIVATE: u8 = 0;
const PUBLIC: u8 = 1;
const SECRET: u8 = 2;

/// The Java Security Standard Algorithm Names of key factories.
const NAMES: &[(ObjectIdentifier, &str)] = &[
    (oid::RSA_ENCRYPTION, "RSA"),
    (oid::RSASSA_PSS, "RSASSA-PSS"),
    (oid::EC_PUBLIC_KEY, "EC"),
    (oid::DSA, "DSA"),
    (oid::DIFFIE_HELLMAN, "DH"),
    (oid::ED25519, "Ed25519"),
    (oid::ED448, "Ed448"),
    (oid::X25519, "X25519"),
    (oid::X448, "X448"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Sevens, der};

    #[test]
    fn sealed_keys_open_with_their_password_only() {
        let password = Password::new("changeit");
        let key = der(testing::KEY);
        let sealed = seal(&private(&key).unwrap(), &password, &Sevens)
            .unwrap()
            .unwrap();
        let (scheme, _) = sealed_parts(&sealed, Format::Bks).unwrap();
        assert_eq!(scheme.to_string(), "3DES, SHA-1, 10000 iterations");
        let opened = |sealed: &[u8], password: &str| {
            open(
                sealed,
                Format::Bks,
                &Password::new(password),
                &mut Budget::new(),
            )?
            .into_pkcs8(Format::Bks)
        };
        assert_eq!(*opened(&sealed, "changeit").unwrap(), key);
        assert!(matches!(
            opened(&sealed, ""),
            Err(Error::WrongPassword { .. })
        ));
        for end in 0..sealed.len() {
            // blocks that are missing at the end are told by the padding, or by the length inside
            if end < 24 || (sealed.len() - end).is_multiple_of(8) {
                assert!(opened(&sealed[..end], "changeit").is_err(), "{end}");
            }
        }
    }

    #[test]
    fn algorithms_are_named_as_java_does() {
        assert_eq!(algorithm(&der(testing::KEY)).unwrap(), "EC");
        assert_eq!(algorithm(&secret::wrap("1.2.3", b"")).unwrap(), "1.2.3");
        assert!(private(b"nonsense").is_none());
    }

    #[test]
    fn public_keys_and_odd_keys_are_no_private_keys() {
        let spki = der(testing::PUBLIC_KEY);
        for (kind, encoding) in [(PUBLIC, "X.509"), (PRIVATE, "RAW"), (7, "PKCS#8")] {
            let encoded = encode(kind, encoding, "EC", &spki).unwrap();
            let key = Key::read(&mut DataInput::new(Format::Bks, &encoded)).unwrap();
            assert!(matches!(
                key.into_pkcs8(Format::Bks),
                Err(Error::Unsupported { .. })
            ));
        }
    }
}
