//! Which certificates become anchors, and why (design, section 4, "Trust by default").

use time::OffsetDateTime;

use crate::Certificate;
use crate::channel::{Container, SelectPolicy};
use crate::report::{Finding, Severity};
use crate::select::{Select, select};

use super::PackRequest;
use super::judge::Host;
use super::overlap;
use super::record::{PassedOver, Reason, file_name};

/// What was chosen, the root of the first host first.
pub(super) struct Chosen {
    /// What was decided, in words.
    pub(super) decision: String,
    anchors: Vec<(Certificate, Vec<Reason>)>,
    pub(super) passed_over: Vec<PassedOver>,
    /// What should be in it and cannot.
    pub(super) findings: Vec<Finding>,
}

impl Chosen {
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.anchors.iter().map(|(certificate, _)| certificate)
    }

    pub(super) fn reasons_of(&self, certificate: &Certificate) -> Vec<Reason> {
        let mut anchors = self.anchors.iter();
        let found = anchors.find(|(anchor, _)| anchor == certificate);
        found
            .map(|(_, reasons)| reasons.clone())
            .unwrap_or_default()
    }
}

/// Chooses for all hosts of a channel, without repetition, in the order of the hosts, the root first.
///
/// A server's own certificate is chosen when it is its own issuer, or on request; never because nothing else is known:
/// the error then has a finding for each such host.
pub(super) fn choose(
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
) -> Result<Chosen, Vec<Finding>> {
    let (channel, at) = (request.channel, request.options.at);
    let mut chosen: Vec<(Certificate, Vec<Reason>)> = Vec::new();
    let mut without_issuer = Vec::new();
    for host in hosts {
        let certificates = of_host(channel.policy(), host);
        if certificates.is_empty() {
            without_issuer.push(issuer_unknown(host));
        }
        for certificate in certificates {
            let reason = Reason {
                host: host.subject.clone(),
                why: why(&certificate, host),
            };
            add(&mut chosen, certificate, reason);
        }
    }
    if !without_issuer.is_empty() {
        return Err(without_issuer);
    }
    let mut chosen = match channel.container() {
        Container::Der => single(chosen, hosts, at),
        Container::Jks => Chosen {
            decision: decision(channel.policy()).to_owned(),
            anchors: chosen,
            passed_over: Vec::new(),
            findings: Vec::new(),
        },
    };
    let today: Vec<&Certificate> = chosen.certificates().collect();
    let coming = overlap::coming(request, hosts, &today);
    if !coming.anchors.is_empty() {
        chosen
            .decision
            .push_str("; and the roots to come, before their day");
    }
    for (certificate, reason) in coming.anchors {
        add(&mut chosen.anchors, certificate, reason);
    }
    chosen.findings = coming.findings;
    Ok(chosen)
}

fn add(chosen: &mut Vec<(Certificate, Vec<Reason>)>, certificate: Certificate, reason: Reason) {
    match chosen.iter_mut().find(|(one, _)| *one == certificate) {
        Some((_, reasons)) => reasons.push(reason),
        None => chosen.push((certificate, vec![reason])),
    }
}

fn decision(policy: SelectPolicy) -> &'static str {
    match policy {
        SelectPolicy::Leaf => {
            "the certificates of the servers themselves, as the specification says; each is good until it is renewed"
        }
        SelectPolicy::Root => {
            "the root of each chain, as the specification says; the servers must send their intermediates"
        }
        SelectPolicy::RootAndIntermediates => {
            "everything above the servers' own certificates: the roots outlive renewals, the intermediates make up for a \
             server that forgets to send them"
        }
    }
}

/// Everything above the end entity, the root first; a self-signed server certificate is its own issuer.
pub(super) fn issuers(host: &Host<'_>) -> Vec<Certificate> {
    let mut issuers = selected(Select::Issuers, host);
    issuers.reverse();
    issuers
}

fn of_host(policy: SelectPolicy, host: &Host<'_>) -> Vec<Certificate> {
    match policy {
        SelectPolicy::Leaf => selected(Select::Leaf, host),
        SelectPolicy::Root => issuers(host).into_iter().take(1).collect(),
        SelectPolicy::RootAndIntermediates => issuers(host),
    }
}

/// The findings of the choice are not told: [`analyse`](crate::chain::analyse) and [`verify`](crate::verify::verify)
/// say the same of every host.
fn selected(choice: Select, host: &Host<'_>) -> Vec<Certificate> {
    select(&host.completed, choice, &host.subject).certificates
}

/// What a certificate is in the chain of a host, and where it is from.
fn why(certificate: &Certificate, host: &Host<'_>) -> String {
    let presented = host.chain.chain.certificates.contains(certificate);
    let sent = if presented {
        "sent by the server"
    } else {
        "not sent"
    };
    if host.chain.chain.end_entity() == Some(certificate) {
        return match certificate.is_self_issued() {
            true => "the server's own certificate, which is self-signed and so its own issuer"
                .to_owned(),
            false => "the server's own certificate, as policy = \"leaf\" says".to_owned(),
        };
    }
    let root = host.completed.root.as_ref();
    if let Some(root) = root.filter(|root| root.certificate == *certificate) {
        return match &root.origin {
            Some(origin) => format!(
                "the root of its chain, {sent}, known to {}",
                file_name(origin)
            ),
            None => format!("the root of its chain, {sent}, known to no root set"),
        };
    }
    let mut completed = host.completed.completed.iter();
    let found = completed.find(|issuer| issuer.certificate == *certificate);
    match found {
        Some(issuer) if !presented => {
            format!(
                "an intermediate of its chain, {sent}, found in {}",
                file_name(&issuer.origin)
            )
        }
        _ if !presented => {
            "an intermediate of its chain, not sent by it but by another host".to_owned()
        }
        _ => format!("an intermediate of its chain, {sent}"),
    }
}

/// A container for one certificate gets the highest anchor with which every server verifies as it presents itself
/// today; when none does, the highest of all, and the judgement that follows says why that is not enough.
fn single(
    candidates: Vec<(Certificate, Vec<Reason>)>,
    hosts: &[Host<'_>],
    at: OffsetDateTime,
) -> Chosen {
    let first_refusal = |candidate: &Certificate| {
        hosts
            .iter()
            .find_map(|host| Some((&host.subject, host.refusal_with(candidate, at)?)))
    };
    let refusals: Vec<_> = candidates
        .iter()
        .map(|(candidate, _)| first_refusal(candidate))
        .collect();
    let best = refusals.iter().position(Option::is_none);
    let (mut anchors, mut passed_over) = (Vec::new(), Vec::new());
    for (place, ((certificate, reasons), refusal)) in
        candidates.into_iter().zip(refusals).enumerate()
    {
        if place == best.unwrap_or_default() {
            anchors.push((certificate, reasons));
            continue;
        }
        passed_over.push(PassedOver {
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            why: match refusal {
                Some((host, why)) => format!("with it alone a java client refuses {host}: {why}"),
                None => "a higher one does as well".to_owned(),
            },
        });
    }
    Chosen {
        decision: match best {
            Some(_) => "the container holds one certificate: the highest with which every server is accepted as it \
                        presents itself today"
                .to_owned(),
            None => "the container holds one certificate, and none alone makes every server accepted".to_owned(),
        },
        anchors,
        passed_over,
        findings: Vec::new(),
    }
}

fn issuer_unknown(host: &Host<'_>) -> Finding {
    let issuer = host.chain.chain.end_entity().map_or_else(
        || "unknown".to_owned(),
        |end_entity| end_entity.issuer().to_string(),
    );
    let message = format!(
        "nothing can be trusted but the server's own certificate: its issuer {issuer} is neither sent nor known"
    );
    let hint = "give the issuer's certificate with the server's in a file of trust.files; policy = \"leaf\" makes a \
                store that breaks at the next renewal";
    Finding::new(
        "CERT-NOT-COVERED",
        Severity::Critical,
        &host.subject,
        message,
    )
    .with_hint(hint)
}
