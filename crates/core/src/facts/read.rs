//! The file of facts: TOML, strictly read.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer};
use time::{Date, Month};
use toml::Spanned;
use toml::value::Datetime;

use super::{ComingAnchors, DepartingRoot, Fact, FactRule, Facts, NamedRoot, Webhook};
use crate::cert::Fingerprint;
use crate::cert::asn1::read_hex;
use crate::text::{line_and_column, toml_message};

/// Why a text is no file of facts, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
#[non_exhaustive]
pub struct FactsError {
    /// The line, from one.
    pub line: usize,
    /// The column in characters, from one.
    pub column: usize,
    /// What is wrong there.
    pub why: String,
}

impl Facts {
    /// Reads a file of facts. All of it must be right: half of the facts would be worse than none.
    ///
    /// # Errors
    /// [`FactsError`], with the place.
    pub fn read(text: &str) -> Result<Self, FactsError> {
        let error = |offset: usize, why: String| {
            let (line, column) = line_and_column(text, offset);
            FactsError { line, column, why }
        };
        // Editors on some systems write a byte order mark.
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shift = text.len() - content.len();
        let document: Document = toml::from_str(content).map_err(|unread| {
            let start = unread.span().map_or(0, |span| span.start);
            error(start + shift, toml_message(&unread))
        })?;
        let mut ids = HashSet::new();
        let mut facts = Vec::new();
        for written in document.fact {
            let start = written.span().start + shift;
            let fact = written.into_inner();
            let id = fact.id.0.clone();
            if !ids.insert(id.clone()) {
                return Err(error(start, format!("{id}: this id stands twice")));
            }
            let fact = fact
                .check()
                .map_err(|why| error(start, format!("{id}: {why}")))?;
            facts.push(fact);
        }
        if facts.is_empty() {
            return Err(error(text.len(), "there is no [[fact]]".to_owned()));
        }
        Ok(Self {
            facts: facts.into(),
            text: Arc::from(text),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    fact: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Word,
    subject: Line,
    from: Option<Day>,
    until: Option<Day>,
    text: Line,
    source: Address,
    looked_up: Day,
    coming_anchors: Option<WrittenAnchors>,
    graph_version: Option<WrittenVersion>,
    departing_root: Option<WrittenRoot>,
    webhook: Option<WrittenWebhook>,
    leaf_lifetime: Option<WrittenLifetime>,
    client_auth: Option<WrittenClientAuth>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnchors {
    domains: Vec<Domain>,
    anchor: Vec<WrittenAnchor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnchor {
    name: Line,
    sha256: Sha256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenVersion {
    number: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRoot {
    name: Line,
    sha256: Sha256,
    who: Line,
    successor: Line,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWebhook {
    caller: Word,
    ports: Vec<u16>,
    #[serde(default)]
    ipv4_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLifetime {
    days: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClientAuth {
    issued: bool,
}

impl Written {
    fn check(self) -> Result<Fact, &'static str> {
        let (from, until) = (self.from.map(|day| day.0), self.until.map(|day| day.0));
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            return Err("until is before from");
        }
        let rules = [
            self.coming_anchors.map(WrittenAnchors::rule),
            self.graph_version.map(|version| FactRule::GraphVersion {
                number: version.number,
            }),
            self.departing_root.map(WrittenRoot::rule),
            self.webhook.map(WrittenWebhook::rule),
            self.leaf_lifetime.map(|lifetime| FactRule::LeafLifetime {
                days: lifetime.days.into(),
            }),
            self.client_auth.map(|clients| FactRule::ClientAuth {
                issued: clients.issued,
            }),
        ];
        let mut rules = rules.into_iter().flatten();
        let rule = rules.next();
        if rules.next().is_some() {
            return Err("it has two tables for rules; make it two facts");
        }
        match &rule {
            Some(FactRule::ComingAnchors(coming)) if coming.domains.is_empty() => {
                return Err("coming_anchors has no domains");
            }
            Some(FactRule::ComingAnchors(coming)) if coming.anchors.is_empty() => {
                return Err("coming_anchors has no anchor");
            }
            Some(
                FactRule::ComingAnchors(_)
                | FactRule::DepartingRoot(_)
                | FactRule::LeafLifetime { .. }
                | FactRule::ClientAuth { .. },
            ) if from.is_none() => return Err("from is missing: its rule goes by the day"),
            _ => {}
        }
        Ok(Fact {
            id: self.id.0,
            subject: self.subject.0,
            from,
            until,
            text: self.text.0,
            source: self.source.0,
            looked_up: self.looked_up.0,
            rule,
        })
    }
}

impl WrittenAnchors {
    fn rule(self) -> FactRule {
        let anchors = self.anchor.into_iter().map(|anchor| NamedRoot {
            name: anchor.name.0,
            sha256: anchor.sha256.0,
        });
        FactRule::ComingAnchors(ComingAnchors {
            domains: self.domains.into_iter().map(|domain| domain.0).collect(),
            anchors: anchors.collect(),
        })
    }
}

impl WrittenRoot {
    fn rule(self) -> FactRule {
        FactRule::DepartingRoot(DepartingRoot {
            root: NamedRoot {
                name: self.name.0,
                sha256: self.sha256.0,
            },
            who: self.who.0,
            successor: self.successor.0,
        })
    }
}

impl WrittenWebhook {
    fn rule(self) -> FactRule {
        FactRule::Webhook(Webhook {
            caller: self.caller.0,
            ports: self.ports,
            ipv4_only: self.ipv4_only,
        })
    }
}

/// Lower-case letters, digits, dots and hyphens: what can be named in a command and in a sentence.
struct Word(String);

/// A text on one line, with something in it.
struct Line(String);

/// `https://…`.
struct Address(String);

/// A domain, as it stands in a URL.
struct Domain(String);

/// A day, without a time.
struct Day(Date);

/// A fingerprint in hex, perhaps with colons.
struct Sha256(Fingerprint);

/// Errors that a visitor makes get the place of the value.
fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Text<F>(&'static str, F);

    impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).ok_or_else(|| E::custom(format_args!("expected {}", self.0)))
        }
    }

    deserializer.deserialize_str(Text(expected, read))
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "lower-case letters, digits, dots and hyphens";
        let fits = |letter: u8| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || b".-".contains(&letter)
        };
        text(deserializer, expected, |text| {
            let is_word = !text.is_empty() && text.bytes().all(fits);
            is_word.then(|| Self(text.to_owned()))
        })
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a text on one line", |text| {
            let is_line = !text.trim().is_empty() && !text.chars().any(char::is_control);
            is_line.then(|| Self(text.trim().to_owned()))
        })
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "an address with https://", |text| {
            let rest = text.strip_prefix("https://")?;
            let fits = |letter: char| letter.is_ascii_graphic();
            (!rest.is_empty() && rest.chars().all(fits)).then(|| Self(text.to_owned()))
        })
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a domain such as twilio.com", |text| {
            let fits = |label: &str| {
                let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
                !label.is_empty() && label.bytes().all(is_letter)
            };
            // one label would be a whole top level
            let is_domain = text.contains('.') && text.split('.').all(fits);
            is_domain.then(|| Self(text.to_ascii_lowercase()))
        })
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(
            deserializer,
            "a SHA-256 fingerprint: 64 hex digits",
            |text| read_hex(text).map(Fingerprint::from_bytes).map(Self),
        )
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Datetime::deserialize(deserializer)?;
        let day =
            day(&written).ok_or_else(|| D::Error::custom("expected a day such as 2027-01-31"))?;
        Ok(Self(day))
    }
}

fn day(written: &Datetime) -> Option<Date> {
    let date = written.date.filter(|_| written.time.is_none())?;
    let month = Month::try_from(date.month).ok()?;
    Date::from_calendar_date(date.year.into(), month, date.day).ok()
}

#[cfg(test)]
mod tests;
