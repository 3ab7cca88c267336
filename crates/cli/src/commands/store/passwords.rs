//! Passwords of the store and of its keys.

use anyhow::{Context, Result};
use trustpack_core::edit::{Action, Change, Edited, pick, reseal};
use trustpack_core::keystore::{
    EntryKind, Error, Format, Integrity, KeyStore, Password, Profile, SealedKey,
};

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::opened::StoreFile;
use crate::password::{self, KeyPasswords};
use crate::render::Talk;
use crate::store::SystemRandom;

/// The store's own; keys that had it get the new one too.
pub(super) fn of_store(arguments: &store::Passwd, talk: &Talk) -> Result<Outcome> {
    let mut editing = match Editing::open(&arguments.edited.store, &arguments.edit, talk) {
        Ok(editing) => editing,
        Err(error) if is_done(arguments, &error, talk) => {
            let store = arguments.edited.store.display();
            talk.say(format!("note: {store} has the new password already"));
            let mut edit = arguments.edit.clone();
            edit.password.clone_from(&arguments.new_password);
            let editing = Editing::open(&arguments.edited.store, &edit, talk)?;
            return editing.finish(&unchanged(KeyStore::new()), talk);
        }
        Err(error) => return Err(error),
    };
    let name = editing.file.name();
    let format = editing.file.format;
    if !format.has_password() {
        let message = format!("{name}: {format} has no password");
        let hint = "`trustpack convert` makes a store of it; `trustpack store key-passwd` changes that of a key";
        return Err(Hinted::new(message, hint).into());
    }
    let mut protection = editing.as_it_is();
    let passwordless = arguments.edit.profile == Some(Profile::Passwordless);
    let new = if passwordless && arguments.new_password.is_none() {
        None
    } else {
        let purpose = format!("{name}, the new one");
        password::named_by(
            "--new-password",
            arguments.new_password.as_ref(),
            &purpose,
            talk,
        )?
    };
    if new.is_none() && format != Format::Pkcs12 {
        let message = format!("{name}: a {format} always has a password");
        let hint = "name another with --new-password; `empty` is the password of no characters";
        return Err(Hinted::new(message, hint).into());
    }
    // whoever does not know the old password could have changed the file
    if editing.file.contents.integrity == Integrity::NotVerified {
        let message = format!("{name}: the password that it has is needed to give it another");
        return Err(Hinted::new(
            message,
            "name it with --password env:NAME, file:PATH or prompt",
        )
        .into());
    }
    // a store without one is read with any
    let is_open = editing.file.contents.integrity == Integrity::Absent;
    let old = editing.file.password.clone();
    let store = std::mem::take(&mut editing.file.contents.store);
    let has_none = new.is_none() && editing.file.contents.integrity == Integrity::Absent;
    if (new == old && !is_open) || has_none {
        return editing.finish(&unchanged(store), talk);
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
    // In practice a PKCS#12 has one password for all of it, so all that opens a key there is tried.
    let mut passwords: Vec<&Password> = old.iter().collect();
    if format == Format::Pkcs12 {
        passwords.extend(editing.keys.own.values());
        passwords.extend(editing.keys.of_all());
    }
    let resealed = reseal(store, &places, &passwords);
    let mut detail = Vec::new();
    if !resealed.opened.is_empty() {
        detail.push(format!("with the keys {}", resealed.opened.join(", ")));
    }
    if !resealed.locked.is_empty() {
        let keep = match resealed.locked.as_slice() {
            [_] => "keeps its own",
            _ => "keep their own",
        };
        detail.push(format!("{} {keep}", resealed.locked.join(", ")));
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
    // what was named opened keys; they are sealed with the password of the store
    protection.keys = KeyPasswords::default();
    editing.finish_under(&edited, protection, talk)
}

/// Whether a store that its old password does not open has the new one: the command was given twice. A password that is
/// asked for is not asked for once more.
fn is_done(arguments: &store::Passwd, error: &anyhow::Error, talk: &Talk) -> bool {
    let is_wrong = error.chain().any(|cause| {
        matches!(
            cause.downcast_ref(),
            Some(Error::WrongPassword { .. } | Error::IntegrityFailed { .. })
        )
    });
    let Some(new) = arguments
        .new_password
        .as_ref()
        .filter(|new| new.is_stored())
    else {
        return false;
    };
    is_wrong && StoreFile::open(&arguments.edited.store, Some(new), talk).is_ok()
}

fn unchanged(store: KeyStore) -> Edited {
    let changes = Vec::new();
    Edited { store, changes }
}

/// Those of single keys.
pub(super) fn of_keys(arguments: &store::KeyPasswd, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let name = editing.file.name();
    let format = editing.file.format;
    let purpose = format!("the keys in {name}, the new one");
    let new = match &arguments.new_key_password {
        Some(source) => source.resolve(&purpose, true, talk)?,
        None => editing.file.password.clone(),
    };
    let Some(new) = new else {
        let message = format!("{name}: a key needs a password");
        let hint =
            "name it with --new-key-password; `trustpack store export` writes keys in the clear";
        return Err(Hinted::new(message, hint).into());
    };
    if format == Format::Pkcs12 && editing.file.password.as_ref() != Some(&new) {
        let message = format!("{name}: in a PKCS#12 keys have the password of the store");
        let hint = "`trustpack store passwd` changes it for both";
        return Err(Hinted::new(message, hint).into());
    }
    let store = std::mem::take(&mut editing.file.contents.store);
    let picked = pick(&store, &arguments.picked.aliases, arguments.picked.all)
        .with_context(|| name.clone())?;
    let keys = keys_of(&store);
    let places: Vec<usize> = picked
        .into_iter()
        .filter(|place| keys.contains(place))
        .collect();
    if places.is_empty() {
        let message = format!("{name}: none of the entries that are meant has a key");
        let hint = "name an entry with a key; `trustpack inspect` shows which has one";
        return Err(Hinted::new(message, hint).into());
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
        if !format.has_password() {
            // such a file is written as it is, with keys as they come
            store = sealed(store, place, &new).with_context(|| name.clone())?;
        }
        protection.keys.own.insert(alias.clone(), new.clone());
        changes.push(Change::of(alias, Action::KeyPasswordChanged));
    }
    editing.finish_under(&Edited { store, changes }, protection, talk)
}

fn sealed(mut store: KeyStore, place: usize, password: &Password) -> Result<KeyStore> {
    let entry = store.entries()[place].clone();
    if let Some(key) = entry.key() {
        let sealed = SealedKey::seal_pkcs8(&key.unlock(None)?, password, &SystemRandom)?;
        store.replace(place, entry.with_key(sealed));
    }
    Ok(store)
}

fn keys_of(store: &KeyStore) -> Vec<usize> {
    let entries = store.entries().iter().enumerate();
    entries
        .filter(|(_, entry)| !matches!(entry.kind, EntryKind::TrustedCertificate(_)))
        .map(|(place, _)| place)
        .collect()
}
