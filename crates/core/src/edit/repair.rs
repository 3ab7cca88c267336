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
mod tests;
