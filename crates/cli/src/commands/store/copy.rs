//! Copies of entries, in the same store or in another.

use anyhow::{Context, Result};
use trustpack_core::edit::{self, EditError, pick};
use trustpack_core::keystore::{Alias, Entry, KeyStore};

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::Passwords;
use crate::keys;
use crate::opened::StoreFile;
use crate::output::{self, Guard};
use crate::render::Talk;

pub(super) fn run(arguments: &store::Copy, talk: &Talk) -> Result<Outcome> {
    let Some(to) = &arguments.to else {
        let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
        let copies = copies(arguments, &editing, talk)?;
        let store = std::mem::take(&mut editing.file.contents.store);
        let edited = edit::copy(store, &copies, None).with_context(|| editing.file.name())?;
        return editing.finish(&edited, talk);
    };
    if output::is_same_file(to, &arguments.edited.store) {
        let message = format!("{} is both stores", to.display());
        return Err(Hinted::new(message, "leave --to out, and name the copy with --as").into());
    }
    // The first store is only read, and let go before the second is locked: they may lie in one folder.
    let (copies, from, password, keys) = {
        let editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
        let copies: KeyStore = copies(arguments, &editing, talk)?.into_iter().collect();
        let from = editing.file.name();
        (copies, from, editing.file.password, editing.keys)
    };
    let guard = Guard::of(to)?;
    let file = match &arguments.to_password {
        Some(source) => StoreFile::open_or_new(to, None, Some(source), talk)?,
        None => StoreFile::under(to, None, password.clone())?,
    };
    // a key is opened, so that it gets the password of the other store
    let destination = keys::Destination {
        format: file.format,
        passwords: &keys,
        traditional: false,
    };
    let copies = keys::open_and_seal(copies, &Passwords::named(password), &destination)?;
    let editing = Editing::of(file, guard, &arguments.edit);
    let store = editing.file.contents.store.clone();
    let edited =
        edit::copy(store, copies.entries(), Some(&from)).with_context(|| editing.file.name())?;
    editing.finish(&edited, talk)
}

/// The entries under the aliases that their copies get.
fn copies(arguments: &store::Copy, editing: &Editing<'_>, talk: &Talk) -> Result<Vec<Entry>> {
    let store = &editing.file.contents.store;
    let places = pick(store, &arguments.picked.aliases, arguments.picked.all)
        .with_context(|| editing.file.name())?;
    let mut copies: Vec<Entry> = places
        .iter()
        .map(|place| store.entries()[*place].clone())
        .collect();
    if let Some(new) = &arguments.new {
        let [one] = copies.as_mut_slice() else {
            let found = copies.len();
            return Err(EditError::NotOne { found }).with_context(|| editing.file.name());
        };
        one.alias = Alias::new(match arguments.to {
            Some(_) => new.clone(),
            None => editing.spelled(new, talk),
        });
    }
    Ok(copies)
}
