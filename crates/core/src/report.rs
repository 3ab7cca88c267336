//! The report model: findings about subjects. Renderers import only this.
//!
//! One result type and one small file per output format. A report goes by subject by subject ([`ReportWriter`]), so that its
//! length does not count. A renderer is pure: text comes out, and what the terminal is like is an argument ([`Style`]).

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::text;

mod baseline;
mod certificate;
mod change;
mod connection;
mod csv;
mod finding;
mod github;
mod html;
mod ics;
mod json;
mod junit;
mod markdown;
mod matched;
mod nagios;
mod names;
pub mod page;
mod prometheus;
mod read;
mod sarif;
mod shard;
mod soonest;
mod table;
mod writer;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use crate::text::{count, escape};
pub use baseline::Baseline;
pub use certificate::{CertificateReport, Role, State};
pub(crate) use certificate::{lifetime, renew_after};
pub use change::{CertificateChanges, Change, FindingChanges, Gone, Since, SubjectChanges};
pub use connection::{Connection, Wanted};
pub use finding::{About, Finding, Severity};
pub use json::{line as json_line, pretty as json_text};
pub use nagios::ServiceState;
pub use prometheus::Metrics;
pub use read::{End, Part, ReadError, read, subject_of_line};
pub use shard::{Shard, ShardError};
pub(crate) use table::{grid, lines as finding_lines};
pub use writer::{ReportFormat, ReportWriter, Style, render, writer};

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
///           "warn_below_seconds": 1944000, "critical_below_seconds": 604800,
///           "dns_names": ["example.org"],
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
/// A certificate whose issuer was asked when it wants it to be renewed has `"renewal_window"` with `start`, `end` and perhaps
/// `explanation_url`. A server has `"connection"` with its facts and `"needs"` with its root; `dns_names`, `ip_addresses` and
/// `emails` are absent when there are none, the
/// two limits when the policy has none. What was written can be read again.
///
/// Compared with an earlier report ([`Baseline`]), subjects, certificates and findings have `"change"` ([`Change`]), what is
/// there no more is listed in `"gone"` before the summary ([`Gone`]), and `"since"` behind it counts ([`Since`]). A part of a
/// check that several runs share has `"shard": { "index": 0, "count": 8 }` behind the summary ([`Shard`]).
///
/// `role` is `end-entity`, `intermediate` or `anchor`; `state` is `valid`, `expires-soon`, `expired` or
/// `not-yet-valid`; `severity` is `critical`, `warning`, `note`, and for a certificate without findings `null`;
/// `hint` and `renew_after` may be `null`. Fields may be added, none changes its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The time that counted as now.
    #[serde(with = "text::moment")]
    pub at: OffsetDateTime,
    /// One per input, endpoint or entry, also for those that failed.
    pub subjects: Vec<SubjectReport>,
}

/// One subject of a report, or a part of a long one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectReport {
    /// What it is: `host:443`, `store.jks`, `chain.pem`.
    pub subject: String,
    /// What kind of thing that is, and its parts.
    #[serde(default)]
    pub origin: Origin,
    /// What became of it since an earlier report, when there is one to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// How it answered, when it is a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// The certificates, wherever they are stored, without which this server is not trusted, by their fingerprints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Whether more of the same subject follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continues: bool,
    /// Whether it could not be looked at; a finding says why.
    pub failed: bool,
    /// Its certificates, in order.
    pub certificates: Vec<CertificateReport>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What kind of thing a subject is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// A server.
    Endpoint,
    /// A file, or a part of one, such as a member of an archive.
    File {
        /// Where it lies.
        path: String,
    },
    /// A field of an object of Kubernetes.
    Kubernetes {
        /// `Secret`, `ConfigMap`, `Config` for a kubeconfig, or whatever its `kind` is.
        resource: String,
        /// Its namespace; empty when it has none.
        namespace: String,
        /// Its name.
        name: String,
        /// The field, such as `tls.crt`.
        key: String,
    },
    /// Anything else.
    #[default]
    Other,
}

/// Counts over a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Subjects, those that failed included.
    pub subjects: usize,
    /// Certificates that were looked at.
    pub certificates: usize,
    /// Revocation lists, which stand among the certificates of a subject; absent in JSON when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revocation_lists: usize,
    /// Critical findings.
    pub critical: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Subjects that could not be looked at.
    pub failed: usize,
    /// What changed since an earlier report; stands beside the counts in JSON.
    #[serde(skip)]
    pub since: Option<Since>,
    /// Which part of a check it is; stands beside the counts in JSON.
    #[serde(skip)]
    pub shard: Option<Shard>,
}

impl Summary {
    /// Counts one more.
    pub fn add(&mut self, subject: &SubjectReport) {
        self.subjects += usize::from(!subject.continues);
        let is_list = |one: &&CertificateReport| one.role == Role::Crl;
        let lists = subject.certificates.iter().filter(is_list).count();
        self.certificates += subject.certificates.len() - lists;
        self.revocation_lists += lists;
        self.failed += usize::from(subject.failed);
        for finding in &subject.findings {
            *match finding.severity {
                Severity::Critical => &mut self.critical,
                Severity::Warning => &mut self.warnings,
                Severity::Note => &mut self.notes,
            } += 1;
        }
        if let Some(since) = &mut self.since {
            since.add(subject);
        }
    }

    /// How much has dates, of whatever kind.
    pub fn dated(&self) -> usize {
        self.certificates + self.revocation_lists
    }

    /// What has dates, in words: `1 certificate, 2 revocation lists`.
    pub fn dated_words(&self) -> String {
        let certificates = count(self.certificates, "certificate");
        match self.revocation_lists {
            0 => certificates,
            lists => format!("{certificates}, {}", count(lists, "revocation list")),
        }
    }

    /// What there is of each, in words: `1 subject, 1 certificate: 0 critical, 1 warning, 0 notes, 0 failed`.
    pub fn words(&self) -> String {
        let since = self.since.map(|since| format!("; {}", since.words()));
        format!(
            "{}, {}: {} critical, {}, {}, {} failed{}",
            count(self.subjects, "subject"),
            self.dated_words(),
            self.critical,
            count(self.warnings, "warning"),
            count(self.notes, "note"),
            self.failed,
            since.unwrap_or_default(),
        )
    }

    /// The worst of what was found.
    pub fn worst(&self) -> Option<Severity> {
        worst_of(self.critical, self.warnings, self.notes)
    }

    /// Whether the answer is no: something was found that is as bad as `fail_on`, or worse. Compared with an earlier report
    /// only what is new or became worse counts.
    pub fn exceeds(&self, fail_on: FailOn) -> bool {
        let worst = match &self.since {
            Some(since) => since.worst(),
            None => self.worst(),
        };
        let limit = fail_on.severity();
        limit.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit))
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The worst severity of which there is any.
fn worst_of(critical: usize, warnings: usize, notes: usize) -> Option<Severity> {
    let counts = [
        (critical, Severity::Critical),
        (warnings, Severity::Warning),
        (notes, Severity::Note),
    ];
    counts
        .into_iter()
        .find(|(count, _)| *count > 0)
        .map(|(_, severity)| severity)
}

impl SubjectReport {
    /// Without what became of it since an earlier report.
    pub fn forget_changes(&mut self) {
        self.change = None;
        for certificate in &mut self.certificates {
            certificate.change = None;
        }
        for finding in &mut self.findings {
            finding.change = None;
        }
    }
}

impl Report {
    /// All findings, subject by subject.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.subjects.iter().flat_map(|subject| &subject.findings)
    }

    /// What there is of each.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        self.subjects
            .iter()
            .for_each(|subject| summary.add(subject));
        summary
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
