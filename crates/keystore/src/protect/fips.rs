//! The protection of BCFKS files (`org.bouncycastle.jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi`): PBES2 with
//! AES-256-CCM (RFC 5084), where each use of a password derives another key.
//!
//! The derivation starts from the password and the word for its use, both in the form of PKCS#12.

use aes::Aes256;
use ccm::aead::Aead as _;
use ccm::consts::{U8, U12, U16};
use ccm::{Ccm, KeyInit as _};
use zeroize::Zeroizing;

use super::cipher::wipe_stack;
use super::digest::dispatch;
use super::pbes2::{MAX_SCRYPT_MEMORY, scrypt_cost};
use super::{Budget, Hash, Refusal, bouncy_form};
use crate::ber::{self, Tlv};
use crate::{Error, Password, RandomSource, oid};

/// What a key is derived for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Integrity,
    PrivateKey,
    SecretKey,
    Store,
}

impl Use {
    const fn word(self) -> &'static str {
        match self {
            Self::Integrity => "INTEGRITY_CHECK",
            Self::PrivateKey => "PRIVATE_KEY_ENCRYPTION",
            Self::SecretKey => "SECRET_KEY_ENCRYPTION",
            Self::Store => "STORE_ENCRYPTION",
        }
    }
}

/// A key derivation function with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Derivation {
    function: Function,
    salt: Vec<u8>,
    /// Of the derived key, in octets; the parameters may leave it out.
    length: Option<u64>,
}

#[derive(Clone, Debug)]
enum Function {
    Pbkdf2 {
        prf: Hash,
        iterations: u64,
    },
    Scrypt {
        cost: u64,
        block: u64,
        parallel: u64,
    },
}

impl Derivation {
    /// From the `AlgorithmIdentifier` of PBKDF2 (RFC 8018, section 5.2) or scrypt (RFC 7914, section 7).
    pub(crate) fn parse(algorithm: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = algorithm.inside();
        let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "a key derivation function")?;
        let mut inside = inside
            .expect(ber::SEQUENCE, "key derivation parameters")?
            .inside();
        let salt = inside.any("a salt")?.octets()?.into_owned();
        let (function, length) = if identifier.content == oid::PBKDF2.as_bytes() {
            let count = inside.expect(ber::INTEGER, "an iteration count")?;
            let iterations = count.unsigned()?;
            if iterations == 0 {
                return Err(count.fault("an iteration count of zero").into());
            }
            let length = inside.optional(ber::INTEGER)?;
            let prf = match inside.optional(ber::SEQUENCE)? {
                Some(prf) => hmac(&prf)?,
                None => Hash::Sha1,
            };
            (Function::Pbkdf2 { prf, iterations }, length)
        } else if identifier.content == oid::SCRYPT.as_bytes() {
            let mut number = |what| inside.expect(ber::INTEGER, what)?.unsigned();
            let scrypt = Function::Scrypt {
                cost: number("the cost of scrypt")?,
                block: number("the block size of scrypt")?,
                parallel: number("the parallelization of scrypt")?,
            };
            (scrypt, inside.optional(ber::INTEGER)?)
        } else {
            return Err(Refusal::Unsupported(format!(
                "the key derivation {}",
                oid::dotted(identifier.content)
            )));
        };
        let length = length.map(|length| length.unsigned()).transpose()?;
        Ok(Self {
            function,
            salt,
            length,
        })
    }

    /// BouncyCastle's own: PBKDF2 with HMAC-SHA-512, 51,200 iterations and a salt of 64 octets.
    pub(crate) fn fresh(length: u8, random: &dyn RandomSource) -> Result<Self, Error> {
        let mut salt = vec![0; 64];
        random.fill(&mut salt)?;
        Ok(Self {
            function: Function::Pbkdf2 {
                prf: Hash::Sha512,
                iterations: ITERATIONS,
            },
            salt,
            length: Some(length.into()),
        })
    }

    /// As `AlgorithmIdentifier`, of one that was made here.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let parameters = ber::encode(
            ber::SEQUENCE,
            &[
                &ber::encode(ber::OCTET_STRING, &[&self.salt]),
                &ber::unsigned(ITERATIONS),
                &ber::unsigned(self.length.unwrap_or_default()),
                &oid::algorithm(&oid::HMAC_SHA512),
            ],
        );
        ber::encode(ber::SEQUENCE, &[&oid::der(&oid::PBKDF2), &parameters])
    }

    /// What the first key of [`keys`](Self::keys) costs, in iterations; `length` stands in where the parameters give none.
    pub(crate) fn cost(&self, length: usize) -> Result<u64, Refusal> {
        let length = self.key_len(length)?;
        match self.function {
            Function::Pbkdf2 { .. } => self.price(length, 1),
            Function::Scrypt { block, .. } => self.price(length, block),
        }
    }

    /// As people write it.
    pub(crate) fn name(&self) -> String {
        match self.function {
            Function::Pbkdf2 { prf, iterations } => {
                format!("PBKDF2-HMAC-{}, {iterations} iterations", prf.short_name())
            }
            Function::Scrypt { .. } => "scrypt".to_owned(),
        }
    }

    /// The keys that the parameters may mean, each when it is asked for; `length` stands in where they give none.
    ///
    /// BouncyCastle takes the block size of scrypt for the parallelization as well. That reading comes first.
    pub(crate) fn keys<'a>(
        &'a self,
        password: &'a Password,
        used_for: Use,
        length: usize,
        budget: &'a mut Budget,
    ) -> impl Iterator<Item = Result<Zeroizing<Vec<u8>>, Refusal>> + 'a {
        let readings = match self.function {
            Function::Scrypt {
                block, parallel, ..
            } if block != parallel => vec![block, parallel],
            Function::Scrypt { parallel, .. } => vec![parallel],
            Function::Pbkdf2 { .. } => vec![1],
        };
        readings
            .into_iter()
            .enumerate()
            .map(move |(place, parallel)| {
                let key = self.key(password, used_for, length, parallel, budget);
                // where only the other reading is too much, the password is wrong
                key.map_err(|refusal| match refusal {
                    refusal if place > 0 && refusal.is_over_limit() => Refusal::WrongPassword,
                    refusal => refusal,
                })
            })
    }

    fn key(
        &self,
        password: &Password,
        used_for: Use,
        length: usize,
        parallel: u64,
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let length = self.key_len(length)?;
        budget.charge(self.price(length, parallel)?)?;
        let mut key = Zeroizing::new(vec![0; length]);
        let mut secret =
            Zeroizing::new(Vec::with_capacity(4 * password.expose_secret().len() + 64));
        secret.extend_from_slice(&bouncy_form(password.expose_secret()));
        secret.extend_from_slice(&bouncy_form(used_for.word()));
        match self.function {
            Function::Pbkdf2 { prf, iterations } => {
                let rounds = u32::try_from(iterations).unwrap_or(u32::MAX);
                dispatch!(prf, D => pbkdf2::pbkdf2_hmac::<D>(&secret, &self.salt, rounds, &mut key));
            }
            Function::Scrypt { cost, block, .. } => {
                let wrong = |what: &str| Refusal::Unsupported(what.to_owned());
                let number = |wide: u64| u32::try_from(wide).ok();
                let params = cost
                    .is_power_of_two()
                    .then(|| u8::try_from(cost.ilog2()).ok())
                    .flatten()
                    .zip(number(block).zip(number(parallel)))
                    .and_then(|(log_cost, (block, parallel))| {
                        scrypt::Params::new(log_cost, block, parallel).ok()
                    })
                    .ok_or_else(|| wrong("scrypt with such parameters"))?;
                scrypt::scrypt(&secret, &self.salt, &params, &mut key)
                    .map_err(|_| wrong("scrypt with such a key length"))?;
            }
        }
        Ok(key)
    }

    fn key_len(&self, length: usize) -> Result<usize, Refusal> {
        let length = self.length.map_or(Some(length), |length| {
            usize::try_from(length)
                .ok()
                .filter(|length| KEY_LENGTHS.contains(length))
        });
        length.ok_or_else(|| Refusal::Unsupported("a derived key of such a length".to_owned()))
    }

    /// The iterations of one derivation; scrypt is measured in memory as well.
    fn price(&self, length: usize, parallel: u64) -> Result<u64, Refusal> {
        match self.function {
            Function::Pbkdf2 { prf, iterations } => {
                // each block of the output costs all the iterations
                let blocks = length.div_ceil(prf.output_len()) as u64;
                Ok(iterations.saturating_mul(blocks))
            }
            Function::Scrypt { cost, block, .. } => {
                let memory = cost.max(parallel).saturating_mul(block).saturating_mul(128);
                if memory > MAX_SCRYPT_MEMORY {
                    return Err(Refusal::TooMuchMemory {
                        found: memory,
                        limit: MAX_SCRYPT_MEMORY,
                    });
                }
                Ok(scrypt_cost(cost, block, parallel, self.salt.len()))
            }
        }
    }
}

/// The digest of an HMAC's `AlgorithmIdentifier`.
pub(crate) fn hmac(algorithm: &Tlv<'_>) -> Result<Hash, Refusal> {
    let identifier = algorithm
        .inside()
        .expect(ber::OBJECT_IDENTIFIER, "an HMAC")?;
    Hash::by_hmac_oid(identifier.content).ok_or_else(|| {
        Refusal::Unsupported(format!("the HMAC {}", oid::dotted(identifier.content)))
    })
}

/// PBES2 with AES-256-CCM.
#[derive(Clone, Debug)]
pub(crate) struct Encryption {
    derivation: Derivation,
    nonce: Vec<u8>,
    /// Length of the authentication tag at the end, in octets.
    tag: u64,
}

impl Encryption {
    /// From the `AlgorithmIdentifier` of PBES2.
    pub(crate) fn parse(algorithm: &Tlv<'_>) -> Result<Self, Refusal> {
        let unsupported =
            |what: &str, content| Refusal::Unsupported(format!("{what} {}", oid::dotted(content)));
        let mut inside = algorithm.inside();
        let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "an encryption algorithm")?;
        if identifier.content != oid::PBES2.as_bytes() {
            return Err(unsupported("the encryption algorithm", identifier.content));
        }
        let mut inside = inside.expect(ber::SEQUENCE, "PBES2 parameters")?.inside();
        let derivation = inside.expect(ber::SEQUENCE, "a key derivation function")?;
        let derivation = Derivation::parse(&derivation)?;
        let mut cipher = inside
            .expect(ber::SEQUENCE, "an encryption scheme")?
            .inside();
        let identifier = cipher.expect(ber::OBJECT_IDENTIFIER, "a cipher")?;
        if identifier.content != oid::AES_256_CCM.as_bytes() {
            return Err(unsupported("the cipher", identifier.content));
        }
        // CCMParameters ::= SEQUENCE { nonce OCTET STRING, ICVLen INTEGER DEFAULT 12 } (RFC 5084, section 3.1)
        let parameters = cipher.expect(ber::SEQUENCE, "the parameters of CCM")?;
        let mut inside = parameters.inside();
        let nonce = inside.any("a nonce")?.octets()?.into_owned();
        let tag = match inside.optional(ber::INTEGER)? {
            Some(length) => length.unsigned()?,
            None => 12,
        };
        Ok(Self {
            derivation,
            nonce,
            tag,
        })
    }

    /// With fresh salt and nonce, and a tag of 8 octets as BouncyCastle has it.
    pub(crate) fn fresh(random: &dyn RandomSource) -> Result<Self, Error> {
        let mut nonce = vec![0; 12];
        random.fill(&mut nonce)?;
        Ok(Self {
            derivation: Derivation::fresh(32, random)?,
            nonce,
            tag: 8,
        })
    }

    /// As `AlgorithmIdentifier`, of one that was made here.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let sequence = |parts: &[&[u8]]| ber::encode(ber::SEQUENCE, parts);
        let ccm = sequence(&[
            &ber::encode(ber::OCTET_STRING, &[&self.nonce]),
            &ber::unsigned(self.tag),
        ]);
        let cipher = sequence(&[&oid::der(&oid::AES_256_CCM), &ccm]);
        let parameters = sequence(&[&self.derivation.to_der(), &cipher]);
        sequence(&[&oid::der(&oid::PBES2), &parameters])
    }

    /// What decrypting costs, in iterations.
    pub(crate) fn cost(&self) -> Result<u64, Refusal> {
        self.derivation.cost(KEY)
    }

    /// As people write it.
    pub(crate) fn name(&self) -> String {
        format!("PBES2 AES-256-CCM, {}", self.derivation.name())
    }

    pub(crate) fn decrypt(
        &self,
        encrypted: &[u8],
        password: &Password,
        used_for: Use,
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        for key in self.derivation.keys(password, used_for, KEY, budget) {
            let key = key?;
            macro_rules! open {
                ($Tag:ty) => {
                    Ccm::<Aes256, $Tag, U12>::new_from_slice(&key)
                        .ok()
                        .zip(self.nonce.as_slice().try_into().ok())
                        .and_then(|(cipher, nonce)| cipher.decrypt(nonce, encrypted).ok())
                };
            }
            let clear = match self.tag {
                8 => open!(U8),
                12 => open!(U12),
                16 => open!(U16),
                other => {
                    return Err(Refusal::Unsupported(format!("a CCM tag of {other} octets")));
                }
            };
            wipe_stack();
            if let Some(clear) = clear {
                return Ok(Zeroizing::new(clear));
            }
        }
        Err(Refusal::WrongPassword)
    }

    /// Encrypts; `None` for more than CCM can hold with a nonce of 12 octets, see [`MAX_CONTENT`].
    pub(crate) fn encrypt(
        &self,
        clear: &[u8],
        password: &Password,
        used_for: Use,
    ) -> Option<Vec<u8>> {
        let mut budget = Budget::new();
        let key = self
            .derivation
            .keys(password, used_for, KEY, &mut budget)
            .next()?
            .ok()?;
        let cipher = Ccm::<Aes256, U8, U12>::new_from_slice(&key).ok()?;
        let nonce = self.nonce.as_slice().try_into().ok()?;
        cipher.encrypt(nonce, clear).ok()
    }
}

/// What CCM can encrypt with a nonce of 12 octets: the length takes three (RFC 3610, section 2.1).
pub(crate) const MAX_CONTENT: usize = (1 << 24) - 1;

/// Octets of a key of AES-256.
const KEY: usize = 32;

/// No BCFKS has a longer key; with a shorter one for the MAC, whoever changes a store could try them all.
const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

const ITERATIONS: u64 = 51_200;
