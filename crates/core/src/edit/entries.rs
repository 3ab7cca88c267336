//! Whole entries: deleted, renamed, copied.

use trustpack_keystore::{Alias, Entry, Format, KeyStore};

use super::{Action, Change, EditError, Edited};

/// Without the entries at these places.
pub fn delete(store: KeyStore, places: &[usize]) -> Edited {
    let mut changes = Vec::new();
    let entries = store.into_entries().into_iter().enumerate();
    let kept: Vec<Entry> = entries
        .filter_map(|(place, entry)| {
            if !places.contains(&place) {
                return Some(entry);
            }
            changes.push(Change::of(entry.alias.as_str(), Action::Deleted));
            None
        })
        .collect();
    Edited {
        store: kept.into_iter().collect(),
        changes,
    }
}

/// The alias as a store of this format keeps it: JKS and JCEKS in lower case (`sun.security.provider.JavaKeyStore.JKS`).
pub fn spelled(alias: &str, format: Format) -> String {
    match format {
        Format::Jks | Format::Jceks => Alias::new(alias).folded(),
        _ => alias.to_owned(),
    }
}

/// With another alias for the entry at `place`; its old one in another case is another alias too.
///
/// # Errors
/// [`EditError::AliasTaken`].
pub fn rename(store: KeyStore, place: usize, alias: &str) -> Result<Edited, EditError> {
    refuse_taken(&store, alias, Some(place))?;
    let mut changes = Vec::new();
    let entries = store.into_entries().into_iter().enumerate();
    let renamed = entries.map(|(at, mut entry)| {
        if at == place && entry.alias.as_str() != alias {
            changes.push(Change::of(entry.alias.as_str(), Action::Renamed).with(alias));
            entry.alias = Alias::new(alias);
        }
        entry
    });
    let store = renamed.collect();
    Ok(Edited { store, changes })
}

/// With copies of entries behind the others, each under the alias that it carries. One that is there already, alias, kind
/// and content, is no change.
///
/// # Errors
/// [`EditError::AliasTaken`].
pub fn copy(store: KeyStore, entries: &[Entry], from: Option<&str>) -> Result<Edited, EditError> {
    let mut changes = Vec::new();
    let mut store = store;
    for entry in entries {
        let alias = entry.alias.as_str();
        if let Some(there) = store.find(alias) {
            if is_same(there, entry) {
                continue;
            }
            return Err(EditError::AliasTaken {
                alias: there.alias.to_string(),
            });
        }
        let change = Change::of(alias, Action::Copied);
        changes.push(match from {
            Some(from) => change.with(format!("from {from}")),
            None => change,
        });
        store.push_renamed(entry.clone());
    }
    Ok(Edited { store, changes })
}

/// A key under another seal is another text and the same key, so only certificates and kind count where there are any. In
/// PKCS#12 a chain goes on with whatever issuers are in the file, so what is there may be longer.
fn is_same(there: &Entry, copy: &Entry) -> bool {
    let is_kind = std::mem::discriminant(&there.kind) == std::mem::discriminant(&copy.kind);
    let has_certificates = !copy.certificates().is_empty();
    is_kind
        && there.certificates().starts_with(copy.certificates())
        && (has_certificates || there.kind == copy.kind)
}

fn refuse_taken(store: &KeyStore, alias: &str, own: Option<usize>) -> Result<(), EditError> {
    let folded = alias.to_lowercase();
    let taken = (0..)
        .zip(store.entries())
        .find(|(place, entry)| Some(*place) != own && entry.alias.folded() == folded);
    match taken {
        Some((_, entry)) => Err(EditError::AliasTaken {
            alias: entry.alias.to_string(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::testing::{aliases, trusted_store};

    #[test]
    fn deleting_keeps_the_order_of_the_others() {
        let edited = delete(trusted_store(&["a", "b", "c"]), &[1]);
        assert_eq!(aliases(&edited.store), ["a", "c"]);
        assert_eq!(edited.changes, [Change::of("b", Action::Deleted)]);
        assert!(delete(trusted_store(&["a"]), &[]).changes.is_empty());
    }

    #[test]
    fn renaming_keeps_the_place_and_takes_no_other_name() {
        let edited = rename(trusted_store(&["a", "b"]), 0, "z").unwrap();
        assert_eq!(aliases(&edited.store), ["z", "b"]);
        assert_eq!(edited.changes, [Change::of("a", Action::Renamed).with("z")]);
        let taken = rename(trusted_store(&["a", "b"]), 0, "B").unwrap_err();
        let alias = "b".to_owned();
        assert_eq!(taken, EditError::AliasTaken { alias });
        assert_eq!(spelled("Größe A", Format::Jks), "größe a");
        assert_eq!(spelled("Größe A", Format::Pkcs12), "Größe A");
        // the same name in another case, and the same name
        let edited = rename(trusted_store(&["a"]), 0, "A").unwrap();
        assert_eq!(aliases(&edited.store), ["A"]);
        assert!(
            rename(trusted_store(&["a"]), 0, "a")
                .unwrap()
                .changes
                .is_empty()
        );
    }

    #[test]
    fn copies_stand_behind_and_are_made_once() {
        let store = trusted_store(&["a", "b"]);
        let mut copied = store.entries()[0].clone();
        copied.alias = Alias::new("c");
        let copied = [copied];
        let edited = copy(store, &copied, None).unwrap();
        assert_eq!(aliases(&edited.store), ["a", "b", "c"]);
        // Portecle's clone held no certificate
        let entries = edited.store.entries();
        assert_eq!(entries[2].certificates(), entries[0].certificates());
        assert!(
            copy(edited.store, &copied, None)
                .unwrap()
                .changes
                .is_empty()
        );
        let mut other = trusted_store(&["x"]).entries()[0].clone();
        other.alias = Alias::new("B");
        let error = copy(trusted_store(&["a", "b"]), &[other], Some("other.jks")).unwrap_err();
        assert!(matches!(error, EditError::AliasTaken { .. }));
    }
}
