//! What changed since a lock was written.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::cert::Fingerprint;
use crate::report::{Finding, Severity};
use crate::text::{count, date, escape};

use super::{Lock, Locked, digest};

/// Compares what servers presented then and `now`; `asked` are the targets of this run, also those that presented
/// nothing. In the order of the lock, new servers among the others; no finding means that nothing changed.
///
/// | finding | severity | when |
/// |---|---|---|
/// | `LOCK-KEY-CHANGED` | critical | the server has a certificate for another public key |
/// | `LOCK-LEAF-CHANGED` | warning | the server has another certificate for the same key: it was renewed |
/// | `LOCK-ISSUER-CHANGED` | warning | the certificate is by an issuer of another name |
/// | `LOCK-CHAIN-CHANGED` | warning | other certificates come with it, or in another order, and the issuer is the same |
/// | `LOCK-NEW` | warning | the lock does not hold the server |
/// | `LOCK-MISSING` | warning | a server of the lock was asked and presented nothing that can be read |
/// | `LOCK-MISSING` | note | a server of the lock was not asked |
pub fn compare(lock: &Lock, now: &[Locked], asked: &[&str]) -> Vec<Finding> {
    let mut pairs: BTreeMap<_, (Option<&Locked>, Option<&Locked>)> = BTreeMap::new();
    for server in &lock.servers {
        let pair = pairs.entry(server.key()).or_default();
        pair.0.get_or_insert(server);
    }
    for server in now {
        let pair = pairs.entry(server.key()).or_default();
        pair.1.get_or_insert(server);
    }
    let findings = pairs.into_values().map(|pair| match pair {
        (Some(then), Some(now)) => changes(then, now),
        (Some(then), None) => vec![missing(then, asked)],
        (None, Some(now)) => vec![new(now)],
        (None, None) => Vec::new(),
    });
    findings.flatten().collect()
}

fn changes(then: &Locked, now: &Locked) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |id, severity, message: String, hint: &str| {
        findings.push(Finding::new(id, severity, subject(then), message).with_hint(hint));
    };
    if then.issuer != now.issuer {
        let message = format!(
            "another issuer: {} was locked, {} is there now",
            escape(&then.issuer),
            escape(&now.issuer)
        );
        add(
            "LOCK-ISSUER-CHANGED",
            Severity::Warning,
            message,
            HINT_ISSUER,
        );
    }
    if then.spki != now.spki {
        let message = format!(
            "another public key: {} was locked, {} is there now; {}",
            digest::write(&then.spki),
            digest::write(&now.spki),
            certificates(then, now)
        );
        add("LOCK-KEY-CHANGED", Severity::Critical, message, HINT_KEY);
    } else if then.leaf != now.leaf {
        let message = format!("renewed with the same key: {}", certificates(then, now));
        add("LOCK-LEAF-CHANGED", Severity::Warning, message, HINT_LOCK);
    }
    if then.issuer == now.issuer && rest(then) != rest(now) {
        let message = chain_words(&rest(then), &rest(now));
        add("LOCK-CHAIN-CHANGED", Severity::Warning, message, HINT_LOCK);
    }
    // a certificate of another issuer says more than that it is another one
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

fn missing(then: &Locked, asked: &[&str]) -> Finding {
    let (severity, message, hint) = match asked.contains(&then.target.as_str()) {
        true => (
            Severity::Warning,
            "in the lock, and presents no readable certificate now",
            "see why it was not reached; if it is gone, write the lock again",
        ),
        false => (
            Severity::Note,
            "in the lock, and was not asked",
            "name it too, or write the lock again without it",
        ),
    };
    Finding::new("LOCK-MISSING", severity, subject(then), message).with_hint(hint)
}

fn new(now: &Locked) -> Finding {
    let message = format!(
        "not in the lock; it presents {}, valid to {}, by {}",
        digest::write(now.leaf.as_bytes()),
        date(now.not_after),
        escape(&now.issuer)
    );
    Finding::new("LOCK-NEW", Severity::Warning, subject(now), message).with_hint(HINT_LOCK)
}

/// The target and what was asked for beside it.
fn subject(server: &Locked) -> String {
    let given = [&server.address, &server.server_name, &server.cert_type];
    let given: Vec<&str> = given.into_iter().filter_map(Option::as_deref).collect();
    let subject = match given.is_empty() {
        true => server.target.clone(),
        false => format!("{} ({})", server.target, given.join(", ")),
    };
    escape(&subject)
}

fn certificates(then: &Locked, now: &Locked) -> String {
    format!(
        "certificate {}, valid to {}, became {}, valid to {}",
        digest::write(then.leaf.as_bytes()),
        date(then.not_after),
        digest::write(now.leaf.as_bytes()),
        date(now.not_after)
    )
}

/// The chain without the end entity.
fn rest(server: &Locked) -> Vec<Fingerprint> {
    let rest = server.chain.iter().filter(|one| **one != server.leaf);
    rest.copied().collect()
}

fn chain_words(then: &[Fingerprint], now: &[Fingerprint]) -> String {
    let only_in = |these: &[Fingerprint], those: &[Fingerprint]| -> Vec<String> {
        let only = these.iter().filter(|one| !those.contains(one));
        only.map(|one| digest::write(one.as_bytes())).collect()
    };
    let changes = [
        ("added", only_in(now, then)),
        ("removed", only_in(then, now)),
    ];
    let words: Vec<String> = changes
        .iter()
        .filter(|(_, changed)| !changed.is_empty())
        .map(|(word, changed)| {
            let certificates = count(changed.len(), "certificate");
            format!("{word} {certificates}: {}", changed.join(", "))
        })
        .collect();
    match words.is_empty() {
        true => "the same certificates come with it in another order or number".to_owned(),
        false => format!("the chain changed; {}", words.join("; ")),
    }
}

const HINT_ISSUER: &str =
    "see that clients trust the new issuer; when it is meant, write the lock again";
const HINT_KEY: &str = "ask the operator whether the key was changed; pins of the old key fail now; \
     when it is meant, write the lock again";
const HINT_LOCK: &str = "when this is meant, write the lock again";

#[cfg(test)]
mod tests;
