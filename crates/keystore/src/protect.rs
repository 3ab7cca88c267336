//! Password protection: which scheme an `AlgorithmIdentifier` names, and decrypting under it.
//!
//! One file per scheme family; the ciphers and digests they share are in `cipher` and `digest`.

mod cipher;
mod digest;
pub(crate) mod fips;
pub(crate) mod java;
pub(crate) mod jce;
mod pbe;
mod pbes2;
mod pbmac1;
mod pkcs12_kdf;
mod traditional;

use std::fmt;

use zeroize::Zeroizing;

use crate::ber::{self, Fault, Tlv};
use crate::{Error, Format, Password, oid};

pub(crate) use cipher::Cipher;
pub(crate) use digest::Hash;
#[cfg(test)]
pub(crate) use pbes2::encrypt as encrypt_pbes2;
pub(crate) use pbes2::{Material, stretch};
pub(crate) use pbmac1::Pbmac1;
pub(crate) use pkcs12_kdf::{Purpose, derive as derive_pkcs12};
pub(crate) use traditional::Traditional;

/// The iterations that one file, or one key, may cost altogether.
///
/// 5,000,000 is what Java accepts for a single derivation (`MAX_ITERATION_COUNT` in `sun.security.pkcs12.PKCS12KeyStore`),
/// a few seconds of work; OpenSSL has no limit and can be stalled for an hour by a file of 2 KB.
pub(crate) const MAX_ITERATIONS: u64 = 5_000_000;

/// A scheme and its parameters, from an `AlgorithmIdentifier`.
#[derive(Clone, Debug)]
pub(crate) enum Scheme {
    /// PBES1 and the PKCS#12 schemes.
    Pbe(pbe::Pbe),
    /// PBES2 (RFC 8018, section 6.2).
    Pbes2(pbes2::Pbes2),
    /// Sun's own key protector of JKS (`sun.security.provider.KeyProtector`).
    Sun,
    /// The one of JCEKS (`com.sun.crypto.provider.KeyProtector`).
    Jce(jce::Jce),
}

impl Scheme {
    /// From `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`.
    pub(crate) fn parse(algorithm: &Tlv<'_>) -> Result<Self, Refusal> {
        let mut inside = algorithm.inside();
        let identifier = inside.expect(ber::OBJECT_IDENTIFIER, "an encryption algorithm")?;
        if identifier.content == oid::SUN_JKS_KEY_PROTECTOR.as_bytes() {
            return Ok(Self::Sun);
        }
        if identifier.content == oid::SUN_JCEKS_KEY_PROTECTOR.as_bytes() {
            let parameters = inside.expect(ber::SEQUENCE, "encryption parameters")?;
            return jce::Jce::parse(&parameters).map(Self::Jce);
        }
        if identifier.content == oid::PBES2.as_bytes() {
            let parameters = inside.expect(ber::SEQUENCE, "PBES2 parameters")?;
            return pbes2::Pbes2::parse(&parameters).map(Self::Pbes2);
        }
        if let Some(family) = pbe::Family::by_oid(identifier.content) {
            let parameters = inside.expect(ber::SEQUENCE, "encryption parameters")?;
            return pbe::Pbe::parse(family, &parameters).map(Self::Pbe);
        }
        Err(Refusal::Unsupported(format!(
            "the encryption algorithm {}",
            oid::dotted(identifier.content)
        )))
    }

    /// A scheme of PKCS#12 whose parameters stand in a container's own layout, as in BKS.
    pub(crate) fn pkcs12(cipher: Cipher, salt: &[u8], iterations: u32) -> Self {
        Self::Pbe(pbe::Pbe::pkcs12(cipher, salt.to_vec(), iterations))
    }

    /// Encrypts under a password in the form that the scheme wants; `None` for a scheme that is only read.
    pub(crate) fn encrypt(&self, password: &[u8], clear: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Pbe(pbe) => pbe.encrypt(password, clear),
            Self::Jce(_) | Self::Pbes2(_) | Self::Sun => None,
        }
    }

    /// What one derivation costs, in iterations.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Pbe(pbe) => pbe.iterations,
            Self::Pbes2(pbes2) => pbes2.cost(),
            Self::Sun => 0,
            Self::Jce(jce) => jce.iterations,
        }
    }

    /// Whether the scheme is PBES2, which readers of before 2018 do not know.
    pub(crate) fn is_pbes2(&self) -> bool {
        matches!(self, Self::Pbes2(_))
    }

    /// Whether the scheme is one of PKCS#5 or PKCS#12, which every reader of PKCS#12 and PEM expects.
    pub(crate) fn is_standard(&self) -> bool {
        !matches!(self, Self::Sun | Self::Jce(_))
    }

    /// Decrypts, trying every way in which writers turn a password into bytes, until `accept` likes the result.
    ///
    /// Padding alone proves nothing: one wrong password in 256 passes it.
    pub(crate) fn decrypt(
        &self,
        encrypted: &[u8],
        password: &Password,
        budget: &mut Budget,
        accept: impl Fn(&[u8]) -> bool,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let candidates = match self {
            Self::Sun => {
                return java::unprotect(encrypted, password)
                    .filter(|clear| accept(clear))
                    .ok_or(Refusal::WrongPassword);
            }
            Self::Jce(jce) => {
                for (place, form) in byte_forms(password).into_iter().enumerate() {
                    for salt in jce.salts() {
                        if place == 0 {
                            budget.charge(self.cost())?;
                        } else {
                            budget.charge_again(self.cost())?;
                        }
                        let clear = jce.decrypt(&form, salt, encrypted);
                        if let Some(clear) = clear.filter(|clear| accept(clear)) {
                            return Ok(clear);
                        }
                    }
                }
                return Err(Refusal::WrongPassword);
            }
            Self::Pbe(pbe) if pbe.is_pkcs12() => bmp_forms(password),
            Self::Pbe(_) => byte_forms(password),
            Self::Pbes2(_) => {
                let mut forms = byte_forms(password);
                // old NSS took the PKCS#12 form here too (its test files TestOldCA.p12, TestOldAES128CA.p12)
                forms.push(terminated(password.expose_secret().encode_utf16()));
                forms
            }
        };
        budget.charge(self.cost())?;
        for (place, candidate) in candidates.into_iter().enumerate() {
            if place > 0 {
                budget.charge_again(self.cost())?;
            }
            let clear = match self {
                Self::Pbe(pbe) => pbe.decrypt(&candidate, encrypted),
                Self::Pbes2(pbes2) => pbes2.decrypt(&candidate, encrypted),
                Self::Sun | Self::Jce(_) => None,
            };
            if let Some(clear) = clear.filter(|clear| accept(clear)) {
                return Ok(clear);
            }
        }
        Err(Refusal::WrongPassword)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pbe(pbe) => pbe.fmt(formatter),
            Self::Pbes2(pbes2) => pbes2.fmt(formatter),
            Self::Sun => formatter.write_str("JKS key protector"),
            Self::Jce(jce) => jce.fmt(formatter),
        }
    }
}

/// How something is encrypted that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealing {
    /// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256.
    Pbes2,
    /// pbeWithSHA1And3-KeyTripleDES-CBC; takes the salt of the material only.
    TripleDes,
}

impl Sealing {
    /// The `AlgorithmIdentifier` and the encrypted octets.
    pub(crate) fn encrypt(
        self,
        clear: &[u8],
        password: &Password,
        material: &Material,
    ) -> (Vec<u8>, Vec<u8>) {
        let text = password.expose_secret();
        match self {
            Self::Pbes2 => pbes2::encrypt(clear, text.as_bytes(), material),
            Self::TripleDes => {
                pbe::encrypt(clear, &terminated(text.encode_utf16()), &material.salt)
            }
        }
    }
}

/// An iteration count; its size is the budget's business.
pub(crate) fn iterations(count: &Tlv<'_>) -> Result<u64, Fault> {
    match count.unsigned()? {
        0 => Err(count.fault("an iteration count of zero")),
        iterations => Ok(iterations),
    }
}

/// Iterations that are left to spend.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    /// A whole budget.
    pub(crate) const fn new() -> Self {
        Self {
            left: MAX_ITERATIONS,
        }
    }

    /// Refuses steps that together are too much while none of them is spent: each of `costs` once, which is what they
    /// come to when the password is right.
    pub(crate) fn foresee(&self, costs: impl IntoIterator<Item = u64>) -> Result<(), Refusal> {
        let mut sum = 0_u64;
        for cost in costs {
            if cost > MAX_ITERATIONS {
                return Err(Refusal::TooManyIterations(cost));
            }
            sum = sum.saturating_add(cost);
        }
        self.clone().charge_sum(sum)
    }

    /// Takes `iterations` off before they are spent; a count that no budget has room for is told as it stands.
    pub(crate) fn charge(&mut self, iterations: u64) -> Result<(), Refusal> {
        if iterations > MAX_ITERATIONS {
            return Err(Refusal::TooManyIterations(iterations));
        }
        self.charge_sum(iterations)
    }

    /// For one more way to write the password: where only that is too much, the password is wrong.
    pub(crate) fn charge_again(&mut self, iterations: u64) -> Result<(), Refusal> {
        self.charge(iterations).map_err(|_| Refusal::WrongPassword)
    }

    fn charge_sum(&mut self, sum: u64) -> Result<(), Refusal> {
        let spent = MAX_ITERATIONS - self.left;
        self.left = self
            .left
            .checked_sub(sum)
            .ok_or_else(|| Refusal::TooManyAltogether(spent.saturating_add(sum)))?;
        Ok(())
    }
}

/// Why something did not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Damaged(Fault),
    /// One more than a file may have.
    TooMany {
        what: &'static str,
        limit: usize,
    },
    /// The count of one derivation, added to those before it.
    TooManyAltogether(u64),
    TooManyIterations(u64),
    TooMuchMemory {
        found: u64,
        limit: u64,
    },
    Unsupported(String),
    WrongPassword,
}

impl Refusal {
    /// Whether it is a bomb and not damage.
    pub(crate) const fn is_over_limit(&self) -> bool {
        matches!(
            self,
            Self::TooMany { .. }
                | Self::TooManyAltogether(_)
                | Self::TooManyIterations(_)
                | Self::TooMuchMemory { .. }
        )
    }

    /// As an error of a whole container; `what` did not open.
    pub(crate) fn of(self, format: Format, what: &str) -> Error {
        match self {
            Self::Damaged(fault) => fault.of(format),
            Self::TooManyAltogether(found) => Error::OverLimit {
                format,
                what: "sum of the iteration counts".to_owned(),
                found,
                limit: MAX_ITERATIONS,
            },
            Self::TooMany { what, limit } => Error::OverLimit {
                format,
                what: what.to_owned(),
                found: limit as u64 + 1,
                limit: limit as u64,
            },
            Self::TooManyIterations(found) => Error::OverLimit {
                format,
                what: "iteration count".to_owned(),
                found,
                limit: MAX_ITERATIONS,
            },
            Self::TooMuchMemory { found, limit } => Error::OverLimit {
                format,
                what: "scrypt memory in bytes".to_owned(),
                found,
                limit,
            },
            Self::Unsupported(what) => Error::Unsupported { format, what },
            Self::WrongPassword => Error::WrongPassword {
                format,
                what: what.to_owned(),
            },
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Damaged(fault)
    }
}

/// The forms of a password that PKCS#12 derivations take, the right one first (RFC 7292, appendix B.1).
///
/// Then what others do: no bytes at all for the empty password (old NSS, Java on its second try), and UTF-8 octets
/// widened one by one (OpenSSL before 1.1).
pub(crate) fn bmp_forms(password: &Password) -> Vec<Zeroizing<Vec<u8>>> {
    let text = password.expose_secret();
    let mut forms = vec![terminated(text.encode_utf16())];
    if text.is_empty() {
        forms.push(Zeroizing::new(Vec::new()));
    }
    if !text.is_ascii() {
        forms.push(terminated(text.bytes().map(u16::from)));
    }
    forms
}

/// The form that BouncyCastle derives from: that of PKCS#12, and no bytes at all for the empty password
/// (`org.bouncycastle.crypto.PBEParametersGenerator.PKCS12PasswordToBytes`).
pub(crate) fn bouncy_form(password: &str) -> Zeroizing<Vec<u8>> {
    if password.is_empty() {
        return Zeroizing::new(Vec::new());
    }
    terminated(password.encode_utf16())
}

/// The forms of a password that PKCS#5 derivations take: UTF-8 (RFC 8018, section 3), then ISO-8859-1 (BouncyCastle,
/// which takes the low byte of each character).
pub(crate) fn byte_forms(password: &Password) -> Vec<Zeroizing<Vec<u8>>> {
    let text = password.expose_secret();
    let mut forms = vec![Zeroizing::new(text.as_bytes().to_vec())];
    if !text.is_ascii() {
        let latin: Option<Vec<u8>> = text
            .chars()
            .map(|character| u8::try_from(u32::from(character)).ok())
            .collect();
        forms.extend(latin.map(Zeroizing::new));
    }
    forms
}

/// UTF-16, high byte first: what Java digests of a password, and a BMPString (surrogates stand for what lies beyond).
pub(crate) fn utf16(text: &str) -> Zeroizing<Vec<u8>> {
    big_endian(text.encode_utf16())
}

/// The same of any units, with the terminator of two zero octets.
fn terminated(units: impl Iterator<Item = u16>) -> Zeroizing<Vec<u8>> {
    big_endian(units.chain([0]))
}

/// Room for all of it is taken at once, because growing would leave copies behind.
fn big_endian(units: impl Iterator<Item = u16>) -> Zeroizing<Vec<u8>> {
    let most = units.size_hint().1.unwrap_or(64);
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * most));
    bytes.extend(units.flat_map(u16::to_be_bytes));
    bytes
}

#[cfg(test)]
mod tests;
