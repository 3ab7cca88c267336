//! Records as text for people: a fetched chain, a verdict, a container.
//!
//! Every name in here was written by a stranger; [`escape`] keeps it from steering the terminal.

use std::fmt::Write as _;

use crate::record::{CertificateRecord, FetchRecord, RootRecord, VerifyRecord};
use crate::report::Finding;
use crate::text::{date, escape, left};

mod certificate;
mod contents;
mod crl;
mod outline;
mod request;
#[cfg(test)]
mod tests;
mod tree;

pub use contents::{Form, contents};

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
        &format!("{}  {}", escape(&record.target), escape(&facts.join(", "))),
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
    let (answer, verb) = match (record.accepted, record.undecided) {
        (true, _) => ("accepted", "accepts"),
        (false, true) => ("undecided", "cannot be judged on"),
        (false, false) => ("refused", "refuses"),
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

/// A page for each of these certificates.
pub fn certificates(records: &[CertificateRecord]) -> String {
    let mut page = String::new();
    for (place, record) in records.iter().enumerate() {
        line(
            &mut page,
            1,
            &format!("certificate {} of {}", place + 1, records.len()),
        );
        certificate::sheet(&mut page, 2, record);
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
        &format!("until {date} ({left}), {}", escape(&certificate.public_key)),
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
            line(page, 3, &format!("hint: {}", escape(hint)));
        }
    }
}

fn line(page: &mut String, depth: usize, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(page, "{:width$}{}", "", text.trim_end(), width = depth * 2);
}

/// One fact with its name, values in a column.
fn fact(page: &mut String, depth: usize, name: &str, value: &str) {
    line(page, depth, &format!("{name:17}  {value}"));
}
