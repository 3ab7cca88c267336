//! What should be known about revocation, in words.

use crate::report::{Finding, Severity};
use crate::text::date_and_time;

use super::{CheckedCertificate, Problem, RevocationMode, RevocationStatus};

/// `REVOCATION-…`
pub(super) fn of(
    checked: &CheckedCertificate,
    mode: RevocationMode,
    subject: &str,
) -> Vec<Finding> {
    let name = checked.certificate.display_name();
    let mut findings = Vec::new();
    match &checked.status {
        RevocationStatus::Good { .. } => {}
        RevocationStatus::Revoked {
            when,
            reason,
            source,
        } => {
            let reason = reason.as_ref();
            let told = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            let when = date_and_time(*when);
            let message = format!("{name} was revoked on {when}{told}, says {}", source.origin);
            findings.push(
                Finding::new("REVOCATION-REVOKED", Severity::Critical, subject, message)
                    .with_hint(advice(reason.map(String::as_str))),
            );
        }
        RevocationStatus::Unknown { why } => {
            let severity = match mode {
                RevocationMode::HardFail => Some(Severity::Critical),
                RevocationMode::SoftFail => Some(Severity::Note),
                RevocationMode::Passive => None,
            };
            if let Some(severity) = severity.filter(|_| checked.needed) {
                let message = format!("whether {name} is revoked is not known: {why}");
                let hint = "give a current revocation list of its issuer";
                findings.push(
                    Finding::new("REVOCATION-UNKNOWN", severity, subject, message).with_hint(hint),
                );
            }
        }
    }
    let is_known = !matches!(checked.status, RevocationStatus::Unknown { .. });
    for (problem, message) in &checked.problems {
        let (id, is_list, hint) = match problem {
            Problem::ListExpired => (
                "REVOCATION-CRL-EXPIRED",
                true,
                "get the current list of the issuer",
            ),
            Problem::ListUnusable => (
                "REVOCATION-CRL-UNUSABLE",
                true,
                "get a complete list that the issuer itself signs",
            ),
            Problem::ResponseExpired => (
                "REVOCATION-OCSP-EXPIRED",
                false,
                "let the server renew the response that it staples",
            ),
            Problem::ResponseUnusable => (
                "REVOCATION-OCSP-UNUSABLE",
                false,
                "let the server staple the response that its CA gives",
            ),
        };
        // an old list beside a new one harms nobody; an old response that is stapled stops some clients
        if !(is_list && is_known) {
            let message = format!("{name}: {message}");
            findings.push(Finding::new(id, Severity::Warning, subject, message).with_hint(hint));
        }
    }
    let about = |one: Finding| one.about(&checked.certificate);
    findings.into_iter().map(about).collect()
}

/// What to do about a revoked certificate.
pub(crate) fn advice(reason: Option<&str>) -> &'static str {
    match reason {
        // the only state that ends (RFC 5280 section 5.3.1)
        Some("certificateHold") => "ask its CA whether it is released again, or replace it",
        Some("cACompromise") => "replace every certificate of this CA, and trust it no longer",
        _ => "replace the certificate, and its key if that is the reason",
    }
}
