//! The rules that the rows make: what must be there, what it must look like, what has no place.

use super::Found;
use crate::channel::field::{Field, Need, Section};
use crate::channel::form::Form;
use crate::channel::model::Channel;
use crate::channel::value::{Value, is_placeholder};
use crate::report::Severity;

/// How the message about a placeholder begins.
pub(super) const UNFILLED: &str = "the placeholder of the template";

pub(super) fn judge(channel: &Channel) -> Vec<Found> {
    let mut found = Vec::new();
    let mut values = channel.values.iter().peekable();
    // Both are in the order of the rows.
    for field in channel
        .kind
        .fields()
        .filter(|field| field.section != Section::Channel)
    {
        let entry = values.next_if(|entry| std::ptr::eq(entry.field, field));
        match entry.map(|entry| &entry.value) {
            None => found.extend(missing(channel, field)),
            Some(value) => found.extend(present(channel, field, value)),
        }
    }
    found.extend(values.flat_map(|entry| present(channel, entry.field, &entry.value)));
    found.extend(unused(channel));
    found.extend(keywords(channel));
    found.extend(working_time(channel));
    found
}

/// What the values look like, and not what is missing.
pub(super) fn forms(channel: &Channel) -> impl Iterator<Item = Found> {
    let values = channel.values.iter();
    values.flat_map(move |entry| present(channel, entry.field, &entry.value))
}

fn missing(channel: &Channel, field: &'static Field) -> Option<Found> {
    let severity = match field.need {
        Need::Required => Severity::Critical,
        // The document does not say whether these are compulsory (domain notes 5.2, "R?").
        Need::Expected if !matches!(field.form, Form::Segments) => Severity::Warning,
        _ => return None,
    };
    let title = channel.kind.title();
    let hint = match severity {
        Severity::Critical => format!("{title} needs it; it comes from {}", field.from),
        _ => format!("name {}", field.from),
    };
    Some(Found::new(
        "FIELD-MISSING",
        severity,
        field.path(),
        format!("{} is missing", field.label),
        hint,
    ))
}

fn present(channel: &Channel, field: &'static Field, value: &Value) -> Vec<Found> {
    match value {
        // Written and empty: never what was meant.
        Value::Text(text) if text.trim().is_empty() => {
            let absent = missing(channel, field);
            let absent = absent.unwrap_or_else(|| {
                Found::new(
                    "FIELD-MISSING",
                    Severity::Critical,
                    field.path(),
                    format!("{} is empty", field.label),
                    "put a value in its place, or remove the line",
                )
            });
            vec![absent]
        }
        Value::Text(text) if is_placeholder(text) => vec![unfilled(field)],
        Value::Text(text) => {
            let fault = field.form.judge(text);
            fault
                .map(|fault| Found::fault(field.path(), fault))
                .into_iter()
                .collect()
        }
        Value::List(texts) if texts.iter().any(|text| is_placeholder(text)) => {
            vec![unfilled(field)]
        }
        Value::List(texts) => {
            let faults = field.form.items(texts).into_iter();
            faults
                .map(|fault| Found::fault(field.path(), fault))
                .collect()
        }
        Value::Files(files) => {
            let open = files
                .iter()
                .any(|(host, file)| is_placeholder(host) || is_placeholder(file));
            open.then(|| unfilled(field)).into_iter().collect()
        }
        Value::Secret(_) | Value::Switch(_) | Value::Withheld => Vec::new(),
    }
}

fn unfilled(field: &Field) -> Found {
    Found::new(
        "FIELD-MISSING",
        Severity::Critical,
        field.path(),
        format!("{UNFILLED} is still there"),
        "put your value in its place, or remove the line where it is optional",
    )
}

fn unused(channel: &Channel) -> impl Iterator<Item = Found> {
    let title = channel.kind.title();
    channel.unused.iter().map(move |unused| {
        Found::new(
            "FIELD-UNUSED",
            Severity::Warning,
            unused.path.clone(),
            format!("{title} has no such field"),
            "remove the line",
        )
    })
}

/// "If the intelligent robot is enabled, this parameter must be set."
fn keywords(channel: &Channel) -> Option<Found> {
    let on = channel.values.is_on(Section::Robot, "intelligent_robot");
    let keywords = channel.values.list(Section::Basic, "transfer_keywords");
    (on && keywords.iter().all(|word| word.trim().is_empty())).then(|| {
        Found::new(
            "KEYWORD-MISSING",
            Severity::Critical,
            "basic.transfer_keywords",
            "the intelligent robot is on and there is no Keyword for Transfer to Agent",
            "list at least one keyword",
        )
    })
}

/// "By default, a time segment is displayed" (domain notes 7, A18).
fn working_time(channel: &Channel) -> Option<Found> {
    let workday = channel.values.list(Section::WorkTime, "workday");
    workday.is_empty().then(|| {
        Found::new(
            "WORKTIME",
            Severity::Warning,
            "basic.work_time.workday",
            "no working time on workdays: every customer gets the non-working time notification",
            "add a segment such as \"09:00-18:00\"",
        )
    })
}
