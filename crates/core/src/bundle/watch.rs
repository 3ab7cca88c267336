//! What has become of a server since its bundle was packed: another certificate, another issuer, a store that does not
//! cover it any more.

use time::OffsetDateTime;

use super::HostChain;
use super::judge::{Host, NOT_COVERED, PACK_AGAIN};
use super::open::OpenedChannel;
use crate::Certificate;
use crate::cert::Fingerprint;
use crate::chain::{ChainAnalysis, PresentedChain, analyse_with};
use crate::channel::Container;
use crate::expiry::Subject;
use crate::facts::Facts;
use crate::report::{Finding, Severity};
use crate::text;
use crate::trust::TrustAnchors;
use crate::verify::{Client, verify};

/// What is to be said of a server that presents a chain now.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Since {
    /// The worst first.
    pub findings: Vec<Finding>,
    /// The anchor in the packed store by which a Java client accepts it.
    pub needs: Option<Fingerprint>,
}

impl OpenedChannel {
    /// The packed trust file, to be checked as any other store.
    pub fn store(&self) -> Subject {
        self.trust.subject()
    }

    /// The chain that was recorded for a server.
    pub fn recorded_host(&self, endpoint: &str) -> Option<&HostChain> {
        let mut hosts = self.hosts.iter();
        hosts.find(|host| host.endpoint.to_string() == endpoint)
    }

    /// What has become of a server since: `host` is what was recorded, `chain` what it presents now. Issuers are known by
    /// the root sets.
    ///
    /// | id | severity | when |
    /// |---|---|---|
    /// | `CERT-NOT-COVERED` | critical; note | a Java client with the packed trust file refuses it; that cannot be told |
    /// | `CERT-ROTATED` | critical; note | its own certificate is another one, and the trust file does not accept it; does |
    /// | `CERT-CHAIN-CHANGED` | warning | another CA has issued it, or its root is another one |
    /// | `CERT-DEPARTING-ROOT` | warning | it is about to move to roots that the trust file has not |
    ///
    /// What [`verify`] says of an acceptance, such as `CERT-LEAF-ONLY`, is told too.
    pub fn since(
        &self,
        host: &HostChain,
        chain: &PresentedChain,
        roots: &[TrustAnchors],
        facts: &Facts,
        at: OffsetDateTime,
    ) -> Since {
        self.judged(host, chain, roots, facts, at, false)
    }

    /// As [`since`](Self::since); `is_recorded`: the server itself was not asked.
    fn judged(
        &self,
        host: &HostChain,
        chain: &PresentedChain,
        roots: &[TrustAnchors],
        facts: &Facts,
        at: OffsetDateTime,
        is_recorded: bool,
    ) -> Since {
        let subject = format!("{}: {}", self.record.name, host.endpoint);
        let name = host.server_name.clone();
        let Some(name) = name.or_else(|| host.endpoint.server_name()) else {
            return Since::default();
        };
        let verdict = verify(chain, self.anchors(), &name, at, Client::Java, &subject);
        let mut since = Since::default();
        let is_undecided = verdict.is_undecided();
        let is_refused = verdict.outcome.is_err() && !is_undecided;
        let presented = HostChain {
            chain: chain.clone(),
            ..host.clone()
        };
        let requirement = self.requirement(host, &host.endpoint);
        let advice = Host::new(requirement, &presented, &[], roots, at).advice(is_recorded, at);
        let file = &self.record.trust.file;
        match verdict.outcome {
            Ok(path) => {
                since.needs = path.anchor().map(Certificate::fingerprint);
                since.findings.extend(verdict.findings);
            }
            Err(refusal) => {
                let why = refusal.told_by(Client::Java);
                let (severity, message) = match is_undecided {
                    true => (
                        Severity::Note,
                        format!(
                            "it cannot be told whether a java client with {file} accepts the server: {why}"
                        ),
                    ),
                    false => (
                        Severity::Critical,
                        format!("a java client with {file} refuses the server: {why}"),
                    ),
                };
                let found = Finding::new(NOT_COVERED, severity, &subject, message);
                since.findings.push(found.with_hint(advice));
            }
        }
        let refused = is_refused.then_some(advice);
        let rotated = self.rotated(&subject, host, chain, refused);
        since.findings.extend(rotated);
        let known = Known {
            host,
            roots,
            subject: &subject,
            at,
        };
        since.findings.extend(known.changed(chain));
        since
            .findings
            .extend(self.moving(&subject, host, facts, at));
        since
    }

    /// A server that cannot be asked, by the chain that was recorded for it.
    pub fn as_recorded(&self, host: &HostChain, facts: &Facts, at: OffsetDateTime) -> Subject {
        let name = format!("{}: {}", self.record.name, host.endpoint);
        let roots = std::slice::from_ref(self.anchors());
        let analysis = analyse_with(&host.chain, roots, &host.issuers, &name, at);
        let since = self.judged(host, &host.chain, roots, facts, at, true);
        let mut subject = Subject::from_chain(name, &host.chain, &analysis);
        subject.findings.extend(since.findings);
        subject.needs = since.needs.into_iter().collect();
        subject
    }

    /// `CERT-ROTATED`. That a certificate is renewed is as it should be, when the store holds its CA.
    fn rotated(
        &self,
        subject: &str,
        host: &HostChain,
        chain: &PresentedChain,
        refused: Option<&'static str>,
    ) -> Option<Finding> {
        let (old, new) = (host.chain.end_entity()?, chain.end_entity()?);
        if old == new {
            return None;
        }
        let (severity, answer, hint) = match refused {
            Some(advice) => (Severity::Critical, "refuses", advice),
            None => (
                Severity::Note,
                "does not refuse",
                "nothing to do; packing again makes this go away",
            ),
        };
        let message = format!(
            "the server has another certificate than when the bundle was packed: that one ends on {}, this one on {}, and a client with {} {answer} it",
            text::date(old.not_after()),
            text::date(new.not_after()),
            self.record.trust.file
        );
        let finding = Finding::new("CERT-ROTATED", severity, subject, message).about(new);
        Some(finding.with_hint(hint))
    }

    /// `CERT-DEPARTING-ROOT`, of a store that has none of the roots that the server is about to move to.
    fn moving(
        &self,
        subject: &str,
        host: &HostChain,
        facts: &Facts,
        at: OffsetDateTime,
    ) -> Option<Finding> {
        let moves = facts.coming_anchors(host.endpoint.host(), at);
        let held = self.anchors().certificates();
        let is_held = |fingerprint: &Fingerprint| {
            let mut held = held.iter();
            held.any(|certificate| certificate.fingerprint() == *fingerprint)
        };
        let lacking = moves
            .iter()
            .find(|one| !one.anchors.iter().any(|anchor| is_held(&anchor.sha256)))?;
        let when = lacking
            .fact
            .from
            .map_or_else(String::new, |day| format!(" from {day} on"));
        let names: Vec<&str> = lacking
            .anchors
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let message = format!(
            "the server moves to other roots{when}, and {} has none of them: {}",
            self.record.trust.file,
            names.join(", ")
        );
        let what = match self.record.trust.container {
            Container::Der => {
                "a DER file holds one certificate: pack a JKS that has both (container = \"jks\" under [channel.trust]), or pack \
                 again on that day"
            }
            Container::Jks => PACK_AGAIN,
        };
        let finding = Finding::new("CERT-DEPARTING-ROOT", Severity::Warning, subject, message);
        Some(finding.with_hint(format!("{what}; {} tells of it", lacking.fact.source)))
    }
}

/// What the bundle knows of a server.
struct Known<'a> {
    host: &'a HostChain,
    roots: &'a [TrustAnchors],
    subject: &'a str,
    at: OffsetDateTime,
}

impl Known<'_> {
    /// `CERT-CHAIN-CHANGED`. A CA that has a new certificate for its old name and key is the same CA.
    fn changed(&self, chain: &PresentedChain) -> Option<Finding> {
        let (old, new) = (self.analyse(&self.host.chain), self.analyse(chain));
        let is_same = |old: &Certificate, new: &Certificate| old == new || old.has_same_holder(new);
        let told = match (issuer(&old), issuer(&new)) {
            (Some(before), Some(now)) if !is_same(before, now) => Some((
                "issuer",
                before.subject().to_string(),
                now.subject().to_string(),
            )),
            (None, _) | (_, None) => {
                let names = [&self.host.chain, chain].map(|chain| {
                    let end_entity = chain.end_entity();
                    end_entity.map(|one| one.issuer().to_string())
                });
                match names {
                    [Some(before), Some(now)] if before != now => Some(("issuer", before, now)),
                    _ => None,
                }
            }
            _ => None,
        };
        let told = told.or_else(|| {
            let (before, now) = (old.root?.certificate, new.root?.certificate);
            let names = || {
                (
                    "root",
                    before.subject().to_string(),
                    now.subject().to_string(),
                )
            };
            (!is_same(&before, &now)).then(names)
        });
        let (what, before, now) = told?;
        let message = format!(
            "the {what} of its certificate is another one than when the bundle was packed: it was {before}, it is {now}"
        );
        let finding = Finding::new(
            "CERT-CHAIN-CHANGED",
            Severity::Warning,
            self.subject,
            message,
        );
        Some(finding.with_hint(PACK_AGAIN))
    }

    fn analyse(&self, chain: &PresentedChain) -> ChainAnalysis {
        analyse_with(chain, self.roots, &self.host.issuers, self.subject, self.at)
    }
}

/// Who issued the server's certificate, as far as it was sent or is known.
fn issuer(analysis: &ChainAnalysis) -> Option<&Certificate> {
    let sent = analysis.path.get(1);
    let sent = sent.or_else(|| analysis.completed.first().map(|one| &one.certificate));
    sent.or_else(|| analysis.root.as_ref().map(|root| &root.certificate))
}
