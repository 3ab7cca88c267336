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
        ["LOCK-ISSUER-CHANGED", "LOCK-LEAF-CHANGED"]
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
