//! Copies of entries, in the same store or in another.

use anyhow::{Context, Result};
use trustpack_core::edit::{self, EditError, pick};
use trustpack_core::keystore::{Alias, Entry, Profile};

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::opened::StoreFile;
use crate::output::{self, Guard};
use crate::render::Talk;

pub(super) fn run(arguments: &store::Copy, talk: &Talk) -> Result<Outcome> {
    let Some(to) = &arguments.to else {
        let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
        let copies = copies(arguments, &editing)?;
        let store = std::mem::take(&mut editing.file.contents.store);
        let edited = edit::copy(store, &copies, None).with_context(|| editing.file.name())?;
        return editing.finish(&edited, talk);
    };
    if output::is_same_file(to, &arguments.edited.store) {
        let message = format!("{} is both stores", to.display());
        return Err(Hinted::new(message, "leave --to out, and name the copy with --as").into());
    }
    // The first store is only read, and let go before the second is locked: they may lie in one folder.
    let (copies, from, password) = {
        let editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
        let copies = copies(arguments, &editing)?;
        let opened: Vec<Entry> = copies
            .into_iter()
            .map(|entry| opened(entry, &editing))
            .collect();
        (opened, editing.file.name(), editing.file.password.clone())
    };
    let guard = Guard::of(to)?;
    let mut file = StoreFile::open_or_new(to, None, arguments.to_password.as_ref(), talk)?;
    if arguments.to_password.is_none() {
        file.set_password(password)?;
    }
    let editing = Editing::of(file, guard, &arguments.edit);
    let profile = editing
        .file
        .contents
        .facts
        .profile
        .unwrap_or(Profile::Modern);
    let store = editing.file.contents.store.clone();
    let edited = edit::copy(store, &copies, Some(&from)).with_context(|| editing.file.name())?;
    let mut protection = editing.as_it_is();
    // the flags speak of the first store
    protection.profile = arguments.edit.profile.unwrap_or(profile);
    editing.finish_under(&edited, protection, talk)
}

/// The entries under the aliases that their copies get.
fn copies(arguments: &store::Copy, editing: &Editing<'_>) -> Result<Vec<Entry>> {
    let store = &editing.file.contents.store;
    let places =
        pick(store, &arguments.aliases, arguments.all).with_context(|| editing.file.name())?;
    let mut copies: Vec<Entry> = places
        .iter()
        .map(|place| store.entries()[*place].clone())
        .collect();
    if let Some(new) = &arguments.new {
        let [one] = copies.as_mut_slice() else {
            return Err(EditError::NotOne {
                found: copies.len(),
            }
            .into());
        };
        one.alias = Alias::new(new);
    }
    Ok(copies)
}

/// With its key in the clear where a password opens it, so that it gets the password of the other store.
fn opened(entry: Entry, editing: &Editing<'_>) -> Entry {
    let clear = entry.key().and_then(|key| {
        let passwords = editing.passwords_of(entry.alias.as_str());
        passwords
            .into_iter()
            .find_map(|password| key.unlock(Some(password)).ok())
    });
    match clear {
        Some(clear) => entry.with_key(clear.into()),
        None => entry,
    }
}
