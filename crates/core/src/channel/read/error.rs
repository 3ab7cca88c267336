//! Why a text is no specification, and where.

use std::fmt;

use super::tree::Lines;
use crate::channel::secret::is_plain_key;

/// Why a text is no specification, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpecError {
    /// The file, when it is not the one that was asked for but one that it includes.
    pub file: Option<String>,
    /// The line, from one.
    pub line: usize,
    /// The column in characters, from one.
    pub column: usize,
    /// What is wrong.
    pub kind: SpecErrorKind,
}

/// What is wrong with a specification as a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecErrorKind {
    /// No channel at all.
    #[error("there is no [[channel]]")]
    Empty,
    /// A file that is included, directly or not, by itself.
    #[error("this file is being read already: it includes itself")]
    IncludeLoop,
    /// More files than any specification has.
    #[error("more files include each other than any specification has")]
    IncludeTooMany,
    /// A file that is included and cannot be had.
    #[error("the included file cannot be read: {why}")]
    IncludeUnreadable {
        /// What the opener says.
        why: String,
    },
    /// A key that is there twice.
    #[error("{} twice", named("a key stands there", key.as_deref(), "stands there"))]
    KeyTwice {
        /// As written, when it looks like a key.
        key: Option<String>,
    },
    /// Neither TOML nor JSON.
    #[error("{0}")]
    Syntax(String),
    /// A key that nothing knows.
    #[error("{}; the nearest known key is `{nearest}`", unknown(key.as_deref()))]
    UnknownKey {
        /// As written, when it looks like a key: a secret may stand in its place.
        key: Option<String>,
        /// What was most likely meant.
        nearest: String,
    },
    /// A word that must be there and is not.
    #[error("`{key}` is missing; supported: {}", options.join(", "))]
    WordMissing {
        /// The key under which it is missing.
        key: &'static str,
        /// The words that can stand there.
        options: Vec<&'static str>,
    },
    /// A word that is none of those that can stand there. It is there when it is a plain one.
    #[error("unknown {key}{}; supported: {}", quoted(word), options.join(", "))]
    WordUnknown {
        /// The key.
        key: &'static str,
        /// As written, when it can be nothing but a word.
        word: Option<String>,
        /// What was most likely meant.
        nearest: Option<&'static str>,
        /// The words that can stand there.
        options: Vec<&'static str>,
    },
    /// A word that this kind of channel has no place for.
    #[error("this type of channel has no `{key}`")]
    WordUnused {
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong type.
    #[error("`{key}` is {found}, and {expected} is needed")]
    WrongType {
        /// The key with its tables.
        key: String,
        /// What stands there.
        found: &'static str,
        /// What should.
        expected: &'static str,
    },
}

fn quoted(word: &Option<String>) -> String {
    word.as_ref()
        .map_or(String::new(), |word| format!(" {word}"))
}

fn named(nameless: &str, key: Option<&str>, verb: &str) -> String {
    match key {
        Some(key) => format!("`{key}` {verb}"),
        None => nameless.to_owned(),
    }
}

fn unknown(key: Option<&str>) -> String {
    match key {
        Some(key) => format!("unknown key `{key}`"),
        None => {
            "a key on this line is unknown, and not repeated because it may be a secret".to_owned()
        }
    }
}

/// A key, when it can be nothing else.
pub(super) fn plain_key(key: &str) -> Option<String> {
    is_plain_key(key).then(|| key.to_owned())
}

impl SpecErrorKind {
    /// The key that chooses the kind of channel and is the matter of the error.
    pub(super) fn selector(&self) -> Option<&'static str> {
        match self {
            Self::WordMissing { key, .. }
            | Self::WordUnknown { key, .. }
            | Self::WordUnused { key } => Some(key),
            _ => None,
        }
    }

    pub(super) fn at(self, lines: &Lines<'_>, offset: usize) -> SpecError {
        let (line, column) = lines.line_and_column(offset);
        SpecError::new(line, column, self)
    }

    pub(super) fn at_start(self) -> SpecError {
        SpecError::new(1, 1, self)
    }
}

impl SpecError {
    pub(super) fn new(line: u32, column: u32, kind: SpecErrorKind) -> Self {
        Self {
            file: None,
            line: line as usize,
            column: column as usize,
            kind,
        }
    }

    /// Names the file, unless one is named already.
    pub(super) fn in_file(mut self, name: &str) -> Self {
        self.file.get_or_insert_with(|| name.to_owned());
        self
    }

    /// Leaves out the name of the file that was asked for.
    pub(super) fn unless_in(mut self, name: &str) -> Self {
        self.file = self.file.filter(|file| file != name);
        self
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            kind,
        } = self;
        if let Some(file) = file {
            write!(formatter, "{file}: ")?;
        }
        write!(formatter, "line {line}, column {column}: {kind}")
    }
}

impl std::error::Error for SpecError {}
