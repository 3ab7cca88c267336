//! What to do when something changes under a channel that is in use: *Context* of the documents, and what they leave out
//! (domain notes 7, A26).

use super::instructions::{Instructions, Part, Purpose};
use super::{Phase, Step, Who, steps};
use crate::channel::Channel;
use crate::channel::field::{CHANNEL_CONFIGURATION, Change, Field, Section};
use crate::facts::Facts;

/// What to do after each change, in order: the rows that change with it, and the steps that it makes due again.
pub fn rotate(channel: &Channel, facts: &Facts, changes: &[Change]) -> Instructions {
    let all = steps(channel, facts, None);
    let parts = changes.iter().map(|change| part(channel, *change, &all));
    Instructions::new(channel, Purpose::Rotation, parts.collect())
}

fn part(channel: &Channel, change: Change, all: &[Step]) -> Part {
    let due = |phase: Phase| {
        let steps = all.iter().filter(move |step| step.phase == phase);
        steps.filter_map(move |step| due_again(step, change))
    };
    let rows = channel.kind.fields();
    let rows = rows.filter(|field| field.changes == Some(change));
    let rows: Vec<&Field> = rows.collect();
    let mut steps: Vec<Step> = Vec::new();
    match change {
        // Who gives the values comes first.
        Change::App => {
            steps.extend(due(Phase::Before));
            steps.extend(record(channel, &rows));
        }
        _ => {
            steps.extend(record(channel, &rows));
            steps.extend(due(Phase::Before));
        }
    }
    steps.extend(edit(channel, change, &rows));
    steps.extend(due(Phase::Create));
    let mut part = Part::new(change.heading(), steps);
    part.notes = notes(channel, change, &part.steps);
    part
}

/// The step, when the change makes it due again, with the case in which it does.
fn due_again(step: &Step, change: Change) -> Option<Step> {
    let (_, case) = step.again.iter().find(|(with, _)| *with == change)?;
    let mut step = step.clone();
    if !case.is_empty() {
        step.notes.insert(0, (*case).to_owned());
    }
    Some(step)
}

/// What the product generates is copied by a step of its own.
fn record(channel: &Channel, rows: &[&Field]) -> Option<Step> {
    let rows = rows.iter().filter(|row| row.section != Section::Outputs);
    let mut step = Step::new(
        Phase::Before,
        Who::Operator,
        "Obtain the new values and record them",
    )
    .done("every new value is in the specification or behind its reference, and trustpack channel validate SPEC --secrets ends with exit code 0");
    for row in rows {
        step = step
            .gives(channel, &row.path())
            .note(format!("{}: {}.", row.label, row.from));
    }
    (!step.values.is_empty()).then_some(step)
}

fn edit(channel: &Channel, change: Change, rows: &[&Field]) -> Option<Step> {
    let mut step = Step::new(
        Phase::Create,
        Who::TenantAdministrator,
        "Sign in to the AICC and update the channel",
    )
    .place(format!(
        "{CHANNEL_CONFIGURATION} > Edit (Operation column of the channel)"
    ))
    .done("the channel shows the new values, and a test message reaches an agent");
    for row in rows {
        if row.to.starts_with(CHANNEL_CONFIGURATION) {
            step = step.value(channel, &row.path());
        }
    }
    if change == Change::Certificates {
        step = step.given("Trust certificate", channel.trust_name());
        if channel.kind.has(Section::Identity) {
            step = step.given("Identity certificate", channel.identity_name());
        }
    }
    (!step.values.is_empty()).then_some(step)
}

fn notes(channel: &Channel, change: Change, steps: &[Step]) -> Vec<String> {
    let mut notes = Vec::new();
    let note = |text: &str| text.to_owned();
    let context = channel.kind.variant();
    if steps.is_empty() {
        return vec![note("This kind of channel has nothing that changes so.")];
    }
    let has_username = channel.kind.field(Section::Info, "username").is_some();
    // UserName and Password, which the document's list has, are the app's where no provider gives them.
    let is_listed = context.changes_with == change || (change == Change::App && has_username);
    if is_listed {
        notes.push(note(context.change));
    }
    match change {
        Change::Provider if is_listed && !has_username => notes.push(note(
            "This provider has other names for them; the steps have its own.",
        )),
        _ if is_listed => {}
        _ => notes.push(note("Not in the document; added because it changes too.")),
    }
    match change {
        Change::Provider if channel.kind.field(Section::Info, "base_url").is_some_and(|field| field.changes == Some(change)) => notes.push(note(
            "If the host of BaseUrl is another one, the trust certificate must cover it: first follow the change of certificates.",
        )),
        Change::Webhook => notes.push(note(
            "Until both sides have the new value, calls may be refused: agree on a time.",
        )),
        Change::Certificates => notes.push(note(
            "Whether a certificate can be replaced under its name is not stated; if not, upload it under a new name and choose that one.",
        )),
        _ => {}
    }
    notes
}

impl Change {
    const fn heading(self) -> &'static str {
        match self {
            Self::Provider => "When the data of the provider changes",
            Self::App => "When the app, or its key or secret, changes",
            Self::Webhook => "When a webhook secret changes",
            Self::Certificates => "When a certificate changes",
        }
    }
}
