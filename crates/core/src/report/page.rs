//! Records as text for people: a fetched chain, a verdict, a container.
//!
//! Every name in here was written by a stranger; [`escape`] keeps it from steering the terminal.

use std::fmt::Write as _;

use crate::record::{
    CertificateRecord, ContentsRecord, EntryRecord, FetchRecord, RootRecord, VerifyRecord,
};
use crate::report::Finding;
use crate::text::{count, date, escape, left};

/// A fetched chain: one line for the connection, one for each certificate, then what was found.
pub fn fetched(record: &FetchRecord) -> String {
    let mut page = String::new();
    let facts: Vec<&str> = [
        record.protocol.as_deref(),
        record.cipher_suite.as_deref(),
        record.address.as_deref(),
        (!record.chain.is_empty()).then_some(match record.possession {
            "proven" => "key possession proven",
            _ => "key possession not proven",
        }),
        record
            .client_certificate_requested
            .then_some("asks for a client certificate"),
    ]
    .into_iter()
    .flatten()
    .collect();
    line(
        &mut page,
        0,
        &format!("{}  {}", escape(&record.target), facts.join(", ")),
    );
    let last = record.chain.len().saturating_sub(1);
    for (place, certificate) in record.chain.iter().enumerate() {
        let role = match place {
            0 => "end entity",
            _ if place == last && certificate.is_self_issued => "root",
            _ => "intermediate",
        };
        certificate_line(&mut page, &format!("{} {role}", place + 1), certificate);
    }
    if let Some(root) = &record.root {
        root_lines(&mut page, root);
    }
    if let Some(error) = &record.error {
        let after = if record.chain.is_empty() {
            ""
        } else {
            " (after the certificates)"
        };
        line(
            &mut page,
            1,
            &format!("error{after}: {}", escape(&error.message)),
        );
        if let Some(hint) = &error.hint {
            line(&mut page, 1, &format!("hint: {}", escape(hint)));
        }
    }
    findings(&mut page, &record.findings);
    page
}

/// A verdict: the answer first, then the path or the reason, then what was found.
pub fn verdict(record: &VerifyRecord) -> String {
    let mut page = String::new();
    let (answer, verb) = if record.accepted {
        ("accepted", "accepts")
    } else {
        ("refused", "refuses")
    };
    let client = match record.client {
        "java" => "a default Java client",
        other => other,
    };
    let judged = format!(
        "{answer}: {client} with {} {verb} {}",
        escape(&record.trust),
        escape(&record.subject)
    );
    line(&mut page, 0, &judged);
    let last = record.path.len().saturating_sub(1);
    for (place, certificate) in record.path.iter().enumerate() {
        let role = match place {
            _ if place == last => "anchor, in the store",
            0 => "end entity",
            _ => "intermediate",
        };
        certificate_line(&mut page, &format!("{} {role}", place + 1), certificate);
    }
    if let Some(refusal) = &record.refusal {
        line(
            &mut page,
            1,
            &format!("reason: {}", escape(&refusal.message)),
        );
        if let Some(hint) = &refusal.hint {
            line(&mut page, 1, &format!("hint: {}", escape(hint)));
        }
    }
    findings(&mut page, &record.findings);
    page
}

/// A container: one line for the file, one for each entry, its chain below it.
pub fn contents(record: &ContentsRecord) -> String {
    let mut page = String::new();
    let integrity = match record.integrity {
        "verified" => ", integrity verified",
        "not-verified" => ", integrity not verified (no password)",
        _ => "",
    };
    let entries = match record.entries.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let title = format!(
        "{}: {}, {}{integrity}",
        escape(&record.name),
        record.format,
        entries
    );
    line(&mut page, 0, &title);
    for entry in &record.entries {
        entry_lines(&mut page, entry);
    }
    let others = [
        (record.requests, "certificate request"),
        (record.crls, "revocation list"),
        (record.public_keys, "public key"),
    ];
    for (number, noun) in others.into_iter().filter(|(number, _)| *number > 0) {
        line(&mut page, 1, &count(number, noun));
    }
    for note in &record.notes {
        line(&mut page, 1, &format!("note: {}", escape(note)));
    }
    page
}

/// One finding in the form that every page uses: severity, id, what; then what to do.
pub fn finding(finding: &Finding) -> String {
    let mut page = String::new();
    findings(&mut page, std::slice::from_ref(finding));
    page
}

/// One finding with the subject that it is about, for lists over several subjects.
pub fn finding_about(finding: &Finding) -> String {
    let about = Finding {
        message: format!("{}: {}", finding.subject, finding.message),
        ..finding.clone()
    };
    self::finding(&about)
}

fn entry_lines(page: &mut String, entry: &EntryRecord) {
    let protection = match entry.protection.as_deref() {
        Some(protection) => format!(" ({})", escape(protection)),
        None => String::new(),
    };
    line(
        page,
        1,
        &format!("{}: {}{protection}", escape(&entry.alias), entry.kind),
    );
    for (place, certificate) in entry.certificates.iter().enumerate() {
        certificate_line(page, &format!("  {}", place + 1), certificate);
    }
    for why in &entry.unreadable {
        line(page, 2, &format!("unreadable: {}", escape(why)));
    }
}

fn root_lines(page: &mut String, root: &RootRecord) {
    let sent = if root.presented {
        "sent"
    } else {
        "not sent, as it should be"
    };
    let known = match &root.origin {
        Some(origin) => format!("found in {}", escape(origin)),
        None => "found nowhere else".to_owned(),
    };
    certificate_line(page, "  root", &root.certificate);
    line(page, 3, &format!("{known}; {sent}"));
}

fn certificate_line(page: &mut String, role: &str, certificate: &CertificateRecord) {
    let date = date(certificate.not_after);
    line(
        page,
        1,
        &format!("{role}: {}", escape(&certificate.subject)),
    );
    let left = left(certificate.remaining_seconds);
    line(
        page,
        3,
        &format!("until {date} ({left}), {}", certificate.public_key),
    );
    line(page, 3, &format!("sha256 {}", certificate.fingerprint));
}

fn findings(page: &mut String, findings: &[Finding]) {
    for finding in findings {
        let severity = finding.severity.word();
        line(
            page,
            1,
            &format!("{severity} {}: {}", finding.id, escape(&finding.message)),
        );
        if let Some(hint) = &finding.hint {
            line(page, 3, &format!("→ {}", escape(hint)));
        }
    }
}

fn line(page: &mut String, depth: usize, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(page, "{:width$}{}", "", text.trim_end(), width = depth * 2);
}
