//! The traditional encryption of PEM keys: `DEK-Info` and OpenSSL's `EVP_BytesToKey` with MD5 (RFC 1421, section 4.6.1.3).

use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::{Hash, Refusal};
use crate::error::brief;

/// What a `DEK-Info` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Traditional {
    cipher: Cipher,
    iv: Vec<u8>,
}

impl Traditional {
    /// From the header's value: `AES-256-CBC,0123…`.
    pub(crate) fn parse(dek_info: &str) -> Result<Self, Refusal> {
        let (name, iv) = dek_info.split_once(',').unwrap_or((dek_info, ""));
        let known = CIPHERS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        let Some((_, cipher)) = known.copied() else {
            let name = brief(&name.trim().to_ascii_uppercase());
            return Err(Refusal::Unsupported(format!("the cipher {name}")));
        };
        let iv = from_hex(iv.trim())
            .filter(|iv| iv.len() == cipher.iv_len())
            .ok_or_else(|| {
                let iv = brief(iv.trim());
                Refusal::Unsupported(format!("the initialization vector {iv:?}"))
            })?;
        Ok(Self { cipher, iv })
    }

    /// AES-256-CBC, as `openssl rsa -aes256` has it.
    pub(crate) fn aes256(iv: [u8; 16]) -> Self {
        Self {
            cipher: Cipher::Aes256,
            iv: iv.to_vec(),
        }
    }

    /// The header's value.
    pub(crate) fn dek_info(&self) -> String {
        let known = CIPHERS.iter().find(|(_, cipher)| *cipher == self.cipher);
        let name = known.map_or("", |(name, _)| name);
        let iv: String = self.iv.iter().map(|octet| format!("{octet:02X}")).collect();
        format!("{name},{iv}")
    }

    /// The cipher's name.
    pub(crate) const fn name(&self) -> &'static str {
        self.cipher.name()
    }

    /// With a password as bytes.
    pub(crate) fn decrypt(&self, password: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.cipher
            .decrypt(&self.key(password)?, &self.iv, encrypted)
    }

    /// The opposite, where the cipher is one that is written.
    pub(crate) fn encrypt(&self, password: &[u8], clear: &[u8]) -> Option<Vec<u8>> {
        self.cipher.encrypt(&self.key(password)?, &self.iv, clear)
    }

    /// `EVP_BytesToKey` with MD5 and one round; the salt is the start of the initialization vector.
    fn key(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let salt = self.iv.get(..8)?;
        let mut key: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(64));
        let mut digest: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::new());
        while key.len() < self.cipher.key_len() {
            digest = Hash::Md5.digest(&[&digest, password, salt]);
            key.extend_from_slice(&digest);
        }
        key.truncate(self.cipher.key_len());
        Some(key)
    }
}

/// As OpenSSL names them in the header.
const CIPHERS: &[(&str, Cipher)] = &[
    ("AES-128-CBC", Cipher::Aes128),
    ("AES-192-CBC", Cipher::Aes192),
    ("AES-256-CBC", Cipher::Aes256),
    ("DES-CBC", Cipher::Des),
    ("DES-EDE3-CBC", Cipher::TripleDes),
];

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text
        .chars()
        .map(|character| character.to_digit(16))
        .collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| pair.iter().fold(0, |number, digit| number * 16 + digit))
        .map(|number| u8::try_from(number).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let header = "des-ede3-cbc, 0123456789abcdEF";
        let parsed = Traditional::parse(header).unwrap();
        assert_eq!(parsed.name(), "3DES");
        assert_eq!(parsed.dek_info(), "DES-EDE3-CBC,0123456789ABCDEF");
        for wrong in [
            "",
            "AES-256-CBC",
            "AES-256-CBC,00",
            "AES-256-CBC,0",
            "AES-256-CBC,zz",
            "CAMELLIA-256-CBC,00000000000000000000000000000000",
        ] {
            assert!(Traditional::parse(wrong).is_err(), "{wrong}");
        }
    }
}
