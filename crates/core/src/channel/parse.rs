//! TOML text to [`Spec`], with line and column in every error and no value of a secret in any.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::Kind;
use super::field::{Field, Section, Value, Values};
use super::model::{Basic, Channel, Identity, Robot, Spec, Trust, Unused};
use super::nearest::nearest;
use super::secret::{SecretRef, carries_credentials};

impl Spec {
    /// Reads a specification. What it says is judged by [`validate`](super::validate()), not here.
    ///
    /// # Errors
    /// When the text is no TOML, has a key that no channel knows, or names a type or provider that is not supported.
    pub fn from_toml(text: &str) -> Result<Self, SpecError> {
        let raw: RawSpec = toml::from_str(text).map_err(|error| from_toml_error(text, &error))?;
        if raw.channel.is_empty() {
            return Err(SpecError::at(text, 0, SpecErrorKind::Empty));
        }
        let channels = raw.channel.into_iter();
        let channels = channels
            .map(|channel| resolve(text, channel))
            .collect::<Result<_, _>>()?;
        Ok(Self { channels })
    }
}

/// Why a text is no specification, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpecError {
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
    /// WhatsApp without a provider.
    #[error("a whatsapp channel needs `provider`; supported: infobip")]
    ProviderMissing,
    /// The document knows the provider, this version does not.
    #[error("provider {0:?} is not supported yet; supported: infobip")]
    ProviderNotSupported(&'static str),
    /// No document knows the provider.
    #[error("unknown provider {0:?}; supported: infobip")]
    ProviderUnknown(String),
    /// Telegram has no provider.
    #[error("a telegram channel has no `provider`")]
    ProviderUnused,
    /// Not TOML, or a value of the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// No channel type of that name.
    #[error("unknown channel type {0:?}; supported: telegram, whatsapp")]
    TypeUnknown(String),
    /// A key that nothing knows.
    #[error("unknown key `{key}`; the nearest known key is `{nearest}`")]
    UnknownKey {
        /// As written.
        key: String,
        /// What was most likely meant.
        nearest: String,
    },
}

impl SpecError {
    fn at(text: &str, offset: usize, kind: SpecErrorKind) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: line_of(text, offset),
            column: before[start..].chars().count() + 1,
            kind,
        }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, kind } = self;
        write!(formatter, "line {line}, column {column}: {kind}")
    }
}

impl std::error::Error for SpecError {}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpec {
    #[serde(default)]
    channel: Vec<Spanned<RawChannel>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChannel {
    #[serde(rename = "type")]
    kind: Spanned<String>,
    provider: Option<Spanned<String>>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    info: RawSection,
    #[serde(default)]
    basic: Basic,
    #[serde(default)]
    robot: Robot,
    #[serde(default)]
    trust: Trust,
    identity: Option<Identity>,
    #[serde(default)]
    outputs: RawSection,
    #[serde(default)]
    handover: RawSection,
}

type RawSection = BTreeMap<Spanned<String>, RawValue>;

fn resolve(text: &str, raw: Spanned<RawChannel>) -> Result<Channel, SpecError> {
    let line = line_of(text, raw.span().start);
    let raw = raw.into_inner();
    let kind = kind(text, &raw)?;
    let mut unused = Vec::new();
    let mut values = Vec::new();
    let sections = [
        (Section::Info, raw.info),
        (Section::Outputs, raw.outputs),
        (Section::Handover, raw.handover),
    ];
    for (section, entries) in sections {
        for (key, value) in entries {
            match field(kind, section, key.get_ref()) {
                Known::Here(field) => values.push((field, value.resolve(field))),
                Known::Elsewhere => unused.push(Unused {
                    path: format!("{}.{}", section.word(), key.get_ref()),
                    line: line_of(text, key.span().start),
                }),
                Known::Nowhere(nearest) => {
                    let start = key.span().start;
                    let key = key.into_inner();
                    return Err(SpecError::at(
                        text,
                        start,
                        SpecErrorKind::UnknownKey { key, nearest },
                    ));
                }
            }
        }
    }
    // The order of the rows, whatever the order in the file.
    values.sort_by_key(|(field, _): &(&Field, Value)| {
        kind.fields().iter().position(|row| row.key == field.key)
    });
    unused.sort_by_key(|unused| unused.line);
    Ok(Channel {
        kind,
        name: raw.name,
        line,
        values: Values::new(values),
        unused,
        basic: raw.basic,
        robot: raw.robot,
        trust: raw.trust,
        identity: raw.identity,
    })
}

fn kind(text: &str, raw: &RawChannel) -> Result<Kind, SpecError> {
    let provider = raw.provider.as_ref();
    let word = provider.map(|word| word.get_ref().as_str());
    Kind::from_words(raw.kind.get_ref(), word).map_err(|kind| {
        let place = match (&kind, provider) {
            (SpecErrorKind::TypeUnknown(_), _) | (_, None) => raw.kind.span(),
            (_, Some(word)) => word.span(),
        };
        SpecError::at(text, place.start, kind)
    })
}

/// A word from the file for a message.
pub(super) fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

enum Known {
    Here(&'static Field),
    Elsewhere,
    Nowhere(String),
}

fn field(kind: Kind, section: Section, key: &str) -> Known {
    let rows = |kind: Kind| {
        kind.fields()
            .iter()
            .filter(move |row| row.section == section)
    };
    if let Some(field) = rows(kind).find(|row| row.key == key) {
        return Known::Here(field);
    }
    if Kind::ALL
        .iter()
        .any(|other| rows(*other).any(|row| row.key == key))
    {
        return Known::Elsewhere;
    }
    let nearest = nearest(key, rows(kind).map(|row| row.key));
    Known::Nowhere(nearest.unwrap_or("type").to_owned())
}

/// A value before it is known whether its field is a secret: never shown, never in a message.
enum RawValue {
    Text(String),
    /// An array or table.
    Structure,
}

impl RawValue {
    fn resolve(self, field: &Field) -> Value {
        match self {
            Self::Text(text) if field.secret => Value::Secret(SecretRef::parse(&text)),
            Self::Structure if field.secret => Value::Secret(SecretRef::Inline),
            Self::Text(text) if carries_credentials(&text) => Value::Withheld,
            Self::Text(text) => Value::Text(text),
            // An empty text is a missing value to the rules, which name the field.
            Self::Structure => Value::Text(String::new()),
        }
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawValueVisitor)
    }
}

struct RawValueVisitor;

impl<'de> Visitor<'de> for RawValueVisitor {
    type Value = RawValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<RawValue, E> {
        Ok(RawValue::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<RawValue, E> {
        Ok(RawValue::Text(value.to_string()))
    }

    // A phone number without quotes is a number to TOML.
    fn visit_i64<E>(self, value: i64) -> Result<RawValue, E> {
        Ok(RawValue::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<RawValue, E> {
        Ok(RawValue::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<RawValue, E> {
        Ok(RawValue::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawValue, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(RawValue::Structure)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawValue, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(RawValue::Structure)
    }
}

/// serde's errors are texts: the one about an unknown key is taken apart, in all others values are cut out.
fn from_toml_error(text: &str, error: &toml::de::Error) -> SpecError {
    let Range { start, .. } = error.span().unwrap_or(0..0);
    let message = error.message();
    let kind = match unknown_key(message) {
        Some(kind) => kind,
        None => SpecErrorKind::Syntax(without_value(message)),
    };
    SpecError::at(text, start, kind)
}

/// "unknown field `x`, expected one of `a`, `b`" (`serde::de::Error::unknown_field`).
fn unknown_key(message: &str) -> Option<SpecErrorKind> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, expected) = rest.split_once("`, expected ")?;
    let known = expected.split('`').skip(1).step_by(2);
    Some(SpecErrorKind::UnknownKey {
        key: key.to_owned(),
        nearest: nearest(key, known)?.to_owned(),
    })
}

/// "invalid type: string \"…\", expected a boolean" (`serde::de::Unexpected`) without the value in the middle: a
/// secret may have been written under the wrong key.
fn without_value(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    for prefix in ["invalid type: ", "invalid value: ", "invalid length: "] {
        if let Some(rest) = message.strip_prefix(prefix) {
            let what = rest.split(' ').next().unwrap_or_default();
            let expected = rest
                .rsplit_once(", expected ")
                .map_or("another type", |(_, after)| after);
            return format!("{prefix}{what}, expected {expected}");
        }
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let expected = rest
            .rsplit_once("`, expected ")
            .map_or("another word", |(_, after)| after);
        return format!("unknown word, expected {expected}");
    }
    message.to_owned()
}
