//! PBES1 (RFC 8018, section 6.1) and the PKCS#12 schemes (RFC 7292, appendix C): one salt, one iteration count.

use std::fmt;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::cipher::{Cipher, encrypt_triple_des};
use super::pkcs12_kdf::{Purpose, derive};
use super::{Hash, Refusal, iterations};
use crate::ber::{self, Tlv};
use crate::oid;

/// A scheme of the two old families with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pbe {
    family: Family,
    salt: Vec<u8>,
    pub(super) iterations: u64,
}

type Octets = Zeroizing<Vec<u8>>;

/// How the key is derived, and for which cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Family {
    derivation: Derivation,
    cipher: Cipher,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derivation {
    /// PBKDF1 (RFC 8018, section 5.1).
    Pbkdf1(Hash),
    /// The derivation of PKCS#12 with SHA-1.
    Pkcs12,
}

impl Family {
    /// By the content octets of the OID.
    pub(super) fn by_oid(content: &[u8]) -> Option<Self> {
        use Derivation::{Pbkdf1, Pkcs12};
        let table: [(ObjectIdentifier, Derivation, Cipher); 10] = [
            (oid::PBE_MD5_DES, Pbkdf1(Hash::Md5), Cipher::Des),
            (
                oid::PBE_MD5_RC2,
                Pbkdf1(Hash::Md5),
                Cipher::Rc2 { bits: 64 },
            ),
            (oid::PBE_SHA1_DES, Pbkdf1(Hash::Sha1), Cipher::Des),
            (
                oid::PBE_SHA1_RC2,
                Pbkdf1(Hash::Sha1),
                Cipher::Rc2 { bits: 64 },
            ),
            (oid::PBE_SHA1_RC4_128, Pkcs12, Cipher::Rc4 { bits: 128 }),
            (oid::PBE_SHA1_RC4_40, Pkcs12, Cipher::Rc4 { bits: 40 }),
            (oid::PBE_SHA1_3DES, Pkcs12, Cipher::TripleDes),
            (oid::PBE_SHA1_2DES, Pkcs12, Cipher::TripleDesTwoKeys),
            (oid::PBE_SHA1_RC2_128, Pkcs12, Cipher::Rc2 { bits: 128 }),
            (oid::PBE_SHA1_RC2_40, Pkcs12, Cipher::Rc2 { bits: 40 }),
        ];
        table
            .iter()
            .find(|(oid, ..)| oid.as_bytes() == content)
            .map(|(_, derivation, cipher)| Self {
                derivation: *derivation,
                cipher: *cipher,
            })
    }
}

impl Pbe {
    /// A scheme of PKCS#12 whose parameters stand in a container's own layout.
    pub(super) fn pkcs12(cipher: Cipher, salt: Vec<u8>, iterations: u32) -> Self {
        Self {
            family: Family {
                derivation: Derivation::Pkcs12,
                cipher,
            },
            salt,
            iterations: u64::from(iterations),
        }
    }

    /// From `SEQUENCE { salt OCTET STRING, iterationCount INTEGER }`.
    pub(super) fn parse(family: Family, parameters: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = parameters.inside();
        let salt = inside.any("a salt")?.octets()?.into_owned();
        let iterations = iterations(&inside.expect(ber::INTEGER, "an iteration count")?)?;
        Ok(Self {
            family,
            salt,
            iterations,
        })
    }

    /// Whether passwords are in BMP form.
    pub(super) const fn is_pkcs12(&self) -> bool {
        matches!(self.family.derivation, Derivation::Pkcs12)
    }

    /// With a password in the form that the family wants; the caller has checked the iteration count.
    pub(super) fn decrypt(&self, password: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (key, iv) = self.derive(password)?;
        self.family.cipher.decrypt(&key, &iv, encrypted)
    }

    /// The opposite, where the cipher is one that is written.
    pub(super) fn encrypt(&self, password: &[u8], clear: &[u8]) -> Option<Vec<u8>> {
        let (key, iv) = self.derive(password)?;
        self.family.cipher.encrypt(&key, &iv, clear)
    }

    /// Key and initialization vector.
    fn derive(&self, password: &[u8]) -> Option<(Octets, Octets)> {
        let iterations = u32::try_from(self.iterations).ok()?;
        let cipher = self.family.cipher;
        Some(match self.family.derivation {
            Derivation::Pbkdf1(hash) => {
                let mut derived = hash.digest(&[password, &self.salt]);
                for _ in 1..iterations {
                    derived = hash.digest(&[&derived]);
                }
                // key is the first half of 16 octets, IV the second (RFC 8018, section 6.1.1)
                let key = derived.get(..8)?.to_vec();
                (
                    Zeroizing::new(key),
                    Zeroizing::new(derived.get(8..16)?.to_vec()),
                )
            }
            Derivation::Pkcs12 => {
                let part = |purpose, length| {
                    derive(
                        Hash::Sha1,
                        purpose,
                        password,
                        &self.salt,
                        iterations,
                        length,
                    )
                };
                (
                    part(Purpose::Key, cipher.key_len()),
                    part(Purpose::Iv, cipher.iv_len()),
                )
            }
        })
    }
}

/// Encrypts with 3DES, SHA-1 and 10,000 iterations under a password in BMP form; returns the `AlgorithmIdentifier` and
/// the encrypted octets.
pub(super) fn encrypt(clear: &[u8], password: &[u8], salt: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let part = |purpose, length| derive(Hash::Sha1, purpose, password, salt, ROUNDS, length);
    let (key, iv) = (part(Purpose::Key, 24), part(Purpose::Iv, 8));
    let salt = ber::encode(ber::OCTET_STRING, &[salt]);
    let parameters = ber::encode(ber::SEQUENCE, &[&salt, &ber::unsigned(u64::from(ROUNDS))]);
    let algorithm = ber::encode(
        ber::SEQUENCE,
        &[&oid::der(&oid::PBE_SHA1_3DES), &parameters],
    );
    (algorithm, encrypt_triple_des(&key, &iv, clear))
}

const ROUNDS: u32 = 10_000;

impl fmt::Display for Pbe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = match self.family.derivation {
            Derivation::Pbkdf1(hash) => hash,
            Derivation::Pkcs12 => Hash::Sha1,
        };
        write!(
            formatter,
            "{}, {}, {} iterations",
            self.family.cipher.name(),
            hash.name(),
            self.iterations
        )
    }
}
