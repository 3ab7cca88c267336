//! The values of a channel, each with its row and its place in the file.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::field::{Field, Section};
use super::secret::SecretRef;

/// The value of a field.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Where a secret is.
    Secret(SecretRef),
    /// Plain text.
    Text(String),
    /// On or off.
    Switch(bool),
    /// Texts in order.
    List(Vec<String>),
    /// Files by host.
    Files(BTreeMap<String, String>),
    /// A plain field that carried a credential or could not be what it must be; the text is not kept.
    Withheld,
}

/// Shows nothing that could stand under the wrong key: of texts only that there are some.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(secret) => secret.fmt(formatter),
            Self::Text(_) => formatter.write_str("[text]"),
            Self::Switch(on) => on.fmt(formatter),
            Self::List(texts) => write!(formatter, "[{} texts]", texts.len()),
            Self::Files(files) => write!(formatter, "[{} files]", files.len()),
            Self::Withheld => formatter.write_str("[credentials elided]"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Secret(secret) => secret.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Switch(on) => serializer.serialize_bool(*on),
            Self::List(texts) => serializer.collect_seq(texts),
            Self::Files(files) => serializer.collect_map(files),
            Self::Withheld => SecretRef::Inline.serialize(serializer),
        }
    }
}

/// Where something stands: which file of the specification, and where in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The place of the file in [`Spec::files`](super::Spec::files).
    pub file: u32,
    /// The line, from one.
    pub line: u32,
    /// The column in characters, from one.
    pub column: u32,
}

/// A value with its row and its place.
#[derive(Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The row.
    pub field: &'static Field,
    /// The value.
    pub value: Value,
    /// Where its key stands.
    pub place: Place,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {:?}", self.field.path(), self.value)
    }
}

/// The values of a channel, in the order of the kind's rows.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<Entry>);

impl Values {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// Those of one table.
    pub fn of(&self, section: Section) -> impl Iterator<Item = &Entry> {
        self.iter()
            .filter(move |entry| entry.field.section == section)
    }

    /// The value of a row.
    pub fn of_field(&self, field: &Field) -> Option<&Value> {
        self.get(field.section, field.key)
    }

    /// The value under a key of a table.
    pub fn get(&self, section: Section, key: &str) -> Option<&Value> {
        self.of(section)
            .find(|entry| entry.field.key == key)
            .map(|entry| &entry.value)
    }

    /// The plain text under a key of a table.
    pub fn text(&self, section: Section, key: &str) -> Option<&str> {
        match self.get(section, key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The secret reference under a key of a table.
    pub fn secret(&self, section: Section, key: &str) -> Option<&SecretRef> {
        match self.get(section, key) {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    /// Whether the switch under a key of a table is on.
    pub fn is_on(&self, section: Section, key: &str) -> bool {
        matches!(self.get(section, key), Some(Value::Switch(true)))
    }

    /// The list under a key of a table; empty when there is none.
    pub fn list(&self, section: Section, key: &str) -> &[String] {
        match self.get(section, key) {
            Some(Value::List(texts)) => texts,
            _ => &[],
        }
    }

    /// Puts a value in place of the one that is there, if any.
    pub(super) fn put(&mut self, entry: Entry) {
        let is_same = |there: &&mut Entry| std::ptr::eq(there.field, entry.field);
        match self.0.iter_mut().find(is_same) {
            Some(there) => *there = entry,
            None => self.0.push(entry),
        }
    }
}

/// The mark of a value that a person must still fill in, as [`template`](super::template()) writes it.
pub(super) fn is_placeholder(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}
