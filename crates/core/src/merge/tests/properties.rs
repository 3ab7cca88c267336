//! What holds whatever is merged.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

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
