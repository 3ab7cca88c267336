//! The model to TOML and JSON.

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};

use super::field::Section;
use super::kind::KindWords;
use super::model::{Channel, Spec};
use super::rules::has_unfit_value;
use super::value::Values;

impl Spec {
    /// The specification as TOML, comments lost. Secrets stay references; [`Spec::read`] reads it back.
    ///
    /// # Errors
    /// A literal secret, or a value that cannot be one of its field, stood somewhere: the error says so and not more.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(&SpecFile {
            channel: &self.channels,
        })
    }
}

impl Spec {
    /// The specification as JSON. Secrets stay references; [`Spec::read`] reads it back.
    ///
    /// # Errors
    /// As [`Spec::to_toml`].
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// As a file: defaults and included files are in the channels already.
impl Serialize for Spec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = SpecFile {
            channel: &self.channels,
        };
        file.serialize(serializer)
    }
}

#[derive(Serialize)]
struct SpecFile<'a> {
    channel: &'a [Channel],
}

/// Plain values first, tables after: TOML needs that order.
#[derive(Serialize)]
struct ChannelFile<'a> {
    #[serde(flatten)]
    kind: KindWords,
    name: &'a str,
    #[serde(flatten)]
    tables: Table<'a>,
}

impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What does not have the form of its field could be anything, and a secret too.
        if self.unfit_name || !self.withheld.is_empty() || has_unfit_value(self) {
            return Err(S::Error::custom(
                "a value that is not valid is never written",
            ));
        }
        let file = ChannelFile {
            kind: self.kind.into(),
            name: &self.name,
            tables: Table {
                values: &self.values,
                section: Section::Channel,
            },
        };
        file.serialize(serializer)
    }
}

/// A table with those within it, as far as there is something in them.
#[derive(Clone, Copy)]
struct Table<'a> {
    values: &'a Values,
    section: Section,
}

impl Table<'_> {
    fn tables(&self) -> impl Iterator<Item = (&'static str, Self)> {
        let section = self.section;
        section.children().filter_map(move |key| {
            let table = Self {
                values: self.values,
                section: section.child(key)?,
            };
            (!table.is_empty()).then_some((key, table))
        })
    }

    fn is_empty(&self) -> bool {
        self.values.of(self.section).next().is_none() && self.tables().next().is_none()
    }
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for entry in self.values.of(self.section) {
            map.serialize_entry(entry.field.key, &entry.value)?;
        }
        for (key, table) in self.tables() {
            map.serialize_entry(key, &table)?;
        }
        map.end()
    }
}
