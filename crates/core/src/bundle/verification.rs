//! An opened bundle against chains: those that were recorded, or what servers present now.

use serde::Serialize;
use time::OffsetDateTime;
use trustpack_keystore::{self as keystore, Format, Password, ReadOptions};

use super::judge::{Host, Judgement, NOT_COVERED};
use super::open::{OpenedBundle, OpenedChannel};
use super::record::RenewalRecord;
use super::{ChainSource, HostChain};
use crate::channel::{Container, HostRequirement, hosts, judge_identity_file};
use crate::endpoint::Endpoint;
use crate::expiry::{Policy, Subject, Thresholds, check};
use crate::report::{Finding, Report, Severity};
use crate::text::{rfc3339, serialize_optional_time};
use crate::whatif::{Event, Outlook, Until};

/// A chain that stands for a host of a channel.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// Whose trust file has to cover it.
    pub channel: &'a OpenedChannel,
    /// The host, as the bundle records it.
    pub host: &'a HostChain,
    /// The chain to be judged; that of the host itself, or of one that stands for it.
    pub chain: HostChain,
}

/// When, and how strictly.
#[derive(Clone, Copy, Debug)]
pub struct VerifyOptions<'a> {
    /// The time that counts as now.
    pub at: OffsetDateTime,
    /// How close to its end a certificate may come.
    pub thresholds: Thresholds,
    /// The passwords of the stores, to be tried on each. Without any, none is checked.
    pub passwords: &'a [Password],
}

/// What came out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verification {
    /// The trust files and their hosts, with dates and findings.
    pub report: Report,
    /// The verdict over every chain, in order.
    pub hosts: Vec<HostVerdict>,
}

/// The verdict over one chain.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HostVerdict {
    /// The channel.
    pub channel: String,
    /// The host that must be covered, as `host:port`.
    pub endpoint: String,
    /// `recorded`, `live`, or the other server that was asked instead.
    pub asked: String,
    /// Whether a Java client with the packed trust file accepts it.
    pub accepted: bool,
    /// Why not.
    pub refusal: Option<String>,
    /// SHA-256 of the anchor at which the accepted path ends.
    pub anchor: Option<String>,
    /// The first second in which it is not accepted any more, as long as nothing is renewed.
    #[serde(serialize_with = "serialize_optional_time")]
    pub until: Option<OffsetDateTime>,
    /// What becomes of it when certificates are renewed.
    pub after_renewal: Vec<RenewalRecord>,
}

impl Verification {
    /// Whether every chain is accepted and nothing critical was found; `strict`: no warning either.
    pub fn holds(&self, strict: bool) -> bool {
        let limit = match strict {
            true => Severity::Warning,
            false => Severity::Critical,
        };
        let good = self.report.findings().all(|found| found.severity < limit);
        good && self.hosts.iter().all(|host| host.accepted)
    }
}

impl OpenedBundle {
    /// Every host with the chain that was recorded when the bundle was packed.
    pub fn recorded(&self) -> Vec<Candidate<'_>> {
        let channels = self.channels.iter();
        let each = |channel| OpenedChannel::recorded(channel);
        channels.flat_map(each).collect()
    }

    /// Judges chains with the packed trust files as a Java client would. `failed` are servers that presented nothing.
    pub fn verify(
        &self,
        candidates: &[Candidate<'_>],
        failed: Vec<Subject>,
        options: &VerifyOptions<'_>,
    ) -> Verification {
        let mut subjects = Vec::new();
        for channel in &self.channels {
            subjects.push(channel.subject(options.passwords));
            subjects.extend(channel.identity_judged(self, options));
        }
        let mut verdicts = Vec::new();
        for candidate in candidates {
            let (verdict, subject) = candidate.judge(options.at);
            verdicts.push(verdict);
            subjects.push(subject);
        }
        subjects.extend(failed);
        Verification {
            report: check(subjects, &Policy::from(options.thresholds), options.at),
            hosts: verdicts,
        }
    }
}

impl OpenedChannel {
    fn recorded(&self) -> impl Iterator<Item = Candidate<'_>> {
        self.hosts.iter().map(|host| Candidate {
            channel: self,
            host,
            chain: host.clone(),
        })
    }

    /// The trust file, and whether the password that the product's form gets is its own.
    fn subject(&self, passwords: &[Password]) -> Subject {
        let mut subject = self.trust.subject();
        if self.trust.container == Container::Jks && !passwords.is_empty() {
            let fits = |password: &Password| {
                let password = Some(password);
                let read = keystore::read(&self.trust.bytes, &ReadOptions { password });
                read.is_ok_and(|contents| contents.format == Format::Jks)
            };
            if !passwords.iter().any(fits) {
                let message = "none of the passwords that were named is that of the store";
                let found = Finding::new("JKS-PASS", Severity::Critical, &self.trust.path, message);
                subject.findings.push(found.with_hint(
                    "name the secret behind trust.password of the specification; if that was changed, pack again",
                ));
            }
        }
        subject
    }

    /// The identity: its dates, and with a password whether the key is that of the certificate.
    fn identity_judged(
        &self,
        bundle: &OpenedBundle,
        options: &VerifyOptions<'_>,
    ) -> Option<Subject> {
        let record = self.record.identity.as_ref()?;
        let file = record.file();
        let bytes = bundle.file(file)?;
        let mut subject = Subject::new(file);
        let is_sealed = record.key_store.is_some();
        let passwords = options.passwords.iter().map(Some);
        let mut tried =
            passwords.chain((!is_sealed || options.passwords.is_empty()).then_some(None));
        let fitting = tried.find(|password| {
            let password = *password;
            keystore::read(bytes, &ReadOptions { password }).is_ok()
        });
        let Some(password) = fitting else {
            let message = "none of the passwords that were named is that of the store";
            let found = Finding::new("JKS-PASS", Severity::Critical, file, message);
            let hint = "name the secret behind identity.password of the specification";
            subject.findings.push(found.with_hint(hint));
            return Some(subject);
        };
        let mut findings = judge_identity_file(file, bytes, password, options.at);
        // Without its password nobody says anything of the key; a certificate alone was told of when it was packed.
        let untold = ["CERT-ID-NO-KEY", "FILE-UNREAD"];
        findings.retain(|found| password.is_some() || !untold.contains(&&*found.id));
        subject.findings = findings;
        Some(subject)
    }

    /// Why the document wants the host covered.
    pub(super) fn requirement(&self, host: &HostChain, endpoint: &Endpoint) -> HostRequirement {
        let required = hosts(&self.channel);
        let found = required.iter().find(|one| one.endpoint == host.endpoint);
        HostRequirement {
            endpoint: endpoint.clone(),
            why: found.map_or("", |found| found.why),
        }
    }
}

impl Candidate<'_> {
    /// Whether it is what the server presented once, and not what it presents now.
    fn is_recorded(&self) -> bool {
        !matches!(self.chain.source, ChainSource::Fetched { .. })
    }

    fn asked(&self) -> String {
        match self.is_recorded() {
            true => "recorded".to_owned(),
            false if self.chain.endpoint == self.host.endpoint => "live".to_owned(),
            false => self.chain.endpoint.to_string(),
        }
    }

    fn judge(&self, at: OffsetDateTime) -> (HostVerdict, Subject) {
        let trust = &self.channel.trust;
        let roots = std::slice::from_ref(&trust.anchors);
        let requirement = self.channel.requirement(self.host, &self.chain.endpoint);
        let channel = &self.channel.record.name;
        let host = Host::named(
            format!("{channel}: {}", self.chain.endpoint),
            requirement,
            &self.chain,
            &[],
            roots,
            at,
        );
        let judgement = host.judge(&trust.anchors, at);
        let after_renewal = host.after_renewal(&trust.anchors, at);
        let outdated = self.outdated(&host, &judgement, &after_renewal, at);
        let until = match host.until(&trust.anchors, at) {
            Some(Until::Changes(change)) if judgement.refusal.is_none() => Some(change.at),
            _ => None,
        };
        let verdict = HostVerdict {
            channel: channel.clone(),
            endpoint: self.host.endpoint.to_string(),
            asked: self.asked(),
            accepted: judgement.refusal.is_none() || outdated.is_some(),
            refusal: judgement.refusal.clone().filter(|_| outdated.is_none()),
            anchor: judgement.anchor.map(|anchor| anchor.to_string()),
            until,
            after_renewal,
        };
        let is_outdated = outdated.is_some();
        let mut findings = judgement.findings.clone();
        findings.extend(outdated);
        if let Some(why) = &verdict.refusal {
            let message = format!(
                "a java client with {} refuses the server: {why}",
                trust.path
            );
            let found = Finding::new(NOT_COVERED, Severity::Critical, &host.subject, message);
            findings.push(found.with_hint(host.advice(self.is_recorded(), at)));
        }
        let mut subject = host.subject_of(judgement.anchor, findings);
        for item in &mut subject.items {
            // It is the past of the server, and no certificate that anybody meets.
            item.extra |= is_outdated;
        }
        (verdict, subject)
    }

    /// A recorded certificate ends one day, and its server has another one by then: what counts of it is whether its CA
    /// is trusted still.
    fn outdated(
        &self,
        host: &Host<'_>,
        judgement: &Judgement,
        after_renewal: &[RenewalRecord],
        at: OffsetDateTime,
    ) -> Option<Finding> {
        let end_entity = self.chain.chain.end_entity()?;
        let refused = judgement.refusal.is_some() && end_entity.not_after() < at;
        if !self.is_recorded() || !refused {
            return None;
        }
        let mut renewals = after_renewal.iter();
        let holds = renewals.any(|renewal| {
            renewal.event == Event::NewCertificate.word()
                && renewal.outlook == Outlook::Holds.word()
        });
        let message = format!(
            "the recorded certificate of the server expired on {}; one that the same CA issues is accepted",
            rfc3339(end_entity.not_after())
        );
        let found = Finding::new("BUNDLE-OUTDATED", Severity::Warning, &host.subject, message);
        holds.then(|| found.with_hint("ask the server itself with --live, or pack again"))
    }
}
