//! Keys on their way from one container to another: opened with what the user gave, paired with their certificates.

use anyhow::{Context, Result};
use trustpack_core::keystore::{Entry, EntryKind, Format, KeyStore, Password, SealedKey};

use crate::args::StorePassword;
use crate::hint::Hinted;
use crate::input::Passwords;
use crate::render::Talk;
use crate::store::SystemRandom;

/// Opens every key that the passwords open, and gives each key without a chain its certificate.
///
/// A PEM file shows its keys to everybody who can read it, so a key goes there only as the user says: sealed with
/// `--key-password`, or in the clear with `--key-password none`.
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
    if format == Format::Pem {
        seal_for_pem(paired, out, talk)
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

fn seal_for_pem(store: KeyStore, out: &StorePassword, talk: &Talk) -> Result<KeyStore> {
    let Some(source) = &out.key_password else {
        return Err(Hinted::new(
            "the input holds a private key, and PEM would show it",
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
