//! TOML text to [`Spec`], with line and column in every error and no value of a secret in any.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::Kind;
use super::field::{Field, Section, Value, Values};
use super::model::{Basic, Channel, Identity, Robot, Spec, Trust, Unused, Withheld};
use super::nearest::nearest;
use super::rules::is_name;
use super::secret::{Leak, SecretRef, carries_credentials, is_plain_key, leak};

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
    /// No document knows the provider. The word is there when it is a plain one.
    #[error("unknown provider{}; supported: infobip", quoted(.0))]
    ProviderUnknown(Option<String>),
    /// Telegram has no provider.
    #[error("a telegram channel has no `provider`")]
    ProviderUnused,
    /// Not TOML, or a value of the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// No channel type of that name. The word is there when it is a plain one.
    #[error("unknown channel type{}; supported: telegram, whatsapp", quoted(.0))]
    TypeUnknown(Option<String>),
    /// A key that nothing knows.
    #[error("{}; the nearest known key is `{nearest}`", unknown(key.as_deref()))]
    UnknownKey {
        /// As written, when it looks like a key: a secret may stand in its place.
        key: Option<String>,
        /// What was most likely meant.
        nearest: String,
    },
}

fn quoted(word: &Option<String>) -> String {
    word.as_ref()
        .map_or(String::new(), |word| format!(" {word}"))
}

fn unknown(key: Option<&str>) -> String {
    match key {
        Some(key) => format!("unknown key `{key}`"),
        None => {
            "a key on this line is unknown, and not repeated because it may be a secret".to_owned()
        }
    }
}

fn plain_key(key: &str) -> Option<String> {
    is_plain_key(key).then(|| key.to_owned())
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
    let mut withheld = Vec::new();
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
                Known::Here(field) => {
                    let (value, leak) = value.resolve(field);
                    withheld.extend(leak.map(|leak| Withheld {
                        path: format!("{}.{}", section.word(), field.key),
                        leak,
                    }));
                    values.push((field, value));
                }
                Known::Elsewhere => unused.push(Unused {
                    path: format!("{}.{}", section.word(), key.get_ref()),
                    line: line_of(text, key.span().start),
                }),
                Known::Nowhere(nearest) => {
                    let start = key.span().start;
                    let key = plain_key(key.get_ref());
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
    let mut channel = Channel {
        kind,
        name: raw.name,
        unfit_name: false,
        line,
        values: Values::new(values),
        unused,
        basic: raw.basic,
        robot: raw.robot,
        trust: raw.trust,
        identity: raw.identity,
        withheld,
    };
    withhold(&mut channel);
    Ok(channel)
}

/// Takes every text out of the model that could carry a credential, so that nothing that shows the model can repeat it.
fn withhold(channel: &mut Channel) {
    let mut withheld = std::mem::take(&mut channel.withheld);
    let mut keeps = |path: &str, leak: Option<Leak>| {
        withheld.extend(leak.map(|leak| Withheld {
            path: path.to_owned(),
            leak,
        }));
        leak.is_none()
    };
    if !keeps("name", leak(&channel.name)) {
        channel.name.clear();
    } else if !channel.name.is_empty() && !is_name(&channel.name) {
        channel.unfit_name = true;
        channel.name.clear();
    }
    let basic = &mut channel.basic;
    let trust = &mut channel.trust;
    let mut optional = vec![
        ("basic.ou", &mut basic.ou),
        ("basic.skill_queue", &mut basic.skill_queue),
        ("trust.name", &mut trust.name),
        ("trust.alias", &mut trust.alias),
        ("trust.connect", &mut trust.connect),
    ];
    if let Some(identity) = &mut channel.identity {
        optional.push(("identity.name", &mut identity.name));
        optional.push(("identity.file", &mut identity.file));
    }
    for (path, text) in optional {
        if !keeps(path, text.as_deref().and_then(leak)) {
            *text = None;
        }
    }
    // Customers read this: a link with a query is nothing unusual.
    let notification = &mut basic.non_working_time_notification;
    let told = notification.as_deref().is_some_and(carries_credentials);
    if !keeps(
        "basic.non_working_time_notification",
        told.then_some(Leak::Credentials),
    ) {
        *notification = None;
    }
    for (path, texts) in [
        ("basic.transfer_keywords", &mut basic.transfer_keywords),
        ("basic.work_time.workday", &mut basic.work_time.workday),
        (
            "basic.work_time.non_workday",
            &mut basic.work_time.non_workday,
        ),
    ] {
        texts.retain(|text| keeps(path, leak(text)));
    }
    trust
        .files
        .retain(|host, file| keeps("trust.files", leak(host).or_else(|| leak(file))));
    channel.withheld = withheld;
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
    fn resolve(self, field: &Field) -> (Value, Option<Leak>) {
        let value = match self {
            Self::Text(text) if field.secret => Value::Secret(SecretRef::parse(&text)),
            Self::Structure if field.secret => Value::Secret(SecretRef::Inline),
            Self::Text(text) => match leak(&text) {
                None => Value::Text(text),
                leak => return (Value::Withheld, leak),
            },
            // An empty text is a missing value to the rules, which name the field.
            Self::Structure => Value::Text(String::new()),
        };
        (value, None)
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
    // The last: a key can hold anything.
    let (key, expected) = rest.rsplit_once("`, expected ")?;
    let known = expected.split('`').skip(1).step_by(2);
    Some(SpecErrorKind::UnknownKey {
        key: plain_key(key),
        nearest: nearest(key, known)?.to_owned(),
    })
}

/// "invalid type: string \"…\", expected a boolean" (`serde::de::Unexpected`) without the value in the middle: a
/// secret may have been written under the wrong key.
fn without_value(message: &str) -> String {
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
    let mut lines = message.lines();
    without_quotes(lines.next().unwrap_or_default())
}

/// Leaves out what stands in quotes, unless it is a plain word or punctuation: a parser quotes what it met.
fn without_quotes(message: &str) -> String {
    // What the parser expected may itself be a quote; that is no text of the user's.
    const QUOTES: [(&str, &str); 2] = [("`\"`", "a double quote"), ("`'`", "a single quote")];
    let mut message = message.to_owned();
    for (quote, words) in QUOTES {
        message = message.replace(quote, words);
    }
    let mut safe = String::new();
    for (place, part) in message.split(['`', '"', '\'']).enumerate() {
        let punctuation = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_punctuation());
        let plain = place % 2 == 0 || punctuation || is_plain_key(part);
        if place > 0 {
            safe.push('`');
        }
        safe.push_str(if plain { part } else { "…" });
    }
    safe
}
