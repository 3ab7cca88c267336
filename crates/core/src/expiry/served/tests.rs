use rcgen::SanType;
use trustpack_keystore::{Alias, Entry, Format, KeyStore};

use super::*;
use crate::cert::testing::{self, DAY, NOW};

fn served(host: &str, certificates: Vec<Certificate>) -> Served {
    Served {
        endpoint: format!("{host}:443"),
        name: ServerName::try_from(host.to_owned()).ok(),
        chain: PresentedChain {
            certificates,
            ..PresentedChain::default()
        },
    }
}

/// For these names, valid from so many days before [`NOW`] on, for ninety days.
fn leaf(names: &[&str], age: i64) -> Certificate {
    let mut params = testing::server_params(names[0]);
    params.subject_alt_names = names
        .iter()
        .map(|name| SanType::DnsName((*name).try_into().unwrap()))
        .collect();
    params.not_before = NOW - time::Duration::days(age);
    params.not_after = params.not_before + time::Duration::days(90);
    testing::self_sign(params, testing::new_key()).certificate
}

fn file(certificate: &Certificate) -> (Subject, Contents) {
    let mut contents = Contents::empty(Format::Pem);
    let entry = Entry::trusted(Alias::new("a"), certificate.der().clone());
    contents.store.push(entry).unwrap();
    (Subject::from_contents("new.pem", &contents, NOW), contents)
}

fn store(certificates: &[&Certificate]) -> (Subject, Contents) {
    let mut contents = Contents::empty(Format::Jks);
    let mut store = KeyStore::new();
    for (place, certificate) in certificates.iter().enumerate() {
        let alias = Alias::new(place.to_string());
        store
            .push(Entry::trusted(alias, certificate.der().clone()))
            .unwrap();
    }
    contents.store = store;
    (
        Subject::from_contents("trust.jks", &contents, NOW),
        contents,
    )
}

fn told(findings: &[Finding]) -> Vec<(&str, Severity)> {
    let each = findings.iter();
    each.map(|finding| (finding.id.as_ref(), finding.severity))
        .collect()
}

#[test]
fn a_renewal_that_is_not_served_is_found_by_its_names() {
    let old = leaf(&["a.example", "b.example"], 80);
    let new = leaf(&["B.example", "a.example"], 1);
    let mut index = ServedIndex::default();
    index.add(&served("a.example", vec![old.clone()]));
    let findings = |certificate: &Certificate| index.judge_file(&file(certificate).0, NOW);
    assert_eq!(
        told(&findings(&new)),
        [("CERT-NOT-DEPLOYED", Severity::Warning)]
    );
    // itself, an older one, one for other names, one that is not valid yet or any more
    for other in [
        old,
        leaf(&["a.example", "b.example"], 85),
        leaf(&["a.example"], 1),
        leaf(&["a.example", "b.example"], -1),
    ] {
        assert_eq!(findings(&other), []);
    }
    let late = NOW + time::Duration::days(120);
    assert_eq!(index.judge_file(&file(&new).0, late), []);
}

#[test]
fn of_two_servers_the_one_that_is_behind_is_told() {
    let (old, new) = (leaf(&["a.example"], 80), leaf(&["a.example"], 1));
    let mut index = ServedIndex::default();
    index.add(&served("one.example", vec![new.clone()]));
    index.add(&served("two.example", vec![old]));
    let findings = index.judge_file(&file(&new).0, NOW);
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].message.contains("two.example:443"),
        "{}",
        findings[0].message
    );
}

#[test]
fn a_named_pair_is_compared_both_ways() {
    let (old, new) = (
        leaf(&["a.example"], 80),
        leaf(&["a.example", "more.example"], 1),
    );
    let judge = |held: &Certificate, served_one: &Certificate| {
        let (subject, contents) = file(held);
        served("a.example", vec![served_one.clone()]).judge_file(&subject, &contents, NOW)
    };
    assert_eq!(
        told(&judge(&new, &old)),
        [("CERT-NOT-DEPLOYED", Severity::Warning)]
    );
    assert_eq!(
        told(&judge(&old, &new)),
        [("CERT-NOT-DEPLOYED", Severity::Note)]
    );
    assert_eq!(judge(&new, &new), []);
}

#[test]
fn a_trust_store_covers_its_server_or_not() {
    let (root, other) = (testing::root("Root"), testing::root("Other"));
    let server = testing::server("a.example", &root);
    let server = served("a.example", vec![server.certificate]);
    let judge = |anchor: &Certificate| {
        let (subject, contents) = store(&[anchor]);
        server.judge_file(&subject, &contents, NOW)
    };
    assert_eq!(judge(&root.certificate), []);
    let refused = judge(&other.certificate);
    assert_eq!(told(&refused), [("CERT-NOT-COVERED", Severity::Critical)]);
    assert!(
        refused[0]
            .message
            .starts_with("java with this store refuses a.example:443: ")
    );
    // trusted by itself: accepted, with what verify has to say of that
    let leaf = server.chain.certificates[0].clone();
    assert_eq!(told(&judge(&leaf)), [("CERT-LEAF-ONLY", Severity::Warning)]);
}

#[test]
fn a_name_that_is_not_covered() {
    let certificate = leaf(&["a.example"], 1);
    let severity = |host: &str| {
        let finding = served(host, vec![certificate.clone()]).host_finding();
        finding.map(|finding| finding.severity)
    };
    assert_eq!(severity("a.example"), None);
    assert_eq!(severity("b.example"), Some(Severity::Critical));
    assert_eq!(severity("192.0.2.1"), Some(Severity::Note));
    // a common name and nothing else, which Java takes
    let bare = testing::certificate("a.example", false, 0, 900 * DAY);
    let finding = served("a.example", vec![bare]).host_finding().unwrap();
    assert_eq!(finding.severity, Severity::Warning);
}
