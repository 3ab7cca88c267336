//! One step: when, who, what, where, and what to enter.

use serde::Serialize;

use super::shown::{Absent, look};
use crate::channel::field::{Change, Field};
use crate::channel::model::Channel;
use crate::channel::rules::unreachable;
use crate::channel::value::Value;
use crate::facts::Facts;

/// One step for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// When.
    pub phase: Phase,
    /// Who.
    pub who: Who,
    /// What, as a command without a period.
    pub title: String,
    /// Where: the menu path or address as the document prints it.
    pub place: Option<String>,
    /// What to enter, copy or tell.
    pub values: Vec<StepValue>,
    /// What else to know.
    pub notes: Vec<String>,
    /// How to see that it is done.
    pub done: Option<String>,
    /// The third party that is told something, or asked.
    pub third_party: Option<&'static str>,
    /// What makes the step due again, each with the case in which it does.
    #[serde(skip)]
    pub(in crate::channel) again: Vec<(Change, &'static str)>,
    /// Whether trustpack has done it already.
    pub finished: bool,
}

/// Something to enter, copy or tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StepValue {
    /// The document's word for it.
    pub label: String,
    /// The value; of a secret, where it is; in words why there is none.
    pub value: String,
    /// The key in the specification, of what has one.
    pub key: Option<String>,
    /// Whether it is a secret, so that the value is a reference.
    pub secret: bool,
    /// Whether it is what the step gives, to be recorded then.
    pub result: bool,
    /// Whether it must be recorded, or mended, before the step can be done.
    pub missing: bool,
    /// Whether the value is what to type, to the letter, and no word about it.
    #[serde(skip)]
    pub literal: bool,
}

/// When a step is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// *Prerequisites*.
    Before,
    /// *Procedure*.
    Create,
    /// *Follow-up Procedure*.
    After,
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Who {
    /// Whoever runs trustpack and talks to the third party.
    Operator,
    /// Who owns system parameters, applications and the trustlist.
    SystemAdministrator,
    /// Who owns channels.
    TenantAdministrator,
}

impl Who {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::SystemAdministrator => "system administrator",
            Self::TenantAdministrator => "tenant administrator",
        }
    }
}

impl Step {
    pub(in crate::channel) fn new(phase: Phase, who: Who, title: impl Into<String>) -> Self {
        Self {
            phase,
            who,
            title: title.into(),
            place: None,
            values: Vec::new(),
            notes: Vec::new(),
            done: None,
            third_party: None,
            again: Vec::new(),
            finished: false,
        }
    }

    pub(in crate::channel) fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// The field at a path under the document's label.
    pub(in crate::channel) fn value(self, channel: &Channel, path: &str) -> Self {
        match channel.kind.field_at(path) {
            Some(field) => self.value_as(field.label, channel, path),
            None => self,
        }
    }

    /// The field at a path under a label of its own.
    pub(in crate::channel) fn value_as(
        mut self,
        label: &str,
        channel: &Channel,
        path: &str,
    ) -> Self {
        let looked = look(channel, path);
        let field = channel.kind.field_at(path);
        self.values.push(StepValue {
            label: label.to_owned(),
            literal: looked.is_ok() && field.is_some_and(|field| is_typed(channel, field)),
            missing: looked.is_err(),
            value: looked.unwrap_or_else(|absent| absent.words().to_owned()),
            key: Some(path.to_owned()),
            secret: field.is_some_and(Field::is_secret),
            result: false,
        });
        self
    }

    /// The field at a path, which the step gives.
    pub(in crate::channel) fn gives(mut self, channel: &Channel, path: &str) -> Self {
        self = self.value(channel, path);
        if let Some(value) = self.values.last_mut() {
            value.result = true;
            value.missing = false;
        }
        self
    }

    pub(in crate::channel) fn given(
        mut self,
        label: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.values.push(StepValue {
            label: label.into(),
            value: value.into(),
            key: None,
            secret: false,
            result: false,
            missing: false,
            literal: true,
        });
        self
    }

    pub(in crate::channel) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// That a verb records what the step gives; `flags` are those of `trustpack channel record`.
    pub(in crate::channel) fn recorded_by(
        self,
        channel: &Channel,
        flags: &str,
        what: &str,
    ) -> Self {
        let name = channel.label();
        self.note(format!(
            "trustpack channel record SPEC --channel {name} {flags} writes {what}."
        ))
    }

    /// A fact in its own words, as long as the facts have it.
    pub(in crate::channel) fn fact(self, facts: &Facts, id: &str) -> Self {
        match facts.get(id) {
            Some(fact) => self.note(&*fact.text),
            None => self,
        }
    }

    /// A third party is told something.
    pub(in crate::channel) fn tells(mut self, third_party: &'static str) -> Self {
        self.third_party = Some(third_party);
        self
    }

    /// The step is due again after a change; `case` says when only, and is empty when it always is.
    pub(in crate::channel) fn again(mut self, change: Change, case: &'static str) -> Self {
        self.again.push((change, case));
        self
    }

    pub(in crate::channel) fn done(mut self, done: impl Into<String>) -> Self {
        self.done = Some(done.into());
        self
    }
}

impl StepValue {
    /// A callback URL that its caller cannot get to is as good as none.
    pub(super) fn withhold_unreachable(&mut self, channel: &Channel, facts: &Facts) {
        let field = self
            .key
            .as_deref()
            .and_then(|key| channel.kind.field_at(key));
        if field.is_some_and(|field| unreachable(channel, field, facts).is_some()) {
            Absent::NotValid.words().clone_into(&mut self.value);
            self.missing = !self.result;
        }
    }
}

/// Whether there is a text that people type: a switch is no text, and of a secret there is only the place.
fn is_typed(channel: &Channel, field: &Field) -> bool {
    match channel.values.of_field(field) {
        Some(Value::Text(_)) => true,
        Some(Value::List(texts)) => !texts.is_empty(),
        _ => false,
    }
}
