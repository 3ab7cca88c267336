//! Why certificates are revoked.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a certificate is revoked (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The subject's name or something else in it has changed.
    AffiliationChanged,
    /// The key of the CA that it is got to others.
    CaCompromise,
    /// It is not needed any more.
    CessationOfOperation,
    /// The key got to others.
    KeyCompromise,
    /// What it allowed is allowed no longer.
    PrivilegeWithdrawn,
    /// Another one took its place.
    Superseded,
    /// Not told.
    #[default]
    Unspecified,
}

/// A word for no reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Reason::WORDS.join(", "))]
pub struct UnknownReason;

impl Reason {
    /// Their words.
    pub const WORDS: [&'static str; 7] = [
        "unspecified",
        "key-compromise",
        "ca-compromise",
        "affiliation-changed",
        "superseded",
        "cessation-of-operation",
        "privilege-withdrawn",
    ];

    const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AffiliationChanged => "affiliation-changed",
            Self::CaCompromise => "ca-compromise",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::KeyCompromise => "key-compromise",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
            Self::Superseded => "superseded",
            Self::Unspecified => "unspecified",
        }
    }

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut reasons = Self::ALL.into_iter();
        reasons
            .find(|reason| reason.word() == word)
            .ok_or(UnknownReason)
    }
}
