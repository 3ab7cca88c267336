//! What a reader has to say beside what it read: skipped parts, oddities, warnings.

use std::collections::HashMap;
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
    /// An entry that Java does not show, or not as it stands here, and why.
    Invisible,
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

/// Collects notes; hostile input can give rise to millions, so each kind ends at [`MAX_NOTES`] and the rest is counted.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    list: Vec<Note>,
    counts: HashMap<NoteKind, usize>,
}

impl Notes {
    pub(crate) fn invisible(&mut self, at: At, message: impl Into<String>) {
        self.push(NoteKind::Invisible, at, message);
    }

    pub(crate) fn oddity(&mut self, at: At, message: impl Into<String>) {
        self.push(NoteKind::Oddity, at, message);
    }

    pub(crate) fn skipped(&mut self, at: At, message: impl Into<String>) {
        self.push(NoteKind::Skipped, at, message);
    }

    pub(crate) fn warning(&mut self, at: At, message: impl Into<String>) {
        self.push(NoteKind::Warning, at, message);
    }

    pub(crate) fn push(&mut self, kind: NoteKind, at: At, message: impl Into<String>) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= MAX_NOTES {
            self.list.push(Note {
                kind,
                at,
                message: message.into(),
            });
        }
    }

    /// The notes in order; where some of a kind are not listed, a last one of that kind says how many.
    pub(crate) fn into_list(mut self) -> Vec<Note> {
        for kind in [
            NoteKind::Invisible,
            NoteKind::Oddity,
            NoteKind::Skipped,
            NoteKind::Warning,
        ] {
            let count = self.counts.get(&kind).copied().unwrap_or_default();
            if count > MAX_NOTES {
                self.list.push(Note {
                    kind,
                    at: At::Input,
                    message: format!("{} more remarks of this kind", count - MAX_NOTES),
                });
            }
        }
        self.list
    }
}

/// Far more than a person reads; a file with one remark per entry of a JDK `cacerts` (about 150) stays whole.
const MAX_NOTES: usize = 1000;

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
