//! What is wrong with a store for its readers, and can be put right by writing it again.

use std::collections::HashSet;

use trustpack_keystore::{
    Alias, At, Contents, Entry, Facts, Format, KeyStore, Note, NoteKind, Password, Profile,
    SealedKey,
};

use super::passwords::open;
use super::{Action, Change, Edited};
use crate::alias::Aliases;

/// What a store came as.
#[derive(Clone, Copy, Debug)]
pub struct Repair<'a> {
    /// The container.
    pub format: Format,
    /// What it says about itself.
    pub facts: &'a Facts,
    /// What reading it gave to remark.
    pub notes: &'a [Note],
    /// For the keys under a weak protection; those that none of them opens stay as they are.
    pub passwords: &'a [&'a Password],
    /// Old ciphers are wanted, for readers that know no others.
    pub keep_protection: bool,
}

impl<'a> Repair<'a> {
    /// Of what was read.
    pub fn of(contents: &'a Contents, passwords: &'a [&'a Password]) -> Self {
        Self {
            format: contents.format,
            facts: &contents.facts,
            notes: &contents.notes,
            passwords,
            keep_protection: false,
        }
    }
}

/// With everything put right that the format and its readers object to:
///
/// - aliases of JKS and JCEKS in lower case, without which `keytool -list` fails for the whole store;
/// - aliases of PKCS#12 that differ in case only told apart, since Java shows one of them;
/// - chains in order, without certificates that are no part of them;
/// - what Java does not show, such as a trusted certificate without Java's attribute in PKCS#12;
/// - the protection of PKCS#12 brought to the profile [`Modern`](Profile::Modern), keys included, and old versions of a
///   layout to the one that is written today.
///
/// The last two happen when the store is written; here they are found and told.
pub fn repair(store: KeyStore, came: &Repair<'_>) -> Edited {
    let mut changes = Vec::new();
    let mut aliases = Aliases::default();
    let folds = matches!(came.format, Format::Jks | Format::Jceks);
    if folds {
        for entry in store.entries() {
            if entry.alias.folded() == entry.alias.as_str() {
                aliases.take(entry.alias.as_str());
            }
        }
    }
    // Java compares those of PKCS#12 without case, and shows the last one of two
    let mut seen = HashSet::new();
    let is_second: Vec<bool> = store
        .entries()
        .iter()
        .map(|entry| !seen.insert(entry.alias.folded()))
        .collect();
    if came.format == Format::Pkcs12 {
        for alias in &seen {
            aliases.take(alias);
        }
    }
    let entries: Vec<Entry> = store
        .into_entries()
        .into_iter()
        .zip(is_second)
        .map(|(entry, is_second)| {
            let alias = entry.alias.to_string();
            let mut told = |detail: String| {
                changes.push(Change::of(alias.as_str(), Action::Repaired).with(detail));
            };
            let mut entry = in_order(entry, &mut told);
            if folds && entry.alias.folded() != entry.alias.as_str() {
                let new = aliases.unique(&entry.alias.folded());
                told(format!("alias in lower case: {new}"));
                entry.alias = Alias::new(new);
            }
            if came.format == Format::Pkcs12 && is_second {
                let new = aliases.unique(&alias);
                told(format!("alias of another entry in another case: {new}"));
                entry.alias = Alias::new(new);
            }
            for note in came.notes.iter().filter(|note| {
                note.kind == NoteKind::Invisible && note.at == At::Entry(alias.clone())
            }) {
                // of an alias in upper case it was said above; a key in the clear is sealed, under some password
                let is_clear = entry.key().is_some_and(|key| !key.is_sealed());
                let stays = folds || (is_clear && came.passwords.is_empty());
                if !stays {
                    told(format!("it was {}", note.message));
                }
            }
            sealed_anew(entry, came, &mut told)
        })
        .collect();
    if let Some(detail) = old_protection(came) {
        changes.push(Change {
            alias: None,
            action: Action::Repaired,
            detail: Some(detail),
        });
    }
    Edited {
        store: entries.into_iter().collect(),
        changes,
    }
}

fn in_order(entry: Entry, told: &mut impl FnMut(String)) -> Entry {
    let ordered = entry.certificates_in_order();
    if ordered.iter().copied().eq(entry.certificates()) {
        return entry;
    }
    let left_out = entry.certificates().len() - ordered.len();
    told(match left_out {
        0 => "chain put in order".to_owned(),
        left_out => {
            format!("chain put in order, {left_out} certificate(s) that are no part of it left out")
        }
    });
    let ordered = ordered.into_iter().cloned().collect();
    entry.with_chain(ordered)
}

/// A key of PKCS#12 under anything but PBES2 in the clear, so that it is sealed when it is written.
fn sealed_anew(entry: Entry, came: &Repair<'_>, told: &mut impl FnMut(String)) -> Entry {
    let weak = |key: &&SealedKey| key.is_sealed() && !key.is_pbes2();
    if came.format != Format::Pkcs12 || came.keep_protection {
        return entry;
    }
    let Some((key, clear)) = entry
        .key()
        .filter(weak)
        .and_then(|key| Some((key, open(key, came.passwords)?)))
    else {
        return entry;
    };
    told(format!("key sealed anew, it was {}", key.protection()));
    entry.with_key(clear)
}

/// Why the store as a whole is to be written again.
fn old_protection(came: &Repair<'_>) -> Option<String> {
    match (came.format, came.facts.version, came.facts.profile) {
        (Format::Pkcs12, _, Some(Profile::Legacy)) if !came.keep_protection => {
            let was: Vec<&str> = came
                .facts
                .encryption
                .iter()
                .chain(&came.facts.integrity)
                .map(String::as_str)
                .collect();
            Some(format!(
                "protection brought up to date, it was {}",
                was.join("; ")
            ))
        }
        (Format::Jks | Format::Jceks | Format::Bks, Some(version @ (0 | 1)), _) => {
            Some(format!("version {version} of the layout brought to 2"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{ca, root, server};
    use crate::edit::testing::{Zeros, aliases, key_entry};
    use trustpack_keystore::{ReadOptions, WriteOptions, read, write};

    fn written(
        store: &KeyStore,
        format: Format,
        profile: Profile,
        keep_alias_case: bool,
    ) -> Contents {
        let password = Password::new("changeit");
        let options = WriteOptions {
            password: Some(&password),
            random: Some(&Zeros),
            profile,
            keep_alias_case,
            ..WriteOptions::default()
        };
        let bytes = write(store, format, &options).unwrap().bytes;
        let options = ReadOptions {
            password: Some(&password),
        };
        read(&bytes, &options).unwrap()
    }

    fn details(edited: &Edited) -> Vec<&str> {
        let changes = edited.changes.iter();
        changes
            .filter_map(|change| change.detail.as_deref())
            .collect()
    }

    #[test]
    fn chains_and_aliases_are_put_right_and_a_sound_store_is_left_alone() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let server = server("h.example", &ca);
        let stranger = crate::cert::testing::root("Stranger");
        let store: KeyStore = [
            key_entry("Mixed", &server, &server, &[&root, &ca, &stranger]),
            Entry::trusted(Alias::new("root"), root.certificate.der().clone()),
        ]
        .into_iter()
        .collect();
        let facts = Facts::default();
        let came = Repair {
            format: Format::Jks,
            facts: &facts,
            notes: &[],
            passwords: &[],
            keep_protection: false,
        };
        let edited = repair(store, &came);
        assert_eq!(
            details(&edited),
            [
                "chain put in order, 1 certificate(s) that are no part of it left out",
                "alias in lower case: mixed"
            ]
        );
        assert_eq!(aliases(&edited.store), ["mixed", "root"]);
        assert_eq!(edited.store.entries()[0].certificates().len(), 3);
        assert_eq!(repair(edited.store, &came).changes, []);
    }

    #[test]
    fn a_weak_pkcs12_is_opened_so_that_it_is_sealed_anew() {
        let root = root("Root");
        let store: KeyStore = std::iter::once(key_entry("k", &root, &root, &[])).collect();
        let contents = written(&store, Format::Pkcs12, Profile::Legacy, false);
        let password = Password::new("changeit");
        let passwords = [&password];
        let edited = repair(contents.store.clone(), &Repair::of(&contents, &passwords));
        let details = details(&edited);
        assert_eq!(details.len(), 2, "{details:?}");
        assert!(
            details[0].starts_with("key sealed anew, it was 3DES"),
            "{details:?}"
        );
        assert!(
            details[1].starts_with("protection brought up to date"),
            "{details:?}"
        );
        assert!(!edited.store.entries()[0].key().unwrap().is_sealed());

        let mut kept = Repair::of(&contents, &passwords);
        kept.keep_protection = true;
        assert_eq!(repair(contents.store.clone(), &kept).changes, []);

        let sound = written(&store, Format::Pkcs12, Profile::Modern, false);
        let edited = repair(sound.store.clone(), &Repair::of(&sound, &passwords));
        assert_eq!(edited.changes, []);
    }

    #[test]
    fn aliases_of_pkcs12_that_differ_in_case_only_are_told_apart() {
        let (one, two) = (root("One"), root("Two"));
        let store: KeyStore = [("Root", &one), ("root", &two), ("root-2", &two)]
            .into_iter()
            .map(|(alias, made)| Entry::trusted(Alias::new(alias), made.certificate.der().clone()))
            .collect();
        let facts = Facts::default();
        let came = |format| Repair {
            format,
            facts: &facts,
            notes: &[],
            passwords: &[],
            keep_protection: false,
        };
        let edited = repair(store.clone(), &came(Format::Pkcs12));
        assert_eq!(aliases(&edited.store), ["Root", "root-3", "root-2"]);
        assert_eq!(
            details(&edited),
            ["alias of another entry in another case: root-3"]
        );
        // BouncyCastle's own stores know them apart
        assert_eq!(repair(store, &came(Format::Bks)).changes, []);
    }

    #[test]
    fn a_store_that_keytool_cannot_list_is_repaired() {
        let root = root("Root");
        let store: KeyStore = ["Server1", "server1"]
            .into_iter()
            .map(|alias| Entry::trusted(Alias::new(alias), root.certificate.der().clone()))
            .collect();
        let contents = written(&store, Format::Jks, Profile::Modern, true);
        let edited = repair(contents.store.clone(), &Repair::of(&contents, &[]));
        assert_eq!(aliases(&edited.store), ["server1-2", "server1"]);
        assert_eq!(details(&edited), ["alias in lower case: server1-2"]);
    }
}
