//! Keys under another password: opened here, sealed again when the store is written.

use trustpack_keystore::{Entry, KeyStore, Password, SealedKey};

/// A store of which some keys were opened.
#[derive(Clone, Debug)]
pub struct Resealed {
    /// With those keys in the clear, so that writing seals them anew.
    pub store: KeyStore,
    /// The aliases of the keys that were opened.
    pub opened: Vec<String>,
    /// The aliases of those that none of the passwords opens; they stay as they are sealed.
    pub locked: Vec<String>,
}

/// Opens the keys of the entries at these places with the first password that fits.
pub fn reseal(store: KeyStore, places: &[usize], passwords: &[&Password]) -> Resealed {
    let (mut opened, mut locked) = (Vec::new(), Vec::new());
    let entries = store.into_entries().into_iter().enumerate();
    let store = entries.map(|(place, entry)| {
        let key = entry.key().filter(|_| places.contains(&place));
        let Some(key) = key else { return entry };
        let alias = entry.alias.to_string();
        match open(key, passwords) {
            Some(clear) => {
                opened.push(alias);
                entry.with_key(clear)
            }
            None => {
                locked.push(alias);
                entry
            }
        }
    });
    let store: Vec<Entry> = store.collect();
    Resealed {
        store: store.into_iter().collect(),
        opened,
        locked,
    }
}

/// The key in the clear, when one of the passwords opens it, or it was never sealed.
pub(super) fn open(key: &SealedKey, passwords: &[&Password]) -> Option<SealedKey> {
    let mut attempts = passwords.iter().map(|password| key.unlock(Some(password)));
    let clear = if key.is_sealed() {
        attempts.find_map(Result::ok)
    } else {
        key.unlock(None).ok()
    };
    clear.map(SealedKey::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{root, server};
    use crate::edit::testing::{Zeros, key_store};
    use trustpack_keystore::{Alias, SealedKey};

    #[test]
    fn what_opens_is_opened_and_what_does_not_is_told() {
        let root = root("Root");
        let made = server("h.example", &root);
        let clear = key_store("a", &made, &[]).into_entries().remove(0);
        let sealed = |alias: &str, password: &str| {
            let key = clear.key().unwrap().unlock(None).unwrap();
            let sealed = SealedKey::seal_pkcs8(&key, &Password::new(password), &Zeros).unwrap();
            let mut entry = clear.clone().with_key(sealed);
            entry.alias = Alias::new(alias);
            entry
        };
        let store: KeyStore = [sealed("a", "old"), sealed("b", "other"), sealed("c", "old")]
            .into_iter()
            .collect();
        let old = Password::new("old");
        let resealed = reseal(store, &[0, 1], &[&old]);
        assert_eq!(
            (resealed.opened, resealed.locked),
            (vec!["a".into()], vec!["b".into()])
        );
        let is_sealed = |place: usize| resealed.store.entries()[place].key().unwrap().is_sealed();
        assert_eq!([0, 1, 2].map(is_sealed), [false, true, true]);
    }
}
