//! Which entries are the same, which conflict, and what becomes of them.

use super::*;

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
