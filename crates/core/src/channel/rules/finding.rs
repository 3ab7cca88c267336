//! What a rule finds, and what is told of it.

use std::borrow::Cow;

use serde::Serialize;

use crate::catalogue;
use crate::channel::form::Fault;
use crate::channel::model::{Channel, Spec};
use crate::channel::secret::carries_credentials;
use crate::report::{Finding, Severity};

/// What a rule finds at one key of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::channel) struct Found {
    pub(in crate::channel) id: &'static str,
    pub(in crate::channel) severity: Severity,
    /// The key with its tables; empty for the channel as a whole.
    pub(in crate::channel) path: Cow<'static, str>,
    pub(in crate::channel) message: String,
    pub(in crate::channel) hint: String,
}

/// What was found in a specification, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SpecFinding {
    /// Which finding it is; `trustpack explain` has a page for each.
    pub id: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// The place of the channel in [`Spec::channels`]; nothing when it is about all of them.
    #[serde(skip)]
    pub index: Option<usize>,
    /// What it is about: `support_bot: info.base_url`.
    pub subject: String,
    /// The channel, by its name, else by its line; nothing when it is about all of them.
    pub channel: Option<String>,
    /// The key with its tables, such as `info.base_url`.
    pub key: Option<String>,
    /// The file, as it was named.
    pub file: Option<String>,
    /// The line, from one.
    pub line: Option<u32>,
    /// The column in characters, from one.
    pub column: Option<u32>,
    /// What was found.
    pub message: String,
    /// What comes of it.
    pub why: Option<&'static str>,
    /// What to do.
    pub hint: Option<String>,
}

/// Without its place in a file.
impl From<SpecFinding> for Finding {
    fn from(found: SpecFinding) -> Self {
        let hint = found.hint.unwrap_or_default();
        Self::new(found.id, found.severity, found.subject, found.message).with_hint(hint)
    }
}

impl Found {
    pub(in crate::channel) fn new(
        id: &'static str,
        severity: Severity,
        path: impl Into<Cow<'static, str>>,
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
            path: path.into(),
            message,
            hint: hint.into(),
        }
    }

    pub(super) fn fault(path: impl Into<Cow<'static, str>>, fault: Fault) -> Self {
        Self::new(fault.id, fault.severity, path, fault.message, fault.hint)
    }

    /// Without its place in a file.
    pub(super) fn of(self, channel: &Channel) -> Finding {
        let subject = self.subject(&channel.label());
        self.about(subject)
    }

    fn subject(&self, owner: &str) -> String {
        match &*self.path {
            "" => owner.to_owned(),
            path => format!("{owner}: {path}"),
        }
    }

    pub(super) fn about(self, subject: String) -> Finding {
        Finding::new(self.id, self.severity, subject, self.message).with_hint(self.hint)
    }

    pub(in crate::channel) fn placed(
        self,
        spec: &Spec,
        index: usize,
        channel: &Channel,
    ) -> SpecFinding {
        let place = channel.place_of(&self.path);
        SpecFinding {
            why: catalogue::find(self.id).map(|page| page.consequence),
            id: self.id.into(),
            severity: self.severity,
            index: Some(index),
            subject: self.subject(&channel.label()),
            channel: Some(channel.label()),
            file: spec.file_of(place).map(str::to_owned),
            line: Some(place.line),
            column: Some(place.column),
            key: (!self.path.is_empty()).then(|| self.path.into_owned()),
            message: self.message,
            hint: Some(self.hint),
        }
    }

    /// About the whole specification.
    pub(super) fn of_all(self) -> SpecFinding {
        SpecFinding {
            why: catalogue::find(self.id).map(|page| page.consequence),
            id: self.id.into(),
            severity: self.severity,
            index: None,
            subject: self.subject("all channels"),
            channel: None,
            key: None,
            file: None,
            line: None,
            column: None,
            message: self.message,
            hint: Some(self.hint),
        }
    }
}

/// About what a specification is judged by, not about anything in it.
impl From<Finding> for SpecFinding {
    fn from(finding: Finding) -> Self {
        Self {
            why: catalogue::find(&finding.id).map(|page| page.consequence),
            id: finding.id,
            severity: finding.severity,
            index: None,
            subject: finding.subject,
            channel: None,
            key: None,
            file: None,
            line: None,
            column: None,
            message: finding.message,
            hint: finding.hint,
        }
    }
}

impl SpecFinding {
    /// Where it is, as editors and compilers write it: `channels.toml:4:1`; of a text without a name, the line.
    pub fn place(&self) -> Option<String> {
        let (line, column) = (self.line?, self.column?);
        Some(match &self.file {
            Some(file) => format!("{file}:{line}:{column}"),
            None => format!("line {line}, column {column}"),
        })
    }
}
