//! Keys on their way from one container to another: opened with what the user gave, paired with their certificates.

use anyhow::{Context, Result};
use trustpack_core::keystore::{Entry, EntryKind, Format, KeyStore, Password, SealedKey};

use trustpack_core::merge::Incoming;

use crate::hint::Hinted;
use crate::input::Passwords;
use crate::password::KeyPasswords;
use crate::render::Talk;
use crate::store::SystemRandom;

/// Where keys go.
#[derive(Clone, Copy)]
pub(crate) struct Destination<'a> {
    pub format: Format,
    /// What was told about passwords of keys.
    pub passwords: &'a KeyPasswords,
    /// In PEM, as OpenSSL sealed keys before PKCS#8.
    pub traditional: bool,
}

/// Opens every key that the passwords open, and gives each key without a chain its certificate.
///
/// A PEM or DER file shows its keys to everybody who can read it, so a key goes there only as the user says: sealed
/// with `--key-password`, or in the clear with `--key-password none`.
pub(crate) fn open_and_pair(
    store: KeyStore,
    passwords: &Passwords,
    to: &Destination<'_>,
    talk: &Talk,
) -> Result<KeyStore> {
    if !store.has_keys() {
        return Ok(store);
    }
    let opened = open(store, passwords, to.passwords)?;
    let paired = trustpack_core::pair::pair(opened);
    // the writers of stores say it themselves, for the password that is meant there
    if !to.format.has_password() {
        warn_of_locked_keys(&paired, passwords, talk);
    }
    sealed_for(paired, to)
}

/// Opens every key that the passwords open; entries stay as they are.
pub(crate) fn open_and_seal(
    store: KeyStore,
    passwords: &Passwords,
    to: &Destination<'_>,
) -> Result<KeyStore> {
    if !store.has_keys() {
        return Ok(store);
    }
    sealed_for(open(store, passwords, to.passwords)?, to)
}

fn sealed_for(store: KeyStore, to: &Destination<'_>) -> Result<KeyStore> {
    // a secret key goes into neither, which is told where it is left out
    let is_private = |entry: &Entry| matches!(entry.kind, EntryKind::PrivateKey { .. });
    let shows = matches!(to.format, Format::Pem | Format::Der);
    if shows && store.entries().iter().any(is_private) {
        seal_for_all_to_see(store, to)
    } else {
        Ok(store)
    }
}

fn open(store: KeyStore, passwords: &Passwords, keys: &KeyPasswords) -> Result<KeyStore> {
    let empty = Password::new("");
    let known: Vec<Password> = passwords.all().collect();
    map_keys(store, |alias, key| {
        // A wrong password is no error here: the key may travel sealed, and the writer says when it cannot.
        let opened = keys
            .for_alias(alias)
            .chain(&known)
            .chain([&empty])
            .find_map(|password| key.unlock(Some(password)).ok());
        Ok(opened.map_or_else(|| key.clone(), SealedKey::from))
    })
}

/// As within one file, over all that comes in: a key in one file, its certificate and that one's issuers in others.
pub(crate) fn pair_across(incoming: Vec<Incoming>) -> Vec<Incoming> {
    let mut incoming = incoming;
    let trusted: Vec<Entry> = incoming
        .iter()
        .map(|one| &one.entry)
        .filter(|entry| matches!(entry.kind, EntryKind::TrustedCertificate(_)))
        .cloned()
        .collect();
    let mut used = Vec::new();
    for one in &mut incoming {
        let EntryKind::PrivateKey { chain, .. } = &one.entry.kind else {
            continue;
        };
        if !chain.is_empty() {
            continue;
        }
        let mut store = KeyStore::new();
        store.push_renamed(one.entry.clone());
        for entry in &trusted {
            store.push_renamed(entry.clone());
        }
        // The key went in first, and pairing keeps the order.
        if let Some(paired) = trustpack_core::pair::pair(store)
            .into_entries()
            .into_iter()
            .next()
        {
            used.extend(paired.certificates().iter().cloned());
            one.entry.kind = paired.kind;
        }
    }
    incoming.retain(
        |one| !matches!(&one.entry.kind, EntryKind::TrustedCertificate(der) if used.contains(der)),
    );
    incoming
}

/// A key without its certificate is of no use to a server, and that is found out too late.
pub(crate) fn warn_of_bare_keys<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    format: Format,
    talk: &Talk,
) {
    for entry in entries {
        let EntryKind::PrivateKey { key, chain } = &entry.kind else {
            continue;
        };
        if format.has_aliases() && chain.is_empty() && key.unlock(None).is_ok() {
            let alias = entry.alias.as_str();
            talk.warn(format!(
                "no certificate in the input belongs to the key {alias:?}"
            ));
        }
    }
}

fn warn_of_locked_keys(store: &KeyStore, passwords: &Passwords, talk: &Talk) {
    if passwords.all().next().is_none() {
        return;
    }
    for entry in store.entries() {
        if let EntryKind::PrivateKey { key, .. } = &entry.kind
            && key.unlock(None).is_err()
        {
            let alias = entry.alias.as_str();
            talk.warn(format!(
                "none of the passwords opens the key {alias:?}; it stays sealed with its own"
            ));
        }
    }
}

fn seal_for_all_to_see(store: KeyStore, to: &Destination<'_>) -> Result<KeyStore> {
    let (format, out) = (to.format, to.passwords);
    if out.all.is_none() && out.own.is_empty() {
        return Err(Hinted::new(
            format!("a private key is to be written, and {format} would show it"),
            "name --key-password SOURCE to encrypt it, or --key-password none to write it in the clear",
        )
        .into());
    }
    // In the clear when that was said of all; what else was named only opens.
    let in_the_clear = matches!(out.all, Some(None));
    map_keys(store, |alias, key| {
        let Some(password) = out.for_alias(alias).next().filter(|_| !in_the_clear) else {
            return Ok(key.clone());
        };
        match key.unlock(None) {
            Ok(open) => match to.traditional && format == Format::Pem {
                true => SealedKey::seal_traditional(&open, password, &SystemRandom),
                false => SealedKey::seal_pkcs8(&open, password, &SystemRandom),
            }
            .with_context(|| format!("the key {alias:?} cannot be encrypted")),
            // Still locked: it goes as it is, and the writer says when the format cannot carry it.
            Err(_) => Ok(key.clone()),
        }
    })
}

fn map_keys(
    store: KeyStore,
    change: impl Fn(&str, &SealedKey) -> Result<SealedKey>,
) -> Result<KeyStore> {
    let changed = store.into_entries().into_iter().map(|entry| {
        let key = entry.key().map(|key| change(entry.alias.as_str(), key));
        Ok(match key.transpose()? {
            Some(key) => entry.with_key(key),
            None => entry,
        })
    });
    changed.collect()
}
