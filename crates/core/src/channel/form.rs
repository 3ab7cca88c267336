//! What a value must look like: the constraints of the documents, of the providers and of this program.

mod address;
mod callback;
mod identifier;
mod moment;

use super::secret::carries_credentials;
use super::worktime;
use crate::report::Severity;

pub(super) use address::{HOST_AND_PORT, IP_AND_PORT, is_host};
pub use callback::Callback;
pub(super) use callback::DOUBTED;
pub(super) use identifier::{
    ACCOUNT_SID, API_KEY_SID, BOT_TOKEN, BOT_USERNAME, DIGITS, JKS_PASSWORD, NAME, PHONE, URL_USER,
    is_name,
};
pub(super) use moment::{DATE_OR_NEVER, date};

/// The type of a value and what is asked of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Form {
    /// Any text.
    Text,
    /// Any text that customers read: links with a query included.
    Prose,
    /// A text of a certain shape.
    Shaped(&'static Shape),
    /// A URL that the product generates and a third party calls.
    Callback(&'static Callback),
    /// One of these words, whatever their case.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A list of texts, none empty, none twice.
    Keywords,
    /// Up to four segments `HH:MM-HH:MM`.
    Segments,
    /// A table from hosts to files.
    Files,
}

/// The shape of a text.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shape {
    /// In words, as the end of "it must be …".
    pub words: &'static str,
    /// The same as a pattern of ECMA 262, as far as one can say it; refuses nothing that the judge takes.
    pub pattern: Option<&'static str>,
    /// What is wrong with a text that is not empty.
    pub(super) judge: fn(&str) -> Option<Fault>,
}

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) hint: String,
}

impl Fault {
    pub(super) fn new(
        id: &'static str,
        severity: Severity,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        // A text that should not be there is told of once, by SECRET-INLINE, and repeated by nobody.
        let mut message: String = message.into();
        if carries_credentials(&message) {
            message = "the value carries credentials and is not repeated here".to_owned();
        }
        Self {
            id,
            severity,
            message,
            hint: hint.into(),
        }
    }
}

impl Form {
    /// In words, for tables; empty when anything is possible.
    pub fn words(self) -> String {
        match self {
            Self::Text | Self::Prose => String::new(),
            Self::Shaped(shape) => shape.words.to_owned(),
            Self::Callback(callback) => callback.words(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Switch => "true or false".to_owned(),
            Self::Keywords => "a list of different words".to_owned(),
            Self::Segments => format!(
                "at most {} segments HH:MM-HH:MM that do not overlap, from 00:00 to 24:00",
                worktime::MAX_SEGMENTS
            ),
            Self::Files => "files by host or host:port".to_owned(),
        }
    }

    /// What is wrong with a text; of a list, see [`items`](Self::items).
    pub(super) fn judge(self, text: &str) -> Option<Fault> {
        match self {
            Self::Shaped(shape) => (shape.judge)(text),
            Self::Callback(callback) => callback.judge(text),
            _ => None,
        }
    }

    /// What is wrong with a list of texts.
    pub(super) fn items(self, texts: &[String]) -> Vec<Fault> {
        match self {
            Self::Keywords => keywords(texts),
            Self::Segments => worktime::problems(texts)
                .into_iter()
                .map(|problem| {
                    let hint = "write up to four segments such as \"09:00-12:30\" that do not overlap; 24:00 only as an end";
                    Fault::new("WORKTIME", Severity::Critical, problem, hint)
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn keywords(words: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // A list of blanks only is no list: KEYWORD-MISSING says so where it matters.
    let all_empty = words.iter().all(|word| word.trim().is_empty());
    if !all_empty && words.iter().any(|word| word.trim().is_empty()) {
        let message = "a keyword is empty";
        faults.push(Fault::new(
            "KEYWORD-FORM",
            Severity::Critical,
            message,
            "remove it",
        ));
    }
    let mut seen = std::collections::HashSet::new();
    for (place, word) in (1..).zip(words) {
        if !word.trim().is_empty() && !seen.insert(word) {
            let message = format!("keyword {place} is listed twice");
            faults.push(Fault::new(
                "KEYWORD-FORM",
                Severity::Warning,
                message,
                "remove one",
            ));
        }
    }
    faults
}
