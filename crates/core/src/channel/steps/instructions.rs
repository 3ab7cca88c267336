//! What a person is handed: some of the steps of a channel, under headings, and what must be recorded first.

use serde::Serialize;

use super::{Delivered, Phase, Step, StepValue, Who, steps};
use crate::channel::Channel;
use crate::channel::field::{Field, Section};
use crate::facts::Facts;

/// Steps for one purpose.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Instructions {
    /// The name of the channel, else its line.
    pub channel: String,
    /// Its kind, as the document writes it.
    pub kind: &'static str,
    /// What they are for.
    pub purpose: Purpose,
    /// The steps in order.
    pub parts: Vec<Part>,
    /// What must be recorded in the specification, or mended there, before they can be done; each key once.
    pub record_first: Vec<RecordFirst>,
}

/// Steps under a heading.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// The heading.
    pub heading: String,
    /// What holds for all of its steps.
    pub notes: Vec<String>,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// A value that steps need and the specification lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordFirst {
    /// The key with its tables: `outputs.message_url`.
    pub key: String,
    /// The document's word for it.
    pub label: &'static str,
    /// Where it comes from.
    pub from: &'static str,
    /// The flag of `trustpack channel record` that records it; nothing of what is written into the specification by hand.
    pub flag: Option<String>,
    /// Whether it is a secret, so that a reference to it is recorded.
    pub secret: bool,
}

/// What instructions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Purpose {
    /// To be ticked off, in a bundle.
    Checklist,
    /// To configure the channel.
    Plan,
    /// To be asked of the system administrator.
    Requests,
    /// To be told to third parties.
    Handover,
    /// To follow a change.
    Rotation,
}

/// Everything that is to be done with a bundle, in order, as Markdown.
pub fn checklist(channel: &Channel, facts: &Facts, delivered: Option<&Delivered>) -> String {
    to_be_done(channel, facts, delivered).markdown()
}

/// The same as data.
pub(crate) fn to_be_done(
    channel: &Channel,
    facts: &Facts,
    delivered: Option<&Delivered>,
) -> Instructions {
    let change = channel.kind.variant().change;
    let mut parts = by_phase(channel, facts, delivered);
    parts.push(Part {
        heading: "When something changes".to_owned(),
        notes: vec![change.to_owned(), NEW_AUTHORITY.to_owned()],
        steps: Vec::new(),
    });
    Instructions::new(channel, Purpose::Checklist, parts)
}

const NEW_AUTHORITY: &str = "When a server changes its certificate authority, run trustpack channel pack again and upload \
    the new trust certificate.";

/// Everything that is to be done to configure a channel, in order.
pub fn plan(channel: &Channel, facts: &Facts) -> Instructions {
    Instructions::new(channel, Purpose::Plan, by_phase(channel, facts, None))
}

/// What to ask the system administrator for: the app and its APIs, the address of the API Fabric, the address trustlist,
/// as far as the kind needs them. Secrets are asked for, and no reference to one is told.
pub fn requests(channel: &Channel, facts: &Facts) -> Instructions {
    let steps = steps(channel, facts, None).into_iter();
    let steps = steps.filter(|step| step.who == Who::SystemAdministrator);
    let part = Part::new(
        "To the system administrator",
        steps.map(|step| request(channel, step)).collect(),
    );
    Instructions::new(channel, Purpose::Requests, vec![part])
}

/// The step in the words of the asker.
fn request(channel: &Channel, mut step: Step) -> Step {
    let is_secret = |value: &StepValue| value.secret;
    let (wanted, told) = step.values.into_iter().partition::<Vec<_>, _>(is_secret);
    step.values = told;
    let wanted = wanted.iter().map(|value| {
        let field = value
            .key
            .as_deref()
            .and_then(|key| channel.kind.field_at(key));
        match field {
            Some(field) => format!("{} ({})", value.label, field.example),
            None => value.label.clone(),
        }
    });
    let wanted: Vec<String> = wanted.collect();
    if wanted.is_empty() {
        return step.done("you have confirmed it");
    }
    step.note(format!(
        "Please send back by a protected way, not in this ticket: {}.",
        wanted.join(", ")
    ))
    .done("you have confirmed it and sent the values")
}

/// What to tell third parties, and to ask of them.
pub fn handover(channel: &Channel, facts: &Facts) -> Instructions {
    let mut parts: Vec<Part> = Vec::new();
    for step in steps(channel, facts, None) {
        let Some(third_party) = step.third_party else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.heading == third_party => part.steps.push(step),
            _ => parts.push(Part::new(third_party, vec![step])),
        }
    }
    Instructions::new(channel, Purpose::Handover, parts)
}

fn by_phase(channel: &Channel, facts: &Facts, delivered: Option<&Delivered>) -> Vec<Part> {
    let mut parts: Vec<(Phase, Part)> = Vec::new();
    for step in steps(channel, facts, delivered) {
        match parts.last_mut() {
            Some((phase, part)) if *phase == step.phase => part.steps.push(step),
            _ => parts.push((step.phase, Part::new(step.phase.heading(), vec![step]))),
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

impl Instructions {
    pub(super) fn new(channel: &Channel, purpose: Purpose, parts: Vec<Part>) -> Self {
        Self {
            channel: channel.label(),
            kind: channel.kind.title(),
            purpose,
            record_first: record_first(channel, &parts),
            parts,
        }
    }
}

/// What the steps lack, but for what one of them gives.
fn record_first(channel: &Channel, parts: &[Part]) -> Vec<RecordFirst> {
    let mut given: Vec<&str> = Vec::new();
    let mut lacking: Vec<RecordFirst> = Vec::new();
    let values = parts.iter().flat_map(|part| &part.steps);
    for value in values.flat_map(|step| &step.values) {
        let Some(key) = value.key.as_deref() else {
            continue;
        };
        if value.result {
            given.push(key);
        }
        let is_known = given.contains(&key) || lacking.iter().any(|one| one.key == key);
        if let Some(field) = channel.kind.field_at(key)
            && value.missing
            && !is_known
        {
            lacking.push(RecordFirst {
                key: key.to_owned(),
                label: field.label,
                from: field.from,
                flag: flag(field),
                secret: field.is_secret(),
            });
        }
    }
    lacking
}

/// What the product generates is recorded by a verb, which judges it first.
fn flag(field: &Field) -> Option<String> {
    let is_generated = field.section == Section::Outputs;
    is_generated.then(|| format!("--{}", field.key.replace('_', "-")))
}

impl Part {
    pub(super) fn new(heading: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            heading: heading.into(),
            notes: Vec::new(),
            steps,
        }
    }
}
