//! Records as text for people: a fetched chain, a verdict, a container.
//!
//! Every name in here was written by a stranger; [`escape`] keeps it from steering the terminal.

use std::fmt::Write as _;

use crate::record::{CertificateRecord, FetchRecord, RootRecord};
use crate::report::Finding;
use crate::text::{date, escape, left};

mod certificate;
mod contents;
mod coverage;
mod crl;
mod outline;
mod request;
mod revocation;
#[cfg(test)]
mod tests;
mod tree;
mod verdict;
mod whatif;

pub use contents::{Form, contents};
pub use coverage::coverage;
pub use verdict::{verdict, verdict_line};
pub use whatif::what_if;

/// A fetched chain: one line for the connection, one for each certificate, then what was found.
pub fn fetched(record: &FetchRecord) -> String {
    let mut page = String::new();
    let starttls = record.starttls.map(|protocol| format!("after {protocol}"));
    let proxy = record
        .proxy
        .as_deref()
        .map(|proxy| format!("through {proxy}"));
    let kind = record.cert_type.map(|kind| format!("asked for {kind}"));
    let facts: Vec<&str> = [
        kind.as_deref(),
        starttls.as_deref(),
        proxy.as_deref(),
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
        if let Some(root) = record.root.as_ref().filter(|root| is_it(root, certificate)) {
            let itself = if place == 0 { "its own root; " } else { "" };
            line(&mut page, 3, &format!("{itself}{}", where_found(root)));
        }
    }
    for issuer in &record.completed {
        certificate_line(&mut page, "  not sent", &issuer.certificate);
        line(
            &mut page,
            3,
            &format!("found in {}", escape(&issuer.origin)),
        );
    }
    let is_in_chain = |root: &RootRecord| record.chain.iter().any(|one| is_it(root, one));
    if let Some(root) = record.root.as_ref().filter(|root| !is_in_chain(root)) {
        certificate_line(&mut page, "  root", &root.certificate);
        let sent = match root.presented {
            true => "sent",
            false => "not sent, as it should be",
        };
        line(&mut page, 3, &format!("{}; {sent}", where_found(root)));
    }
    staple(&mut page, record);
    if let Some(refused) = &record.refused {
        line(
            &mut page,
            1,
            &format!("a full handshake failed: {}", escape(&refused.message)),
        );
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

/// A fetched chain in one line, for long lists.
pub fn fetched_line(record: &FetchRecord) -> String {
    let target = escape(&record.target);
    let address = record.address.as_deref().unwrap_or("-");
    let kind = record
        .cert_type
        .map(|kind| format!(" {kind}"))
        .unwrap_or_default();
    let Some(leaf) = record.chain.first() else {
        let (reason, message) = match &record.error {
            Some(error) => (error.reason, error.message.as_str()),
            None => ("no-certificate", "the server presented no certificate"),
        };
        return format!(
            "{target}{kind}  {address}  failed {reason}: {}",
            escape(message)
        );
    };
    let protocol = record.protocol.as_deref().unwrap_or("-");
    let doubt = match record.possession {
        "proven" => "",
        _ => ", not proven",
    };
    format!(
        "{target}{kind}  {address}  {protocol}{doubt}  until {} ({})  {}",
        date(leaf.not_after),
        left(leaf.remaining_seconds),
        escape(&leaf.subject)
    )
}

/// A certificate that somebody is asked to trust: who it is, who says so, how it is told apart.
pub fn to_be_trusted(certificate: &CertificateRecord) -> String {
    let mut page = String::new();
    line(&mut page, 1, &escape(&certificate.subject));
    let issuer = match certificate.is_self_issued {
        true => "itself".to_owned(),
        false => escape(&certificate.issuer),
    };
    line(&mut page, 3, &format!("issued by {issuer}"));
    let left = left(certificate.remaining_seconds);
    line(
        &mut page,
        3,
        &format!("until {} ({left})", date(certificate.not_after)),
    );
    line(&mut page, 3, &format!("sha256 {}", certificate.fingerprint));
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

/// What came beside the certificates.
fn staple(page: &mut String, record: &FetchRecord) {
    if let Some(ocsp) = &record.ocsp {
        let answers = ocsp.answers.iter().map(|answer| {
            let until = answer
                .next_update
                .map(|next| format!(" until {}", date(next)));
            format!("{}{}", answer.status, until.unwrap_or_default())
        });
        let answers: Vec<String> = answers.collect();
        let said = match answers.is_empty() {
            true => ocsp.status.to_owned(),
            false => answers.join(", "),
        };
        line(
            page,
            1,
            &format!("stapled OCSP: {said} (signature not checked)"),
        );
    }
    let names = &record.client_certificate_authorities;
    if !names.is_empty() {
        let shown: Vec<String> = names
            .iter()
            .take(NAMES_SHOWN)
            .map(|name| escape(name))
            .collect();
        let more = match names.len().saturating_sub(NAMES_SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        line(
            page,
            1,
            &format!("takes client certificates of: {}{more}", shown.join("; ")),
        );
    }
}

fn is_it(root: &RootRecord, certificate: &CertificateRecord) -> bool {
    root.presented && root.certificate.fingerprint == certificate.fingerprint
}

fn where_found(root: &RootRecord) -> String {
    match &root.origin {
        Some(origin) => format!("found in {}", escape(origin)),
        None => "found nowhere else".to_owned(),
    }
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

/// A server that trusts every public CA names them all.
const NAMES_SHOWN: usize = 5;
