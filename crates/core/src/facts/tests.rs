use time::macros::{date, datetime};

use super::*;
use crate::trust::TrustAnchors;

const NOW: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

#[test]
fn what_is_built_in_can_be_read() {
    let facts = Facts::read(include_str!("../facts.toml")).unwrap();
    assert_eq!(facts.all(), Facts::builtin().all());
    assert!(facts.all().len() > 30);
    assert_eq!(facts.as_toml(), include_str!("../facts.toml"));
    for fact in facts.all() {
        assert!(fact.source.starts_with("https://"), "{}", fact.id);
        assert!(fact.text.ends_with(['.', ')']), "{}", fact.id);
    }
}

#[test]
fn twilio_moves_to_roots_that_mozilla_knows() {
    let facts = Facts::builtin();
    let mozilla = TrustAnchors::mozilla();
    for host in ["api.twilio.com", "API.Twilio.com", "twilio.com"] {
        let moves = facts.coming_anchors(host, NOW);
        let [one] = moves.as_slice() else {
            panic!("{host}: {moves:?}");
        };
        assert_eq!(one.fact.from, Some(date!(2027 - 01 - 26)));
        assert_eq!(one.anchors.len(), 5);
        for anchor in one.anchors {
            let known = mozilla.certificates().iter();
            let known = known
                .filter(|root| root.fingerprint() == anchor.sha256)
                .map(|root| root.display_name())
                .next();
            assert_eq!(known.as_deref(), Some(anchor.name.as_str()));
        }
    }
    // still so after the day
    assert_eq!(
        facts
            .coming_anchors("api.twilio.com", datetime!(2027-06-01 0:00 UTC))
            .len(),
        1
    );
    for host in ["api.infobip.com", "nottwilio.com", "com", ""] {
        assert!(facts.coming_anchors(host, NOW).is_empty(), "{host}");
    }
}

#[test]
fn a_move_ends_with_its_fact() {
    let text = include_str!("../facts.toml").replacen(
        "from = 2027-01-26",
        "from = 2027-01-26\nuntil = 2027-03-31",
        1,
    );
    let facts = Facts::read(&text).unwrap();
    let there = |at| !facts.coming_anchors("api.twilio.com", at).is_empty();
    assert!(there(datetime!(2027-03-31 23:59 UTC)));
    assert!(!there(datetime!(2027-04-01 0:00 UTC)));
}

#[test]
fn the_limit_is_that_of_the_day_of_issue() {
    let facts = Facts::builtin();
    let days = |day| facts.longest_leaf_lifetime(day);
    assert_eq!(days(date!(2018 - 02 - 28)), None);
    assert_eq!(days(date!(2018 - 03 - 01)), Some(825));
    assert_eq!(days(date!(2020 - 08 - 31)), Some(825));
    assert_eq!(days(date!(2020 - 09 - 01)), Some(398));
    assert_eq!(days(date!(2026 - 03 - 14)), Some(398));
    assert_eq!(days(date!(2026 - 03 - 15)), Some(200));
    assert_eq!(days(date!(2027 - 03 - 15)), Some(100));
    assert_eq!(days(date!(2029 - 03 - 15)), Some(47));
}

#[test]
fn rules_find_their_facts() {
    let facts = Facts::builtin();
    let (end, _) = facts.end_of_client_auth().unwrap();
    assert_eq!(end, date!(2027 - 03 - 15));
    let (_, webhook) = facts.webhook("telegram").unwrap();
    assert_eq!(webhook.ports, [443, 80, 88, 8443]);
    assert!(webhook.ipv4_only);
    assert!(facts.webhook("twilio").is_none());
    let versions: Vec<_> = facts.graph_versions().collect();
    assert!(versions.contains(&(21, Some(date!(2027 - 01 - 21)))));
    assert!(versions.contains(&(26, None)));
}

#[test]
fn no_root_that_mozilla_still_holds_has_been_dropped_by_it() {
    let facts = Facts::builtin();
    let roots = facts.all().iter();
    let roots = roots.filter(|fact| matches!(fact.rule, Some(FactRule::DepartingRoot(_))));
    assert!(roots.count() >= 3);
    for root in TrustAnchors::mozilla().certificates() {
        let departing = facts.departing_root(&root.fingerprint());
        assert!(departing.is_none(), "{}", root.display_name());
    }
}

#[test]
fn facts_grow_old_together() {
    let facts = Facts::builtin();
    let newest = facts.newest_lookup().unwrap().midnight().assume_utc();
    assert_eq!(facts.age_problem(newest + Duration::days(180)), None);
    let old = facts.age_problem(newest + Duration::days(181)).unwrap();
    assert_eq!((&*old.id, old.severity), ("FACTS-OLD", Severity::Note));
    assert!(old.message.contains("181 days ago"), "{}", old.message);
    assert_eq!(Facts::none().age_problem(NOW), None);
}
