//! Channel records as the product exports them: "All information under Basic Configuration and Robot Configuration can be
//! exported. Passwords and keys cannot be exported." (both documents, *Follow-up Procedure*).

mod compare;

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::common::BASIC_AND_ROBOT;
use super::field::Field;
use super::form::is_name;
use super::kind::SELECTORS;
use super::model::Channel;
use super::rules::unfit_paths;
use super::value::Value;

pub use compare::{Export, ExportDifference, ExportError, FieldDifference, compare_export};

/// "A maximum of 2000 records are allowed in an exported file."
pub const RECORDS_PER_FILE: usize = 2_000;

/// "A maximum of 100,000 channel records can be exported at a time."
pub const RECORDS_PER_EXPORT: usize = 100_000;

/// The key of *Channel Name*.
const NAME: &str = "name";

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// RFC 4180, with line feeds; the keys of a specification are the header, and the items of a list stand between `; `.
    Csv,
    /// An array of objects with the same keys; lists are arrays.
    Json,
}

impl ExportFormat {
    /// The ending of its files.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The rows that can be exported; none of them is a secret.
fn rows() -> impl Iterator<Item = &'static Field> {
    BASIC_AND_ROBOT.iter().filter(|field| !field.is_secret())
}

/// The key at which a channel cannot be exported: its value has not the form of its field, so it could be a secret too.
pub fn unfit_for_export(channel: &Channel) -> Option<String> {
    if !is_name(&channel.name) {
        return Some(NAME.to_owned());
    }
    let unfit = unfit_paths(channel);
    let mut paths = rows().map(Field::path);
    paths.find(|path| unfit.contains(path))
}

fn refuse_unfit(channel: &Channel) -> io::Result<()> {
    let kind = io::ErrorKind::InvalidData;
    let told = |key| {
        format!(
            "{}: {key} is not valid, and is never written",
            channel.label()
        )
    };
    unfit_for_export(channel).map_or(Ok(()), |key| Err(io::Error::new(kind, told(key))))
}

/// Writes the records of channels one by one. Whoever calls it counts them.
///
/// # Errors
/// Those of the place that is written to, and of a channel that is [unfit](unfit_for_export).
pub fn export<'a>(
    channels: impl IntoIterator<Item = &'a Channel>,
    format: ExportFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ExportFormat::Csv => csv(channels, out),
        ExportFormat::Json => json(channels, out),
    }
}

fn csv<'a>(channels: impl IntoIterator<Item = &'a Channel>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    let header = SELECTORS.iter().map(|key| (*key).to_owned());
    let header = header
        .chain([NAME.to_owned()])
        .chain(rows().map(Field::path));
    out.write_record(header)?;
    for channel in channels {
        refuse_unfit(channel)?;
        let words = SELECTORS.iter().map(|key| channel.kind.word(key));
        let words = words.map(|word| word.unwrap_or_default().to_owned());
        let cells = rows().map(|field| cell(channel.values.of_field(field)));
        out.write_record(words.chain([channel.name.clone()]).chain(cells))?;
    }
    out.flush()
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Switch(on)) => on.to_string(),
        Some(Value::List(texts)) => texts.join("; "),
        _ => String::new(),
    };
    crate::text::no_formula(text)
}

fn json<'a>(
    channels: impl IntoIterator<Item = &'a Channel>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut before = "[\n";
    for channel in channels {
        refuse_unfit(channel)?;
        out.write_all(before.as_bytes())?;
        serde_json::to_writer(&mut *out, &Record(channel))?;
        before = ",\n";
    }
    out.write_all(if before == "[\n" { b"[]\n" } else { b"\n]\n" })
}

struct Record<'a>(&'a Channel);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(channel) = self;
        let mut map = serializer.serialize_map(None)?;
        for key in SELECTORS {
            if let Some(word) = channel.kind.word(key) {
                map.serialize_entry(key, word)?;
            }
        }
        map.serialize_entry(NAME, &channel.name)?;
        for field in rows() {
            if let Some(value) = channel.values.of_field(field) {
                map.serialize_entry(&field.path(), value)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Spec, TELEGRAM};

    fn exported(spec: &str, format: ExportFormat) -> String {
        let spec = Spec::read(spec).unwrap();
        let mut bytes = Vec::new();
        export(&spec.channels, format, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_exported_is_the_same_as_the_specification() {
        let text = TELEGRAM.replace("ou = \"", "ou = \"=1+1, \\\"x\\\"; \\n");
        let spec = Spec::read(&text).unwrap();
        assert_eq!(unfit_for_export(&spec.channels[0]), None);
        for format in [ExportFormat::Csv, ExportFormat::Json] {
            let export = Export::read(exported(&text, format).as_bytes()).unwrap();
            let compared = compare_export(&export, &spec);
            assert!(!compared.differs, "{compared:?}");
            let other = Spec::read(TELEGRAM).unwrap();
            assert!(compare_export(&export, &other).differs);
        }
    }

    #[test]
    fn a_formula_is_text() {
        let text = TELEGRAM.replace("ou = \"", "ou = \"=1+1");
        assert!(exported(&text, ExportFormat::Csv).contains(",'=1+1"));
    }

    #[test]
    fn what_could_be_a_secret_is_not_exported() {
        let text = TELEGRAM.replace("ou = \"", "ou = \"https://u:Hunter2SecretXyz@h.example/");
        let spec = Spec::read(&text).unwrap();
        let unfit = unfit_for_export(&spec.channels[0]);
        assert_eq!(unfit.as_deref(), Some("basic.ou"));
        for format in [ExportFormat::Csv, ExportFormat::Json] {
            let mut bytes = Vec::new();
            let error = export(&spec.channels, format, &mut bytes).unwrap_err();
            let told = format!("{error} {}", String::from_utf8_lossy(&bytes));
            assert!(!told.contains("Hunter2"), "{told}");
        }
    }

    #[test]
    fn nothing_is_an_empty_list() {
        let mut bytes = Vec::new();
        export([], ExportFormat::Json, &mut bytes).unwrap();
        assert_eq!(bytes, b"[]\n");
    }
}
