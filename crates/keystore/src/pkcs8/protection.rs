//! How a key is protected, in words, and how much work unlocking it would be.

use super::{Form, SealedKey, bouncy, encrypted_parts, fips};
use crate::java::sealed;
use crate::protect::{MAX_ITERATIONS, Refusal, Scheme};

impl SealedKey {
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

    /// Whether the key is sealed with PBES2 (RFC 8018, section 6.2), the only scheme of PKCS#12 that is not weak.
    pub fn is_pbes2(&self) -> bool {
        match &self.form {
            Form::Encrypted(der) => encrypted_parts(der).is_ok_and(|(scheme, _)| scheme.is_pbes2()),
            _ => false,
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
}
