//! The rules for a specification (domain notes 8.3): what would be refused, or would go wrong later, and what to do.
//!
//! Rules that need certificates or resolved secrets (`JKS-PASS`, `CERT-…`) belong to [`bundle`](crate::bundle).
//! E, W and I of the notes are critical, warning and note here.

mod basic;
mod trust;

use std::collections::HashMap;

use super::field::{Need, Section, Value, is_placeholder};
use super::model::{Channel, Spec};
use super::secret::{Leak, SecretRef, carries_credentials, shown};
use super::url;
use crate::report::{Finding, Severity};

/// Judges a specification: every channel, and all of them together.
pub fn validate(spec: &Spec) -> Vec<Finding> {
    let mut findings: Vec<Finding> = spec.channels.iter().flat_map(validate_channel).collect();
    findings.extend(names(spec));
    findings.extend(shared_webhook_passwords(spec));
    findings.extend(export_limit(spec.channels.len()));
    findings
}

/// Judges one channel alone.
pub fn validate_channel(channel: &Channel) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(name(channel));
    findings.extend(secrets(channel));
    findings.extend(fields(channel));
    findings.extend(placeholders(channel));
    findings.extend((channel.kind.variant().rules)(channel));
    findings.extend(basic::check(channel));
    findings.extend(trust::check(channel));
    findings.extend(trust::identity(channel));
    // A placeholder is one thing to do, not two; so is a text that was not kept.
    let unfilled: Vec<String> = findings
        .iter()
        .filter(|found| found.message.starts_with(UNFILLED))
        .map(|found| found.subject.clone())
        .collect();
    findings
        .retain(|found| found.message.starts_with(UNFILLED) || !unfilled.contains(&found.subject));
    let owner = channel.label();
    let withheld = channel.withheld.iter();
    let withheld: Vec<String> = withheld
        .map(|withheld| format!("{owner}: {}", withheld.path))
        .collect();
    let is_about_absence =
        |found: &Finding| matches!(&*found.id, "FIELD-MISSING" | "KEYWORD-MISSING" | "WORKTIME");
    findings.retain(|found| !(is_about_absence(found) && withheld.contains(&found.subject)));
    findings
}

/// A finding about one key of a channel.
pub(super) fn finding(
    channel: &Channel,
    id: &'static str,
    severity: Severity,
    path: &str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    // A text that should not be there is told of once, by SECRET-INLINE, and repeated by nobody.
    let quiet = |text: String| {
        if carries_credentials(&text) {
            "the value carries credentials and is not repeated here".to_owned()
        } else {
            text
        }
    };
    let owner = channel.label();
    Finding::new(
        id,
        severity,
        format!("{owner}: {path}"),
        quiet(message.into()),
    )
    .with_hint(hint)
}

/// A recorded callback URL: an `https` URL whose path is `prefix` and one identifier (domain notes 2.3).
pub(super) fn callback(channel: &Channel, key: &str, prefix: &str) -> Option<Finding> {
    let path = format!("{}.{key}", Section::Outputs.word());
    let text = channel.values.text(key)?;
    let hint = "copy the value again from the Channel Integration page";
    match url::https(text) {
        Err(why) => Some(finding(
            channel,
            "URL-FORM",
            Severity::Critical,
            &path,
            format!("{} is no callback URL: {why}", shown(text)),
            hint,
        )),
        Ok(url) => {
            let identifier = url.path.strip_prefix(prefix).unwrap_or_default();
            let fits = !identifier.is_empty() && !identifier.contains('/');
            (!fits).then(|| {
                let message = format!("the path of {} is not {prefix}<channel id>", shown(text));
                finding(channel, "CB-SHAPE", Severity::Warning, &path, message, hint)
            })
        }
    }
}

/// What is wrong with a text as a Channel Name; nothing when it can be one. For names that are in no specification yet.
/// The text is not repeated.
pub fn name_problem(name: &str) -> Option<Finding> {
    name_finding(name, false, "Channel Name".to_owned())
}

fn name(channel: &Channel) -> Option<Finding> {
    let subject = format!("{}: name", channel.label());
    name_finding(&channel.name, channel.unfit_name, subject)
}

fn name_finding(name: &str, unfit: bool, subject: String) -> Option<Finding> {
    let (id, message) = match name {
        "" if !unfit => ("FIELD-MISSING", "Channel Name is missing"),
        _ if unfit || !is_name(name) => ("NAME-FORM", "what stands there cannot be a Channel Name"),
        _ => return None,
    };
    let hint =
        "use at most 64 letters, digits and underscores, starting with a letter or an underscore";
    Some(Finding::new(id, Severity::Critical, subject, message).with_hint(hint))
}

/// "The code can contain a maximum of 64 characters, including only letters, digits, and underscores (_), and can
/// start only with a letter or an underscore (_)": the name is meant (domain notes 7, A1).
pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// "The channel name must be unique"; whether case counts is not stated (domain notes 7, A1).
fn names(spec: &Spec) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first: HashMap<String, &Channel> = HashMap::new();
    for channel in spec
        .channels
        .iter()
        .filter(|channel| !channel.name.is_empty())
    {
        let Some(there) = first.get(&channel.name.to_ascii_lowercase()) else {
            first.insert(channel.name.to_ascii_lowercase(), channel);
            continue;
        };
        let line = there.line;
        let (severity, message) = if there.name == channel.name {
            (
                Severity::Critical,
                format!("the channel at line {line} has the same name"),
            )
        } else {
            (
                Severity::Warning,
                format!("differs only in case from {:?} at line {line}", there.name),
            )
        };
        findings.push(finding(
            channel,
            "NAME-DUP",
            severity,
            "name",
            message,
            "rename one of the two",
        ));
    }
    findings
}

fn secrets(channel: &Channel) -> Vec<Finding> {
    let report = |path: &str, message: &str, hint: &str| {
        finding(
            channel,
            "SECRET-INLINE",
            Severity::Critical,
            path,
            message,
            hint,
        )
    };
    let mut findings = Vec::new();
    for (path, secret) in channel.secrets() {
        if secret.is_inline() {
            findings.push(report(
                &path,
                "a secret is a reference here, and this is none",
                "write env:NAME or file:PATH, and consider the value that stood here as leaked",
            ));
        }
    }
    for withheld in &channel.withheld {
        let path = &withheld.path;
        findings.push(match withheld.leak {
            Leak::Credentials => report(
                path,
                "the text carries user information or a bot token",
                "leave out what stands before @, or the token, and consider it as leaked",
            ),
            Leak::Query => finding(
                channel,
                "URL-FORM",
                Severity::Critical,
                path,
                "the URL has a query or a fragment, in which a key could stand; it is not kept",
                "leave out everything from ? or #, and consider a key or token that stood there as leaked",
            ),
        });
    }
    findings
}

/// One secret in two channels lets either provider act as the other (domain notes 8.3, SECRET-INLINE, second half).
fn shared_webhook_passwords(spec: &Spec) -> Vec<Finding> {
    let mut users: HashMap<&SecretRef, &Channel> = HashMap::new();
    let mut findings = Vec::new();
    for channel in &spec.channels {
        let Some(secret) = channel.values.secret("webhook_password") else {
            continue;
        };
        if secret.is_inline() {
            continue;
        }
        match users.get(secret) {
            None => {
                users.insert(secret, channel);
            }
            Some(other) => findings.push(finding(
                channel,
                "SECRET-REUSED",
                Severity::Warning,
                "info.webhook_password",
                format!(
                    "the channel {:?} uses the same webhook password",
                    other.name
                ),
                "give each channel its own webhook password",
            )),
        }
    }
    findings
}

fn fields(channel: &Channel) -> Vec<Finding> {
    let mut findings = Vec::new();
    for field in channel.kind.fields() {
        let path = format!("{}.{}", field.section.word(), field.key);
        let empty = match channel.values.get(field.key) {
            None => field.need == Need::Required,
            // Written and empty: never what was meant.
            Some(Value::Text(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if empty {
            let kind = channel.kind.variant().title;
            findings.push(finding(
                channel,
                "FIELD-MISSING",
                Severity::Critical,
                &path,
                format!("{} is missing", field.label),
                format!("{kind} needs it; it comes from {}", field.from),
            ));
        }
    }
    for unused in &channel.unused {
        findings.push(finding(
            channel,
            "FIELD-UNUSED",
            Severity::Warning,
            &unused.path,
            format!(
                "line {}: {} has no such field",
                unused.line,
                channel.kind.variant().title
            ),
            "remove the line",
        ));
    }
    findings
}

const UNFILLED: &str = "the placeholder of the template";

fn placeholders(channel: &Channel) -> Vec<Finding> {
    let fields = channel
        .values
        .iter()
        .filter_map(|(field, value)| match value {
            Value::Text(text) => Some((
                format!("{}.{}", field.section.word(), field.key),
                text.as_str(),
            )),
            _ => None,
        });
    let texts = channel.texts().into_iter();
    let texts = texts.map(|(path, text)| (path.to_owned(), text));
    fields
        .chain(texts)
        .filter(|(_, text)| is_placeholder(text))
        .map(|(path, _)| {
            let message = format!("{UNFILLED} is still there");
            let hint = "put your value in its place, or remove the line where it is optional";
            finding(
                channel,
                "FIELD-MISSING",
                Severity::Critical,
                &path,
                message,
                hint,
            )
        })
        .collect()
}

/// "A maximum of 100,000 channel records can be exported at a time, and a maximum of 2000 records are allowed in an
/// exported file."
fn export_limit(channels: usize) -> Option<Finding> {
    const PER_FILE: usize = 2_000;
    const PER_EXPORT: usize = 100_000;
    if channels <= PER_FILE {
        return None;
    }
    let message = if channels > PER_EXPORT {
        format!("{channels} channels need several exports of at most {PER_EXPORT} channels")
    } else {
        format!(
            "an export of {channels} channels comes in {} files",
            channels.div_ceil(PER_FILE)
        )
    };
    Some(
        Finding::new("EXPORT-LIMIT", Severity::Note, "all channels", message)
            .with_hint("export in parts, and keep every file"),
    )
}

#[cfg(test)]
pub(crate) mod tests;
