//! What expires, and how soon: a policy over dates, from any mix of files, stores and servers to one [`Report`].
//!
//! The caller builds one [`Subject`] per input, also for an input that could not be looked at, and [`check`] keeps
//! every one of them: a host that failed never vanishes from the report.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use time::{Duration, OffsetDateTime};

use crate::cert::Fingerprint;
use crate::facts::Facts;
use crate::report::{
    CertificateReport, Finding, Origin, Report, Role, Severity, State, SubjectReport,
};
use crate::text;

mod contents;
mod lint;
mod needed;
mod policy;
mod served;
mod split_chains;
mod subject;
mod threshold;

pub use needed::judge_needed;
pub use policy::{
    About, ByRole, Fits, Limits, Policy, PolicyError, RoleThreshold, Rule, Silence, Thresholds,
};
pub use served::{Served, ServedIndex};
pub use subject::{Dated, Item, Subject};

pub(crate) use lint::is_public_server;

use lint::Remark;
pub use threshold::{Range, Threshold, ThresholdError};

/// Applies the policy to every certificate of every subject, at a time.
///
/// Findings of a subject that were known before come first, then one per certificate that has something to say. What
/// was known before with the same id of the same place is not told twice; the worse severity counts.
///
/// | id | end entity, intermediate | anchor | extra |
/// |---|---|---|---|
/// | `CERT-EXPIRED` | critical | critical when a subject [needs](Subject::needs) it, else warning | note |
/// | `CERT-NOT-YET-VALID` | critical | the same | note |
/// | `CERT-EXPIRING` | by [`Thresholds::severity`] | by [`Thresholds::severity`] | note |
///
/// Revocation lists have the same with `CRL`. Beside their dates certificates are looked at for what else will stop them
/// from being accepted (`CERT-WEAK`, `CERT-LIFETIME`, `CERT-CLIENT-AUTH`, `CERT-DEPARTING-ROOT`,
/// `CERT-RENEW`).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki"))?;
/// use time::macros::datetime;
/// use trustpack_core::expiry::{Policy, Subject, check};
/// use trustpack_core::keystore::{ReadOptions, read};
/// use trustpack_core::report::{ReportFormat, Severity, Style, render};
///
/// let found = read(&std::fs::read("server.pem")?, &ReadOptions::default())?;
/// let subject = Subject::from_store("server.pem", &found.store);
/// let report = check([subject], &Policy::default(), datetime!(2045-12-20 0:00 UTC));
/// assert_eq!(report.summary().worst(), Some(Severity::Warning));
/// print!("{}", render(&report, ReportFormat::Markdown, &Style::default()));
/// # Ok(())
/// # }
/// ```
pub fn check(
    subjects: impl IntoIterator<Item = Subject>,
    policy: &Policy,
    at: OffsetDateTime,
) -> Report {
    let mut judge = Judge::new(policy.clone(), at);
    // Whether an anchor of a store is needed may be known only from a server that comes later.
    let subjects: Vec<Subject> = subjects.into_iter().collect();
    subjects.iter().for_each(|subject| judge.learn(subject));
    Report {
        at,
        subjects: subjects
            .into_iter()
            .map(|subject| judge.judge(subject))
            .collect(),
    }
}

/// Applies the policy as [`check`] does, to one subject after the other.
#[derive(Clone, Debug)]
pub struct Judge {
    policy: Policy,
    at: OffsetDateTime,
    needed: HashSet<Fingerprint>,
    /// Whether reports hold on to the certificates themselves.
    keeps_certificates: bool,
    /// Of each silence whether it was over a finding; all copies of a judge count together.
    silenced: Arc<[AtomicBool]>,
}

/// A silence of the policy that did nothing.
#[derive(Clone, Copy, Debug)]
pub struct IdleSilence<'a> {
    /// Its number in the policy, from one.
    pub number: usize,
    /// Which one.
    pub silence: &'a Silence,
    /// Whether that is because its last day is over.
    pub has_ended: bool,
}

impl Judge {
    /// One that knows of no server yet.
    pub fn new(policy: Policy, at: OffsetDateTime) -> Self {
        Self {
            keeps_certificates: true,
            silenced: policy.silences.iter().map(|_| false.into()).collect(),
            policy,
            at,
            needed: HashSet::new(),
        }
    }

    /// The silences that were over nothing that was judged so far.
    pub fn idle_silences(&self) -> impl Iterator<Item = IdleSilence<'_>> {
        let silences = self.policy.silences.iter().zip(self.silenced.iter());
        let numbered = (1..).zip(silences);
        let idle = numbered.filter(|(_, (_, used))| !used.load(Ordering::Relaxed));
        idle.map(|(number, (silence, _))| IdleSilence {
            number,
            silence,
            has_ended: silence.has_ended(self.at),
        })
    }

    /// With the certificates themselves in its reports, or without: only a format that
    /// [shows](crate::report::ReportFormat::shows_certificates) them has a use for them, and they are most of what a long
    /// report holds in memory.
    #[must_use]
    pub fn keeping_certificates(self, keeps_certificates: bool) -> Self {
        Self {
            keeps_certificates,
            ..self
        }
    }

    /// Remembers what a subject [needs](Subject::needs). Whoever judges servers before stores judges anchors rightly.
    pub fn learn(&mut self, subject: &Subject) {
        self.needed.extend(subject.needs.iter().copied());
    }

    /// What there is to say of a subject.
    pub fn judge(&self, subject: Subject) -> SubjectReport {
        let about = About {
            name: &subject.name,
            is_endpoint: subject.origin == Origin::Endpoint,
            names: None,
        };
        let mut findings = subject.findings;
        findings
            .iter_mut()
            .for_each(|finding| self.silence(finding, &about));
        let facts = &self.policy.facts;
        let is_leaving = has_no_lasting_anchor(&subject.items, facts);
        let mut certificates = Vec::with_capacity(subject.items.len());
        for item in &subject.items {
            let mut report = match &item.dated {
                Dated::Certificate(certificate) => {
                    CertificateReport::new(&item.label, item.role, certificate, self.at)
                }
                Dated::RevocationList(list) => {
                    CertificateReport::of_list(&item.label, list, self.at)
                }
            };
            report.certificate.take_if(|_| !self.keeps_certificates);
            report.renewal_window.clone_from(&item.renewal);
            let names = Some((report.issuer.as_str(), report.subject.as_str()));
            let limits = self.policy.thresholds(&About { names, ..about });
            let is_needed = self.is_needed(item);
            let mut remarks = Vec::new();
            remarks.extend(self.dates(item, limits, is_needed, &mut report));
            remarks.extend(lint::remarks(item, is_needed || is_leaving, facts, self.at));
            for remark in remarks {
                let place = format!("{}: {}", subject.name, item.label);
                let severity = match item.extra {
                    true => Severity::Note,
                    false => remark.severity,
                };
                let mut finding =
                    Finding::new(remark.id, severity, place, remark.message).with_hint(remark.hint);
                let names = Some((report.issuer.as_str(), report.subject.as_str()));
                self.silence(&mut finding, &About { names, ..about });
                report.severity = report.severity.max(Some(add(&mut findings, finding)));
            }
            certificates.push(report);
        }
        let needs = subject.needs.iter().map(ToString::to_string);
        SubjectReport {
            subject: subject.name,
            needs: needs.collect(),
            origin: subject.origin,
            connection: subject.connection,
            change: None,
            continues: subject.continues,
            failed: subject.failed,
            certificates,
            findings,
        }
    }

    fn dates(
        &self,
        item: &Item,
        thresholds: &Thresholds,
        is_needed: bool,
        report: &mut CertificateReport,
    ) -> Option<Remark> {
        let lifetime = Duration::seconds(report.lifetime_seconds);
        let limits = thresholds.limits(item.role, lifetime);
        report.warn_below_seconds = limits.warning.map(Duration::whole_seconds);
        report.critical_below_seconds = limits.critical.map(Duration::whole_seconds);
        let broken = match item.role {
            Role::Anchor if !is_needed => Severity::Warning,
            Role::Anchor | Role::Crl | Role::EndEntity | Role::Intermediate => Severity::Critical,
        };
        let is_list = item.role == Role::Crl;
        let (id, severity) = match report.state {
            State::Expired if is_list => ("CRL-EXPIRED", broken),
            State::Expired => ("CERT-EXPIRED", broken),
            State::NotYetValid if is_list => ("CRL-NOT-YET-VALID", broken),
            State::NotYetValid => ("CERT-NOT-YET-VALID", broken),
            State::ExpiresSoon | State::Valid => {
                let left = Duration::seconds(report.remaining_seconds);
                let severity = thresholds.severity(item.role, lifetime, left)?;
                report.state = State::ExpiresSoon;
                (
                    if is_list {
                        "CRL-EXPIRING"
                    } else {
                        "CERT-EXPIRING"
                    },
                    severity,
                )
            }
        };
        Some(Remark {
            id,
            severity,
            message: message(report, self.at),
            hint: hint(item, report.state).to_owned(),
        })
    }

    /// Whether a server stands or falls with it.
    fn is_needed(&self, item: &Item) -> bool {
        let certificate = item.certificate();
        item.role == Role::Anchor
            && !self.needed.is_empty()
            && certificate.is_some_and(|one| self.needed.contains(&one.fingerprint()))
    }

    /// What is known and accepted is a note, with the reason.
    fn silence(&self, finding: &mut Finding, about: &About<'_>) {
        let Some((place, silence)) = self.policy.silence(finding, about, self.at) else {
            return;
        };
        if let Some(used) = self.silenced.get(place) {
            used.store(true, Ordering::Relaxed);
        }
        finding.severity = Severity::Note;
        finding.silenced = Some(format!("{}, until {}", silence.reason, silence.until));
    }
}

/// Whether every anchor of a store is about to be dropped, so that nothing takes their place.
fn has_no_lasting_anchor(items: &[Item], facts: &Facts) -> bool {
    let mut anchors = items
        .iter()
        .filter(|item| item.role == Role::Anchor)
        .filter_map(Item::certificate)
        .peekable();
    anchors.peek().is_some() && anchors.all(|anchor| lint::is_departing(anchor, facts))
}

/// Adds a finding unless it is there; returns the severity that counts.
fn add(findings: &mut Vec<Finding>, finding: Finding) -> Severity {
    let known = findings
        .iter_mut()
        .find(|known| known.id == finding.id && known.subject == finding.subject);
    match known {
        Some(known) => {
            known.severity = known.severity.max(finding.severity);
            known.severity
        }
        None => {
            let severity = finding.severity;
            findings.push(finding);
            severity
        }
    }
}

fn message(report: &CertificateReport, at: OffsetDateTime) -> String {
    let name = format!("{}{}", contents::noun(report.role), report.display_name);
    let end = text::date_and_time(report.not_after);
    match report.state {
        State::Expired => format!(
            "{name} expired on {end}, {}",
            text::ago(report.remaining_seconds)
        ),
        State::NotYetValid => {
            let start = report.not_before;
            let wait = text::span((start - at).whole_seconds());
            format!(
                "{name} is valid from {} on, in {wait}",
                text::date_and_time(start)
            )
        }
        State::ExpiresSoon | State::Valid => {
            let left = text::span(report.remaining_seconds);
            let share = match report.remaining_percent {
                0 => "under 1".to_owned(),
                percent => percent.to_string(),
            };
            format!("{name} expires on {end}, in {left} ({share} % of its lifetime left)")
        }
    }
}

fn hint(item: &Item, state: State) -> &'static str {
    match (item.extra, item.role, state) {
        (true, _, _) => "no client needs it; leave it out of what the server sends",
        (_, Role::Crl, State::NotYetValid) => "correct the clock, or wait",
        (_, Role::Crl, _) => {
            "fetch the current list from its issuer; without it every certificate of this CA may be refused"
        }
        (_, _, State::NotYetValid) => {
            "use the certificate that is valid now until then, or correct the clock"
        }
        (_, Role::Intermediate | Role::Anchor, _) if item.has_key => {
            "renew it with its key, and give the new certificate to whoever has the old one"
        }
        (_, Role::EndEntity, _) => {
            "renew it, install the new one, and replace it wherever it is trusted by itself"
        }
        (_, Role::Intermediate, _) => {
            "install the current intermediate of its issuer on the server"
        }
        (_, Role::Anchor, _) => "add the successor of this CA to the store, then delete this one",
    }
}

#[cfg(test)]
mod tests;
