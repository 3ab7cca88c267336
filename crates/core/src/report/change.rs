//! What became of things since an earlier report.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Severity, SubjectReport};
use crate::text;

/// What became of a finding, a certificate or a subject since an earlier report, in which it is looked up by its name: a
/// finding by its identifier and what it is about, a certificate by its place within the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A finding that is less severe than it was.
    Better,
    /// Another certificate in the same place that does not end later.
    Changed,
    /// It was not there.
    New,
    /// Another certificate in the same place that ends later.
    Renewed,
    /// It was there.
    Unchanged,
    /// A finding that is more severe than it was.
    Worse,
}

impl Change {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Renewed => "renewed",
            Self::Unchanged => "unchanged",
            Self::Worse => "worse",
        }
    }

    /// The word, unless it is the same as before.
    pub(super) fn news(self) -> Option<&'static str> {
        (self != Self::Unchanged).then(|| self.word())
    }
}

/// What an earlier report has and this one has not.
///
/// Of a subject that is gone, neither its certificates nor its findings are told; of one that could not be looked at this
/// time nothing is, because nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Gone {
    /// A subject, which was not to be checked this time.
    Subject {
        /// Its name.
        subject: String,
    },
    /// A certificate of a subject.
    Certificate {
        /// Whose it was.
        subject: String,
        /// Its alias or place there.
        name: String,
        /// What people call it.
        display_name: String,
        /// SHA-256 of its DER, hex.
        fingerprint: String,
        /// Its last second.
        #[serde(with = "text::moment")]
        not_after: OffsetDateTime,
    },
    /// A finding about a subject: what it found has been repaired, or is another one now.
    Finding {
        /// What it was about.
        subject: String,
        /// Its identifier.
        id: String,
        /// How bad it was.
        severity: Severity,
        /// What was found.
        message: String,
    },
}

impl Gone {
    /// Whose it was, or what.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::Subject { subject }
            | Self::Certificate { subject, .. }
            | Self::Finding { subject, .. } => subject,
        }
    }

    /// In a line, not yet escaped.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Subject { subject } => format!("{subject}: was checked before"),
            Self::Certificate {
                subject,
                name,
                display_name,
                not_after,
                ..
            } => {
                let date = text::date(*not_after);
                format!("{subject}: {name}: {display_name}, which ends on {date}")
            }
            Self::Finding {
                subject,
                id,
                message,
                ..
            } => format!("{id}  {subject}: {message}"),
        }
    }
}

/// How much became of what since an earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When the earlier report was made.
    #[serde(with = "text::moment")]
    pub at: OffsetDateTime,
    /// Findings.
    pub findings: FindingChanges,
    /// Certificates.
    pub certificates: CertificateChanges,
    /// Subjects.
    pub subjects: SubjectChanges,
}

/// Findings by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingChanges {
    /// That were not there.
    pub new: usize,
    /// That were less severe.
    pub worse: usize,
    /// That were more severe.
    pub better: usize,
    /// That were the same.
    pub unchanged: usize,
    /// That are there no more.
    pub gone: usize,
    /// Critical ones that are new or worse.
    pub fresh_critical: usize,
    /// Warnings that are new or worse.
    pub fresh_warnings: usize,
    /// Notes that are new.
    pub fresh_notes: usize,
}

/// Certificates by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateChanges {
    /// Where there was none.
    pub new: usize,
    /// With a later end in the place of another one.
    pub renewed: usize,
    /// In the place of another one, without a later end.
    pub changed: usize,
    /// That were there.
    pub unchanged: usize,
    /// That are there no more.
    pub gone: usize,
}

/// Subjects by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectChanges {
    /// That were not checked before.
    pub new: usize,
    /// That are checked no more.
    pub gone: usize,
}

impl Since {
    /// Since a report of then; nothing is counted yet.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            at,
            findings: FindingChanges::default(),
            certificates: CertificateChanges::default(),
            subjects: SubjectChanges::default(),
        }
    }

    /// Counts what a subject has.
    pub(super) fn add(&mut self, subject: &SubjectReport) {
        let is_new = subject.change == Some(Change::New) && !subject.continues;
        self.subjects.new += usize::from(is_new);
        let certificates = &mut self.certificates;
        for change in subject.certificates.iter().filter_map(|one| one.change) {
            *match change {
                Change::New => &mut certificates.new,
                Change::Renewed => &mut certificates.renewed,
                Change::Changed => &mut certificates.changed,
                Change::Better | Change::Unchanged | Change::Worse => &mut certificates.unchanged,
            } += 1;
        }
        let findings = &mut self.findings;
        for finding in &subject.findings {
            let Some(change) = finding.change else {
                continue;
            };
            let is_fresh = matches!(change, Change::New | Change::Worse);
            *match change {
                Change::New => &mut findings.new,
                Change::Worse => &mut findings.worse,
                Change::Better => &mut findings.better,
                Change::Changed | Change::Renewed | Change::Unchanged => &mut findings.unchanged,
            } += 1;
            *match finding.severity {
                Severity::Critical => &mut findings.fresh_critical,
                Severity::Warning => &mut findings.fresh_warnings,
                Severity::Note => &mut findings.fresh_notes,
            } += usize::from(is_fresh);
        }
    }

    /// Counts something that is gone.
    pub fn add_gone(&mut self, gone: &Gone) {
        *match gone {
            Gone::Subject { .. } => &mut self.subjects.gone,
            Gone::Certificate { .. } => &mut self.certificates.gone,
            Gone::Finding { .. } => &mut self.findings.gone,
        } += 1;
    }

    /// How many are gone, of whatever kind.
    pub(super) fn gone(&self) -> usize {
        self.findings.gone + self.certificates.gone + self.subjects.gone
    }

    /// The worst that is new or worse than it was.
    pub fn worst(&self) -> Option<Severity> {
        super::worst_of(
            self.findings.fresh_critical,
            self.findings.fresh_warnings,
            self.findings.fresh_notes,
        )
    }

    /// In words: `since 2026-11-01: findings 3 new, 1 gone; certificates 2 renewed`.
    pub fn words(&self) -> String {
        let part = |what: &str, counts: &[(usize, &str)]| {
            let told = counts.iter().filter(|(count, _)| *count > 0);
            let told: Vec<String> = told
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            (!told.is_empty()).then(|| format!("{what} {}", told.join(", ")))
        };
        let Self {
            findings,
            certificates,
            subjects,
            ..
        } = self;
        let parts = [
            part(
                "findings",
                &[
                    (findings.new, "new"),
                    (findings.worse, "worse"),
                    (findings.better, "better"),
                    (findings.unchanged, "unchanged"),
                    (findings.gone, "gone"),
                ],
            ),
            part(
                "certificates",
                &[
                    (certificates.new, "new"),
                    (certificates.renewed, "renewed"),
                    (certificates.changed, "changed"),
                    (certificates.gone, "gone"),
                ],
            ),
            part(
                "subjects",
                &[(subjects.new, "new"), (subjects.gone, "gone")],
            ),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let date = text::date(self.at);
        match parts.is_empty() {
            true => format!("since {date}: no change"),
            false => format!("since {date}: {}", parts.join("; ")),
        }
    }
}
