//! What a reader has to say beside what it read: skipped parts, oddities, warnings.

use std::fmt;

/// One remark about a container that was read (or written) all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it means for the reader.
    pub kind: NoteKind,
    /// Where.
    pub at: At,
    /// What, in lower case and without a period.
    pub message: String,
}

/// What a note means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// Unusual, and read (or written) all the same: a wrong label, an alias put into lower case.
    Oddity,
    /// Something in the input could not be read and is missing from the result.
    Skipped,
    /// Read, but not to be relied on: integrity not verified, a weak scheme, invisible to Java.
    Warning,
}

/// Where in the input something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum At {
    /// Byte offset from the start of the input.
    Byte(usize),
    /// The entry with this alias.
    Entry(String),
    /// The input as a whole.
    Input,
    /// A line of text, counted from one.
    Line(usize),
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(offset) => write!(formatter, "byte {offset}"),
            Self::Entry(alias) => write!(formatter, "entry {alias:?}"),
            Self::Input => formatter.write_str("input"),
            Self::Line(line) => write!(formatter, "line {line}"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            At::Input => formatter.write_str(&self.message),
            _ => write!(formatter, "{}: {}", self.at, self.message),
        }
    }
}
