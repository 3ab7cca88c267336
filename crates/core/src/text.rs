//! Words that all messages and renderers share: safe names, dates, time left, counts.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Serializer;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The text with every character that could steer a terminal, or hide or reorder what a person reads, written as
/// `\u{…}`.
pub fn escape(text: &str) -> String {
    if is_safe(text) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut safe, character);
    }
    safe
}

/// A cell of a table. A spreadsheet takes what begins like this for a formula and runs it (OWASP, CSV Injection); an
/// apostrophe makes it text.
pub(crate) fn no_formula(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        true => format!("'{text}"),
        false => text,
    }
}

/// Whether it is printable ASCII, as nearly all text is, a million times over: then [`escape`] leaves it as it is.
pub(crate) fn is_safe(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The first so many characters, with a mark when there are more.
pub(crate) fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// One character as [`escape`] writes it.
pub(crate) fn push_escaped(safe: &mut String, character: char) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        _ if is_unsafe(character) => safe.extend(character.escape_unicode()),
        _ => safe.push(character),
    }
}

/// The text on one line, with a space for every character that [`escape`] would spell out: for formats in which a
/// line is a statement.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| match is_unsafe(character) {
            true => ' ',
            false => character,
        })
        .collect()
}

/// Controls (C0, DEL, C1), bidirectional controls (UAX #9), invisible format characters, line separators, tags.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What is left, in words: days, hours below three days.
pub(crate) fn left(remaining_seconds: i64) -> String {
    if remaining_seconds < 0 {
        format!("expired {}", ago(remaining_seconds))
    } else {
        span(remaining_seconds)
    }
}

/// How long ago it was, in words.
pub(crate) fn ago(remaining_seconds: i64) -> String {
    format!("{} ago", span(remaining_seconds.saturating_neg()))
}

/// A length of time in days, below three days in hours. Rounded down, so that it never promises more than there is.
pub(crate) fn span(seconds: i64) -> String {
    if seconds >= 3 * DAY {
        count_i64(seconds / DAY, "day")
    } else if seconds >= HOUR {
        count_i64(seconds / HOUR, "hour")
    } else if seconds >= MINUTE {
        count_i64(seconds / MINUTE, "minute")
    } else {
        "less than a minute".to_owned()
    }
}

/// What a parser of TOML says, on one line and with the place.
pub(crate) fn toml_error(text: &str, error: &toml::de::Error) -> String {
    let (line, column) = line_and_column(text, error.span().map_or(0, |span| span.start));
    format!("line {line}, column {column}: {}", toml_message(error))
}

/// The message of a parser of TOML on one line, without its place.
pub(crate) fn toml_message(error: &toml::de::Error) -> String {
    let lines: Vec<&str> = error.message().lines().map(str::trim).collect();
    let message = lines.join(" ");
    // whoever wrote the file knows no types of Rust
    match message.rsplit_once(", expected ") {
        Some((before, "u8" | "u16" | "u32" | "u64" | "usize" | "i64")) => {
            format!("{before}, expected a whole number")
        }
        _ => message,
    }
}

/// Where an octet of a text stands: line and column in characters, from one.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&one| one != '\n').count() + 1;
    (line, column)
}

/// `2026-03-31`.
pub(crate) fn date(moment: OffsetDateTime) -> String {
    let utc = utc(moment);
    utc.format(format_description!("[year]-[month]-[day]"))
        .unwrap_or_else(|_| seconds(utc))
}

/// `2026-03-31 23:59 UTC`.
pub(crate) fn date_and_time(moment: OffsetDateTime) -> String {
    let utc = utc(moment);
    utc.format(format_description!(
        "[year]-[month]-[day] [hour]:[minute] UTC"
    ))
    .unwrap_or_else(|_| seconds(utc))
}

/// `443, 80, 88 or 8443`.
pub(crate) fn alternatives(items: &[impl Display], word: &str) -> String {
    let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match (items.pop(), items.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} {word} {last}", items.join(", ")),
    }
}

/// `1 day`, `2 days`.
pub fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// RFC 3339 in UTC. A moment that RFC 3339 cannot name (its years are 0 to 9999) becomes `@` and the seconds since
/// 1970: a strange certificate must not cost the whole report.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    let utc = utc(moment);
    utc.format(&Rfc3339).unwrap_or_else(|_| seconds(utc))
}

/// As [`rfc3339`].
pub(crate) fn serialize_time<S: Serializer>(
    moment: &OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*moment))
}

pub(crate) fn serialize_optional_time<S: Serializer>(
    moment: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serialize_time(moment, serializer),
        None => serializer.serialize_none(),
    }
}

/// As its words.
pub(crate) fn serialize_display<S: Serializer>(
    value: &impl Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As its words, when it is there.
pub(crate) fn serialize_optional_display<S: Serializer>(
    value: &Option<impl Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// A time in a model that is written and read again.
pub(crate) mod moment {
    pub(crate) use super::serialize_time as serialize;

    use serde::{Deserialize, Deserializer, de};
    use time::OffsetDateTime;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OffsetDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_rfc3339(&text)
            .ok_or_else(|| de::Error::custom(format!("{text:?} is no time of RFC 3339")))
    }
}

/// As [`moment`], for one that may be absent.
pub(crate) mod optional_moment {
    pub(crate) use super::serialize_optional_time as serialize;

    use serde::{Deserialize, Deserializer};
    use time::OffsetDateTime;

    #[derive(Deserialize)]
    struct Moment(#[serde(with = "super::moment")] OffsetDateTime);

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        let moment = Option::<Moment>::deserialize(deserializer)?;
        Ok(moment.map(|moment| moment.0))
    }
}

/// What [`rfc3339`] wrote.
fn parse_rfc3339(text: &str) -> Option<OffsetDateTime> {
    match text.strip_prefix('@') {
        Some(seconds) => OffsetDateTime::from_unix_timestamp(seconds.parse().ok()?).ok(),
        None => OffsetDateTime::parse(text, &Rfc3339).ok(),
    }
}

fn count_i64(number: i64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// At the very ends of the calendar there is no UTC time to name; the moment is then shown as it is.
fn utc(moment: OffsetDateTime) -> OffsetDateTime {
    moment.checked_to_offset(UtcOffset::UTC).unwrap_or(moment)
}

fn seconds(moment: OffsetDateTime) -> String {
    format!("@{}", moment.unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn types_of_rust_are_told_to_nobody() {
        #[derive(Debug, serde::Deserialize)]
        struct Wanted {
            #[serde(rename = "number")]
            _number: u64,
        }
        let text = "number = \"a\"";
        let error = toml::from_str::<Wanted>(text).unwrap_err();
        assert_eq!(
            toml_error(text, &error),
            "line 1, column 10: invalid type: string \"a\", expected a whole number"
        );
    }

    #[test]
    fn time_left_is_in_days_then_hours() {
        let cases = [
            (12 * DAY, "12 days"),
            (3 * DAY, "3 days"),
            (3 * DAY - 1, "71 hours"),
            (HOUR, "1 hour"),
            (HOUR - 1, "59 minutes"),
            (0, "less than a minute"),
            (-1, "expired less than a minute ago"),
            (-5 * HOUR, "expired 5 hours ago"),
            (-12 * DAY, "expired 12 days ago"),
        ];
        for (seconds, words) in cases {
            assert_eq!(left(seconds), words);
        }
        assert!(left(i64::MIN).ends_with("days ago"));
    }

    #[test]
    fn what_steers_a_terminal_is_spelled_out() {
        assert_eq!(escape("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(escape("gro.elpmaxe\u{202e}"), "gro.elpmaxe\\u{202e}");
        assert_eq!(escape("two\nlines"), "two\\nlines");
        assert_eq!(escape("Zürich 東京"), "Zürich 東京");
    }

    #[test]
    fn times_are_rfc_3339_where_it_has_words_for_them() {
        let offset = time::macros::datetime!(2026-06-01 01:30 +02:00);
        assert_eq!(rfc3339(offset), "2026-05-31T23:30:00Z");
        let early = time::macros::datetime!(-0001-01-01 0:00 UTC);
        assert_eq!(rfc3339(early), format!("@{}", early.unix_timestamp()));
        for moment in [offset, early] {
            assert_eq!(parse_rfc3339(&rfc3339(moment)), Some(moment));
        }
        assert_eq!(parse_rfc3339("@x"), None);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_survives(text in any::<String>()) {
            prop_assert!(!escape(&text).chars().any(is_unsafe));
        }
    }
}
