//! Why no answer came.

use std::io;
use std::time::Duration;

use rustls_pki_types::CertificateDer;

use super::MAX_ANSWER;
use crate::call::{Secrets, Unfit};
use crate::fetch::FetchError;
use crate::fetch::dial::{Deadline, os_words};
use crate::fetch::stream::is_timeout;
use crate::text;

/// Why no whole answer came, or nothing was sent. No text of it has a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The answer is no HTTP, or ended in the middle.
    #[error("no whole answer: {why}")]
    Broken {
        /// What is wrong with it.
        why: String,
    },
    /// It would travel in clear.
    #[error("nothing was sent: http:// to {host} would send secrets in clear")]
    Clear {
        /// Where to.
        host: String,
    },
    /// The connection could not be made.
    #[error("{0}")]
    Connection(#[from] FetchError),
    /// A header cannot be sent.
    #[error("nothing was sent: {name} cannot be a header")]
    Header {
        /// Which.
        name: &'static str,
    },
    /// The time was up before the answer was whole.
    #[error("no whole answer after {:.1} s", after.as_secs_f64())]
    Late {
        /// Since the start.
        after: Duration,
    },
    /// The answer is longer than any that the documents describe.
    #[error("the answer has more than {} KiB, which none of the documents describes", limit >> 10)]
    TooMuch {
        /// What is read at most, in bytes.
        limit: u64,
    },
    /// A secret cannot be sent where it must stand.
    #[error("nothing was sent: {0}")]
    Unfit(#[from] Unfit),
    /// The server's certificate is not trusted.
    #[error("nothing was sent: the certificate of {endpoint} is not trusted ({origin}): {why}")]
    Untrusted {
        /// The server.
        endpoint: String,
        /// The trust store.
        origin: String,
        /// In words.
        why: String,
        /// What to do about it.
        hint: Option<String>,
        /// What the server presented.
        chain: Vec<CertificateDer<'static>>,
    },
    /// The URL is none.
    #[error("nothing was sent: the URL cannot be called")]
    Url,
}

impl CallError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Connection(error) => return error.hint(),
            Self::Untrusted { hint, origin, .. } => {
                let name = format!(
                    "--trust STORE or BUNDLE names another one than {origin}; nothing is sent to a server that is not trusted"
                );
                return Some(match hint {
                    Some(hint) => format!("{hint}; {name}"),
                    None => name,
                });
            }
            Self::Broken { .. } => {
                "the server, or a proxy before it, breaks off; try again, and see which service listens there"
            }
            Self::Clear { .. } => "write https://; http:// is for this machine only",
            Self::Late { .. } => {
                "the server is slow, or waits for something; --timeout gives it more time"
            }
            Self::TooMuch { .. } => {
                "something else answers there; see that the URL leads to the API that is meant"
            }
            Self::Unfit(_) => {
                "look behind the reference: the value may have a line end or be cut off"
            }
            Self::Header { .. } | Self::Url => "look at the values in the specification",
        };
        Some(hint.to_owned())
    }

    /// Whether the server answered, and is not the one that the store vouches for.
    pub fn is_untrusted(&self) -> bool {
        matches!(self, Self::Untrusted { .. })
    }

    /// ureq's errors in our words.
    pub(super) fn of(error: ureq::Error, deadline: Deadline) -> Self {
        let late = Self::Late {
            after: deadline.elapsed(),
        };
        match error {
            // what the dialler says
            ureq::Error::Other(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => Self::broken(&error.to_string()),
            },
            ureq::Error::Timeout(_) => late,
            ureq::Error::Io(error) if is_timeout(&error) => late,
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::broken("the connection ended in the middle of it")
            }
            ureq::Error::Io(error) => Self::broken(&os_words(&error)),
            ureq::Error::BodyExceedsLimit(_) => Self::TooMuch { limit: MAX_ANSWER },
            ureq::Error::LargeResponseHeader(..) => Self::broken("its header is too large"),
            // the texts of some have the URL in them
            ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => Self::Url,
            ureq::Error::Protocol(error) => Self::broken(&format!("it is no HTTP: {error}")),
            other => Self::broken(&other.to_string()),
        }
    }

    fn broken(why: &str) -> Self {
        Self::Broken {
            why: text::escape(&text::cut(why, 200)),
        }
    }

    /// Without the values of secrets, whatever brought them in.
    pub(super) fn redacted(mut self, secrets: &Secrets) -> Self {
        match &mut self {
            Self::Broken { why } | Self::Untrusted { why, .. } => *why = secrets.redact(why),
            Self::Connection(error) => {
                let told = error.to_string();
                let safe = secrets.redact(&told);
                if safe != told {
                    return Self::Broken { why: safe };
                }
            }
            _ => {}
        }
        self
    }
}
