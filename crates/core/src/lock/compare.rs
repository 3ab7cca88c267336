//! What changed since a lock was written.

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
    } else if rest(then) != rest(now) {
        let message = chain_words(&rest(then), &rest(now));
        add("LOCK-CHAIN-CHANGED", Severity::Warning, message, HINT_LOCK);
    }
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
mod tests {
    use std::borrow::Cow;
    use std::sync::OnceLock;

    use super::super::testing::locked;
    use super::*;

    const TARGET: &str = "a.test:443";

    fn found(then: Locked, now: Locked) -> Vec<(Cow<'static, str>, Severity, String)> {
        let findings = compare(&Lock::new([then]), &[now], &[TARGET]);
        findings
            .into_iter()
            .map(|one| (one.id, one.severity, one.message))
            .collect()
    }

    fn ids(then: Locked, now: Locked) -> Vec<Cow<'static, str>> {
        let found = found(then, now);
        found.into_iter().map(|(id, ..)| id).collect()
    }

    /// Always the same one: signatures of made certificates are random.
    fn then() -> Locked {
        static THEN: OnceLock<Locked> = OnceLock::new();
        THEN.get_or_init(|| locked(TARGET, "CA", 0)).clone()
    }

    #[test]
    fn nothing_changed_is_no_finding() {
        assert!(found(then(), then()).is_empty());
    }

    #[test]
    fn a_renewal_is_no_other_key() {
        let now = Locked {
            leaf: Fingerprint::from_bytes([1; 32]),
            chain: [vec![Fingerprint::from_bytes([1; 32])], rest(&then())].concat(),
            not_after: time::macros::datetime!(2026-12-31 0:00 UTC),
            ..then()
        };
        let [(id, severity, message)] = &found(then(), now)[..] else {
            panic!("more than one finding");
        };
        assert_eq!((&**id, *severity), ("LOCK-LEAF-CHANGED", Severity::Warning));
        let expected = format!(
            "renewed with the same key: certificate sha256:{}, valid to 2026-01-01, became sha256:{}, valid to 2026-12-31",
            then().leaf,
            "01".repeat(32)
        );
        assert_eq!(*message, expected);
    }

    #[test]
    fn another_key_is_critical_and_told_once() {
        let now = Locked {
            spki: [2; 32],
            leaf: Fingerprint::from_bytes([1; 32]),
            chain: rest(&then()),
            ..then()
        };
        let [(id, severity, message)] = &found(then(), now)[..] else {
            panic!("more than one finding");
        };
        assert_eq!((&**id, *severity), ("LOCK-KEY-CHANGED", Severity::Critical));
        assert!(message.contains(&"02".repeat(32)) && message.contains(&"01".repeat(32)));
    }

    #[test]
    fn another_issuer_explains_another_chain() {
        let now = locked(TARGET, "Other", 60);
        assert_eq!(
            ids(then(), now),
            ["LOCK-LEAF-CHANGED", "LOCK-ISSUER-CHANGED"]
        );
    }

    #[test]
    fn the_rest_of_a_chain_is_told_by_what_came_and_went() {
        let other = Fingerprint::from_bytes([3; 32]);
        let old = then().chain[1];
        let with = |chain: Vec<Fingerprint>| Locked { chain, ..then() };
        let message = |then: Locked, now: Locked| {
            let [(id, _, message)] = &found(then, now)[..] else {
                panic!("more than one finding");
            };
            assert_eq!(*id, "LOCK-CHAIN-CHANGED");
            message.clone()
        };
        let leaf = then().leaf;
        assert_eq!(
            message(then(), with(vec![leaf, other])),
            format!(
                "the chain changed; added 1 certificate: sha256:{other}; removed 1 certificate: sha256:{old}"
            )
        );
        assert_eq!(
            message(with(vec![leaf, old, other]), with(vec![leaf, other, old])),
            "the same certificates come with it in another order or number"
        );
    }

    #[test]
    fn new_and_missing_servers_are_told() {
        let lock = Lock::new([then(), locked("b.test:443", "CA", 0)]);
        let now = [Locked {
            server_name: Some("x\u{202e}.test".to_owned()),
            ..then()
        }];
        let findings: Vec<_> = compare(&lock, &now, &[TARGET])
            .into_iter()
            .map(|one| (one.id, one.severity, one.subject))
            .collect();
        assert_eq!(
            findings,
            [
                ("LOCK-MISSING".into(), Severity::Warning, TARGET.to_owned()),
                (
                    "LOCK-NEW".into(),
                    Severity::Warning,
                    format!("{TARGET} (x\\u{{202e}}.test)")
                ),
                (
                    "LOCK-MISSING".into(),
                    Severity::Note,
                    "b.test:443".to_owned()
                ),
            ]
        );
    }
}
