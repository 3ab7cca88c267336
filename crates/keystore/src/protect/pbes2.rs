//! PBES2 (RFC 8018, section 6.2): PBKDF2 or scrypt, then AES-CBC, 3DES or DES.

use std::fmt;

use zeroize::Zeroizing;

use super::cipher::{Cipher, encrypt_aes256};
use super::digest::dispatch;
use super::{Hash, Refusal, iterations};
use crate::ber::{self, Tlv};
use crate::oid;

/// PBES2 with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Pbes2 {
    derivation: Derivation,
    cipher: Cipher,
    iv: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Derivation {
    Pbkdf2(Pbkdf2),
    /// RFC 7914.
    Scrypt {
        params: scrypt::Params,
        salt: Vec<u8>,
        cost: u64,
    },
}

/// PBKDF2 with its parameters (RFC 8018, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pbkdf2 {
    prf: Hash,
    salt: Vec<u8>,
    pub(super) iterations: u64,
}

impl Pbkdf2 {
    /// From `SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }`; the key length apart.
    pub(super) fn parse<'a>(parameters: &Tlv<'a>) -> Result<(Self, Option<Tlv<'a>>), Refusal> {
        let mut inside = parameters.inside();
        let salt = inside.any("a salt")?.octets()?.into_owned();
        let iterations = iterations(&inside.expect(ber::INTEGER, "an iteration count")?)?;
        let length = inside.optional(ber::INTEGER)?;
        let prf = match inside.optional(ber::SEQUENCE)? {
            None => Hash::Sha1,
            Some(prf) => parse_hmac(&prf)?,
        };
        let derivation = Self {
            prf,
            salt,
            iterations,
        };
        Ok((derivation, length))
    }

    /// The length of what one run of the iterations gives, in octets.
    pub(super) const fn block_len(&self) -> usize {
        self.prf.output_len()
    }

    /// Fills a key; `None` for an iteration count beyond all limits.
    pub(super) fn derive(&self, password: &[u8], key: &mut [u8]) -> Option<()> {
        let rounds = u32::try_from(self.iterations).ok()?;
        dispatch!(self.prf, D => pbkdf2::pbkdf2_hmac::<D>(password, &self.salt, rounds, key));
        Some(())
    }
}

impl fmt::Display for Pbkdf2 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "PBKDF2-HMAC-{}, {} iterations",
            self.prf.short_name(),
            self.iterations
        )
    }
}

/// The HMAC that an `AlgorithmIdentifier` names.
pub(super) fn parse_hmac(algorithm: &Tlv<'_>) -> Result<Hash, Refusal> {
    let identifier = algorithm
        .inside()
        .expect(ber::OBJECT_IDENTIFIER, "an HMAC")?;
    Hash::by_hmac_oid(identifier.content).ok_or_else(|| {
        Refusal::Unsupported(format!("the HMAC {}", oid::dotted(identifier.content)))
    })
}

impl Pbes2 {
    /// From `PBES2-params`.
    pub(super) fn parse(parameters: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = parameters.inside();
        let derivation = inside.expect(ber::SEQUENCE, "a key derivation function")?;
        let encryption = inside.expect(ber::SEQUENCE, "an encryption scheme")?;
        let (named, iv) = parse_cipher(&encryption)?;
        let (derivation, cipher) = parse_derivation(&derivation, named)?;
        Ok(Self {
            derivation,
            cipher,
            iv,
        })
    }

    /// In iterations of a digest, roughly.
    pub(super) fn cost(&self) -> u64 {
        match &self.derivation {
            Derivation::Pbkdf2(pbkdf2) => pbkdf2.iterations,
            Derivation::Scrypt { cost, .. } => *cost,
        }
    }

    /// With a password as bytes; the caller has checked the cost.
    pub(super) fn decrypt(&self, password: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut key = Zeroizing::new(vec![0; self.cipher.key_len()]);
        match &self.derivation {
            Derivation::Pbkdf2(pbkdf2) => pbkdf2.derive(password, &mut key)?,
            Derivation::Scrypt { params, salt, .. } => {
                scrypt::scrypt(password, salt, params, &mut key).ok()?;
            }
        }
        self.cipher.decrypt(&key, &self.iv, encrypted)
    }
}

impl fmt::Display for Pbes2 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PBES2 {}, ", self.cipher.name())?;
        match &self.derivation {
            Derivation::Pbkdf2(pbkdf2) => pbkdf2.fmt(formatter),
            Derivation::Scrypt { .. } => formatter.write_str("scrypt"),
        }
    }
}

/// Fresh salt and IV for one encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Material {
    /// 20 octets, as many as Java takes.
    pub(crate) salt: [u8; 20],
    /// One block of AES.
    pub(crate) iv: [u8; 16],
}

/// Encrypts as Java does since 16: AES-256-CBC, PBKDF2 with HMAC-SHA-256, 10,000 rounds, an explicit key length
/// (`sun.security.pkcs12.PKCS12KeyStore`, `com.sun.crypto.provider.PBES2Parameters`).
///
/// Returns the `AlgorithmIdentifier` and the encrypted octets.
pub(crate) fn encrypt(clear: &[u8], password: &[u8], material: &Material) -> (Vec<u8>, Vec<u8>) {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, &material.salt, ROUNDS, key.as_mut_slice());
    let encrypted = encrypt_aes256(&key, &material.iv, clear);

    let sequence = |parts: &[&[u8]]| ber::encode(ber::SEQUENCE, parts);
    let derivation = derivation(&material.salt);
    let iv = ber::encode(ber::OCTET_STRING, &[&material.iv]);
    let encryption = sequence(&[&oid::der(&oid::AES_256_CBC), &iv]);
    let algorithm = sequence(&[
        &oid::der(&oid::PBES2),
        &sequence(&[&derivation, &encryption]),
    ]);
    (algorithm, encrypted)
}

/// PBKDF2 with HMAC-SHA-256, [`ROUNDS`] and a key of 32 octets.
pub(super) fn derivation(salt: &[u8]) -> Vec<u8> {
    let parameters = ber::encode(
        ber::SEQUENCE,
        &[
            &ber::encode(ber::OCTET_STRING, &[salt]),
            &ber::unsigned(u64::from(ROUNDS)),
            &ber::unsigned(32),
            &oid::algorithm(&oid::HMAC_SHA256),
        ],
    );
    ber::encode(ber::SEQUENCE, &[&oid::der(&oid::PBKDF2), &parameters])
}

/// Fills `bytes` from a password, at the price of one encryption key.
pub(crate) fn stretch(password: &[u8], salt: &[u8], bytes: &mut [u8]) {
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, ROUNDS, bytes);
}

const ROUNDS: u32 = 10_000;

/// OpenSSL's own limit (`SCRYPT_MAX_MEM`).
pub(super) const MAX_SCRYPT_MEMORY: u64 = 32 * 1024 * 1024;

fn parse_cipher(encryption: &Tlv<'_>) -> Result<(Cipher, Vec<u8>), Refusal> {
    let mut inside = encryption.inside();
    let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "a cipher")?;
    let known = [
        (oid::AES_128_CBC, Cipher::Aes128),
        (oid::AES_192_CBC, Cipher::Aes192),
        (oid::AES_256_CBC, Cipher::Aes256),
        (oid::DES_EDE3_CBC, Cipher::TripleDes),
        (oid::DES_CBC, Cipher::Des),
    ];
    let Some((_, cipher)) = known
        .iter()
        .find(|(oid, _)| oid.as_bytes() == identifier.content)
    else {
        return Err(Refusal::Unsupported(format!(
            "the cipher {}",
            oid::dotted(identifier.content)
        )));
    };
    let iv = inside.any("an initialization vector")?;
    let octets = iv.octets()?.into_owned();
    if octets.len() != cipher.iv_len() {
        return Err(iv
            .fault("an initialization vector of the wrong length")
            .into());
    }
    Ok((*cipher, octets))
}

fn parse_derivation(derivation: &Tlv<'_>, cipher: Cipher) -> Result<(Derivation, Cipher), Refusal> {
    let mut inside = derivation.inside();
    let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "a key derivation function")?;
    let parameters = inside.expect(ber::SEQUENCE, "key derivation parameters")?;
    if identifier.content == oid::PBKDF2.as_bytes() {
        return parse_pbkdf2(&parameters, cipher);
    }
    if identifier.content == oid::SCRYPT.as_bytes() {
        return Ok((parse_scrypt(&parameters)?, cipher));
    }
    Err(Refusal::Unsupported(format!(
        "the key derivation {}",
        oid::dotted(identifier.content)
    )))
}

/// PBKDF2 for a cipher.
///
/// Old NSS named AES-128 and meant AES-256 (its test file TestOldAES128CA.p12): of two AES key lengths, the one given here holds.
fn parse_pbkdf2(parameters: &Tlv<'_>, mut cipher: Cipher) -> Result<(Derivation, Cipher), Refusal> {
    let (derivation, length) = Pbkdf2::parse(parameters)?;
    if let Some(length) = length {
        let is_aes = matches!(cipher, Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256);
        cipher = match length.unsigned()? {
            16 if is_aes => Cipher::Aes128,
            24 if is_aes => Cipher::Aes192,
            32 if is_aes => Cipher::Aes256,
            other if other == cipher.key_len() as u64 => cipher,
            _ => {
                return Err(length
                    .fault("a key length that the cipher does not have")
                    .into());
            }
        };
    }
    Ok((Derivation::Pbkdf2(derivation), cipher))
}

/// `SEQUENCE { salt, costParameter, blockSize, parallelizationParameter, keyLength OPTIONAL }` (RFC 7914, section 7.1).
fn parse_scrypt(parameters: &Tlv<'_>) -> Result<Derivation, Refusal> {
    let mut inside = parameters.inside();
    let salt = inside.any("a salt")?.octets()?.into_owned();
    let mut number = |what| inside.expect(ber::INTEGER, what)?.unsigned();
    let cost = number("the cost of scrypt")?;
    let block = number("the block size of scrypt")?;
    let parallel = number("the parallelization of scrypt")?;
    let memory = cost.saturating_mul(block).saturating_mul(128);
    let memory = memory.max(block.saturating_mul(parallel).saturating_mul(128));
    if memory > MAX_SCRYPT_MEMORY {
        return Err(Refusal::TooMuchMemory {
            found: memory,
            limit: MAX_SCRYPT_MEMORY,
        });
    }
    let wrong = || parameters.fault("scrypt parameters that cannot be");
    if !cost.is_power_of_two() {
        return Err(wrong().into());
    }
    let number = |wide: u64| u32::try_from(wide).map_err(|_| wrong());
    let log_cost = u8::try_from(cost.ilog2()).map_err(|_| wrong())?;
    let params = scrypt::Params::new(log_cost, number(block)?, number(parallel)?);
    Ok(Derivation::Scrypt {
        params: params.map_err(|_| wrong())?,
        cost: scrypt_cost(cost, block, parallel, salt.len()),
        salt,
    })
}

/// What scrypt costs, in iterations of a digest, roughly.
///
/// Each block of 128 octets is mixed twice as often as the cost says, and each mixing is about one iteration. Before that
/// PBKDF2 makes the block, in four steps that all digest the salt: a salt of a megabyte can be dearer than everything else.
pub(super) fn scrypt_cost(cost: u64, block: u64, parallel: u64, salt_len: usize) -> u64 {
    let salted = (salt_len as u64 / 64).saturating_add(2);
    cost.saturating_add(salted)
        .saturating_mul(block)
        .saturating_mul(parallel)
        .saturating_mul(2)
}

#[cfg(test)]
mod tests;
