//! What can be asked of a server: a version of TLS, a type of certificate.

use std::fmt;
use std::str::FromStr;

use rustls_pki_types::CertificateDer;

use crate::Certificate;
use crate::key::{self, PublicKey};
use crate::report::UnknownWord;

/// A version of SSL or TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// RFC 6101, 1996; prohibited by RFC 7568.
    Ssl3,
    /// RFC 2246, 1999; deprecated by RFC 8996.
    Tls10,
    /// RFC 4346, 2006; deprecated by RFC 8996.
    Tls11,
    /// RFC 5246, 2008.
    Tls12,
    /// RFC 8446, 2018.
    Tls13,
}

impl Version {
    /// All, oldest first.
    pub const ALL: [Self; 5] = [
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Tls12,
        Self::Tls13,
    ];

    /// The words of `--tls-version`, in the same order.
    pub const WORDS: [&'static str; 5] = ["ssl3", "1.0", "1.1", "1.2", "1.3"];

    /// As on the wire (RFC 8446 section 4.2.1).
    pub const fn code(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// From the number on the wire.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.code() == code)
    }

    /// As Java and OpenSSL write it in their output: `SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLSv1",
            Self::Tls11 => "TLSv1.1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Version {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut known = Self::WORDS.iter().zip(Self::ALL);
        let found = known.find(|(name, _)| **name == word);
        found
            .map(|(_, version)| version)
            .ok_or_else(|| UnknownWord {
                word: word.to_owned(),
                known: "ssl3, 1.0, 1.1, 1.2, 1.3",
            })
    }
}

/// The key of the certificate that a server with several is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateType {
    /// RSA, in PKCS#1 and PSS signatures.
    Rsa,
    /// ECDSA and the Edwards curves, which share its cipher suites (RFC 8422 section 5.1).
    Ecdsa,
    /// ML-DSA (FIPS 204), in TLS 1.3 only (draft-ietf-tls-mldsa).
    MlDsa,
}

impl CertificateType {
    /// All.
    pub const ALL: [Self; 3] = [Self::Rsa, Self::Ecdsa, Self::MlDsa];

    /// The word of `--cert-type`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ecdsa => "ecdsa",
            Self::MlDsa => "mldsa",
        }
    }

    /// As in running text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
            Self::MlDsa => "ML-DSA",
        }
    }

    /// Whether a signature scheme is made with such a key (RFC 8446 section 4.2.3 and the IANA registry).
    pub(crate) fn signs(self, scheme: u16) -> bool {
        let [hash, signature] = scheme.to_be_bytes();
        match self {
            Self::Rsa => signature == 1 && hash <= 6 || RSA_PSS.contains(&scheme),
            Self::Ecdsa => signature == 3 && hash <= 6 || EDWARDS_AND_BRAINPOOL.contains(&scheme),
            Self::MlDsa => ML_DSA.contains(&scheme),
        }
    }

    /// Whether a certificate has such a key; one that cannot be read is taken for any.
    pub(crate) fn is_of(self, der: &CertificateDer<'_>) -> bool {
        let Ok(certificate) = Certificate::from_der(der.clone().into_owned()) else {
            return true;
        };
        let Some(key) = PublicKey::from_der(certificate.subject_public_key_info()) else {
            return true;
        };
        match key.oid.as_str() {
            key::RSA | key::RSA_PSS => self == Self::Rsa,
            key::EC | key::ED25519 | key::ED448 => self == Self::Ecdsa,
            oid if ML_DSA_KEYS.contains(&oid) => self == Self::MlDsa,
            _ => false,
        }
    }

    /// Whether a cipher suite up to TLS 1.2 authenticates with such a key, by its IANA name.
    pub(crate) fn has_suite(self, name: &str) -> bool {
        let exchange = name.split("_WITH_").next().unwrap_or_default();
        match self {
            Self::Rsa => exchange.contains("RSA"),
            Self::Ecdsa => exchange.contains("ECDSA"),
            Self::MlDsa => false,
        }
    }
}

const RSA_PSS: [u16; 6] = [0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b];
const EDWARDS_AND_BRAINPOOL: [u16; 5] = [0x0807, 0x0808, 0x081a, 0x081b, 0x081c];
/// RFC 9881 section 2: ML-DSA-44, ML-DSA-65, ML-DSA-87.
const ML_DSA_KEYS: [&str; 3] = [
    "2.16.840.1.101.3.4.3.17",
    "2.16.840.1.101.3.4.3.18",
    "2.16.840.1.101.3.4.3.19",
];
const ML_DSA: [u16; 3] = [0x0904, 0x0905, 0x0906];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_lead_back() {
        for (version, word) in Version::ALL.into_iter().zip(Version::WORDS) {
            assert_eq!(word.parse(), Ok(version));
            assert_eq!(Version::from_code(version.code()), Some(version));
        }
        assert!("1.4".parse::<Version>().is_err());
        assert_eq!(Version::from_code(0x0002), None);
    }

    #[test]
    fn every_scheme_is_of_one_type_at_most() {
        for scheme in 0..=u16::MAX {
            let types = CertificateType::ALL.into_iter();
            assert!(types.filter(|one| one.signs(scheme)).count() <= 1);
        }
        assert!(CertificateType::Rsa.signs(0x0401) && CertificateType::Ecdsa.signs(0x0403));
    }

    #[test]
    fn a_suite_says_what_signs() {
        let rsa = CertificateType::Rsa;
        assert!(rsa.has_suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
        assert!(rsa.has_suite("TLS_RSA_WITH_AES_128_CBC_SHA"));
        assert!(!rsa.has_suite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        assert!(CertificateType::Ecdsa.has_suite("TLS_ECDH_ECDSA_WITH_NULL_SHA"));
    }
}
