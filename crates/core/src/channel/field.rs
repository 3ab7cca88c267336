//! The rows of a channel kind: which values it has, how the document calls them, where they come from.

use std::fmt;

use super::secret::SecretRef;

/// One value of a channel, as a row of the document's tables.
#[derive(Debug)]
pub struct Field {
    /// The key in the specification; unique within a kind.
    pub key: &'static str,
    /// The table of the specification that holds it.
    pub section: Section,
    /// The document's word for it, misspellings included.
    pub label: &'static str,
    /// Whether the channel can be configured without it.
    pub need: Need,
    /// Whether the specification may only refer to it.
    pub secret: bool,
    /// Where the value comes from.
    pub from: &'static str,
    /// What it looks like. For a secret: what kind of thing is behind the reference.
    pub example: &'static str,
}

/// The table of the specification that holds a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Section {
    /// `[channel.info]`: what *Table 1 Channel information parameters* asks for, and its prerequisites.
    Info,
    /// `[channel.outputs]`: what AICC generates, to be recorded.
    Outputs,
    /// `[channel.handover]`: what third parties give or must be told, and AICC never sees.
    Handover,
}

impl Section {
    /// Every section, in file order.
    pub const ALL: &[Self] = &[Self::Info, Self::Outputs, Self::Handover];

    /// The key of the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Outputs => "outputs",
            Self::Handover => "handover",
        }
    }
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Not asked for by the document.
    NotListed,
    /// May be absent.
    Optional,
    /// Must be there.
    Required,
}

/// The value of a field.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Where a secret is.
    Secret(SecretRef),
    /// Plain text.
    Text(String),
    /// A plain field that carried user information or a bot token; the text is not kept.
    Withheld,
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(secret) => secret.fmt(formatter),
            // A field with a form may hold something else, under the wrong key.
            Self::Text(_) => formatter.write_str("[text]"),
            Self::Withheld => formatter.write_str("[credentials elided]"),
        }
    }
}

/// The values of a channel, by field, in the order of the kind's rows.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<(&'static Field, Value)>);

impl Values {
    pub(super) fn new(values: Vec<(&'static Field, Value)>) -> Self {
        Self(values)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter()
            .find(|(field, _)| field.key == key)
            .map(|(_, value)| value)
    }

    /// The plain text under a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The secret reference under a key.
    pub fn secret(&self, key: &str) -> Option<&SecretRef> {
        match self.get(key) {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        }
    }
}

/// The mark of a value that a person must still fill in, as [`template`](super::template()) writes it.
pub(super) fn is_placeholder(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}
