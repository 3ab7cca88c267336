//! Why nothing was issued. Lower case, no period, facts as fields.

use super::alt_name::AltNameError;
use super::rules::Violation;
use crate::name::NameError;

/// Why nothing was issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// An alternative name is none.
    #[error(transparent)]
    AltName(#[from] AltNameError),
    /// The dates leave no time.
    #[error("it would end on {not_after}, before it begins on {not_before}")]
    Dates {
        /// RFC 3339.
        not_before: String,
        /// RFC 3339.
        not_after: String,
    },
    /// A date that no certificate can hold.
    #[error(
        "the date {date} cannot be written: years from 1970 to 9999 can (RFC 5280 section 4.1.2.5)"
    )]
    Date {
        /// As it was wanted.
        date: String,
    },
    /// It could not be put into bytes.
    #[error("it cannot be encoded: {why}")]
    Encoding {
        /// What the encoder says.
        why: String,
    },
    /// A private key that signs nothing here.
    #[error("{what} cannot sign")]
    KeyUnsupported {
        /// The kind of key, or what is wrong with it.
        what: String,
    },
    /// The private key is not the one of the issuer's certificate.
    #[error("the key is not the key of the issuer's certificate {subject}")]
    KeyOfAnother {
        /// The subject of the certificate.
        subject: String,
    },
    /// A text is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// What was made does not say what was wanted, when it is read again: a fault of this program, or a value that readers
    /// take for another.
    #[error("what was made says something else than what was wanted: {what}")]
    NotAsWanted {
        /// Where they differ.
        what: String,
    },
    /// An extension that is never taken of a request.
    #[error("{extension} is never taken of a request: {why}")]
    NotCopied {
        /// Its name.
        extension: String,
        /// Whose it is to say.
        why: &'static str,
    },
    /// Rules are broken, and nobody allowed that.
    #[error("{}", in_words(violations))]
    Refused {
        /// Each of them.
        violations: Vec<Violation>,
    },
    /// The name of a key usage, of a purpose or of an extension that nobody knows.
    #[error("{kind} {word:?} is not known")]
    Unknown {
        /// What is meant.
        kind: &'static str,
        /// As written.
        word: String,
    },
}

fn in_words(violations: &[Violation]) -> String {
    let each: Vec<String> = violations.iter().map(ToString::to_string).collect();
    each.join("; ")
}

impl From<der::Error> for IssueError {
    fn from(error: der::Error) -> Self {
        Self::Encoding {
            why: error.to_string(),
        }
    }
}
