//! A store against servers that use all, some and nothing of it.

use rustls_pki_types::ServerName;

use crate::cert::testing::*;
use crate::chain::PresentedChain;
use crate::record::{ErrorRecord, VerifyRecord};
use crate::report::{Style, page};
use crate::verify::Client;

use super::*;

/// Entries with these aliases.
fn entries(made: &[(&str, &Made)]) -> Vec<StoreEntry> {
    let entry = |(alias, made): &(&str, &Made)| StoreEntry {
        store: "trust.jks".to_owned(),
        alias: Some((*alias).to_owned()),
        certificate: made.certificate.clone(),
    };
    made.iter().map(entry).collect()
}

fn add(coverage: &mut Coverage, place: usize, target: &str, chain: &[&Made]) {
    let entries: Vec<StoreEntry> = coverage.entries.iter().map(|one| one.0.clone()).collect();
    let certificates = entries.iter().map(|one| one.certificate.clone());
    let anchors = TrustAnchors::new("trust.jks", certificates.collect());
    let chain = PresentedChain {
        certificates: chain.iter().map(|made| made.certificate.clone()).collect(),
        unreadable: Vec::new(),
    };
    let name = ServerName::try_from("h.example").unwrap();
    let question = Question {
        chain: &chain,
        anchors: &anchors,
        name: &name,
        at: NOW,
        client: Client::Java,
        subject: target,
    };
    let judged = judge(&question, &entries);
    let record = VerifyRecord::new(
        target,
        "h.example",
        "trust.jks",
        &chain,
        &judged.verdict,
        NOW,
    );
    let target = CoveredRecord::judged(record, &judged, true);
    coverage.add(place, target, &judged.uses);
}

#[test]
fn every_entry_is_what_it_is_to_the_servers() {
    let (root, old, idle) = (root("Root"), root("Old"), root("Idle\u{1b}[2J"));
    let ca = ca("CA", &root);
    let good = server("h.example", &ca);
    let misnamed = server("other.example", &old);
    let store = [("root", &root), ("ca", &ca), ("old", &old), ("idle", &idle)];
    let mut coverage = Coverage::new("trust.jks", entries(&store), NOW);
    let failure = ErrorRecord {
        reason: "refused",
        message: "connection refused".to_owned(),
        hint: None,
    };
    coverage.add(2, CoveredRecord::failed("c:443", failure), &BTreeMap::new());
    add(&mut coverage, 1, "b:443", &[&misnamed]);
    add(&mut coverage, 0, "a:443", &[&good, &ca]);
    let record = coverage.record();

    let uses: Vec<_> = record.entries.iter().map(|one| one.used_as).collect();
    assert_eq!(
        uses,
        [Some("spare"), Some("carries"), Some("related"), None]
    );
    let answers: Vec<_> = record.targets.iter().map(|one| one.answer).collect();
    assert_eq!(answers, ["accepted", "refused", "failed"]);
    assert_eq!(
        record.summary,
        CoverageSummary {
            targets: 3,
            accepted: 1,
            refused: 1,
            undecided: 0,
            failed: 1,
            entries: 4,
            unused: 1,
        }
    );
    insta::assert_snapshot!(page::coverage(&record, &Style::default()), @r"
    trust.jks
      server  answer    until                                        through, or why not
      a:443   accepted  2027-01-01, CN=h.example expires and 1 more  CN=CA
      b:443   refused                                                the server certificate is not for h.example but for other.example
      c:443   failed                                                 connection refused

    entries that none of these servers uses
      entry  expires on  subject
      idle   2026-12-31  CN=Idle\u{1b}[2J

    3 servers: 1 accepted, 1 refused, 1 failed; 4 entries, 1 unused
    note: what could not be asked may use some of these entries; keep them until it was
    ");
}

#[test]
fn aliases_are_those_of_the_anchors() {
    use trustpack_keystore::{Alias, Entry};
    let root = root("Root");
    let mut store = KeyStore::new();
    let junk = Entry::trusted(Alias::new("junk"), vec![0].into());
    let good = Entry::trusted(Alias::new("good"), root.certificate.der().clone());
    store.push(junk).unwrap();
    store.push(good).unwrap();
    let found = StoreEntry::of_store("s", &store);
    let aliases: Vec<_> = found
        .iter()
        .filter_map(|one| one.alias.as_deref())
        .collect();
    assert_eq!(aliases, ["good"]);
    let anchors = TrustAnchors::from_store("s", &store);
    assert_eq!(StoreEntry::of_anchors(&anchors).len(), 1);
}
