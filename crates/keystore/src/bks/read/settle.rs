//! What became of the entries, once the password has proved right or there is none: kinds, aliases, warnings.

use super::{Found, Reader};
use crate::pkcs8::bouncy::{self, Opened};
use crate::{At, Contents, Entry, EntryKind, Error, Integrity, SealedKey};

impl Reader<'_> {
    /// Everything in its place; the password has proved right, or there is none.
    pub(super) fn finish(mut self, integrity: Integrity) -> Contents {
        let mut contents = Contents {
            integrity,
            ..Contents::empty(self.format)
        };
        for Found { mut entry, is_open } in std::mem::take(&mut self.found) {
            if is_open {
                match self.settled(entry) {
                    Some(settled) => entry = settled,
                    None => continue,
                }
            }
            if let Some(message) = entry.kind.key().and_then(SealedKey::warning_of_cost) {
                let at = At::Entry(entry.alias.to_string());
                self.notes.warning(at, message);
            }
            let wanted = entry.alias.clone();
            let given = contents.store.push_renamed(entry);
            if *given != wanted {
                let message = format!(
                    "the alias stands more than once: here called {:?}; BouncyCastle sees the last of them only",
                    given.as_str()
                );
                let at = At::Entry(wanted.as_str().to_owned());
                self.notes.warning(at, message);
            }
        }
        contents.others.public_keys = self.public_keys;
        contents.notes = self.notes.into_list();
        contents
    }

    /// A sealed key without a chain: what it is shows only when the store's password, or none, opens it.
    fn settled(&mut self, entry: Entry) -> Option<Entry> {
        let EntryKind::SecretKey(key) = &entry.kind else {
            return Some(entry);
        };
        let opened = self
            .password
            .zip(key.as_bouncy())
            .map(|(password, sealed)| {
                bouncy::open(sealed, self.format, password, &mut self.budget)
            });
        let kind = match opened {
            Some(Ok(opened)) => match opened.open() {
                Ok(Opened::Private(_)) => EntryKind::PrivateKey {
                    key: key.clone(),
                    chain: Vec::new(),
                },
                Ok(Opened::Public(spki)) => {
                    self.public_key(entry.alias.as_str(), spki);
                    return None;
                }
                Ok(Opened::Secret(_)) => return Some(entry),
                Err(why) => {
                    let at = At::Entry(entry.alias.to_string());
                    self.notes.warning(at, why);
                    return Some(entry);
                }
            },
            Some(Err(Error::WrongPassword { .. })) | None => {
                let message = "a locked key of unknown kind, taken for a secret key";
                self.notes
                    .oddity(At::Entry(entry.alias.to_string()), message);
                return Some(entry);
            }
            Some(Err(error)) => {
                // a key that is too dear by itself is told of like any other
                if key.warning_of_cost().is_none() {
                    let at = At::Entry(entry.alias.to_string());
                    self.notes.warning(at, error.reason(self.format));
                }
                return Some(entry);
            }
        };
        Some(Entry { kind, ..entry })
    }
}
