//! Which certificates become anchors (design, section 4, "Trust by default").

use time::OffsetDateTime;

use crate::Certificate;
use crate::channel::{Channel, Container, SelectPolicy};
use crate::report::{Finding, Severity};
use crate::select::{Select, select};

use super::judge::Host;

/// Chooses for all hosts of a channel, without repetition, in the order of the hosts, the root first.
///
/// A server's own certificate is chosen when it is its own issuer, or on request; never because nothing else is known:
/// the error then has a finding for each such host.
pub(super) fn choose(
    channel: &Channel,
    hosts: &[Host<'_>],
    at: OffsetDateTime,
) -> Result<Vec<Certificate>, Vec<Finding>> {
    let mut chosen = Vec::new();
    let mut without_issuer = Vec::new();
    for host in hosts {
        let certificates = of_host(channel.policy(), host);
        if certificates.is_empty() {
            without_issuer.push(issuer_unknown(host));
        }
        for certificate in certificates {
            if !chosen.contains(&certificate) {
                chosen.push(certificate);
            }
        }
    }
    if !without_issuer.is_empty() {
        return Err(without_issuer);
    }
    match channel.container() {
        Container::Der => Ok(single(chosen, hosts, at)),
        Container::Jks => Ok(chosen),
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

/// A container for one certificate gets the highest anchor with which every server verifies as it presents itself
/// today; when none does, the highest of all, and the judgement that follows says why that is not enough.
fn single(
    candidates: Vec<Certificate>,
    hosts: &[Host<'_>],
    at: OffsetDateTime,
) -> Vec<Certificate> {
    let covers_all = |candidate: &Certificate| {
        hosts
            .iter()
            .all(|host| host.is_accepted_with(candidate, at))
    };
    let best = candidates.iter().position(covers_all).unwrap_or_default();
    candidates.into_iter().skip(best).take(1).collect()
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
