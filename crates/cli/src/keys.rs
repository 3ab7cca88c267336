//! Keys on their way from one container to another: opened with what the user gave, paired with their certificates.

use anyhow::{Context, Result};
use trustpack_core::keystore::{Entry, EntryKind, Format, KeyStore, Password, SealedKey};

use trustpack_core::merge::Incoming;

use crate::args::StorePassword;
use crate::hint::Hinted;
use crate::input::Passwords;
use crate::render::Talk;
use crate::store::SystemRandom;

/// Opens every key that the passwords open, and gives each key without a chain its certificate.
///
/// A PEM or DER file shows its keys to everybody who can read it, so a key goes there only as the user says: sealed
/// with `--key-password`, or in the clear with `--key-password none`.
pub(crate) fn open_and_pair(
    store: KeyStore,
    passwords: &Passwords,
    format: Format,
    out: &StorePassword,
    talk: &Talk,
) -> Result<KeyStore> {
    if !store.has_keys() {
        return Ok(store);
    }
    let opened = open(store, passwords)?;
    let paired = trustpack_core::pair::pair(opened);
    // the writers of stores say it themselves, for the password that is meant there
    if !format.has_password() {
        warn_of_locked_keys(&paired, passwords, talk);
    }
    if matches!(format, Format::Pem | Format::Der) {
        seal_for_all_to_see(paired, format, out, talk)
    } else {
        Ok(paired)
    }
}

fn open(store: KeyStore, passwords: &Passwords) -> Result<KeyStore> {
    let empty = Password::new("");
    map_keys(store, |key| {
        // A wrong password is no error here: the key may travel sealed, and the writer says when it cannot.
        let opened = passwords
            .all()
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

fn seal_for_all_to_see(
    store: KeyStore,
    format: Format,
    out: &StorePassword,
    talk: &Talk,
) -> Result<KeyStore> {
    let Some(source) = &out.key_password else {
        return Err(Hinted::new(
            format!("the input holds a private key, and {format} would show it"),
            "name --key-password SOURCE to encrypt it, or --key-password none to write it in the clear",
        )
        .into());
    };
    let Some(password) = source.resolve("the keys in the output", true, talk)? else {
        return Ok(store);
    };
    map_keys(store, |key| {
        match key.unlock(None) {
            Ok(open) => SealedKey::seal_pkcs8(&open, &password, &SystemRandom)
                .context("cannot encrypt the key"),
            // Still locked: it goes as it is, and the writer says when the format cannot carry it.
            Err(_) => Ok(key.clone()),
        }
    })
}

fn map_keys(store: KeyStore, change: impl Fn(&SealedKey) -> Result<SealedKey>) -> Result<KeyStore> {
    let mut changed = KeyStore::new();
    for entry in store.into_entries() {
        let kind = match entry.kind {
            EntryKind::PrivateKey { key, chain } => EntryKind::PrivateKey {
                key: change(&key)?,
                chain,
            },
            other => other,
        };
        changed.push_renamed(Entry { kind, ..entry });
    }
    Ok(changed)
}
