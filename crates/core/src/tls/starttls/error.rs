//! Why a talk does not end in TLS.

use super::Protocol;

/// Why the server does not come to TLS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StarttlsError {
    /// The server hung up in the middle of the talk.
    #[error("{protocol}: the server hung up before TLS{}", after(answer))]
    Closed {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// What it had begun to say; may be empty.
        answer: String,
    },
    /// The server said more than it was asked for, before TLS; who sits in between could have added it
    /// (CVE-2011-0411).
    #[error(
        "{protocol}: {bytes} bytes came out of turn before TLS, as if injected; they are refused"
    )]
    Injected {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// How many bytes were left over.
        bytes: usize,
    },
    /// The server speaks the protocol, but not with TLS.
    #[error("{protocol}: the server does not offer STARTTLS{}", after(answer))]
    NotOffered {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// What it offers instead, in its own words; may be empty.
        answer: String,
    },
    /// The server said no.
    #[error("{protocol}: the server refused{}", after(answer))]
    Refused {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// Its own words; may be empty.
        answer: String,
    },
    /// The server said more than a talk before TLS can need.
    #[error("{protocol}: the server said too much before TLS ({bytes} bytes)")]
    TooMuch {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// How much it was, or is announced to be.
        bytes: usize,
    },
    /// The server speaks another protocol.
    #[error("{protocol}: the server speaks another protocol{}", after(answer))]
    Unexpected {
        /// The protocol that was spoken.
        protocol: Protocol,
        /// What it said: text, or the first bytes in hexadecimal.
        answer: String,
    },
}

/// The server's words behind a message, where there are any.
fn after(answer: &str) -> String {
    match answer {
        "" => String::new(),
        _ => format!(": {answer:?}"),
    }
}
