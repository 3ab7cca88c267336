//! A report for the tests of renderers. Nothing in it is random.

use super::{
    CertificateReport, Connection, Finding, Origin, Report, ReportFormat, Role, Severity, State,
    Style, SubjectReport,
};
use crate::cert::testing::{DAY, at};

/// One server with a certificate that expires soon, one that was not reached.
pub(crate) fn report() -> Report {
    Report {
        at: at(0),
        subjects: vec![
            SubjectReport {
                subject: "example.org:443".to_owned(),
                origin: Origin::Endpoint,
                connection: Some(Connection {
                    address: Some(([192, 0, 2, 1], 443).into()),
                    protocol: Some("TLSv1.3".to_owned()),
                    cipher_suite: Some("TLS_AES_128_GCM_SHA256".to_owned()),
                    elapsed_ms: 21,
                    presented: vec![fingerprint("1"), fingerprint("2")],
                    verified_chains: vec![vec![fingerprint("1"), fingerprint("2")]],
                    ..Connection::default()
                }),
                change: None,
                needs: Vec::new(),
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
                connection: None,
                change: None,
                needs: Vec::new(),
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

/// The report in a format.
pub(crate) fn text(report: &Report, format: ReportFormat) -> String {
    super::render(report, format, &Style::default())
}

/// Of a certificate by its name.
pub(crate) fn fingerprint(name: &str) -> String {
    name.repeat(64).chars().take(64).collect()
}

pub(crate) fn line(
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
        fingerprint: fingerprint(name),
        not_before: at(-85 * DAY),
        not_after: at(remaining_seconds),
        lifetime_seconds: 85 * DAY + remaining_seconds,
        remaining_seconds,
        remaining_percent: 5,
        renew_after: None,
        warn_below_seconds: Some(30 * DAY),
        critical_below_seconds: Some(7 * DAY),
        renewal_window: None,
        dns_names: match role {
            Role::EndEntity => vec![display_name.to_owned(), format!("www.{display_name}")],
            _ => Vec::new(),
        },
        ip_addresses: Vec::new(),
        emails: Vec::new(),
        state: match severity {
            Some(_) => State::ExpiresSoon,
            None => State::Valid,
        },
        severity,
        change: None,
        certificate: None,
    }
}
