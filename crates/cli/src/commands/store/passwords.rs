//! Passwords of the store and of its keys.

use anyhow::{Context, Result};
use trustpack_core::edit::{Action, Change, Edited, pick, reseal};
use trustpack_core::keystore::{EntryKind, KeyStore, Password, Profile};

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::password;
use crate::render::Talk;

/// The store's own; keys that had it get the new one too.
pub(super) fn of_store(arguments: &store::Passwd, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let name = editing.file.name();
    if !editing.file.format.has_password() {
        let message = format!("{name}: {} has no password", editing.file.format);
        return Err(Hinted::new(message, "convert it to a store first").into());
    }
    let mut protection = editing.as_it_is();
    let passwordless = arguments.edit.profile == Some(Profile::Passwordless);
    let new = if passwordless && arguments.new_password.is_none() {
        None
    } else {
        let purpose = format!("{name}, the new one");
        password::for_writing(arguments.new_password.as_ref(), &purpose, talk)?
    };
    let old = editing.file.password.clone();
    let store = std::mem::take(&mut editing.file.contents.store);
    if new == old {
        let changes = Vec::new();
        return editing.finish(&Edited { store, changes }, talk);
    }
    // a PKCS#12 without password takes no other profile, and one that gets a password leaves that profile
    if protection.profile == Profile::Passwordless && new.is_some() {
        protection.profile = Profile::Modern;
    }
    let places = if arguments.keep_key_passwords {
        Vec::new()
    } else {
        keys_of(&store)
    };
    let resealed = reseal(store, &places, &old.iter().collect::<Vec<_>>());
    let mut detail = Vec::new();
    if !resealed.opened.is_empty() {
        detail.push(format!("with the keys {}", resealed.opened.join(", ")));
    }
    if !resealed.locked.is_empty() {
        detail.push(format!("{} keep their own", resealed.locked.join(", ")));
    }
    let change = Change {
        alias: None,
        action: Action::PasswordChanged,
        detail: Some(detail.join("; ")).filter(|detail| !detail.is_empty()),
    };
    let edited = Edited {
        store: resealed.store,
        changes: vec![change],
    };
    protection.password = new;
    editing.finish_under(&edited, protection, talk)
}

/// Those of single keys.
pub(super) fn of_keys(arguments: &store::KeyPasswd, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let name = editing.file.name();
    let purpose = format!("the keys in {name}, the new one");
    let new = match &arguments.new_key_password {
        Some(source) => source.resolve(&purpose, true, talk)?,
        None => editing.file.password.clone(),
    };
    let Some(new) = new else {
        let message = format!("{name}: a key needs a password");
        return Err(
            Hinted::new(message, "`trustpack store export` writes keys in the clear").into(),
        );
    };
    let store = std::mem::take(&mut editing.file.contents.store);
    let picked =
        pick(&store, &arguments.aliases, arguments.all).with_context(|| editing.file.name())?;
    let keys = keys_of(&store);
    let places: Vec<usize> = picked
        .into_iter()
        .filter(|place| keys.contains(place))
        .collect();
    if places.is_empty() {
        return Err(
            Hinted::new("none of the entries has a key", "name an entry with a key").into(),
        );
    }
    let mut store = store;
    let mut changes = Vec::new();
    let mut protection = editing.as_it_is();
    for place in places {
        let entry = &store.entries()[place];
        let alias = entry.alias.to_string();
        let is_new = entry
            .key()
            .is_some_and(|key| key.is_sealed() && key.unlock(Some(&new)).is_ok());
        if is_new {
            continue;
        }
        let passwords: Vec<Password> = editing.passwords_of(&alias).into_iter().cloned().collect();
        let resealed = reseal(store, &[place], &passwords.iter().collect::<Vec<_>>());
        if !resealed.locked.is_empty() {
            return Err(Hinted::new(
                format!("{name}: none of the passwords opens the key {alias:?}"),
                format!("name its own with --key-password {alias}=env:NAME, file:PATH or prompt"),
            )
            .into());
        }
        store = resealed.store;
        protection.keys.own.insert(alias.clone(), new.clone());
        changes.push(Change::of(alias, Action::KeyPasswordChanged));
    }
    editing.finish_under(&Edited { store, changes }, protection, talk)
}

fn keys_of(store: &KeyStore) -> Vec<usize> {
    let entries = store.entries().iter().enumerate();
    entries
        .filter(|(_, entry)| !matches!(entry.kind, EntryKind::TrustedCertificate(_)))
        .map(|(place, _)| place)
        .collect()
}
