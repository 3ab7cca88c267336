use super::*;
use crate::bundle::open;
use crate::facts::Facts;

/// What a watch says of api.infobip.com, which presents a chain now.
fn since(
    case: &Case,
    present: Vec<Certificate>,
    roots: &[&Authority],
    facts: &Facts,
) -> Vec<(String, Severity)> {
    let bundle = bundle_at(vec![case.pack().unwrap()], NOW).unwrap();
    let files = bundle.files().iter();
    let files = files.map(|file| (file.path.clone(), file.bytes.to_vec()));
    let opened = open(files.collect()).unwrap();
    let channel = &opened.channels[0];
    let recorded = channel.recorded_host("api.infobip.com:443").unwrap();
    let sets: Vec<TrustAnchors> = std::iter::once(channel.anchors().clone())
        .chain(
            roots
                .iter()
                .map(|root| TrustAnchors::new("Others", vec![root.root.clone()])),
        )
        .collect();
    let chain = host("192.0.2.10:1", present).chain;
    let found = channel.since(recorded, &chain, &sets, facts, NOW);
    let is_accepted = !found
        .findings
        .iter()
        .any(|one| one.id == "CERT-NOT-COVERED");
    assert_eq!(found.needs.is_some(), is_accepted);
    let findings = found.findings.into_iter();
    findings
        .map(|one| {
            assert!(one.hint.is_some() || one.id == "CERT-LEAF-ONLY", "{one:?}");
            (one.id.into_owned(), one.severity)
        })
        .collect()
}

fn told(findings: &[(String, Severity)]) -> Vec<(&str, Severity)> {
    let each = findings.iter();
    each.map(|(id, severity)| (id.as_str(), *severity))
        .collect()
}

fn first_host(case: &Case) -> (String, Vec<Certificate>) {
    let is_it = |host: &&HostChain| host.endpoint.host() == "api.infobip.com";
    let first = case.hosts.iter().find(is_it).unwrap();
    (
        first.endpoint.host().to_owned(),
        first.chain.certificates.clone(),
    )
}

#[test]
fn a_server_that_is_as_it_was_has_nothing_to_say() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let case = infobip(&first, &second);
    let (_, chain) = first_host(&case);
    assert_eq!(told(&since(&case, chain, &[], &Facts::none())), []);
}

#[test]
fn a_renewal_by_the_same_ca_is_a_note() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let case = infobip(&first, &second);
    let (name, _) = first_host(&case);
    let found = since(&case, first.chain(&name), &[], &Facts::none());
    assert_eq!(told(&found), [("CERT-ROTATED", Note)]);
}

#[test]
fn another_ca_is_critical_and_named() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let third = Authority::new("Third");
    let case = infobip(&first, &second);
    let (name, _) = first_host(&case);
    let found = since(&case, third.chain(&name), &[&third], &Facts::none());
    assert_eq!(
        told(&found),
        [
            ("CERT-NOT-COVERED", Critical),
            ("CERT-ROTATED", Critical),
            ("CERT-CHAIN-CHANGED", Warning)
        ]
    );
}

#[test]
fn another_ca_that_the_store_holds_is_a_warning() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let case = infobip(&first, &second);
    let (name, _) = first_host(&case);
    // the store is over both hosts
    let found = since(&case, second.chain(&name), &[], &Facts::none());
    assert_eq!(
        told(&found),
        [("CERT-ROTATED", Note), ("CERT-CHAIN-CHANGED", Warning)]
    );
}

#[test]
fn a_server_that_is_about_to_move_is_told_of() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let case = infobip(&first, &second);
    let (name, chain) = first_host(&case);
    let text = include_str!("../../facts.toml").replacen(
        "domains = [\"twilio.com\"]",
        "domains = [\"infobip.com\"]",
        1,
    );
    let facts = Facts::read(&text).unwrap();
    assert!(!facts.coming_anchors(&name, NOW).is_empty());
    assert_eq!(
        told(&since(&case, chain, &[], &facts)),
        [("CERT-DEPARTING-ROOT", Warning)]
    );
}
