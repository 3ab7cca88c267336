//! Each host against the file that was just written.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;

use super::engine::{Engine, Judgement};
use super::store::TrustFile;
use super::{Examined, ExaminedCertificate, HostChain, PackRequest, anchors};
use crate::Certificate;
use crate::chain::ChainAnalysis;
use crate::channel::HostRequirement;
use crate::report::{Finding, Role, Severity};
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

    fn examined(&self) -> Examined {
        let certificates = self.chain.chain.certificates.iter().enumerate();
        let certificates = certificates.map(|(place, certificate)| ExaminedCertificate {
            name: (place + 1).to_string(),
            role: if place == 0 {
                Role::EndEntity
            } else {
                Role::Intermediate
            },
            certificate: certificate.clone(),
        });
        Examined {
            subject: self.subject.clone(),
            certificates: certificates.collect(),
        }
    }
}

/// What came out, at one time.
pub(super) struct Judged {
    pub(super) at: OffsetDateTime,
    /// In the order of the hosts.
    pub(super) hosts: Vec<JudgedHost>,
    /// The trust file and what it holds.
    pub(super) trust: (Examined, Vec<Finding>),
    /// Whether another choice of anchors would cover a host that this one does not.
    pub(super) refuses: bool,
}

pub(super) struct JudgedHost {
    pub(super) examined: Examined,
    pub(super) refusal: Option<String>,
    pub(super) findings: Vec<Finding>,
}

impl Judged {
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let hosts = self.hosts.iter().flat_map(|host| &host.findings);
        self.trust.1.iter().chain(hosts).cloned()
    }
}

/// Judges every host with the anchors that were read back from the file.
pub(super) fn judge(
    engine: &Engine,
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    at: OffsetDateTime,
) -> Judged {
    let mut judged = Judged {
        at,
        hosts: Vec::new(),
        trust: (trust.examined(), trust.findings()),
        refuses: false,
    };
    for host in hosts {
        let (judged_host, refuses) = judge_host(engine, request, host, trust, at);
        judged.hosts.push(judged_host);
        judged.refuses |= refuses;
    }
    let mut examined = vec![judged.trust.0.clone()];
    examined.extend(judged.hosts.iter().map(|host| host.examined.clone()));
    for found in (request.expiry)(&examined, at) {
        let host = judged
            .hosts
            .iter_mut()
            .find(|host| host.examined.subject == found.subject);
        match host {
            Some(host) => host.findings.push(found),
            None => judged.trust.1.push(found),
        }
    }
    judged
}

fn judge_host(
    engine: &Engine,
    request: &PackRequest<'_>,
    host: &Host<'_>,
    trust: &TrustFile,
    at: OffsetDateTime,
) -> (JudgedHost, bool) {
    let judgement = host.verify(engine, &trust.anchors, at);
    let mut findings = host.analysis.findings.clone();
    findings.extend(judgement.findings);
    let finding = |id, severity, message: String, hint: &str| Finding {
        id,
        severity,
        subject: host.subject.clone(),
        message,
        hint: Some(hint.to_owned()),
    };
    let mut refuses = false;
    if let Some(why) = &judgement.refusal {
        refuses = host.could_be_covered(engine, at);
        let hint = if refuses {
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
    let judged = JudgedHost {
        examined: host.examined(),
        refusal: judgement.refusal,
        findings,
    };
    (judged, refuses)
}
