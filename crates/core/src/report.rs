//! The report model: findings about subjects. Renderers import only this.
//!
//! One result type, one small file per output format, and [`render`] is one match over them. A renderer is pure:
//! text comes out, and what the terminal is like is an argument ([`Style`]).

use std::str::FromStr;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::text;

mod json;
pub mod page;
mod table;

#[cfg(test)]
pub(crate) mod sample;

pub use crate::text::{count, escape};
pub use json::{line as json_line, pretty as json_text};
pub(crate) use table::{grid, lines as finding_lines};

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportFormat {
    /// For programs; the shape is documented at [`Report`].
    Json,
    /// For people.
    Table,
}

/// What the place that shows the text can do. The caller knows; this crate never asks a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Columns after which tables wrap; `None`: never.
    pub width: Option<u16>,
    /// Whether to colour severities. Nothing is said by colour alone.
    pub color: bool,
}

/// The text of a report, ending with a line feed.
///
/// Names in certificates are chosen by strangers: no control or bidirectional character of theirs is in the text.
pub fn render(report: &Report, format: ReportFormat, style: &Style) -> String {
    match format {
        ReportFormat::Json => json::render(report),
        ReportFormat::Table => table::render(report, style),
    }
}

/// One thing that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable identifier, such as `CERT-LEAF-ONLY`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a server, a file; `file: entry` for a part of it.
    pub subject: String,
    /// What was found, in lower case and without a period.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The certificate that it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<About>,
}

/// Which certificate something is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// Whose it is.
    pub subject: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
}

impl From<&Certificate> for About {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
        }
    }
}

impl Finding {
    /// A finding without advice.
    pub fn new(
        id: &'static str,
        severity: Severity,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id,
            severity,
            subject: subject.into(),
            message: message.into(),
            hint: None,
            certificate: None,
        }
    }

    /// With the certificate that it is about.
    #[must_use]
    pub fn about(mut self, certificate: &Certificate) -> Self {
        self.certificate = Some(About::from(certificate));
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Will hurt.
    Warning,
    /// Hurts now.
    Critical,
}

/// The result of a check: every subject that was looked at, with its certificates and findings.
///
/// As JSON (field names are these names, times are RFC 3339 in UTC, order is the order of the input):
///
/// ```json
/// {
///   "at": "2026-03-01T00:00:00Z",
///   "subjects": [
///     {
///       "subject": "example.org:443",
///       "failed": false,
///       "certificates": [
///         {
///           "name": "1", "display_name": "example.org", "role": "end-entity",
///           "subject": "CN=example.org", "issuer": "CN=Example CA",
///           "serial_number": "01ab", "fingerprint": "<64 hex digits>",
///           "not_before": "2026-01-01T00:00:00Z", "not_after": "2026-03-31T23:59:59Z",
///           "lifetime_seconds": 7776000, "remaining_seconds": 2678399, "remaining_percent": 34,
///           "renew_after": "2026-03-01T23:59:59Z",
///           "state": "valid", "severity": null
///         }
///       ],
///       "findings": [
///         { "id": "CERT-EXPIRING", "severity": "warning", "subject": "example.org:443: 1",
///           "message": "…", "hint": "…" }
///       ]
///     }
///   ],
///   "summary": { "subjects": 1, "certificates": 1, "critical": 0, "warnings": 1, "notes": 0, "failed": 0 }
/// }
/// ```
///
/// `role` is `end-entity`, `intermediate` or `anchor`; `state` is `valid`, `expires-soon`, `expired` or
/// `not-yet-valid`; `severity` is `critical`, `warning`, `note`, and for a certificate without findings `null`;
/// `hint` and `renew_after` may be `null`. Fields may be added, none changes its meaning.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The time that counted as now.
    #[serde(serialize_with = "text::serialize_time")]
    pub at: OffsetDateTime,
    /// One per input, endpoint or entry, also for those that failed.
    pub subjects: Vec<SubjectReport>,
}

/// One subject of a report.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectReport {
    /// What it is: `host:443`, `store.jks`, `chain.pem`.
    pub subject: String,
    /// Whether it could not be looked at; a finding says why.
    pub failed: bool,
    /// Its certificates, in order.
    pub certificates: Vec<CertificateReport>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What a report says of one certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateReport {
    /// Alias or place within the subject: `1`, `digicert-g2`.
    pub name: String,
    /// What people call it: the common name, else the first alternative name.
    pub display_name: String,
    /// What it is there for.
    pub role: Role,
    /// RFC 4514.
    pub subject: String,
    /// RFC 4514.
    pub issuer: String,
    /// Hex.
    pub serial_number: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// First second of validity.
    #[serde(serialize_with = "text::serialize_time")]
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    #[serde(serialize_with = "text::serialize_time")]
    pub not_after: OffsetDateTime,
    /// not_after - not_before + 1 s.
    pub lifetime_seconds: i64,
    /// not_after - now; negative when expired.
    pub remaining_seconds: i64,
    /// Of the lifetime, 0 when expired.
    pub remaining_percent: u8,
    /// When a renewal is due: a third of the lifetime before the end, half for lifetimes of at most ten days.
    /// Only for an end entity.
    #[serde(serialize_with = "text::serialize_optional_time")]
    pub renew_after: Option<OffsetDateTime>,
    /// Where it is in its life.
    pub state: State,
    /// The worst of what was found about it.
    pub severity: Option<Severity>,
}

/// Where a certificate is in its life. How bad that is, is said by [`Severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// Its last second is over.
    Expired,
    /// A threshold of the policy is passed.
    ExpiresSoon,
    /// Its first second is yet to come.
    NotYetValid,
    /// None of these.
    Valid,
}

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The certificate of a server or client.
    EndEntity,
    /// A CA certificate within a chain.
    Intermediate,
    /// A certificate that is trusted by being in a store.
    Anchor,
}

impl Role {
    /// Of a certificate that is trusted by itself: one that is no CA lives and ends like a server's.
    pub fn alone(certificate: &Certificate) -> Self {
        match certificate.is_ca() {
            true => Self::Anchor,
            false => Self::EndEntity,
        }
    }
}

impl CertificateReport {
    /// The facts of a certificate at a time, without judgement beyond its dates.
    pub fn new(
        name: impl Into<String>,
        role: Role,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> Self {
        let lifetime = lifetime(certificate);
        let remaining = (certificate.not_after() - at).whole_seconds();
        Self {
            name: name.into(),
            display_name: certificate.display_name(),
            role,
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial_number: certificate.serial().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            lifetime_seconds: lifetime.whole_seconds(),
            remaining_seconds: remaining,
            remaining_percent: percent(remaining, lifetime.whole_seconds()),
            renew_after: match role {
                Role::EndEntity => renew_after(certificate.not_after(), lifetime),
                Role::Anchor | Role::Intermediate => None,
            },
            state: State::at(certificate, at),
            severity: None,
        }
    }
}

impl State {
    /// By the dates alone: never [`ExpiresSoon`](Self::ExpiresSoon). Both bounds are inclusive
    /// (RFC 5280 section 4.1.2.5).
    pub fn at(certificate: &Certificate, at: OffsetDateTime) -> Self {
        // The bounds have whole seconds, so 23:59:59.5 still belongs to a certificate that ends at 23:59:59.
        if (at - certificate.not_after()).whole_seconds() > 0 {
            Self::Expired
        } else if at < certificate.not_before() {
            Self::NotYetValid
        } else {
            Self::Valid
        }
    }
}

/// How long a certificate is valid, both bounds included; not positive when its dates are the wrong way round.
pub(crate) fn lifetime(certificate: &Certificate) -> Duration {
    certificate.not_after() - certificate.not_before() + Duration::SECOND
}

fn percent(remaining: i64, lifetime: i64) -> u8 {
    if remaining <= 0 || lifetime <= 0 {
        return 0;
    }
    let percent = i128::from(remaining) * 100 / i128::from(lifetime);
    u8::try_from(percent).unwrap_or(100).min(100)
}

fn renew_after(not_after: OffsetDateTime, lifetime: Duration) -> Option<OffsetDateTime> {
    let part = if lifetime <= Duration::days(10) { 2 } else { 3 };
    not_after.checked_sub(lifetime / part)
}

/// Counts over a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Subjects, those that failed included.
    pub subjects: usize,
    /// Certificates that were looked at.
    pub certificates: usize,
    /// Critical findings.
    pub critical: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Subjects that could not be looked at.
    pub failed: usize,
}

impl Report {
    /// The worst finding of all.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|finding| finding.severity).max()
    }

    /// All findings, subject by subject.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.subjects.iter().flat_map(|subject| &subject.findings)
    }

    /// Whether the answer is no: something was found that is as bad as `fail_on`, or worse.
    pub fn exceeds(&self, fail_on: FailOn) -> bool {
        fail_on
            .severity()
            .is_some_and(|limit| self.worst().is_some_and(|worst| worst >= limit))
    }

    /// What there is of each.
    pub fn summary(&self) -> Summary {
        let count = |severity| {
            self.findings()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        Summary {
            subjects: self.subjects.len(),
            certificates: self.subjects.iter().map(|one| one.certificates.len()).sum(),
            critical: count(Severity::Critical),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            failed: self.subjects.iter().filter(|one| one.failed).count(),
        }
    }
}

/// From which severity on a report means no. The words are `critical`, `warning`, `note` and `never`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FailOn {
    /// Only what hurts now.
    Critical,
    /// Also what will hurt.
    #[default]
    Warning,
    /// Everything that is worth a line.
    Note,
    /// Nothing: report only.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

/// The word is none of those that are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of {known}")]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What could be written.
    pub known: &'static str,
}

impl FromStr for FailOn {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "critical" => Ok(Self::Critical),
            "warning" => Ok(Self::Warning),
            "note" => Ok(Self::Note),
            "never" => Ok(Self::Never),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                known: "critical, warning, note, never",
            }),
        }
    }
}

impl Severity {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing;

    #[test]
    fn fail_on_counts_from_its_severity_up() {
        let report = |severity| Report {
            at: OffsetDateTime::UNIX_EPOCH,
            subjects: vec![SubjectReport {
                subject: "x".to_owned(),
                failed: false,
                certificates: Vec::new(),
                findings: vec![Finding::new("X", severity, "x", String::new())],
            }],
        };
        let exceeds = |severity, word: &str| report(severity).exceeds(word.parse().unwrap());
        assert!(exceeds(Severity::Critical, "critical"));
        assert!(!exceeds(Severity::Warning, "critical"));
        assert!(exceeds(Severity::Warning, "warning"));
        assert!(!exceeds(Severity::Note, "warning"));
        assert!(exceeds(Severity::Note, "note"));
        assert!(!exceeds(Severity::Critical, "never"));
        assert!("Warning".parse::<FailOn>().is_err());
    }

    #[test]
    fn the_last_second_is_valid_and_the_next_is_not() {
        let certificate = testing::certificate("a", false, 0, 86_400);
        let state = |at| State::at(&certificate, testing::at(at));
        assert_eq!(state(-1), State::NotYetValid);
        assert_eq!(state(0), State::Valid);
        assert_eq!(state(86_399), State::Valid);
        assert_eq!(state(86_400), State::Expired);
        let half = testing::at(86_399) + Duration::milliseconds(500);
        assert_eq!(State::at(&certificate, half), State::Valid);
    }

    #[test]
    fn percent_stays_within_bounds() {
        assert_eq!(percent(-1, 10), 0);
        assert_eq!(percent(5, 10), 50);
        assert_eq!(percent(50, 10), 100);
        assert_eq!(percent(5, -1), 0);
        assert_eq!(percent(i64::MAX, 1), 100);
    }
}
