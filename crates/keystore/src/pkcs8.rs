//! Private keys: sealed as the container holds them, PKCS#8 once unlocked.

pub(crate) mod bouncy;
mod carried;
pub(crate) mod fips;
mod shape;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

use crate::ber::{self, Tlv};
use crate::error::brief;
use crate::java::sealed;
use crate::protect::{
    self, Budget, MAX_ITERATIONS, Material, Refusal, Scheme, Sealing, Traditional,
};
use crate::{Error, Format, Password, RandomSource, SecretKey};

pub(crate) use carried::Carried;
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

    /// Whether a password is needed to use the key.
    pub fn is_sealed(&self) -> bool {
        !matches!(self.form, Form::Clear(_))
    }

    /// How the key is sealed, in words: `none`, `JKS key protector`, `JCEKS 3DES, MD5, 200000 iterations`,
    /// `3DES, SHA-1, 50000 iterations`, `PBES2 AES-256-CBC, PBKDF2-HMAC-SHA256, 10000 iterations`.
    pub fn protection(&self) -> String {
        let in_words = |parts: Result<(Scheme, Vec<u8>), Refusal>| match parts {
            Ok((scheme, _)) => scheme.to_string(),
            Err(Refusal::Unsupported(what)) => format!("not supported: {what}"),
            Err(_) => "damaged".to_owned(),
        };
        match &self.form {
            Form::Clear(_) => "none".to_owned(),
            Form::Encrypted(der) => in_words(encrypted_parts(der)),
            Form::JavaObject(stream) => in_words(sealed::parts(stream)),
            Form::Traditional { scheme, .. } => {
                format!("traditional PEM {}, MD5, 1 iteration", scheme.name())
            }
            Form::Bouncy(sealed) => match bouncy::sealed_parts(sealed, self.format) {
                Ok((scheme, _)) => scheme.to_string(),
                Err(_) => "damaged".to_owned(),
            },
            Form::Fips { der, .. } => match fips::parts(der) {
                Ok((encryption, _)) => encryption.name(),
                Err(Refusal::Unsupported(what)) => what,
                Err(_) => "damaged".to_owned(),
            },
        }
    }

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

    /// A secret key in the clear, by name and raw octets; a private key comes out as the octets inside its PKCS#8.
    ///
    /// # Errors
    /// As [`unlock`](Self::unlock); [`Error::Unsupported`] also for a Java class that is no known secret key.
    pub fn unlock_secret(&self, password: Option<&Password>) -> Result<SecretKey, Error> {
        let wrapper = self.unlock(password)?;
        SecretKey::from_pkcs8(wrapper.secret_pkcs8()).map_err(|fault| fault.of(self.format))
    }

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

    /// Whether the key is sealed with PBES2 (RFC 8018, section 6.2), the only scheme of PKCS#12 that is not weak.
    pub fn is_pbes2(&self) -> bool {
        match &self.form {
            Form::Encrypted(der) => encrypted_parts(der).is_ok_and(|(scheme, _)| scheme.is_pbes2()),
            _ => false,
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

    /// The iterations that unlocking asks for; zero when that is not known.
    pub(crate) fn cost(&self) -> u64 {
        self.work().unwrap_or(0)
    }

    /// What a reader has to say about a key that no password unlocks, because that would be too much work.
    pub(crate) fn warning_of_cost(&self) -> Option<String> {
        let asked = match self.work() {
            Ok(cost) if cost > MAX_ITERATIONS => (format!("{cost} iterations"), MAX_ITERATIONS),
            Err(Refusal::TooMuchMemory { found, limit }) => {
                (format!("{found} bytes of memory"), limit)
            }
            _ => return None,
        };
        let (asked, limit) = asked;
        Some(format!(
            "the key asks for {asked} and will not be unlocked, the limit is {limit}"
        ))
    }

    fn work(&self) -> Result<u64, Refusal> {
        match &self.form {
            Form::Encrypted(der) => encrypted_parts(der).map(|(scheme, _)| scheme.cost()),
            Form::JavaObject(stream) => sealed::parts(stream).map(|(scheme, _)| scheme.cost()),
            Form::Bouncy(sealed) => {
                let parts = bouncy::sealed_parts(sealed, self.format);
                Ok(parts.map_or(0, |(scheme, _)| scheme.cost()))
            }
            Form::Fips { der, .. } => {
                fips::parts(der).and_then(|(encryption, _)| encryption.cost())
            }
            Form::Clear(_) | Form::Traditional { .. } => Ok(0),
        }
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

/// An unlocked key: PKCS#8 `PrivateKeyInfo` DER, wiped on drop, never printed.
///
/// Of a secret key it is the wrapper that Java uses in PKCS#12: the algorithm and the raw key in place of a private one;
/// see [`SealedKey::unlock_secret`].
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(Zeroizing<Vec<u8>>);

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

    fn traditional(&self) -> Result<(TraditionalKind, Zeroizing<Vec<u8>>), Error> {
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

/// The keys of a store have one password as a rule, so those behind the first tell no more.
const MAX_PROOFS: usize = 3;

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
