//! What can go wrong with a whole container, and where. Lower case, no period, facts as fields.
//!
//! A single bad certificate, bag or entry is no error: it is a [`Note`] beside what was read.

use crate::{Format, Note, NoteKind};

/// Why a container could not be read or written, or a key not unlocked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // reading
    /// Zero bytes, or only white space.
    #[error("the input is empty")]
    Empty,
    /// No format matches.
    #[error("no certificate, key or key store found (starts with {})", hex(first))]
    Unknown {
        /// The first bytes, at most eight.
        first: Vec<u8>,
    },
    /// A known kind of file, but none that this crate reads.
    #[error("this is {what}, which cannot be read")]
    Recognised {
        /// The kind with its article: `an IBM KDB key database`, `an HTML page`, …
        what: String,
    },
    /// The format is clear, and nothing was found in it, or nothing that can be read.
    #[error("{format}: nothing in it can be read{}", first_skipped(notes))]
    NothingReadable {
        /// The container.
        format: Format,
        /// What was left out, and why.
        notes: Vec<Note>,
    },
    /// The structure ends before it should.
    #[error("{format}: cut off at byte {at}: {what} needs {needed} more byte(s)")]
    Truncated {
        /// The container.
        format: Format,
        /// Offset of the first missing byte.
        at: usize,
        /// How many bytes are missing at least.
        needed: usize,
        /// What was being read.
        what: String,
    },
    /// The structure is not what the format says.
    #[error("{format}: damaged at byte {at}: {what}")]
    Malformed {
        /// The container.
        format: Format,
        /// Offset into the input (or, for nested content, into the part that `what` names).
        at: usize,
        /// What is wrong.
        what: String,
    },
    /// The container, or the key, needs a password and none was given.
    #[error("{format}: a password is needed to read {what}")]
    PasswordRequired {
        /// The container.
        format: Format,
        /// What is locked.
        what: String,
    },
    /// The password does not fit; most formats cannot tell this from damage.
    #[error("{format}: wrong password or damaged {what}")]
    WrongPassword {
        /// The container.
        format: Format,
        /// What did not open: `file`, `key "alias"`, …
        what: String,
    },
    /// The password opens something in the file, and the MAC or digest over the whole does not fit.
    #[error(
        "{format}: the password opens a part of it, and the {what} does not fit: the file is damaged or changed, or this is the password of a key only"
    )]
    IntegrityFailed {
        /// The container.
        format: Format,
        /// `MAC` or `digest`.
        what: &'static str,
    },
    /// The file asks for more work or memory than any real file needs.
    #[error("{format}: {what} is {found}, the limit is {limit}")]
    OverLimit {
        /// The container.
        format: Format,
        /// What is too large: `iteration count`, `entry count`, …
        what: String,
        /// What the file asks for.
        found: u64,
        /// What is allowed.
        limit: u64,
    },
    /// Sound, but an algorithm or feature that is not supported.
    #[error("{format}: {what} is not supported")]
    Unsupported {
        /// The container.
        format: Format,
        /// The algorithm or feature, by name or OID.
        what: String,
    },

    // writing
    /// Java compares aliases without case, so two of these would be one.
    #[error("{format}: the aliases {first:?} and {second:?} differ only in case")]
    AliasCollision {
        /// The container to be written.
        format: Format,
        /// One of the two.
        first: String,
        /// The other.
        second: String,
    },
    /// An alias that the container cannot hold.
    #[error("{format}: the alias {alias:?} cannot be written: {why}")]
    AliasUnfit {
        /// The container to be written.
        format: Format,
        /// The alias.
        alias: String,
        /// What forbids it.
        why: String,
    },
    /// The format holds exactly one object.
    #[error("{format} holds exactly one certificate or other object, here are {found}")]
    ExactlyOne {
        /// The format to be written.
        format: Format,
        /// How many certificates, keys, requests, lists and public keys there are together.
        found: usize,
    },
    /// The format holds one chain, and the certificates are none: one of them issued none of the others, or is missing.
    #[error("{format} holds one chain, and these {found} certificates are not one")]
    NotOneChain {
        /// The format to be written.
        format: Format,
        /// How many certificates there are.
        found: usize,
    },
    /// The container cannot hold this kind of entry.
    #[error("{format} cannot hold {what} {alias:?}")]
    EntryUnfit {
        /// The container to be written.
        format: Format,
        /// The entry.
        alias: String,
        /// `the private key`, `the secret key`, …
        what: &'static str,
    },
    /// A key is still sealed in a way that the container cannot carry.
    #[error("{format}: the key {alias:?} is still locked")]
    KeySealed {
        /// The container to be written.
        format: Format,
        /// The entry.
        alias: String,
    },
    /// A password that readers of the container would refuse.
    #[error("{format}: the password cannot be used: {why}")]
    PasswordUnfit {
        /// The container to be written.
        format: Format,
        /// What forbids it.
        why: String,
    },
    /// The store is empty, and an empty file of this format would be no file at all.
    #[error("{format}: there is nothing to write")]
    NothingToWrite {
        /// The container to be written.
        format: Format,
    },
    /// The source of random bytes gave none.
    #[error("no random bytes available")]
    NoRandomness,
}

impl Error {
    /// The same damage, with more to say about what was being read.
    pub(crate) fn map_what(mut self, map: impl FnOnce(&str) -> String) -> Self {
        if let Self::Truncated { what, .. } | Self::Malformed { what, .. } = &mut self {
            *what = map(what);
        }
        self
    }

    /// The message for a note, which stands beside a container that is known.
    pub(crate) fn reason(&self, format: Format) -> String {
        let message = self.to_string();
        let prefix = format!("{format}: ");
        message.strip_prefix(&prefix).unwrap_or(&message).to_owned()
    }

    pub(crate) fn unknown(bytes: &[u8]) -> Self {
        Self::Unknown {
            first: bytes.iter().take(8).copied().collect(),
        }
    }
}

fn first_skipped(notes: &[Note]) -> String {
    let skipped = notes.iter().find(|note| note.kind == NoteKind::Skipped);
    skipped
        .or_else(|| notes.first())
        .map(|note| format!(": {note}"))
        .unwrap_or_default()
}

/// Text of the input for a message: control characters and all beyond a line's measure are left out.
pub(crate) fn brief(text: &str) -> String {
    let mut characters = text.chars().filter(|character| !character.is_control());
    let mut brief: String = characters.by_ref().take(MAX_BRIEF).collect();
    if characters.next().is_some() {
        brief.push('…');
    }
    brief
}

const MAX_BRIEF: usize = 80;

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_input_is_brief_and_printable() {
        assert_eq!(brief("AES-128-CBC"), "AES-128-CBC");
        assert_eq!(brief("\u{1b}[31mred\n"), "[31mred");
        assert_eq!(brief(&"x".repeat(81)), format!("{}…", "x".repeat(80)));
    }
}
