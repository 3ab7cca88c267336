use super::*;
use crate::cert::testing::{self, DAY};
use crate::chain::{PresentedChain, analyse};
use crate::trust::TrustAnchors;
use crate::verify::{Client, ServerName, verify};

fn one(role: Role, ca: bool, lifetime: i64, age: i64) -> Report {
    let subject = Subject::new("store.jks").with(Item::new(
        "a",
        role,
        testing::certificate("Example", ca, 0, lifetime),
    ));
    check([subject], &Policy::default(), testing::at(age))
}

fn severity(report: &Report, id: &str) -> Option<Severity> {
    let mut findings = report.findings().filter(|finding| finding.id == id);
    findings.next().map(|finding| finding.severity)
}

#[test]
fn end_entity_through_its_life() {
    let at = |age| one(Role::EndEntity, false, 90 * DAY, age);
    assert_eq!(
        severity(&at(-1), "CERT-NOT-YET-VALID"),
        Some(Severity::Critical)
    );
    assert_eq!(at(60 * DAY).summary().worst(), None);
    assert_eq!(at(67 * DAY).summary().worst(), None);
    assert_eq!(
        severity(&at(68 * DAY), "CERT-EXPIRING"),
        Some(Severity::Warning)
    );
    assert_eq!(
        severity(&at(84 * DAY), "CERT-EXPIRING"),
        Some(Severity::Critical)
    );
    assert_eq!(
        severity(&at(90 * DAY), "CERT-EXPIRED"),
        Some(Severity::Critical)
    );
    assert_eq!(
        at(90 * DAY).subjects[0].certificates[0].state,
        State::Expired
    );
    assert_eq!(
        at(84 * DAY).subjects[0].certificates[0].state,
        State::ExpiresSoon
    );
}

#[test]
fn on_time_renewal_is_quiet_for_every_usual_lifetime() {
    for lifetime in [398, 200, 100, 90, 64, 47, 45].map(|days| days * DAY) {
        assert_eq!(
            one(Role::EndEntity, false, lifetime, lifetime * 2 / 3 - 1)
                .summary()
                .worst(),
            None
        );
    }
    let short = 160 * 3600;
    assert_eq!(
        one(Role::EndEntity, false, short, short / 2 - 1)
            .summary()
            .worst(),
        None
    );
}

#[test]
fn messages() {
    let text: Vec<String> = [-2 * DAY, 75 * DAY, 89 * DAY, 102 * DAY]
        .map(|age| one(Role::EndEntity, false, 90 * DAY, age))
        .iter()
        .flat_map(Report::findings)
        .map(|finding| format!("{}: {}", finding.subject, finding.message))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
        store.jks: a: Example is valid from 2026-01-01 00:00 UTC on, in 48 hours
        store.jks: a: Example expires on 2026-03-31 23:59 UTC, in 14 days (16 % of its lifetime left)
        store.jks: a: Example expires on 2026-03-31 23:59 UTC, in 23 hours (1 % of its lifetime left)
        store.jks: a: Example expired on 2026-03-31 23:59 UTC, 12 days ago
        "#);
}

#[test]
fn an_expired_anchor_is_critical_only_when_a_server_needs_it() {
    let anchor = testing::certificate("Root", true, 0, DAY);
    let store = || Subject::new("store.jks").with(Item::new("root", Role::Anchor, anchor.clone()));
    let at = testing::at(2 * DAY);
    let alone = check([store()], &Policy::default(), at);
    assert_eq!(severity(&alone, "CERT-EXPIRED"), Some(Severity::Warning));

    let mut server = Subject::new("example.org:443");
    server.needs.push(anchor.fingerprint());
    let needed = check([store(), server], &Policy::default(), at);
    assert_eq!(severity(&needed, "CERT-EXPIRED"), Some(Severity::Critical));
}

#[test]
fn an_expired_extra_is_a_note() {
    let mut item = Item::new(
        "3",
        Role::Intermediate,
        testing::certificate("X", true, 0, DAY),
    );
    item.extra = true;
    let subject = Subject::new("example.org:443").with(item);
    let report = check([subject], &Policy::default(), testing::at(2 * DAY));
    assert_eq!(severity(&report, "CERT-EXPIRED"), Some(Severity::Note));
}

#[test]
fn an_expired_certificate_is_told_once_whoever_judges() {
    let root = testing::root("Root");
    let server = testing::server("h.example", &root);
    let at = testing::at(400 * DAY);
    let chain = PresentedChain {
        certificates: vec![server.certificate.clone()],
        ..PresentedChain::default()
    };
    // Trusted by itself it is accepted although it has expired, which verify has words for.
    let anchors = TrustAnchors::new("s.jks", vec![server.certificate]);
    let roots = [TrustAnchors::new("roots", vec![root.certificate])];
    let name = ServerName::try_from("h.example").unwrap();
    let analysis = analyse(&chain, &roots, "h:443", at);
    let verdict = verify(&chain, &anchors, &name, at, Client::Java, "h:443");
    assert!(verdict.is_accepted());
    let mut subject = Subject::from_chain("h:443", &chain, &analysis);
    subject.findings.extend(verdict.findings);
    let expired = |report: &Report| {
        let found = report.findings().filter(|one| one.id == "CERT-EXPIRED");
        found.map(|one| one.subject.clone()).collect::<Vec<_>>()
    };
    let report = check([subject.clone()], &Policy::default(), at);
    assert_eq!(expired(&report), ["h:443: 1", "h:443: root"]);

    // A report that is checked again, as when two are joined.
    subject.findings.clone_from(&report.subjects[0].findings);
    subject.findings.last_mut().unwrap().severity = Severity::Note;
    let again = check([subject], &Policy::default(), at);
    assert_eq!(expired(&again), expired(&report));
    assert_eq!(again.summary().worst(), Some(Severity::Critical));
    assert_eq!(again.summary(), report.summary());
}

#[test]
fn dates_the_wrong_way_round_are_no_panic() {
    for age in [-10 * DAY, 0, 10 * DAY] {
        let report = one(Role::EndEntity, false, -5 * DAY, age);
        assert_eq!(report.summary().worst(), Some(Severity::Critical));
    }
}

#[test]
fn what_failed_stays_in_the_report() {
    let subject = Subject::unreachable("gone.example:443", "the name does not resolve");
    let report = check([subject], &Policy::default(), testing::at(0));
    assert_eq!(report.summary().failed, 1);
    assert_eq!(
        severity(&report, "CHECK-UNREACHABLE"),
        Some(Severity::Critical)
    );
}
