//! The names that entries get when nobody named them, and how a name is made unique.

use std::collections::{HashMap, HashSet};

use trustpack_keystore::{Alias, KeyStore};

use crate::Certificate;
use crate::text;

/// The alias of a certificate: subject CN, else first alternative name, else whole subject, else
/// `sha256-<8 hex>`. Lower case, because Java stores and compares aliases so; without control characters; at most
/// [`MAX_CHARS`] characters. Not unique: see [`Aliases::unique`].
pub fn of(certificate: &Certificate) -> String {
    // From the names as written: what is escaped in them for reading would become part of the alias.
    let subject = certificate.subject();
    let common_name = subject.unescaped_common_name().map(clean);
    let alt_name = || {
        let mut names = certificate.extensions().subject_alt_names.iter().flatten();
        names.next().map(|name| clean(&name.unescaped()))
    };
    let whole_subject = || {
        let says_something = subject
            .attributes()
            .any(|attribute| !clean(&attribute.unescaped_value()).is_empty());
        says_something.then(|| clean(&subject.unescaped()))
    };
    // Cleaned one by one: a name of nothing but control characters is no name.
    let some = |name: &String| !name.is_empty();
    common_name
        .filter(some)
        .or_else(|| alt_name().filter(some))
        .or_else(|| whole_subject().filter(some))
        .unwrap_or_else(|| certificate.fingerprint().short())
}

/// The alias of a certificate as the stem of a file name; not unique.
pub fn file_stem(certificate: &Certificate) -> String {
    file_stem_of(&of(certificate)).unwrap_or_else(|| certificate.fingerprint().short())
}

/// A name as the stem of a file name: letters, digits, dots, dashes and underscores; `None` when nothing is left of it.
pub fn file_stem_of(name: &str) -> Option<String> {
    let mut stem = String::new();
    for character in clean(name).chars() {
        match character {
            '*' => stem.push_str("wildcard"),
            '.' | '-' | '_' if !stem.is_empty() => stem.push(character),
            _ if character.is_alphanumeric() => stem.push(character),
            _ if stem.ends_with('-') || stem.is_empty() => (),
            _ => stem.push('-'),
        }
        if stem.len() >= MAX_STEM {
            break;
        }
    }
    let end = stem.trim_end_matches(['-', '.']).len();
    stem.truncate(end);
    Some(stem).filter(|stem| !stem.is_empty())
}

/// File systems end at 255 octets, and number and extension follow.
const MAX_STEM: usize = 200;

/// Gives every entry that its container did not name an alias by [`of`], unique among all.
pub fn name_all(store: KeyStore) -> KeyStore {
    let mut aliases = Aliases::default();
    for entry in store
        .entries()
        .iter()
        .filter(|entry| entry.alias.is_given())
    {
        aliases.take(entry.alias.as_str());
    }
    let mut named = KeyStore::new();
    for mut entry in store.into_entries() {
        let first = entry.certificates().first().cloned();
        if !entry.alias.is_given()
            && let Some(certificate) = first.and_then(|der| Certificate::from_der(der).ok())
        {
            entry.alias = Alias::new(aliases.unique(&of(&certificate)));
        }
        named.push_renamed(entry);
    }
    named
}

/// A text as an alias: lower case, white space as single spaces, nothing that steers a terminal, cut to
/// [`MAX_CHARS`]. May be empty.
pub fn clean(text: &str) -> String {
    let mut clean = String::new();
    for word in text.split_whitespace() {
        let word: String = word
            .chars()
            .filter(|character| !text::is_unsafe(*character))
            .flat_map(char::to_lowercase)
            .collect();
        if !clean.is_empty() && !word.is_empty() {
            clean.push(' ');
        }
        clean.push_str(&word);
    }
    if let Some((end, _)) = clean.char_indices().nth(MAX_CHARS) {
        clean.truncate(end);
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// The aliases that are taken, compared without case as Java does.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    taken: HashSet<String>,
    /// Where the search for a free number goes on: a thousand equal names must not cost a million look-ups.
    next: HashMap<String, usize>,
}

impl Aliases {
    /// Those of a store.
    pub fn of_store(store: &KeyStore) -> Self {
        let taken = store.entries().iter().map(|entry| entry.alias.folded());
        Self {
            taken: taken.collect(),
            next: HashMap::new(),
        }
    }

    /// Whether a name is taken, in whatever case.
    pub fn contains(&self, alias: &str) -> bool {
        self.taken.contains(&alias.to_lowercase())
    }

    /// Takes a name; `false` when it was taken before.
    pub fn take(&mut self, alias: &str) -> bool {
        self.taken.insert(alias.to_lowercase())
    }

    /// Takes and returns the name, or the first free of `name-2`, `name-3`, …
    pub fn unique(&mut self, wanted: &str) -> String {
        if self.take(wanted) {
            return wanted.to_owned();
        }
        let mut number = self.next.get(&wanted.to_lowercase()).copied().unwrap_or(2);
        loop {
            let candidate = format!("{wanted}-{number}");
            number += 1;
            if self.take(&candidate) {
                self.next.insert(wanted.to_lowercase(), number);
                return candidate;
            }
        }
    }
}

/// Twice what a CN may have (64, RFC 5280 appendix A.1), so that most whole subjects fit as well.
pub const MAX_CHARS: usize = 128;

#[cfg(test)]
mod tests;
