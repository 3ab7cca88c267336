//! Values as people see them: the text, the place of a secret, or in words why there is none.

use crate::channel::field::Need;
use crate::channel::form::{Fault, Form, is_host};
use crate::channel::model::Channel;
use crate::channel::value::{Value, is_placeholder};
use crate::report::Severity;

/// Why there is no value to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel) enum Absent {
    /// Nothing stands there.
    NotRecorded,
    /// What stands there is refused by the rules, and could be anything.
    NotValid,
}

impl Absent {
    pub(in crate::channel) const fn words(self) -> &'static str {
        match self {
            Self::NotRecorded => "(not recorded yet)",
            Self::NotValid => "(not valid: trustpack channel validate says why)",
        }
    }
}

/// The value at a path for a person, in words where there is none.
pub(in crate::channel) fn shown(channel: &Channel, path: &str) -> String {
    look(channel, path).unwrap_or_else(|absent| absent.words().to_owned())
}

/// The value at a path for a person: the text, or where the secret is.
pub(in crate::channel) fn look(channel: &Channel, path: &str) -> Result<String, Absent> {
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
