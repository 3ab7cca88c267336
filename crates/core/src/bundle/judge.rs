//! Each host against the file that was just written.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;

use super::record::RenewalRecord;
use super::store::TrustFile;
use super::{HostChain, PackRequest, anchors, layout};
use crate::Certificate;
use crate::cert::Fingerprint;
use crate::chain::{ChainAnalysis, analyse, analyse_with};
use crate::channel::HostRequirement;
use crate::expiry::{Policy, Subject, check};
use crate::report::{Finding, Report, Severity};
use crate::trust::TrustAnchors;
use crate::verify::{Client, Verdict, verify};
use crate::whatif::{Question, Until, after_renewal, until};

/// A host that must be covered, its chain put in order.
pub(super) struct Host<'a> {
    pub(super) requirement: HostRequirement,
    pub(super) chain: &'a HostChain,
    /// What the server presented, alone: the findings are about this.
    pub(super) analysis: ChainAnalysis,
    /// The same, completed by the CA certificates that the other hosts presented: anchors are chosen from this.
    pub(super) completed: ChainAnalysis,
    /// `host:port`, the subject of its findings.
    pub(super) subject: String,
    pub(super) server_name: Option<ServerName<'static>>,
}

impl<'a> Host<'a> {
    /// `authorities` are the CA certificates that any host presented: all of them go into one file, so what one server
    /// forgets to send may come from another.
    pub(super) fn new(
        requirement: HostRequirement,
        chain: &'a HostChain,
        authorities: &[Certificate],
        roots: &[TrustAnchors],
        at: OffsetDateTime,
    ) -> Self {
        let subject = requirement.endpoint.to_string();
        Self::named(subject, requirement, chain, authorities, roots, at)
    }

    /// As [`new`](Self::new), under another name in findings.
    pub(super) fn named(
        subject: String,
        requirement: HostRequirement,
        chain: &'a HostChain,
        authorities: &[Certificate],
        roots: &[TrustAnchors],
        at: OffsetDateTime,
    ) -> Self {
        let server_name = chain.server_name.clone();
        let analysis = analyse_with(&chain.chain, roots, &chain.issuers, &subject, at);
        let completed = if is_known(&analysis) {
            analysis.clone()
        } else {
            let mut all = chain.chain.clone();
            all.certificates.extend_from_slice(authorities);
            analyse(&all, roots, &subject, at)
        };
        Self {
            analysis,
            completed,
            server_name: server_name.or_else(|| requirement.endpoint.server_name()),
            requirement,
            chain,
            subject,
        }
    }

    /// Whether some root set knows the end of the chain.
    pub(super) fn is_publicly_trusted(&self) -> bool {
        is_known(&self.completed)
    }

    /// Why a client that trusts this certificate alone refuses.
    pub(super) fn refusal_with(
        &self,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> Option<String> {
        let anchors = TrustAnchors::new("candidate", vec![certificate.clone()]);
        self.judge(&anchors, at).refusal
    }

    /// AICC is a Java system and takes JKS, so Java's rules decide (domain notes 4).
    pub(super) fn judge(&self, anchors: &TrustAnchors, at: OffsetDateTime) -> Judgement {
        match &self.server_name {
            Some(name) => {
                let chain = &self.chain.chain;
                verify(chain, anchors, name, at, Client::Java, &self.subject).into()
            }
            None => Judgement {
                refusal: Some("the host is no name that a certificate can carry".to_owned()),
                anchor: None,
                findings: Vec::new(),
            },
        }
    }

    /// What becomes of the answer when certificates are renewed.
    pub(super) fn after_renewal(
        &self,
        anchors: &TrustAnchors,
        at: OffsetDateTime,
    ) -> Vec<RenewalRecord> {
        let question = self.question(anchors, at);
        let scenarios = question.map(|question| after_renewal(&question));
        let scenarios = scenarios.into_iter().flatten();
        scenarios.map(RenewalRecord::from).collect()
    }

    /// Until when the answer holds.
    pub(super) fn until(&self, anchors: &TrustAnchors, at: OffsetDateTime) -> Option<Until> {
        let question = self.question(anchors, at)?;
        Some(until(&question))
    }

    fn question<'q>(
        &'q self,
        anchors: &'q TrustAnchors,
        at: OffsetDateTime,
    ) -> Option<Question<'q>> {
        Some(Question {
            chain: &self.chain.chain,
            anchors,
            name: self.server_name.as_ref()?,
            at,
            client: Client::Java,
            subject: &self.subject,
        })
    }

    /// Whether any store could make a client accept the server: with everything above the end entity, it would.
    pub(super) fn could_be_covered(&self, at: OffsetDateTime) -> bool {
        let all = TrustAnchors::new("every known issuer", anchors::issuers(self));
        self.judge(&all, at).refusal.is_none()
    }

    /// Who has to do what when a packed trust file does not cover the server. `is_recorded`: the chain is what the server
    /// presented once, and not what it presents now.
    pub(super) fn advice(&self, is_recorded: bool, at: OffsetDateTime) -> &'static str {
        let end_entity = self.chain.chain.end_entity();
        let has_ended = end_entity.is_some_and(|one| one.not_after() < at);
        match (has_ended, is_recorded) {
            (true, true) => {
                "pack again with what the server presents now, which `trustpack channel verify-bundle --live` asks it for"
            }
            (true, false) => {
                "no trust certificate can help: whoever runs the server must renew its certificate; packing again does not"
            }
            _ if self.could_be_covered(at) => PACK_AGAIN,
            _ => {
                "no trust certificate can help: whoever runs the server must give it a certificate for this host, and its \
                 intermediates with it"
            }
        }
    }

    /// What the server presented. A root that it did not send is the business of the trust file, and what is needed is
    /// the anchor in that file.
    pub(super) fn subject_of(&self, needs: Option<Fingerprint>, findings: Vec<Finding>) -> Subject {
        let presented = &self.chain.chain;
        let mut subject = Subject::from_chain(&self.subject, presented, &self.analysis);
        subject.items.retain(|item| {
            item.certificate()
                .is_some_and(|one| presented.certificates.contains(one))
        });
        Subject {
            findings,
            needs: needs.into_iter().collect(),
            ..subject
        }
    }
}

/// What to do when the trust file is no longer the right one.
pub(super) const PACK_AGAIN: &str = "pack the channel again, and upload the new trust certificate";

/// The trust file does not cover a host.
pub(super) const NOT_COVERED: &str = "CERT-NOT-COVERED";

fn is_known(analysis: &ChainAnalysis) -> bool {
    let root = analysis.root.as_ref();
    root.is_some_and(|root| root.origin.is_some())
}

/// What of a [`Verdict`] packing needs.
pub(super) struct Judgement {
    /// Why the client refuses; `None` when it accepts.
    pub(super) refusal: Option<String>,
    /// The anchor at which the accepted path ends.
    pub(super) anchor: Option<Fingerprint>,
    pub(super) findings: Vec<Finding>,
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        let path = verdict.outcome.as_ref().ok();
        let anchor = path.and_then(|path| path.anchor());
        Self {
            anchor: anchor.map(Certificate::fingerprint),
            refusal: verdict
                .outcome
                .err()
                .map(|refusal| refusal.told_by(verdict.client)),
            findings: verdict.findings,
        }
    }
}

/// What came out, at one time.
pub(super) struct Judged {
    pub(super) report: Report,
    /// Whether a Java client refuses any host.
    pub(super) refuses: bool,
}

impl Judged {
    pub(super) fn findings(&self) -> Vec<Finding> {
        let subjects = self.report.subjects.iter();
        subjects
            .flat_map(|subject| &subject.findings)
            .cloned()
            .collect()
    }
}

/// Judges every host with the anchors that were read back from the file; `known` are the findings of the specification.
pub(super) fn judge(
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    known: &[Finding],
    at: OffsetDateTime,
) -> Judged {
    let mut specification = Subject::new(layout::own(request.channel, "channel.json"));
    specification.findings = known.to_vec();
    let mut subjects = vec![specification, trust.subject()];
    let mut refuses = false;
    for host in hosts {
        let judgement = host.judge(&trust.anchors, at);
        refuses |= judgement.refusal.is_some();
        let findings = findings(request, host, trust, &judgement, at);
        subjects.push(host.subject_of(judgement.anchor, findings));
    }
    let policy = Policy {
        facts: request.facts.clone(),
        ..Policy::from(request.options.thresholds)
    };
    Judged {
        report: check(subjects, &policy, at),
        refuses,
    }
}

fn findings(
    request: &PackRequest<'_>,
    host: &Host<'_>,
    trust: &TrustFile,
    judgement: &Judgement,
    at: OffsetDateTime,
) -> Vec<Finding> {
    let mut findings = host.analysis.findings.clone();
    findings.extend(judgement.findings.iter().cloned());
    let finding = |id, severity, message: String, hint: &str| {
        Finding::new(id, severity, &host.subject, message).with_hint(hint)
    };
    if let Some(why) = &judgement.refusal {
        let hint = if at != request.options.at
            && host
                .judge(&trust.anchors, request.options.at)
                .refusal
                .is_none()
        {
            "the server is accepted now and was not at SOURCE_DATE_EPOCH, which the files would carry: set a later one"
        } else if host.could_be_covered(at) {
            "use container = \"jks\" and policy = \"root+intermediates\" under [channel.trust]"
        } else {
            "no trust certificate can help: the server must present a valid certificate for this host first"
        };
        let message = format!(
            "a java client with {} refuses the server: {why}",
            trust.path
        );
        findings.push(finding(NOT_COVERED, Severity::Critical, message, hint));
    }
    // Without any root set nobody was asked.
    if !request.roots.is_empty() && !host.is_publicly_trusted() {
        let unknown = request.channel.kind.unknown_root();
        findings.push(finding(
            unknown.id,
            unknown.severity,
            unknown.message.to_owned(),
            unknown.hint,
        ));
    }
    for found in &mut findings {
        if request.options.strict && STRICT.contains(&found.id.as_ref()) {
            found.severity = Severity::Critical;
        }
    }
    findings
}

/// Critical when it is to be strict: domain notes 8.3 say so of the first; a chain of the other is trusted only by whoever made
/// it.
const STRICT: [&str; 2] = ["CERT-LEAF-ONLY", "MITM-SUSPECT"];
