use std::collections::HashSet;
use std::sync::OnceLock;

use proptest::prelude::*;
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
      warning  CERT-UNREADABLE  a.jks: bad is not a readable certificate: Parsing requires 1 bytes/chars
               hint: Java refuses a whole store because of one such certificate; get an intact copy
      warning  CERT-UNREADABLE  a.jks: k has a chain whose certificate 1 is not a readable certificate: Parsing requires 1 bytes/chars
               hint: Java refuses a whole store because of one such certificate; get an intact copy
      warning  CERT-UNREADABLE  a.jks: leaf has a chain whose certificate 2 is not a readable certificate: Parsing requires 1 bytes/chars
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
fn the_same_certificate_is_the_same_under_any_alias() {
    let there = store([trusted("mine", 0)]);
    let incoming = from(
        "a",
        [trusted("theirs", 0), trusted("new", 1), trusted("again", 1)],
    );
    let plan = plan(&there, &incoming, &options(OnConflict::Fail));
    let (mine, new) = ("mine".to_owned(), "new".to_owned());
    let expected = [
        Outcome::AlreadyThere { alias: mine },
        Outcome::Add { alias: new.clone() },
        Outcome::DuplicateInput {
            of: "a".to_owned(),
            alias: new,
        },
    ];
    assert_eq!(outcomes(&plan), expected);
}

#[test]
fn a_taken_alias_is_a_conflict_also_in_other_case() {
    let there = store([trusted("Ca", 0)]);
    let incoming = from("a", [trusted("cA", 1)]);
    let resolved = |on_conflict| {
        let plan = plan(&there, &incoming, &options(on_conflict));
        let refused = plan.has_refused_conflicts();
        let merged = plan.apply(there.clone());
        let text: Vec<_> = merged
            .entries()
            .iter()
            .map(|entry| {
                let number = pool()
                    .iter()
                    .position(|der| [der.clone()] == entry.certificates());
                format!("{}={}", entry.alias, number.unwrap())
            })
            .collect();
        (refused, text.join(" "))
    };
    assert_eq!(resolved(OnConflict::Fail), (true, "Ca=0".to_owned()));
    assert_eq!(resolved(OnConflict::Keep), (false, "Ca=0".to_owned()));
    assert_eq!(
        resolved(OnConflict::Rename),
        (false, "Ca=0 cA-2=1".to_owned())
    );
    assert_eq!(resolved(OnConflict::Replace), (false, "Ca=1".to_owned()));
}

#[test]
fn replace_takes_neither_keys_nor_what_the_input_brings() {
    let there = store([key("server", 3, 1), trusted("ca", 0)]);
    let incoming = from(
        "a",
        [trusted("server", 1), trusted("ca", 2), trusted("other", 0)],
    );
    let plan = plan(&there, &incoming, &options(OnConflict::Replace));
    let resolutions: Vec<_> = plan
        .actions()
        .iter()
        .map(|action| match &action.outcome {
            Outcome::Conflict { resolution, .. } => Some(resolution.clone()),
            _ => None,
        })
        .collect();
    let to = "ca-2".to_owned();
    let expected = [
        Some(Resolution::Refused),
        Some(Resolution::Renamed { to }),
        None,
    ];
    assert_eq!(resolutions, expected);
    assert_eq!(
        plan.actions()[1].findings.last().unwrap().id,
        "MERGE-NOT-REPLACED"
    );
}

#[test]
fn a_key_is_the_same_by_its_certificate_whatever_seal_and_alias() {
    let there = store([key("server", 3, 1)]);
    let outcome = |entry| {
        let plan = plan(&there, &from("a", [entry]), &options(OnConflict::Fail));
        plan.actions()[0].outcome.clone()
    };
    let already = || Outcome::AlreadyThere {
        alias: "server".to_owned(),
    };
    assert_eq!(outcome(key("other", 3, 1)), already());
    assert_eq!(outcome(key("SERVER", 3, 2)), already());
    // sealed anew, and under the number that its alias got the first time: merging again adds nothing
    assert_eq!(outcome(key("other", 3, 2)), already());
    assert!(matches!(
        outcome(key("server", 4, 1)),
        Outcome::Conflict { .. }
    ));
    // The trusted certificate of a key is another thing than the key.
    assert!(matches!(outcome(trusted("cert", 3)), Outcome::Add { .. }));
}

#[test]
fn a_key_keeps_its_chain_and_another_chain_is_remarked() {
    let mut longer = key("server", 3, 1);
    if let EntryKind::PrivateKey { chain, .. } = &mut longer.kind {
        chain.push(pool()[0].clone());
    }
    let empty = KeyStore::new();
    let incoming = from("a", [longer.clone()]);
    let merged = plan(&empty, &incoming, &options(OnConflict::Fail)).apply(empty);
    assert_eq!(merged.entries()[0].certificates(), longer.certificates());

    let there = store([key("server", 3, 1)]);
    let plan = plan(&there, &incoming, &options(OnConflict::Fail));
    assert_eq!(
        plan.actions()[0].findings.last().unwrap().id,
        "MERGE-CHAIN-DIFFERS"
    );
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

fn example() -> Plan {
    let there = store([trusted("mine", 0), trusted("taken", 1)]);
    let mut incoming = from(
        "a.jks",
        [trusted("x", 0), trusted("taken", 2), positional(3)],
    );
    incoming.extend(from("b.pem", [positional(4), positional(3)]));
    plan(&there, &incoming, &options(OnConflict::Rename))
}

#[test]
fn table() {
    let text = render_plan(&example(), PlanFormat::Table, &Style::default());
    insta::assert_snapshot!(text, @r#"
      entry   from   outcome                              remarks
      Root X  a.jks  already there as mine
      Old     a.jks  conflict over taken: add as taken-2  expired
      leaf    a.jks  add as leaf                          not a CA
      Future  b.pem  add as future                        not yet valid
      leaf    b.pem  same as leaf from a.jks              not a CA

    5 read: 2 added, 1 already there, 1 duplicate, 1 conflict (1 renamed)
    "#);
}

#[test]
fn table_of_a_refused_replacement() {
    let there = store([key("server", 3, 1)]);
    let incoming = from("a.jks", [trusted("server", 0)]);
    let plan = plan(&there, &incoming, &options(OnConflict::Replace));
    let text = render_plan(&plan, PlanFormat::Table, &Style::default());
    insta::assert_snapshot!(text, @r#"
      entry   from   outcome                        remarks
      Root X  a.jks  conflict over server: refused
      note     MERGE-NOT-REPLACED  a.jks: Root X does not replace server: it holds a key, which a certificate never replaces
               hint: delete or rename that entry first

    1 read: 0 added, 0 already there, 0 duplicates, 1 conflict (1 refused)
    "#);
}

#[test]
fn hostile_names_stay_text() {
    let evil = "a\u{1b}]0;x\u{7}\u{202e}\u{9b}2J\n";
    let certificate = testing::certificate(evil, false, 0, DAY);
    let mut incoming = vec![Incoming::certificate(evil, &certificate)];
    incoming.extend(from(
        evil,
        [trusted(evil, 0), trusted(evil, 1), trusted(evil, 5)],
    ));
    let plan = plan(&KeyStore::new(), &incoming, &options(OnConflict::Replace));
    for format in [PlanFormat::Json, PlanFormat::Table] {
        let text = render_plan(&plan, format, &Style::default());
        let safe = |c: char| c == '\n' || !crate::text::is_unsafe(c);
        assert!(text.chars().all(safe), "{text:?}");
    }
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
fn json() {
    // Keys and signatures differ per run, so fingerprints are left out of the comparison.
    let mut plan = example();
    plan.actions.drain(2..);
    for action in &mut plan.actions {
        action.fingerprint = action
            .fingerprint
            .as_ref()
            .map(|hex| format!("<{}>", hex.len()));
    }
    let text = render_plan(&plan, PlanFormat::Json, &Style::default());
    insta::assert_snapshot!(text, @r#"
    {
      "actions": [
        {
          "source": "a.jks",
          "alias": "x",
          "display_name": "Root X",
          "kind": "certificate",
          "fingerprint": "<64>",
          "outcome": {
            "kind": "already-there",
            "alias": "mine"
          },
          "findings": []
        },
        {
          "source": "a.jks",
          "alias": "taken",
          "display_name": "Old",
          "kind": "certificate",
          "fingerprint": "<64>",
          "outcome": {
            "kind": "conflict",
            "alias": "taken",
            "resolution": {
              "kind": "renamed",
              "to": "taken-2"
            }
          },
          "findings": [
            {
              "id": "CERT-EXPIRED",
              "severity": "warning",
              "subject": "a.jks",
              "message": "Old expired on 2025-12-22 23:59 UTC, 10 days ago",
              "hint": "get its successor, or leave it out"
            }
          ]
        }
      ],
      "summary": {
        "incoming": 2,
        "added": 0,
        "already_there": 1,
        "duplicates": 0,
        "left_out": 0,
        "conflicts": 1,
        "kept": 0,
        "refused": 0,
        "renamed": 1,
        "replaced": 0
      }
    }
    "#);
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let alias = prop::sample::select(vec!["", "x", "X", "x-2", "root x", "old", "key"]);
    let entry = (0_usize..3, alias, 0_usize..6, 0_u8..2, any::<bool>()).prop_map(
        |(kind, alias, number, bytes, named)| {
            let mut entry = match kind {
                0 => trusted(alias, number),
                1 => key(alias, number, bytes),
                _ => secret_key(alias, bytes),
            };
            if !named {
                entry.alias = Alias::positional(1);
            }
            entry
        },
    );
    prop::collection::vec(entry, 0..8)
}

/// A destination as any tool may have left it, aliases unique without case.
fn destination() -> impl Strategy<Value = KeyStore> {
    entries().prop_map(|entries| {
        let mut aliases = crate::alias::Aliases::default();
        let mut store = KeyStore::new();
        for mut entry in entries {
            entry.alias = Alias::new(aliases.unique(entry.alias.as_str()));
            store.push(entry).unwrap();
        }
        store
    })
}

fn any_options() -> impl Strategy<Value = MergeOptions> {
    let on_conflict = prop::sample::select(vec![
        OnConflict::Fail,
        OnConflict::Keep,
        OnConflict::Rename,
        OnConflict::Replace,
    ]);
    (on_conflict, any::<bool>()).prop_map(|(on_conflict, given)| MergeOptions {
        aliases: match given {
            true => AliasPolicy::Given,
            false => AliasPolicy::Scheme,
        },
        ..options(on_conflict)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn merging_again_changes_nothing(a in destination(), b in entries(), options in any_options()) {
        let b = from("b", b);
        let once = plan(&a, &b, &options).apply(a);
        let again = plan(&once, &b, &options);
        prop_assert!(!again.changes(), "{:?}", again);
        if options.on_conflict == OnConflict::Rename {
            let there =
                |action: &Action| matches!(action.outcome, Outcome::AlreadyThere { .. } | Outcome::LeftOut);
            prop_assert!(again.actions().iter().all(there));
        }
        prop_assert_eq!(again.apply(once.clone()), once);
    }

    #[test]
    fn nothing_is_lost_unless_the_plan_says_so(a in destination(), b in entries(), options in any_options()) {
        let b = from("b", b);
        let plan = plan(&a, &b, &options);
        let actions = plan.actions().to_vec();
        let changes = plan.changes();
        let merged = plan.apply(a.clone());
        prop_assert_eq!(actions.len(), b.len());
        prop_assert_eq!(changes, merged != a);

        let replaced: HashSet<&str> = actions.iter().filter_map(|action| match &action.outcome {
            Outcome::Conflict { alias, resolution: Resolution::Replaced } => Some(alias.as_str()),
            _ => None,
        }).collect();
        for (place, entry) in a.entries().iter().enumerate() {
            if replaced.contains(entry.alias.as_str()) {
                prop_assert_eq!(&merged.entries()[place].alias, &entry.alias);
            } else {
                prop_assert_eq!(&merged.entries()[place], entry);
            }
        }

        let held: HashSet<_> = merged.entries().iter().map(|entry| entry.certificates().first()).collect();
        for (action, incoming) in actions.iter().zip(&b) {
            if action.outcome == Outcome::LeftOut {
                prop_assert!(incoming.entry.certificates().contains(&pool()[5]));
                prop_assert_eq!(&action.findings[0].id, "CERT-UNREADABLE");
                continue;
            }
            let left_out = matches!(
                action.outcome,
                Outcome::Conflict { resolution: Resolution::Kept | Resolution::Refused, .. }
            );
            prop_assert!(left_out || held.contains(&incoming.entry.certificates().first()));
            let alias = match &action.outcome {
                Outcome::Add { alias } | Outcome::AlreadyThere { alias } | Outcome::DuplicateInput { alias, .. } => alias,
                Outcome::Conflict { alias, resolution: Resolution::Renamed { to: _ } } => alias,
                Outcome::Conflict { alias, .. } => alias,
                Outcome::LeftOut => unreachable!("looked at above"),
            };
            prop_assert!(merged.find(alias).is_some_and(|entry| entry.alias.as_str() == alias));
        }
    }

    #[test]
    fn aliases_stay_unique_without_case(a in destination(), b in entries(), options in any_options()) {
        let merged = plan(&a, &from("b", b), &options).apply(a);
        let mut seen = HashSet::new();
        for entry in merged.entries() {
            prop_assert!(seen.insert(entry.alias.folded()), "{}", entry.alias);
        }
    }
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
