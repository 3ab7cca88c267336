//! Reads reports that were written as JSON or JSON lines, subject by subject, however long they are.
//!
//! Both are the same to it: documents one after the other, each of which is a subject, what ends a report, or a whole
//! report. So keys may come in any order, and several reports may follow each other.

use std::fmt;
use std::io::{self, Read};

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use time::OffsetDateTime;

use super::{CertificateReport, Connection, Finding, Origin, Shard, SubjectReport, Summary};
use crate::text;

/// What comes out of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A subject, or a part of a long one.
    Subject(Box<SubjectReport>),
    /// A report is complete; another one may follow.
    End(Box<End>),
}

/// What a report says at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The time that counted as now.
    pub at: OffsetDateTime,
    /// Counts, which fit what came before.
    pub summary: Summary,
    /// Which part of a check it is, when several runs share one.
    pub shard: Option<Shard>,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The place it is read from fails.
    #[error("the report cannot be read any further")]
    Io(#[source] io::Error),
    /// It is no JSON.
    #[error("line {line}, column {column} is no JSON: {why}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// As the parser says it.
        why: String,
    },
    /// It is JSON of something else.
    #[error("line {line} is no part of a report of `trustpack check`: {why}")]
    Other {
        /// From 1.
        line: usize,
        /// As the parser says it.
        why: String,
    },
    /// Its end is missing: whoever wrote it did not come to it.
    #[error("the report is cut short after {}: its end is missing", text::count(*subjects, "subject"))]
    CutShort {
        /// How many came before.
        subjects: usize,
    },
    /// What it counts is not what it has.
    #[error("the report counts {told} and has {found}")]
    Miscounted {
        /// What it says.
        told: String,
        /// What there is.
        found: String,
    },
    /// One part of a report, where all of it is needed.
    #[error("this is shard {shard} of a report, not all of it")]
    OneShard {
        /// Which one.
        shard: Shard,
    },
}

/// Reads reports, and gives each part to `take` as soon as it is read. What it has given before an error is right, but not
/// all.
///
/// # Errors
/// What is no report or not a whole one, and that of `take`.
pub fn read<E: From<ReadError>>(
    source: impl Read,
    take: &mut dyn FnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    let mut documents = serde_json::Deserializer::from_reader(source);
    let mut sink = Sink {
        take,
        tally: Summary::default(),
        is_whole: false,
        failed: None,
    };
    loop {
        match documents.end() {
            Ok(()) => break,
            Err(error) if error.is_io() => return Err(told(error, &sink.tally).into()),
            // another document
            Err(_) => {}
        }
        sink.is_whole = false;
        if let Err(error) = Document(&mut sink).deserialize(&mut documents) {
            let failed = sink.failed.take();
            return Err(failed.unwrap_or_else(|| told(error, &sink.tally).into()));
        }
    }
    match sink.is_whole {
        true => Ok(()),
        false => Err(cut_short(&sink.tally).into()),
    }
}

/// One subject in a line of its own.
///
/// # Errors
/// When it is none.
pub fn subject_of_line(line: &[u8]) -> Result<SubjectReport, ReadError> {
    serde_json::from_slice(line).map_err(|error| told(error, &Summary::default()))
}

fn cut_short(tally: &Summary) -> ReadError {
    ReadError::CutShort {
        subjects: tally.subjects,
    }
}

fn told(error: serde_json::Error, tally: &Summary) -> ReadError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let why = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    match error.classify() {
        serde_json::error::Category::Io => ReadError::Io(error.into()),
        serde_json::error::Category::Eof => cut_short(tally),
        serde_json::error::Category::Syntax => ReadError::Syntax { line, column, why },
        serde_json::error::Category::Data => ReadError::Other { line, why },
    }
}

/// Where parts go.
struct Sink<'a, E> {
    take: &'a mut dyn FnMut(Part) -> Result<(), E>,
    /// Counts what came since the last end.
    tally: Summary,
    /// Whether nothing came since the last end.
    is_whole: bool,
    /// Why it goes no further, when that is not about JSON.
    failed: Option<E>,
}

impl<E: From<ReadError>> Sink<'_, E> {
    fn give<D: de::Error>(&mut self, part: Part) -> Result<(), D> {
        (self.take)(part).map_err(|error| self.fail(error))
    }

    fn fail<D: de::Error>(&mut self, error: E) -> D {
        self.failed = Some(error);
        D::custom("not taken")
    }

    fn subject<D: de::Error>(&mut self, subject: SubjectReport) -> Result<(), D> {
        self.tally.add(&subject);
        self.give(Part::Subject(Box::new(subject)))
    }

    fn end<D: de::Error>(&mut self, end: End) -> Result<(), D> {
        let found = std::mem::take(&mut self.tally);
        if found != end.summary {
            let (told, found) = (end.summary.words(), found.words());
            return Err(self.fail(ReadError::Miscounted { told, found }.into()));
        }
        self.is_whole = true;
        self.give(Part::End(Box::new(end)))
    }
}

/// A subject, an end, or a whole report.
struct Document<'a, 'b, E>(&'a mut Sink<'b, E>);

/// What documents have.
#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    At,
    Gone,
    Shard,
    Subjects,
    Summary,
    Subject,
    Change,
    Origin,
    Connection,
    Needs,
    Continues,
    Failed,
    Certificates,
    Findings,
    #[serde(other)]
    Other,
}

impl<'de, E: From<ReadError>> DeserializeSeed<'de> for Document<'_, '_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: From<ReadError>> Visitor<'de> for Document<'_, '_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let sink = self.0;
        let (mut at, mut shard, mut summary, mut is_gone) = (None, None, None, false);
        let mut subject = SubjectReport::default();
        let (mut name, mut failed): (Option<String>, Option<bool>) = (None, None);
        let mut certificates: Option<Vec<CertificateReport>> = None;
        let mut findings: Option<Vec<Finding>> = None;
        while let Some(key) = map.next_key()? {
            match key {
                Key::At => at = Some(map.next_value::<Moment>()?.0),
                Key::Shard => shard = map.next_value::<Option<Shard>>()?,
                Key::Summary => summary = Some(map.next_value::<Summary>()?),
                Key::Subjects => map.next_value_seed(Subjects(sink))?,
                Key::Gone => {
                    map.next_value::<IgnoredAny>()?;
                    is_gone = true;
                }
                Key::Subject => name = Some(map.next_value()?),
                Key::Change => subject.change = map.next_value()?,
                Key::Origin => subject.origin = map.next_value::<Origin>()?,
                Key::Connection => subject.connection = map.next_value::<Option<Connection>>()?,
                Key::Needs => subject.needs = map.next_value()?,
                Key::Continues => subject.continues = map.next_value()?,
                Key::Failed => failed = Some(map.next_value()?),
                Key::Certificates => certificates = Some(map.next_value()?),
                Key::Findings => findings = Some(map.next_value()?),
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let missing = de::Error::missing_field;
        if let Some(name) = name {
            subject.subject = name;
            subject.failed = failed.ok_or_else(|| missing("failed"))?;
            subject.certificates = certificates.ok_or_else(|| missing("certificates"))?;
            subject.findings = findings.ok_or_else(|| missing("findings"))?;
            return sink.subject(subject);
        }
        match (at, summary) {
            (Some(at), Some(summary)) => sink.end(End { at, summary, shard }),
            (None, None) if is_gone => Ok(()),
            (None, Some(_)) => Err(missing("at")),
            _ => Err(de::Error::custom("it has neither a subject nor a summary")),
        }
    }
}

/// The subjects of a whole report, of which only one is held.
struct Subjects<'a, 'b, E>(&'a mut Sink<'b, E>);

impl<'de, E: From<ReadError>> DeserializeSeed<'de> for Subjects<'_, '_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, E: From<ReadError>> Visitor<'de> for Subjects<'_, '_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of subjects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut subjects: A) -> Result<(), A::Error> {
        while let Some(subject) = subjects.next_element()? {
            self.0.subject(subject)?;
        }
        Ok(())
    }
}

/// As RFC 3339 writes it.
struct Moment(OffsetDateTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::moment::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests;
