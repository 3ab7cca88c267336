//! What is merged into what, and what a plan says of it.

mod properties;
mod rendered;
mod same;

use std::sync::OnceLock;

use trustpack_keystore::{CertificateDer, EntryKind, SealedKey};
use zeroize::Zeroizing;

use super::*;
use crate::cert::testing::{self, DAY};

/// Two that share a name, one expired, one that is no CA, one not yet valid, one that is no certificate.
fn pool() -> &'static [CertificateDer<'static>] {
    static POOL: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    POOL.get_or_init(|| {
        vec![
            testing::certificate("Root X", true, 0, 10 * DAY)
                .der()
                .clone(),
            testing::certificate("root x", true, 0, 11 * DAY)
                .der()
                .clone(),
            testing::certificate("Old", true, -10 * DAY, DAY)
                .der()
                .clone(),
            testing::issued("leaf", "ca", false, 0, 10 * DAY)
                .der()
                .clone(),
            testing::certificate("Future", true, 5 * DAY, DAY)
                .der()
                .clone(),
            CertificateDer::from(vec![0x30, 0x01, 0x00]),
        ]
    })
}

fn trusted(alias: &str, number: usize) -> Entry {
    Entry::trusted(Alias::new(alias), pool()[number].clone())
}

fn key(alias: &str, number: usize, bytes: u8) -> Entry {
    Entry {
        alias: Alias::new(alias),
        created: None,
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(Zeroizing::new(vec![bytes])),
            chain: vec![pool()[number].clone()],
        },
        attributes: Vec::new(),
    }
}

fn secret_key(alias: &str, bytes: u8) -> Entry {
    Entry {
        kind: EntryKind::SecretKey(SealedKey::from_pkcs8(Zeroizing::new(vec![bytes]))),
        ..trusted(alias, 0)
    }
}

fn store(entries: impl IntoIterator<Item = Entry>) -> KeyStore {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push_renamed(entry);
    }
    store
}

fn from(source: &str, entries: impl IntoIterator<Item = Entry>) -> Vec<Incoming> {
    let entries = entries.into_iter();
    entries
        .map(|entry| Incoming {
            entry,
            source: source.to_owned(),
        })
        .collect()
}

fn options(on_conflict: OnConflict) -> MergeOptions {
    MergeOptions {
        on_conflict,
        ..MergeOptions::new(testing::at(DAY))
    }
}

fn outcomes(plan: &Plan) -> Vec<Outcome> {
    plan.actions()
        .iter()
        .map(|action| action.outcome.clone())
        .collect()
}

fn aliases(store: &KeyStore) -> Vec<&str> {
    store
        .entries()
        .iter()
        .map(|entry| entry.alias.as_str())
        .collect()
}

fn positional(number: usize) -> Entry {
    Entry::trusted(Alias::positional(1), pool()[number].clone())
}

#[test]
fn nameless_entries_get_scheme_aliases_and_never_conflict() {
    let there = store([trusted("root x", 2)]);
    let incoming = from("pem", [positional(0), positional(1), positional(5)]);
    let merged = plan(&there, &incoming, &options(OnConflict::Fail)).apply(there);
    assert_eq!(aliases(&merged), ["root x", "root x-2", "root x-3"]);
}

#[test]
fn what_cannot_be_read_is_left_out_and_hides_nothing() {
    let mut below_broken_issuer = key("server", 3, 1);
    if let EntryKind::PrivateKey { chain, .. } = &mut below_broken_issuer.kind {
        chain.push(pool()[5].clone());
    }
    let incoming = from(
        "a.jks",
        [
            trusted("bad", 5),
            trusted("good", 0),
            key("k", 5, 1),
            below_broken_issuer,
        ],
    );
    let there = store([trusted("taken", 1)]);
    let made = plan(&there, &incoming, &options(OnConflict::Rename));
    let text = render_plan(&made, PlanFormat::Table, &Style::default());
    insta::assert_snapshot!(text, @r#"
      entry   from   outcome      remarks
      bad     a.jks  left out
      Root X  a.jks  add as good
      k       a.jks  left out
      leaf    a.jks  left out
      warning  CERT-UNREADABLE  a.jks: bad is not a readable certificate: it ends too early
               hint: Java refuses a whole store because of one such certificate; get an intact copy
      warning  CERT-UNREADABLE  a.jks: k has a chain whose certificate 1 is not a readable certificate: it ends too early
               hint: Java refuses a whole store because of one such certificate; get an intact copy
      warning  CERT-UNREADABLE  a.jks: leaf has a chain whose certificate 2 is not a readable certificate: it ends too early
               hint: Java refuses a whole store because of one such certificate; get an intact copy

    4 read: 1 added, 0 already there, 0 duplicates, 0 conflicts, 3 left out
    "#);
    assert_eq!(aliases(&made.apply(there)), ["taken", "good"]);

    // What the destination holds already is not taken out of it.
    let there = store([trusted("old", 5)]);
    let made = plan(
        &there,
        &from("a", [trusted("bad", 5)]),
        &options(OnConflict::Fail),
    );
    let alias = "old".to_owned();
    assert_eq!(outcomes(&made), [Outcome::AlreadyThere { alias }]);
}

#[test]
fn created_is_not_before_unless_fixed() {
    let empty = KeyStore::new();
    let incoming = from("a", [trusted("a", 2), secret_key("s", 1)]);
    let created = |policy| {
        let options = MergeOptions {
            created: policy,
            ..options(OnConflict::Fail)
        };
        let merged = plan(&empty, &incoming, &options).apply(empty.clone());
        merged
            .entries()
            .iter()
            .map(|entry| entry.created)
            .collect::<Vec<_>>()
    };
    let not_before = Timestamp::from_secs(testing::at(-10 * DAY).unix_timestamp());
    assert_eq!(created(CreatedPolicy::NotBefore), [Some(not_before), None]);
    let fixed = Timestamp::from_millis(7);
    assert_eq!(
        created(CreatedPolicy::Fixed(fixed)),
        [Some(fixed), Some(fixed)]
    );
}

#[test]
fn scheme_ignores_given_aliases() {
    let empty = KeyStore::new();
    let options = MergeOptions {
        aliases: AliasPolicy::Scheme,
        ..options(OnConflict::Fail)
    };
    let merged = plan(&empty, &from("a", [trusted("given", 2)]), &options).apply(empty);
    assert_eq!(aliases(&merged), ["old"]);
}

#[test]
fn ten_thousand_of_one_name_are_no_trouble() {
    // Other signatures make other certificates; nobody checks them here.
    let der = |number: usize| {
        let mut der = pool()[0].to_vec();
        let end = der.len();
        der[end - 8..].copy_from_slice(&number.to_be_bytes());
        CertificateDer::from(der)
    };
    let entries = (0..10_000).map(|number| Entry::trusted(Alias::new("same"), der(number)));
    let incoming = from("a", entries);
    let plan = plan(&KeyStore::new(), &incoming, &options(OnConflict::Rename));
    assert_eq!(plan.summary().renamed, 9_999);
}

#[test]
fn what_java_does_not_parse_stays_out_of_a_store_for_java() {
    let poison = testing::not_for_java("Poison").certificate;
    let incoming = from(
        "a.pem",
        [
            Entry::trusted(Alias::new("poison"), poison.der().clone()),
            trusted("good", 0),
        ],
    );
    let mut options = options(OnConflict::Fail);
    assert!(options.for_java);
    for (for_java, kept) in [(true, &["good"][..]), (false, &["poison", "good"])] {
        options.for_java = for_java;
        let made = plan(&KeyStore::new(), &incoming, &options);
        let finding = &made.actions()[0].findings[0];
        assert_eq!(finding.id, "CERT-NOT-JAVA");
        assert_eq!(finding.severity, crate::report::Severity::Warning);
        assert_eq!(
            made.actions()[0].outcome == Outcome::LeftOut,
            for_java,
            "{:?}",
            made.actions()[0]
        );
        assert_eq!(aliases(&made.apply(KeyStore::new())), kept);
    }
}
