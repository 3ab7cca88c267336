use std::collections::BTreeSet;

use super::*;
use crate::catalogue;
use crate::cert::testing::{DAY, NOW, at, ca, issue, new_key, parse, root, server, server_params};

fn ids(certificate: &Certificate, profile: Profile) -> Vec<&'static str> {
    let remarks = lint(certificate, profile, &Facts::builtin(), NOW).into_iter();
    remarks.map(|remark| remark.rule.id).collect()
}

#[test]
fn rules_are_unique_and_have_pages() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{}", rule.id);
        let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        assert!(rule.id.split('-').all(|word| word.chars().all(is_word)));
        let page = catalogue::find(rule.finding).unwrap();
        let mut levels = page.severities.iter();
        assert!(
            levels.any(|level| level.severity == rule.severity),
            "{}: {} is {:?}, which its page does not say",
            rule.finding,
            rule.id,
            rule.severity
        );
        assert!(rule.profiles().next().is_some() && !rule.citation.is_empty());
        assert!(
            rule.from
                .zip(rule.until)
                .is_none_or(|(from, until)| from < until)
        );
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

#[test]
fn a_good_private_hierarchy_has_no_findings() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    for made in [&root, &ca, &server] {
        let found = ids(&made.certificate, Profile::Private);
        let grave = found.iter().filter(|id| !id.ends_with("-absent"));
        assert_eq!(grave.collect::<Vec<_>>(), Vec::<&&str>::new());
    }
    assert!(ids(&server.certificate, Profile::PublicCa).contains(&"not-an-authority"));
}

/// Found by the fuzz target `certificate`.
#[test]
fn a_key_usage_of_no_bits_is_told() {
    let der = include_bytes!("../../../../fixtures/fuzz/certificate/key-usage-of-no-bits");
    let certificate = Certificate::from_der(der.to_vec().into()).unwrap();
    let found = ids(&certificate, Profile::Private);
    assert!(found.contains(&"key-usage-encoding"), "{found:?}");
    assert!(!found.contains(&"key-usage-too-long"), "{found:?}");
}

#[test]
fn public_rules_are_for_public_certificates() {
    let root = root("Root");
    let made = server("host.internal", &root);
    let id = "dns-name-internal";
    assert!(ids(&made.certificate, Profile::PublicServer).contains(&id));
    assert!(!ids(&made.certificate, Profile::Private).contains(&id));
    assert_eq!(Profile::of(&made.certificate), Profile::Private);
}

#[test]
fn a_rule_holds_from_its_day_on() {
    let root = root("Root");
    let made = |from: i64| {
        let mut params = server_params("www.example.org");
        params.not_before = at(from);
        params.not_after = at(from + 300 * DAY);
        let made = issue(params, new_key(), &root);
        ids(&made.certificate, Profile::PublicServer).contains(&"lifetime-too-long")
    };
    // 398 days until 2026-03-15, then 200
    assert!(!made(0));
    assert!(made(80 * DAY));
}

#[test]
fn dates_are_judged_at_a_time() {
    let made = server("h.example", &root("Root")).certificate;
    let expired = |at| {
        let remarks = lint(&made, Profile::Private, &Facts::builtin(), at);
        remarks.iter().any(|remark| remark.rule.id == "expired")
    };
    assert!(!expired(NOW) && expired(at(366 * DAY)));
}

#[test]
fn names_are_judged() {
    let root = root("Root");
    let found = |host: &str| {
        let mut params = server_params("www.example.org");
        params.subject_alt_names = vec![rcgen::SanType::DnsName(host.try_into().unwrap())];
        let key = new_key();
        let issuer = rcgen::Issuer::from_params(&root.params, &root.key);
        let certificate = parse(params.signed_by(&key, &issuer).unwrap());
        ids(&certificate, Profile::PublicServer)
    };
    for (host, id) in [
        ("a_b.example.org", "dns-label-underscore"),
        ("*.*.example.org", "wildcard-beyond-first-label"),
        ("w*.example.org", "wildcard-within-label"),
        ("a..example.org", "dns-label-empty"),
        ("-a.example.org", "dns-label-hyphen"),
        ("a b.example.org", "dns-label-character"),
        ("server", "dns-name-internal"),
    ] {
        let found = found(host);
        assert!(found.contains(&id), "{host}: {found:?}");
        assert!(found.contains(&"common-name-not-among-alt-names"), "{host}");
    }
}
