//! Each host against the file that was just written.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;

use super::engine::{Engine, Judgement};
use super::store::TrustFile;
use super::{Examined, ExaminedCertificate, HostChain, PackRequest, anchors};
use crate::Certificate;
use crate::cert::Fingerprint;
use crate::chain::ChainAnalysis;
use crate::channel::HostRequirement;
use crate::report::{Finding, Report, Role, Severity};
use crate::trust::TrustAnchors;

/// A host that must be covered, its chain put in order.
pub(super) struct Host<'a> {
    pub(super) requirement: HostRequirement,
    pub(super) chain: &'a HostChain,
    pub(super) analysis: ChainAnalysis,
    /// `host:port`, the subject of its findings.
    pub(super) subject: String,
    pub(super) server_name: Option<ServerName<'static>>,
}

impl<'a> Host<'a> {
    pub(super) fn new(
        engine: &Engine,
        requirement: HostRequirement,
        chain: &'a HostChain,
        roots: &[TrustAnchors],
        at: OffsetDateTime,
    ) -> Self {
        let subject = requirement.endpoint.to_string();
        let server_name = chain.server_name.clone();
        Self {
            analysis: (engine.analyse)(&chain.chain, roots, &subject, at),
            server_name: server_name.or_else(|| requirement.endpoint.server_name()),
            requirement,
            chain,
            subject,
        }
    }

    /// Whether some root set knows the end of the chain.
    pub(super) fn is_publicly_trusted(&self) -> bool {
        let root = self.analysis.root.as_ref();
        root.is_some_and(|root| root.origin.is_some())
    }

    pub(super) fn is_accepted_with(
        &self,
        engine: &Engine,
        certificate: &Certificate,
        at: OffsetDateTime,
    ) -> bool {
        let anchors = TrustAnchors::new("candidate", vec![certificate.clone()]);
        self.verify(engine, &anchors, at).refusal.is_none()
    }

    fn verify(&self, engine: &Engine, anchors: &TrustAnchors, at: OffsetDateTime) -> Judgement {
        match &self.server_name {
            Some(name) => (engine.verify)(&self.chain.chain, anchors, name, at, &self.subject),
            None => Judgement {
                refusal: Some("the host is no name that a certificate can carry".to_owned()),
                anchor: None,
                findings: Vec::new(),
            },
        }
    }

    /// Whether any store could make a client accept the server: with everything above the end entity, it would.
    fn could_be_covered(&self, engine: &Engine, at: OffsetDateTime) -> bool {
        let all = anchors::above_end_entity(anchors::ladder(self));
        let all = TrustAnchors::new("every known issuer", all);
        self.verify(engine, &all, at).refusal.is_none()
    }

    fn examined(&self, needs: Option<Fingerprint>, findings: Vec<Finding>) -> Examined {
        let root = self.analysis.root.as_ref().map(|root| &root.certificate);
        let certificates = self.chain.chain.certificates.iter().enumerate();
        let certificates = certificates.map(|(place, certificate)| ExaminedCertificate {
            name: (place + 1).to_string(),
            role: if place == 0 {
                Role::EndEntity
            } else {
                Role::Intermediate
            },
            certificate: certificate.clone(),
            extra: place > 0
                && !self.analysis.path.contains(certificate)
                && root != Some(certificate),
        });
        Examined {
            subject: self.subject.clone(),
            certificates: certificates.collect(),
            findings,
            needs: needs.into_iter().collect(),
        }
    }
}

/// What came out, at one time.
pub(super) struct Judged {
    /// Why a client refuses each host, in the order of the hosts; `None` when it accepts.
    pub(super) refusals: Vec<Option<String>>,
    pub(super) report: Report,
    /// Whether another choice of anchors would cover a host that this one does not.
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
    engine: &Engine,
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    known: &[Finding],
    at: OffsetDateTime,
) -> Judged {
    let specification = Examined {
        subject: format!("{}/channel.toml", request.channel.name),
        findings: known.to_vec(),
        ..Examined::default()
    };
    let mut examined = vec![specification, trust.examined()];
    let mut refusals = Vec::new();
    let mut refuses = false;
    for host in hosts {
        let judgement = host.verify(engine, &trust.anchors, at);
        let refused = judgement.refusal.is_some();
        let mendable = refused && host.could_be_covered(engine, at);
        let findings = findings(request, host, trust, &judgement, mendable);
        examined.push(host.examined(judgement.anchor, findings));
        refusals.push(judgement.refusal);
        refuses |= mendable;
    }
    Judged {
        refusals,
        report: (request.check)(examined, at),
        refuses,
    }
}

fn findings(
    request: &PackRequest<'_>,
    host: &Host<'_>,
    trust: &TrustFile,
    judgement: &Judgement,
    mendable: bool,
) -> Vec<Finding> {
    let mut findings = host.analysis.findings.clone();
    findings.extend(judgement.findings.iter().cloned());
    let finding = |id, severity, message: String, hint: &str| Finding {
        id,
        severity,
        subject: host.subject.clone(),
        message,
        hint: Some(hint.to_owned()),
    };
    if let Some(why) = &judgement.refusal {
        let hint = if mendable {
            "use container = \"jks\" and policy = \"root+intermediates\" under [channel.trust]"
        } else {
            "no trust certificate can help: the server must present a valid certificate for this host first"
        };
        let message = format!(
            "a java client with {} refuses the server: {why}",
            trust.path
        );
        findings.push(finding(
            "CERT-NOT-COVERED",
            Severity::Critical,
            message,
            hint,
        ));
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
        // Domain notes 8.3: "W (E with --strict)".
        if request.options.strict && found.id == "CERT-LEAF-ONLY" {
            found.severity = Severity::Critical;
        }
    }
    findings
}
