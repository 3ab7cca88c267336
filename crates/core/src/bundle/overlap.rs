//! Roots that the hosts of a channel are about to move to: in the store before the day, so that nothing breaks on it.

use crate::Certificate;
use crate::channel::{Container, SelectPolicy};
use crate::facts::{Fact, NamedRoot};
use crate::report::{Finding, Severity};
use crate::trust::TrustAnchors;

use super::PackRequest;
use super::judge::Host;
use super::record::Reason;

/// What the facts ask for, and what cannot be done about it.
#[derive(Default)]
pub(super) struct Overlap {
    pub(super) anchors: Vec<(Certificate, Reason)>,
    pub(super) findings: Vec<Finding>,
}

/// The roots to come of all hosts, in the order of the hosts; `chosen` is trusted already.
///
/// Whoever trusts a server's own certificate alone has asked for no more than that.
pub(super) fn coming(
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    chosen: &[&Certificate],
) -> Overlap {
    let channel = request.channel;
    let mut overlap = Overlap::default();
    if channel.policy() == SelectPolicy::Leaf {
        return overlap;
    }
    let mozilla = TrustAnchors::mozilla();
    let today = request.options.at.date();
    for host in hosts {
        let moves = request.facts.moves(host.requirement.endpoint.host());
        for one in moves.filter(|one| !one.fact.is_over(today)) {
            let is_chosen = |root: &NamedRoot| {
                let mut chosen = chosen.iter();
                chosen.any(|certificate| certificate.fingerprint() == root.sha256)
            };
            if channel.container() == Container::Der {
                if !one.anchors.iter().any(is_chosen) {
                    overlap.findings.push(no_room(host, one.fact));
                }
                continue;
            }
            for root in one.anchors {
                let sets = request.roots.iter().chain([&mozilla]);
                let mut known = sets.flat_map(TrustAnchors::certificates);
                match known.find(|certificate| certificate.fingerprint() == root.sha256) {
                    Some(certificate) => overlap.anchors.push((
                        certificate.clone(),
                        Reason {
                            host: host.subject.clone(),
                            why: why(one.fact),
                        },
                    )),
                    None => overlap.findings.push(unknown(host, one.fact, root)),
                }
            }
        }
    }
    overlap
}

fn why(fact: &Fact) -> String {
    let day = fact.from.map(|day| format!(" from {day} on"));
    format!(
        "a root to come{}: {} ({})",
        day.unwrap_or_default(),
        fact.text,
        fact.source
    )
}

fn no_room(host: &Host<'_>, fact: &Fact) -> Finding {
    let day = fact.from.map(|day| format!(" on {day}"));
    let message = format!(
        "the trust file holds one certificate, of the roots of today, and the server moves to others{}: {} ({})",
        day.unwrap_or_default(),
        fact.text,
        fact.source
    );
    Finding::new("ANCHOR-OVERLAP", Severity::Warning, &host.subject, message).with_hint(
        "write container = \"jks\" and a password under [channel.trust], so that both are in the file; or pack again and \
         upload on the day",
    )
}

fn unknown(host: &Host<'_>, fact: &Fact, root: &NamedRoot) -> Finding {
    let message = format!(
        "the server moves to {}, which no root set knows: {} ({})",
        root.name, fact.text, fact.source
    );
    Finding::new("ANCHOR-OVERLAP", Severity::Warning, &host.subject, message)
        .with_hint("give the root certificate with --roots FILE")
}
