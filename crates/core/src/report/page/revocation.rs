//! What is known of revocation as text, below a verdict.

use crate::record::{RevocationRecord, RevocationStatusRecord};
use crate::text::{date_and_time, escape};

use super::{findings, line};

/// One line for each certificate, then what was found.
pub(super) fn revocation(page: &mut String, record: &RevocationRecord, client: &str) {
    if record.certificates.is_empty() {
        let text = "revocation: nothing to check, the certificate is itself in the store";
        line(page, 1, text);
    }
    for certificate in &record.certificates {
        let subject = escape(&certificate.subject);
        let status = escape(&status(certificate));
        line(page, 1, &format!("revocation: {subject}: {status}"));
    }
    findings(page, &record.findings);
    if record.refused {
        let text = match client {
            // Firefox and Chrome get lists of their own from their makers
            "browser" => "browsers check revocation in ways of their own, and may accept this path",
            _ => "left to its defaults the client checks no revocation, and accepts this path",
        };
        line(page, 1, &format!("note: {text}"));
    }
}

fn status(certificate: &RevocationStatusRecord) -> String {
    let source = certificate.source.as_ref();
    let says = source.map(|source| format!(", says {}", source.origin));
    let says = says.unwrap_or_default();
    match (certificate.revoked_at, &certificate.why) {
        (Some(when), _) => {
            let reason = certificate.reason.as_ref();
            let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            format!("revoked since {}{reason}{says}", date_and_time(when))
        }
        (None, Some(why)) if certificate.needed => format!("unknown: {why}"),
        (None, Some(_)) => "too short-lived to be revoked".to_owned(),
        (None, None) => format!("{}{says}", certificate.status),
    }
}
