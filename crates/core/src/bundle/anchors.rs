//! Which certificates become anchors (design, section 4, "Trust by default"). One function, so that it can be swapped.

use crate::Certificate;
use crate::channel::{Channel, Container, SelectPolicy};
use crate::report::{Finding, Severity};

use super::judge::Host;

/// Chooses for all hosts of a channel, without repetition, in the order of the hosts.
///
/// A server's own certificate is chosen when it is its own issuer, or on request; never because nothing else is known:
/// the error then has a finding for each such host.
///
/// `covers_all` says whether every host verifies with this certificate as the only anchor.
pub(super) fn choose(
    channel: &Channel,
    hosts: &[Host<'_>],
    covers_all: &dyn Fn(&Certificate) -> bool,
) -> Result<Vec<Certificate>, Vec<Finding>> {
    let policy = channel.trust.policy;
    if policy != SelectPolicy::Leaf {
        let without_issuer: Vec<Finding> = hosts.iter().filter_map(issuer_unknown).collect();
        if !without_issuer.is_empty() {
            return Err(without_issuer);
        }
    }
    let mut chosen = Vec::new();
    for certificate in hosts.iter().flat_map(|host| of_host(policy, host)) {
        add(&mut chosen, certificate);
    }
    match channel.container() {
        Container::Der => Ok(single(policy, hosts, chosen, covers_all)),
        Container::Jks => Ok(chosen),
    }
}

fn issuer_unknown(host: &Host<'_>) -> Option<Finding> {
    let [end_entity] = &*ladder(host) else {
        return None;
    };
    (!end_entity.is_self_issued()).then(|| Finding {
        id: "CERT-NOT-COVERED",
        severity: Severity::Critical,
        subject: host.subject.clone(),
        message: format!(
            "nothing can be trusted but the server's own certificate: its issuer {} is neither sent nor known",
            end_entity.issuer()
        ),
        hint: Some(
            "give the issuer's certificate with the server's in a file of trust.files; policy = \"leaf\" makes a store \
             that breaks at the next renewal"
                .to_owned(),
        ),
    })
}

fn of_host(policy: SelectPolicy, host: &Host<'_>) -> Vec<Certificate> {
    let ladder = ladder(host);
    match policy {
        SelectPolicy::Leaf => ladder.into_iter().next_back().into_iter().collect(),
        SelectPolicy::Root => ladder.into_iter().next().into_iter().collect(),
        SelectPolicy::RootAndIntermediates => above_end_entity(ladder),
    }
}

/// A container for one certificate gets the highest anchor with which the server verifies as it presents itself today;
/// when none does, the highest of all, and the judgement that follows says why that is not enough.
fn single(
    policy: SelectPolicy,
    hosts: &[Host<'_>],
    chosen: Vec<Certificate>,
    covers_all: &dyn Fn(&Certificate) -> bool,
) -> Vec<Certificate> {
    let mut candidates = Vec::new();
    match policy {
        SelectPolicy::Leaf | SelectPolicy::Root => candidates = chosen,
        SelectPolicy::RootAndIntermediates => {
            for certificate in hosts.iter().flat_map(|host| above_end_entity(ladder(host))) {
                add(&mut candidates, certificate);
            }
        }
    }
    let best = candidates.iter().position(covers_all);
    let best = best.unwrap_or_default();
    candidates.into_iter().skip(best).take(1).collect()
}

/// From the root down to the end entity, as far as they are known.
pub(super) fn ladder(host: &Host<'_>) -> Vec<Certificate> {
    let mut ladder = Vec::new();
    let root = host
        .analysis
        .root
        .as_ref()
        .map(|root| root.certificate.clone());
    for certificate in root
        .into_iter()
        .chain(host.analysis.path.iter().rev().cloned())
    {
        add(&mut ladder, certificate);
    }
    // The path may be without it when the server's certificate is its own root.
    if let Some(certificate) = host.chain.chain.end_entity() {
        add(&mut ladder, certificate.clone());
    }
    ladder
}

/// Without the end entity, unless there is nothing else: a self-signed server.
pub(super) fn above_end_entity(mut ladder: Vec<Certificate>) -> Vec<Certificate> {
    if ladder.len() > 1 {
        ladder.pop();
    }
    ladder
}

fn add(list: &mut Vec<Certificate>, certificate: Certificate) {
    if !list.contains(&certificate) {
        list.push(certificate);
    }
}
