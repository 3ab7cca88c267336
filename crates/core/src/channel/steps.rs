//! What remains to be done by hand, in the order of the document (domain notes 6 and 8.2): no public interface exists for
//! certificates, channels or the trustlist, so these are steps for people, each with its proof.

mod common;
mod instructions;
mod markdown;
mod rotate;
mod sheet;

use serde::Serialize;
use time::OffsetDateTime;

use super::field::{Change, Field, Need};
use super::form::{Fault, Form, is_host};
use super::model::{Channel, Container};
use super::rules::unreachable;
use super::value::{Value, is_placeholder};
use crate::cert::Fingerprint;
use crate::facts::Facts;
use crate::report::Severity;

pub(crate) use common::CERTIFICATE_FORM;
pub(super) use common::{
    APP_MANAGEMENT, FABRIC_PARAMETER, fabric, identity_ready, token_check, trust_ready, trustlist,
    uploads,
};
pub(crate) use instructions::to_be_done;
pub use instructions::{
    Instructions, Part, Purpose, RecordFirst, checklist, handover, plan, requests,
};
pub use rotate::rotate;
pub use sheet::{Sheet, SheetRow, sheet};

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
    pub(super) again: Vec<(Change, &'static str)>,
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

/// What [`bundle::pack`](crate::bundle::pack) made for the channel; turns "obtain" into "here it is".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// The trust file within the bundle, such as `support/trust.jks`.
    pub file: String,
    /// What it is.
    pub container: Container,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// What is in it.
    pub anchors: Vec<DeliveredAnchor>,
    /// The hosts that were judged.
    pub hosts: Vec<DeliveredHost>,
    /// What was packed of the identity.
    pub identity: Option<DeliveredIdentity>,
}

/// The identity certificate within the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredIdentity {
    /// The certificate alone, such as `support/identity/identity.cer`.
    pub certificate: String,
    /// The key store with its key, when there was one.
    pub key_store: Option<String>,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
    /// Its last second of validity.
    pub not_after: OffsetDateTime,
}

impl DeliveredIdentity {
    /// What to upload: with the key where there is one.
    pub fn file(&self) -> &str {
        self.key_store.as_ref().unwrap_or(&self.certificate)
    }

    /// What to choose as the type on the upload form.
    pub fn container(&self) -> Container {
        match self.key_store {
            Some(_) => Container::Jks,
            None => Container::Der,
        }
    }
}

/// A certificate in the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredAnchor {
    /// The alias; the display name in a container without aliases.
    pub alias: String,
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// Its last second of validity.
    pub not_after: OffsetDateTime,
}

/// A host that a Java client accepts with the trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveredHost {
    /// `host:port`.
    pub endpoint: String,
    /// Whether some root set knows the end of its chain.
    pub publicly_trusted: bool,
}

impl Delivered {
    /// Whether the chains of all hosts end in roots that a root set knows.
    pub fn is_publicly_trusted(&self) -> bool {
        self.hosts.iter().all(|host| host.publicly_trusted)
    }
}

/// What steps go by beside the channel itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts,
    pub(super) delivered: Option<&'a Delivered>,
}

/// The steps of a channel in order. Without `delivered` the trust certificate is still to be made.
pub fn steps(channel: &Channel, facts: &Facts, delivered: Option<&Delivered>) -> Vec<Step> {
    let known = Known { facts, delivered };
    let variant = channel.kind.variant();
    let mut steps = (variant.before)(channel, known);
    steps.extend(common::create(channel));
    steps.extend((variant.after)(channel, known));
    steps.push(common::export());
    let values = steps.iter_mut().flat_map(|step| &mut step.values);
    for value in values {
        value.withhold_unreachable(channel, facts);
    }
    steps
}

impl StepValue {
    /// A callback URL that its caller cannot get to is as good as none.
    fn withhold_unreachable(&mut self, channel: &Channel, facts: &Facts) {
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

impl Step {
    pub(super) fn new(phase: Phase, who: Who, title: impl Into<String>) -> Self {
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

    pub(super) fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// The field at a path under the document's label.
    pub(super) fn value(self, channel: &Channel, path: &str) -> Self {
        match channel.kind.field_at(path) {
            Some(field) => self.value_as(field.label, channel, path),
            None => self,
        }
    }

    /// The field at a path under a label of its own.
    pub(super) fn value_as(mut self, label: &str, channel: &Channel, path: &str) -> Self {
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
    pub(super) fn gives(mut self, channel: &Channel, path: &str) -> Self {
        self = self.value(channel, path);
        if let Some(value) = self.values.last_mut() {
            value.result = true;
            value.missing = false;
        }
        self
    }

    pub(super) fn given(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
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

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// That a verb records what the step gives; `flags` are those of `trustpack channel record`.
    pub(super) fn recorded_by(self, channel: &Channel, flags: &str, what: &str) -> Self {
        let name = channel.label();
        self.note(format!(
            "trustpack channel record SPEC --channel {name} {flags} writes {what}."
        ))
    }

    /// A fact in its own words, as long as the facts have it.
    pub(super) fn fact(self, facts: &Facts, id: &str) -> Self {
        match facts.get(id) {
            Some(fact) => self.note(&*fact.text),
            None => self,
        }
    }

    /// A third party is told something.
    pub(super) fn tells(mut self, third_party: &'static str) -> Self {
        self.third_party = Some(third_party);
        self
    }

    /// The step is due again after a change; `case` says when only, and is empty when it always is.
    pub(super) fn again(mut self, change: Change, case: &'static str) -> Self {
        self.again.push((change, case));
        self
    }

    pub(super) fn done(mut self, done: impl Into<String>) -> Self {
        self.done = Some(done.into());
        self
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

/// Why there is no value to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// Nothing stands there.
    NotRecorded,
    /// What stands there is refused by the rules, and could be anything.
    NotValid,
}

impl Absent {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::NotRecorded => "(not recorded yet)",
            Self::NotValid => "(not valid: trustpack channel validate says why)",
        }
    }
}

/// The value at a path for a person, in words where there is none.
pub(super) fn shown(channel: &Channel, path: &str) -> String {
    look(channel, path).unwrap_or_else(|absent| absent.words().to_owned())
}

/// The value at a path for a person: the text, or where the secret is.
pub(super) fn look(channel: &Channel, path: &str) -> Result<String, Absent> {
    let field = channel.kind.field_at(path).ok_or(Absent::NotRecorded)?;
    let text = match channel.values.of_field(field) {
        Some(Value::Secret(secret)) => secret.to_string(),
        // What does not have the form of its field could be anything.
        Some(Value::Text(text)) => match is_refused(text, field.form.judge(text)) {
            true => return Err(Absent::NotValid),
            false => text.clone(),
        },
        Some(Value::List(texts)) if texts.is_empty() => NONE.to_owned(),
        Some(Value::List(texts)) => match is_refused("-", field.form.items(texts)) {
            true => return Err(Absent::NotValid),
            false => texts.join(", "),
        },
        Some(Value::Switch(on)) => switch(*on).to_owned(),
        Some(Value::Files(files)) if !files.keys().all(|host| is_host(host)) => {
            return Err(Absent::NotValid);
        }
        Some(Value::Files(files)) => {
            let files = files.iter().map(|(host, file)| format!("{host}: {file}"));
            files.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Withheld) => "[credentials elided]".to_owned(),
        None => match field.form {
            Form::Switch => switch(false).to_owned(),
            _ if field.need == Need::Later || field.need == Need::Required => {
                return Err(Absent::NotRecorded);
            }
            _ => NONE.to_owned(),
        },
    };
    Ok(text)
}

fn is_refused(text: &str, faults: impl IntoIterator<Item = Fault>) -> bool {
    let is_critical = |fault: Fault| fault.severity == Severity::Critical;
    text.trim().is_empty() || is_placeholder(text) || faults.into_iter().any(is_critical)
}

const NONE: &str = "(none)";

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
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

#[cfg(test)]
mod tests;
