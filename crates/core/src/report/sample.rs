//! A report for the tests of renderers. Nothing in it is random.

use super::{CertificateReport, Finding, Origin, Report, Role, Severity, State, SubjectReport};
use crate::cert::testing::{DAY, at};

/// One server with a certificate that expires soon, one that was not reached.
pub(crate) fn report() -> Report {
    Report {
        at: at(0),
        subjects: vec![
            SubjectReport {
                subject: "example.org:443".to_owned(),
                origin: Origin::Endpoint,
                continues: false,
                failed: false,
                certificates: vec![
                    line(
                        "1",
                        "example.org",
                        Role::EndEntity,
                        5 * DAY,
                        Some(Severity::Critical),
                    ),
                    line("2", "Example CA", Role::Intermediate, 900 * DAY, None),
                ],
                findings: vec![
                    Finding::new(
                        "CERT-EXPIRING",
                        Severity::Critical,
                        "example.org:443: 1",
                        "example.org expires soon",
                    )
                    .with_hint("renew it"),
                ],
            },
            SubjectReport {
                subject: "gone.example:443".to_owned(),
                origin: Origin::Endpoint,
                continues: false,
                failed: true,
                certificates: Vec::new(),
                findings: vec![Finding::new(
                    "CHECK-UNREACHABLE",
                    Severity::Critical,
                    "gone.example:443",
                    "no answer",
                )],
            },
        ],
    }
}

fn line(
    name: &str,
    display_name: &str,
    role: Role,
    remaining_seconds: i64,
    severity: Option<Severity>,
) -> CertificateReport {
    CertificateReport {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        role,
        subject: format!("CN={display_name}"),
        issuer: "CN=Example CA".to_owned(),
        serial_number: "01ab".to_owned(),
        fingerprint: "00".repeat(32),
        not_before: at(-85 * DAY),
        not_after: at(remaining_seconds),
        lifetime_seconds: 85 * DAY + remaining_seconds,
        remaining_seconds,
        remaining_percent: 5,
        renew_after: None,
        state: match severity {
            Some(_) => State::ExpiresSoon,
            None => State::Valid,
        },
        severity,
    }
}
