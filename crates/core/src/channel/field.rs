//! The rows of the field tables: everything that a channel has, as data. Validation, the template, the sheets, the schema
//! and the documentation are made from them.

use serde::Serialize;

use super::form::Form;

/// One value of a channel, as a row of the document's tables.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// The key in the specification; unique within its table.
    pub key: &'static str,
    /// The table of the specification that holds it.
    pub section: Section,
    /// The document's word for it, misspellings included.
    pub label: &'static str,
    /// Whether the channel can be configured without it.
    pub need: Need,
    /// How far it may be shown.
    pub secrecy: Secrecy,
    /// What it must look like; of a secret, what is behind the reference.
    pub form: Form,
    /// The document's own words about it; empty when it says nothing.
    pub says: &'static str,
    /// Where the value comes from.
    pub from: &'static str,
    /// Where it is entered, or who is told.
    pub to: &'static str,
    /// With what it changes, when its channel is in use.
    pub changes: Option<Change>,
    /// An example. Of a secret: what kind of thing is behind the reference.
    pub example: &'static str,
    /// Where the document, or whoever else asks for it, says so.
    pub source: Source,
}

/// A place in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// Which document.
    pub document: &'static Document,
    /// The table, list or section in it.
    pub place: &'static str,
}

/// A document that says what a channel needs.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its title.
    pub title: &'static str,
    /// The day of its last change, or of the copy that was read.
    pub date: &'static str,
    /// Where it is published.
    pub address: &'static str,
}

impl Document {
    pub(super) const fn new(
        title: &'static str,
        date: &'static str,
        address: &'static str,
    ) -> Self {
        Self {
            title,
            date,
            address,
        }
    }

    pub(super) const fn at(&'static self, place: &'static str) -> Source {
        Source {
            document: self,
            place,
        }
    }
}

/// The table of the specification that holds a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Section {
    /// `[[channel]]` itself: the name.
    Channel,
    /// `[channel.info]`: what *Table 1 Channel information parameters* asks for, and its prerequisites.
    Info,
    /// `[channel.basic]`: *Table 2 Basic configuration parameters*.
    Basic,
    /// `[channel.basic.work_time]`: *Agent Work Time*.
    WorkTime,
    /// `[channel.basic.more]`: the switches under *More*.
    More,
    /// `[channel.robot]`: *Table 3 Robot configuration parameters*.
    Robot,
    /// `[channel.trust]`: the trust (authentication) certificate.
    Trust,
    /// `[channel.identity]`: the identity certificate of the current system.
    Identity,
    /// `[channel.outputs]`: what AICC generates, to be recorded.
    Outputs,
    /// `[channel.handover]`: what third parties give or must be told, and AICC never sees.
    Handover,
}

impl Section {
    /// Every section, in file order.
    pub const ALL: &[Self] = &[
        Self::Channel,
        Self::Info,
        Self::Basic,
        Self::WorkTime,
        Self::More,
        Self::Robot,
        Self::Trust,
        Self::Identity,
        Self::Outputs,
        Self::Handover,
    ];

    /// The keys of the tables that lead to it, from the channel.
    pub const fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Channel => &[],
            Self::Info => &["info"],
            Self::Basic => &["basic"],
            Self::WorkTime => &["basic", "work_time"],
            Self::More => &["basic", "more"],
            Self::Robot => &["robot"],
            Self::Trust => &["trust"],
            Self::Identity => &["identity"],
            Self::Outputs => &["outputs"],
            Self::Handover => &["handover"],
        }
    }

    /// The table within this one that a key opens. Every key of a specification asks, so no table is searched.
    pub(super) fn child(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Self::Channel, "info") => Some(Self::Info),
            (Self::Channel, "basic") => Some(Self::Basic),
            (Self::Channel, "robot") => Some(Self::Robot),
            (Self::Channel, "trust") => Some(Self::Trust),
            (Self::Channel, "identity") => Some(Self::Identity),
            (Self::Channel, "outputs") => Some(Self::Outputs),
            (Self::Channel, "handover") => Some(Self::Handover),
            (Self::Basic, "work_time") => Some(Self::WorkTime),
            (Self::Basic, "more") => Some(Self::More),
            _ => None,
        }
    }

    /// The keys of the tables within this one.
    pub(super) fn children(self) -> impl Iterator<Item = &'static str> {
        let own = self.steps();
        Self::ALL.iter().filter_map(move |section| {
            let steps = section.steps();
            let is_child = steps.len() == own.len() + 1 && steps.starts_with(own);
            is_child.then(|| steps.last().copied()).flatten()
        })
    }

    /// The heading of the document under which its fields stand.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Channel => "Channel",
            Self::Info => "Table 1: channel information parameters",
            Self::Basic => "Table 2: basic configuration parameters",
            Self::WorkTime => "Agent Work Time: up to four segments each, from 00:00 to 24:00",
            Self::More => "More",
            Self::Robot => "Table 3: robot configuration parameters",
            Self::Trust => {
                "Trust certificate, uploaded in Managing a Certificate; trustpack makes it"
            }
            Self::Identity => {
                "Identity certificate of the current system, uploaded in Managing a Certificate; never packed"
            }
            Self::Outputs => "What AICC generates; record it when it is there",
            Self::Handover => "What is agreed with third parties; AICC never sees it",
        }
    }
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// Must be there.
    Required,
    /// Likely needed, but the document does not say that it is compulsory: its absence is a warning.
    Expected,
    /// Must be there in the case that is named; a rule of its own sees to it.
    When(&'static str),
    /// May be absent.
    Optional,
    /// Is there only later: the product or a third party makes it, and it is recorded then.
    Later,
}

impl Need {
    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Required => "required".to_owned(),
            Self::Expected => "expected".to_owned(),
            Self::When(case) => format!("required when {case}"),
            Self::Optional => "optional".to_owned(),
            Self::Later => "recorded later".to_owned(),
        }
    }
}

/// What changes on the other side of a channel that is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Change {
    /// What the provider gave.
    Provider,
    /// The app, or its key and secret.
    App,
    /// What the provider proves itself with when it calls, or is asked for.
    Webhook,
    /// The trust certificate or the identity certificate.
    Certificates,
}

impl Change {
    /// Every change, in the order in which they are followed.
    pub const ALL: &[Self] = &[Self::Provider, Self::App, Self::Webhook, Self::Certificates];
}

/// How far a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Secrecy {
    /// To anybody who works on the channel.
    Public,
    /// About a person: in the specification and its sheets, not in messages.
    Personal,
    /// Never: the specification holds a reference.
    Secret,
}

impl Secrecy {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "no",
            Self::Personal => "personal data",
            Self::Secret => "secret",
        }
    }
}

/// Every form in the configuration centre where a channel is entered.
pub(super) const CHANNEL_CONFIGURATION: &str =
    "Configuration Center > Access Configuration > Channel Configuration";

/// Where certificates are uploaded.
pub(super) const MANAGING_A_CERTIFICATE: &str = "Managing a Certificate";

/// How rows are written: `Field::new(…)` and what differs from a plain, required text.
impl Field {
    pub(super) const fn new(
        section: Section,
        key: &'static str,
        label: &'static str,
        source: Source,
    ) -> Self {
        Self {
            key,
            section,
            label,
            need: Need::Required,
            secrecy: Secrecy::Public,
            form: Form::Text,
            says: "",
            from: "",
            to: CHANNEL_CONFIGURATION,
            changes: None,
            example: "",
            source,
        }
    }

    pub(super) const fn need(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    pub(super) const fn optional(self) -> Self {
        self.need(Need::Optional)
    }

    pub(super) const fn later(self) -> Self {
        self.need(Need::Later)
    }

    pub(super) const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// A secret; `what` says what is behind the reference.
    pub(super) const fn secret(mut self, what: &'static str) -> Self {
        self.secrecy = Secrecy::Secret;
        self.example = what;
        self
    }

    pub(super) const fn personal(mut self) -> Self {
        self.secrecy = Secrecy::Personal;
        self
    }

    pub(super) const fn changes(mut self, with: Change) -> Self {
        self.changes = Some(with);
        self
    }

    pub(super) const fn says(mut self, words: &'static str) -> Self {
        self.says = words;
        self
    }

    pub(super) const fn from(mut self, origin: &'static str) -> Self {
        self.from = origin;
        self
    }

    pub(super) const fn to(mut self, destination: &'static str) -> Self {
        self.to = destination;
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// Whether the specification may only refer to it.
    pub fn is_secret(&self) -> bool {
        self.secrecy == Secrecy::Secret
    }

    /// The key with its tables, from the channel: `basic.work_time.workday`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.section.steps() {
            path.push_str(step);
            path.push('.');
        }
        path + self.key
    }

    /// Whether this is the path of the field.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let Some(rest) = path.strip_suffix(self.key) else {
            return false;
        };
        let steps = self.section.steps();
        match rest.strip_suffix('.') {
            Some(tables) => tables.split('.').eq(steps.iter().copied()),
            None => rest.is_empty() && steps.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_by_their_steps() {
        for section in Section::ALL.iter().skip(1) {
            let mut found = Section::Channel;
            for step in section.steps() {
                found = found.child(step).unwrap();
            }
            assert_eq!(found, *section);
        }
    }
}
