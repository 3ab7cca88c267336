//! How a PKCS#12 is protected when it is written.

use crate::protect::Sealing;

/// How a PKCS#12 is protected, chosen by who shall read it. All iteration counts are 10,000.
///
/// Whatever the profile, Java refuses a password that is not ASCII.
/// Keys that are sealed already keep their scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Profile {
    /// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256, a MAC with SHA-256: what Java writes since 16.
    ///
    /// Read by Java from 8u301, 11.0.12 and 12, OpenSSL from 1.1.1, Windows from Server 2019.
    #[default]
    Modern,
    /// pbeWithSHA1And3-KeyTripleDES-CBC for everything, a MAC with SHA-1 (RFC 7292, appendix C).
    ///
    /// Read by whatever reads PKCS#12 at all, Java before 8u301 and Windows before Server 2019 included. Weak by today's
    /// measure: the password should be long, or the file short-lived.
    Legacy,
    /// Neither encryption nor MAC, as the `cacerts` of JDK 18 and later; for certificates, which are no secret. A key is
    /// sealed under [`key_password`](crate::WriteOptions::key_password), or stands in the clear.
    ///
    /// Read by Java with any password and with none, and by OpenSSL with any password.
    Passwordless,
    /// As [`Modern`](Self::Modern), with PBMAC1 in place of the MAC of PKCS#12 (RFC 9579).
    ///
    /// Read by OpenSSL from 3.4 and Java from 26; what is older refuses the password.
    Pbmac1,
}

impl Profile {
    /// Every profile, in the order in which help and documentation list them.
    pub const ALL: &[Self] = &[Self::Modern, Self::Legacy, Self::Passwordless, Self::Pbmac1];

    /// The word for flags and JSON: `modern`, `legacy`, `passwordless`, `pbmac1`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::Legacy => "legacy",
            Self::Passwordless => "passwordless",
            Self::Pbmac1 => "pbmac1",
        }
    }

    pub(super) const fn sealing(self) -> Sealing {
        match self {
            Self::Legacy => Sealing::TripleDes,
            Self::Modern | Self::Passwordless | Self::Pbmac1 => Sealing::Pbes2,
        }
    }
}

/// A word that names no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of modern, legacy, passwordless, pbmac1")]
pub struct UnknownProfile {
    /// As written.
    pub word: String,
}

impl std::str::FromStr for Profile {
    type Err = UnknownProfile;

    /// The word of the profile, in any case.
    ///
    /// # Errors
    /// [`UnknownProfile`] for any other word.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL
            .iter()
            .find(|profile| profile.word().eq_ignore_ascii_case(word));
        named.copied().ok_or_else(|| UnknownProfile {
            word: word.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_both_ways() {
        for profile in Profile::ALL {
            assert_eq!(profile.word().parse(), Ok(*profile));
        }
        assert_eq!("PBMAC1".parse(), Ok(Profile::Pbmac1));
        assert!("fips".parse::<Profile>().is_err());
    }
}
