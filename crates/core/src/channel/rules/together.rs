//! The rules over all channels of a specification.

use std::collections::HashMap;

use super::{Found, SpecFinding};
use crate::channel::export::{RECORDS_PER_EXPORT, RECORDS_PER_FILE};
use crate::channel::field::Section;
use crate::channel::model::{Channel, Spec};
use crate::channel::secret::SecretRef;
use crate::parallel;
use crate::report::Severity;

pub(super) fn judge(spec: &Spec) -> Vec<SpecFinding> {
    let rules: Vec<fn(&Spec) -> Vec<SpecFinding>> = vec![names, shared_webhook_passwords];
    let found = parallel::map(rules, || (), |(), rule| rule(spec));
    let mut findings: Vec<SpecFinding> = found.into_iter().flatten().collect();
    findings.extend(export_limit(spec.channels.len()).map(Found::of_all));
    findings
}

/// "The channel name must be unique"; whether case counts is not stated (domain notes 7, A1). It names a folder of the bundle
/// as well, and there some systems do not tell upper from lower case.
fn names(spec: &Spec) -> Vec<SpecFinding> {
    let mut findings = Vec::new();
    let mut first: HashMap<String, &Channel> = HashMap::new();
    let named = spec.channels.iter().enumerate();
    for (index, channel) in named.filter(|(_, channel)| !channel.name.is_empty()) {
        let Some(there) = first.get(&channel.name.to_ascii_lowercase()) else {
            first.insert(channel.name.to_ascii_lowercase(), channel);
            continue;
        };
        let line = there.place.line;
        let file = spec.file_of(there.place);
        let other = there.place.file != channel.place.file;
        let place = match file.filter(|_| other) {
            Some(file) => format!("line {line} of {file}"),
            None => format!("line {line}"),
        };
        let message = match there.name == channel.name {
            true => format!("the channel at {place} has the same name"),
            false => format!("differs only in case from {:?} at {place}", there.name),
        };
        let found = Found::new(
            "NAME-DUP",
            Severity::Critical,
            "name",
            message,
            "rename one of the two",
        );
        findings.push(found.placed(spec, index, channel));
    }
    findings
}

/// One secret in two channels lets either provider act as the other (domain notes 8.3, SECRET-INLINE, second half).
fn shared_webhook_passwords(spec: &Spec) -> Vec<SpecFinding> {
    let mut users: HashMap<&SecretRef, &Channel> = HashMap::new();
    let mut findings = Vec::new();
    for (index, channel) in spec.channels.iter().enumerate() {
        let Some(secret) = channel.values.secret(Section::Info, "webhook_password") else {
            continue;
        };
        // Whoever is asked twice may answer twice.
        if matches!(secret, SecretRef::Inline | SecretRef::Prompt) {
            continue;
        }
        match users.get(secret) {
            None => {
                users.insert(secret, channel);
            }
            Some(other) => {
                let found = Found::new(
                    "SECRET-REUSED",
                    Severity::Warning,
                    "info.webhook_password",
                    format!(
                        "the channel {} uses the same webhook password",
                        other.label()
                    ),
                    "give each channel its own webhook password",
                );
                findings.push(found.placed(spec, index, channel));
            }
        }
    }
    findings
}

fn export_limit(channels: usize) -> Option<Found> {
    if channels <= RECORDS_PER_FILE {
        return None;
    }
    let message = if channels > RECORDS_PER_EXPORT {
        format!("{channels} channels need several exports of at most {RECORDS_PER_EXPORT} channels")
    } else {
        let files = channels.div_ceil(RECORDS_PER_FILE);
        format!("an export of {channels} channels comes in {files} files")
    };
    Some(Found::new(
        "EXPORT-LIMIT",
        Severity::Note,
        "",
        message,
        "export in parts, and keep every file",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_counted() {
        let message = |channels| export_limit(channels).unwrap().message;
        assert!(export_limit(2_000).is_none());
        assert!(message(2_001).contains("2 files"));
        assert!(message(100_000).contains("50 files"));
        assert!(message(100_001).contains("several exports"));
    }
}
