//! Certificates and a report for tests: every date is explicit, in seconds since [`at`]`(0)`.

use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{CertificateReport, Finding, Report, Role, Severity, State, SubjectReport};
use crate::Certificate;

pub(crate) const DAY: i64 = 86_400;

pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    datetime!(2026-01-01 0:00 UTC) + Duration::seconds(seconds)
}

/// Self-signed, valid for exactly `lifetime` seconds from `from` on.
pub(crate) fn certificate(name: &str, ca: bool, from: i64, lifetime: i64) -> Certificate {
    let params = params(name, ca, from, lifetime);
    parse(params.self_signed(key()).unwrap())
}

/// Signed under the name `issuer`; all test certificates share one key.
pub(crate) fn issued(name: &str, issuer: &str, ca: bool, from: i64, lifetime: i64) -> Certificate {
    let issuer = Issuer::new(params(issuer, true, from, lifetime), key());
    let params = params(name, ca, from, lifetime);
    parse(params.signed_by(key(), &issuer).unwrap())
}

/// An empty name stands for no subject at all.
pub(crate) fn params(name: &str, ca: bool, from: i64, lifetime: i64) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    if !name.is_empty() {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    params.not_before = at(from);
    params.not_after = at(from + lifetime - 1);
    if ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

pub(crate) fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate().unwrap())
}

pub(crate) fn parse(certificate: rcgen::Certificate) -> Certificate {
    Certificate::from_der(certificate.der().clone()).unwrap()
}

/// One server with a certificate that expires soon, one that was not reached. Nothing in it is random.
pub(crate) fn report() -> Report {
    Report {
        at: at(0),
        subjects: vec![
            SubjectReport {
                subject: "example.org:443".to_owned(),
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
                findings: vec![Finding {
                    id: "CERT-EXPIRING",
                    severity: Severity::Critical,
                    subject: "example.org:443: 1".to_owned(),
                    message: "example.org expires soon".to_owned(),
                    hint: Some("renew it".to_owned()),
                }],
            },
            SubjectReport {
                subject: "gone.example:443".to_owned(),
                failed: true,
                certificates: Vec::new(),
                findings: vec![Finding {
                    id: "CHECK-UNREACHABLE",
                    severity: Severity::Critical,
                    subject: "gone.example:443".to_owned(),
                    message: "no answer".to_owned(),
                    hint: None,
                }],
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
