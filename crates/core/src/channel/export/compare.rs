//! An exported file against a specification.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{NAME, cell, rows};
use crate::channel::common::CHANNEL;
use crate::channel::field::Field;
use crate::channel::form::{Form, is_name};
use crate::channel::kind::Kind;
use crate::channel::model::{Channel, Spec};
use crate::channel::secret::leak;
use crate::channel::steps::shown;
use crate::channel::value::Value;

/// An exported file, as far as it can be compared.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Export {
    /// By channel name; values by the key of a specification.
    records: BTreeMap<String, BTreeMap<String, String>>,
    /// How many columns are no rows of basic and robot configuration.
    pub skipped_columns: usize,
}

/// Why a file is no export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Neither CSV nor JSON in UTF-8; what stands there is not repeated.
    #[error("neither CSV nor JSON records, in UTF-8")]
    Unreadable,
    /// No column or key is the name.
    #[error("record {0} has no channel name")]
    NoName(usize),
    /// Two records of one name.
    #[error("record {0} has the same channel name as an earlier one")]
    SameName(usize),
}

/// What differs between an export and a specification.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExportDifference {
    /// Whether anything does.
    pub differs: bool,
    /// Channels that only the export has.
    pub only_exported: Vec<String>,
    /// Channels that only the specification has.
    pub only_specified: Vec<String>,
    /// Values that differ, by channel and row.
    pub changed: Vec<FieldDifference>,
    /// How many columns of the export were not compared: they are no rows of basic and robot configuration.
    pub skipped_columns: usize,
}

/// A value that differs.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FieldDifference {
    /// The channel.
    pub channel: String,
    /// The key in the specification.
    pub key: String,
    /// The document's label.
    pub label: &'static str,
    /// What was exported.
    pub exported: String,
    /// What the specification says, as sheets show it.
    pub specified: String,
}

impl Export {
    /// Reads CSV or JSON, of this program or of the product: columns by key or by the document's label.
    ///
    /// # Errors
    /// When it is neither, or a record has no name of its own.
    pub fn read(bytes: &[u8]) -> Result<Self, ExportError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ExportError::Unreadable)?;
        let text = text.trim_start_matches('\u{feff}');
        let mut export = Self::default();
        let mut skipped = BTreeSet::new();
        let records = match text.trim_start().starts_with(['[', '{']) {
            true => json(text)?,
            false => csv(text)?,
        };
        for (place, record) in (1..).zip(records) {
            let mut name = None;
            let mut values = BTreeMap::new();
            for (column, value) in record {
                match key(&column) {
                    Some(key) if key == NAME => name = Some(value),
                    Some(key) => drop(values.insert(key, value)),
                    // The kind stands in the channel, and is no row.
                    None if is_selection(&column) => {}
                    None => drop(skipped.insert(column)),
                }
            }
            let name = name.map(|name| name.trim().to_owned());
            // What cannot be a name could be anything, and is not repeated.
            let name = name.filter(|name| is_name(name));
            let name = name.ok_or(ExportError::NoName(place))?;
            if export.records.insert(name, values).is_some() {
                return Err(ExportError::SameName(place));
            }
        }
        export.skipped_columns = skipped.len();
        Ok(export)
    }

    /// Adds the records of another file of the same export.
    ///
    /// # Errors
    /// When both have a channel of one name.
    pub fn join(&mut self, other: Self) -> Result<(), ExportError> {
        self.skipped_columns = self.skipped_columns.max(other.skipped_columns);
        for (place, (name, values)) in (1..).zip(other.records) {
            if self.records.insert(name, values).is_some() {
                return Err(ExportError::SameName(place));
            }
        }
        Ok(())
    }
}

type Cells = Vec<(String, String)>;

fn csv(text: &str) -> Result<Vec<Cells>, ExportError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|_| ExportError::Unreadable)?
        .clone();
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| ExportError::Unreadable)?;
        let cells = header.iter().zip(&record);
        let plain = cells.map(|(column, cell)| (column.to_owned(), cell.to_owned()));
        records.push(plain.collect());
    }
    Ok(records)
}

fn json(text: &str) -> Result<Vec<Cells>, ExportError> {
    use serde_json::Value as Json;
    let records: Vec<BTreeMap<String, Json>> =
        serde_json::from_str(text).map_err(|_| ExportError::Unreadable)?;
    let text = |value: Json| match value {
        Json::String(text) => text,
        Json::Null => String::new(),
        Json::Array(items) => {
            let items = items.iter().filter_map(Json::as_str);
            items.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    let cells = |record: BTreeMap<String, Json>| {
        let cells = record.into_iter();
        cells.map(|(key, value)| (key, text(value))).collect()
    };
    Ok(records.into_iter().map(cells).collect())
}

/// The key of a column, by itself or by the document's label.
fn key(column: &str) -> Option<String> {
    let column = column.trim();
    let mut fields = CHANNEL.iter().chain(rows());
    let field =
        fields.find(|field| field.path() == column || field.label.eq_ignore_ascii_case(column));
    field.map(Field::path)
}

/// Whether a column says what was chosen to get the kind of channel.
fn is_selection(column: &str) -> bool {
    let mut selections = Kind::all().iter().flat_map(|kind| kind.selection());
    let column = column.trim();
    selections.any(|one| one.key == column || one.label.eq_ignore_ascii_case(column))
}

/// Compares what the export has: a column that it has not is not missed.
pub fn compare_export(export: &Export, spec: &Spec) -> ExportDifference {
    let named: BTreeMap<&str, &Channel> = spec
        .channels
        .iter()
        .map(|channel| (channel.name.as_str(), channel))
        .collect();
    let mut changed = Vec::new();
    let mut only_exported = Vec::new();
    for (name, values) in &export.records {
        match named.get(name.as_str()) {
            Some(channel) => changed.extend(differences(channel, values)),
            None => only_exported.push(name.clone()),
        }
    }
    let missing = spec
        .channels
        .iter()
        .filter(|channel| !export.records.contains_key(&channel.name));
    let only_specified: Vec<String> = missing.map(Channel::label).collect();
    ExportDifference {
        differs: !(changed.is_empty() && only_exported.is_empty() && only_specified.is_empty()),
        only_exported,
        only_specified,
        changed,
        skipped_columns: export.skipped_columns,
    }
}

fn differences(channel: &Channel, values: &BTreeMap<String, String>) -> Vec<FieldDifference> {
    let differing = rows().filter_map(|field| {
        let key = field.path();
        let exported = values.get(&key)?;
        let specified = channel.values.of_field(field);
        let is_same = !matches!(specified, Some(Value::Withheld))
            && normal(field.form, exported) == normal(field.form, &cell(specified));
        (!is_same).then(|| FieldDifference {
            channel: channel.label(),
            label: field.label,
            exported: told(exported),
            specified: shown(channel, &key),
            key,
        })
    });
    differing.collect()
}

/// What counts of a cell: neither the order of a list nor what stands between its items, nor the word for on and off.
fn normal(form: Form, text: &str) -> BTreeSet<String> {
    let text = text.strip_prefix('\'').unwrap_or(text).trim();
    let items: Vec<&str> = match form {
        Form::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" | "enabled" | "enable" => vec!["on"],
            "" | "false" | "off" | "no" | "0" | "disabled" | "disable" => Vec::new(),
            _ => vec![text],
        },
        Form::Keywords | Form::Segments => text
            .split([';', ',', '\n', '|', '；', '，', '、'])
            .collect(),
        _ => vec![text],
    };
    let items = items.into_iter().map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The text of an export, unless it carries what must not be repeated.
fn told(text: &str) -> String {
    match leak(text) {
        None => text.to_owned(),
        Some(_) => "[credentials elided]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::TELEGRAM;

    fn compared(export: &str) -> ExportDifference {
        let export = Export::read(export.as_bytes()).unwrap();
        compare_export(&export, &Spec::read(TELEGRAM).unwrap())
    }

    #[test]
    fn columns_are_known_by_their_labels_too() {
        let difference = compared("Channel Name,OU Configuration,Other\nsupport_tg,Elsewhere,x\n");
        assert_eq!(difference.changed[0].key, "basic.ou");
        assert_eq!(difference.changed[0].exported, "Elsewhere");
        assert_eq!(difference.skipped_columns, 1);
    }

    #[test]
    fn words_and_order_do_not_count() {
        assert_eq!(
            normal(Form::Keywords, "a, b"),
            normal(Form::Keywords, "b;a")
        );
        assert_eq!(normal(Form::Switch, "Off"), normal(Form::Switch, ""));
        assert_ne!(normal(Form::Switch, "On"), normal(Form::Switch, ""));
    }

    #[test]
    fn credentials_of_an_export_are_not_repeated() {
        let secret = "https://u:Hunter2SecretXyz@h.example/";
        let difference = compared(&format!("name,basic.ou\nsupport_tg,{secret}\n"));
        assert!(difference.differs);
        assert!(!format!("{difference:?}").contains("Hunter2"));
        let error = Export::read(b"name\nHunter2 Secret\n").err().unwrap();
        assert!(!error.to_string().contains("Hunter2"));
    }
}
