//! The rules that a certificate has to keep, asked of it after it was made and read back, before anybody gets it.

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;

use super::authority::Authority;
use super::error::IssueError;
use crate::Certificate;

mod found;

use found::Found;

/// One rule. Each can be waived by its word, since a test may want a certificate that breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Alternative names are such as their kinds have, and there is one.
    AltName,
    /// An extension is what its standard says.
    BrokenExtension,
    /// keyCertSign, a path length and name constraints are for CAs, and a CA that restricts its key has keyCertSign.
    CaKeyUsage,
    /// Who signs a revocation list may.
    CrlSign,
    /// The issuer is valid now.
    IssuerDates,
    /// The issuer may sign certificates.
    IssuerKeyUsage,
    /// The issuer is a CA.
    IssuerNotCa,
    /// Attributes of a name have a longest length.
    LongName,
    /// Names lie within the constraints of the CAs above.
    NameConstraints,
    /// There is a name.
    NoName,
    /// No more CAs follow than those above allow.
    PathLength,
    /// No extension occurs twice.
    RepeatedExtension,
    /// Critical extensions are such as readers know.
    UnknownCritical,
    /// Names have no characters that steer a terminal, or hide or reorder text.
    UnsafeName,
    /// The certificate is valid only while its issuer is.
    ValidityBeyondIssuer,
    /// The key is strong enough.
    WeakKey,
}

/// A word for no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Rule::words().join(", "))]
pub struct UnknownRule;

/// A rule that is broken, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The facts.
    pub detail: String,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::AltName,
        Self::BrokenExtension,
        Self::CaKeyUsage,
        Self::CrlSign,
        Self::IssuerDates,
        Self::IssuerKeyUsage,
        Self::IssuerNotCa,
        Self::LongName,
        Self::NameConstraints,
        Self::NoName,
        Self::PathLength,
        Self::RepeatedExtension,
        Self::UnknownCritical,
        Self::UnsafeName,
        Self::ValidityBeyondIssuer,
        Self::WeakKey,
    ];

    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AltName => "alt-name",
            Self::BrokenExtension => "broken-extension",
            Self::CaKeyUsage => "ca-key-usage",
            Self::CrlSign => "crl-sign",
            Self::IssuerDates => "issuer-dates",
            Self::IssuerKeyUsage => "issuer-key-usage",
            Self::IssuerNotCa => "issuer-not-ca",
            Self::LongName => "long-name",
            Self::NameConstraints => "name-constraints",
            Self::NoName => "no-name",
            Self::PathLength => "path-length",
            Self::RepeatedExtension => "repeated-extension",
            Self::UnknownCritical => "unknown-critical",
            Self::UnsafeName => "unsafe-name",
            Self::ValidityBeyondIssuer => "validity-beyond-issuer",
            Self::WeakKey => "weak-key",
        }
    }

    /// The words of all, in the same order.
    pub const fn words() -> [&'static str; Self::ALL.len()] {
        let mut words = [""; Self::ALL.len()];
        let mut place = 0;
        // neither iterators nor closures are const
        while place < words.len() {
            words[place] = Self::ALL[place].word();
            place += 1;
        }
        words
    }

    /// Where it stands.
    pub const fn source(self) -> &'static str {
        match self {
            Self::AltName => "RFC 5280 section 4.2.1.6",
            Self::BrokenExtension => "RFC 5280 section 4.2",
            Self::CaKeyUsage => "RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.10",
            Self::CrlSign => "RFC 5280 section 6.3.3 (f)",
            Self::IssuerDates | Self::ValidityBeyondIssuer => "RFC 5280 section 6.1.3 (a)(2)",
            Self::IssuerKeyUsage => "RFC 5280 section 6.1.4 (n)",
            Self::IssuerNotCa => "RFC 5280 section 6.1.4 (k)",
            Self::LongName => "RFC 5280 appendix A.1",
            Self::NameConstraints => "RFC 5280 section 4.2.1.10",
            Self::NoName => "RFC 5280 section 4.1.2.6",
            Self::PathLength => "RFC 5280 section 4.2.1.9",
            Self::RepeatedExtension => "RFC 5280 section 4.2",
            Self::UnknownCritical => "RFC 5280 section 4.2",
            Self::UnsafeName => "RFC 5280 section 8, Unicode UAX #9",
            Self::WeakKey => "NIST SP 800-131A",
        }
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut rules = Self::ALL.into_iter();
        rules.find(|rule| rule.word() == word).ok_or(UnknownRule)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.detail, self.rule.source())
    }
}

/// Asks every rule of a certificate that `authority` issued (`None`: that is self-signed), at the time `at`. What was
/// allowed is returned, for those who want to be told.
///
/// # Errors
/// [`IssueError::Refused`] with every other violation.
pub fn require(
    made: &Certificate,
    authority: Option<&Authority<'_>>,
    at: OffsetDateTime,
    allowed: &[Rule],
) -> Result<Vec<Violation>, IssueError> {
    let mut found = Found(Vec::new());
    found.of_the_certificate(made);
    if let Some(authority) = authority {
        found.of_the_issuer(authority.certificate, at);
        found.of_the_dates(made, authority.certificate);
        found.of_the_path(made, authority);
    }
    found.unless(allowed)
}

/// Asks whether an authority may sign a revocation list at the time `at`.
///
/// # Errors
/// [`IssueError::Refused`].
pub(super) fn require_list(
    authority: &Authority<'_>,
    at: OffsetDateTime,
    allowed: &[Rule],
) -> Result<Vec<Violation>, IssueError> {
    let mut found = Found(Vec::new());
    found.of_the_signer_of_lists(authority.certificate, at);
    found.unless(allowed)
}
