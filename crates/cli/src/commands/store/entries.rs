//! Whole entries: delete, rename, repair.

use anyhow::{Context, Result};
use trustpack_core::edit::{self, Repair, pick, pick_one};
use trustpack_core::keystore::Profile;

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::render::Talk;

pub(super) fn delete(arguments: &store::Delete, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let store = std::mem::take(&mut editing.file.contents.store);
    let places = pick(&store, &arguments.picked.aliases, arguments.picked.all)
        .with_context(|| editing.file.name())?;
    editing.finish(&edit::delete(store, &places), talk)
}

pub(super) fn rename(arguments: &store::Rename, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    if !editing.file.format.has_aliases() {
        let message = format!(
            "{}: {} has no aliases",
            editing.file.name(),
            editing.file.format
        );
        let hint = "`trustpack convert` makes a store of it, in which entries have names";
        return Err(Hinted::new(message, hint).into());
    }
    let store = std::mem::take(&mut editing.file.contents.store);
    let place = pick_one(&store, &arguments.alias).with_context(|| editing.file.name())?;
    let new = editing.spelled(&arguments.new, talk);
    let edited = edit::rename(store, place, &new).with_context(|| editing.file.name())?;
    editing.finish(&edited, talk)
}

pub(super) fn repair(arguments: &store::Repair, talk: &Talk) -> Result<Outcome> {
    let editing = Editing::open_for_repair(&arguments.edited.store, &arguments.edit, talk)?;
    let contents = &editing.file.contents;
    let passwords: Vec<_> = editing
        .keys
        .own
        .values()
        .chain(editing.keys.of_all())
        .chain(&editing.file.password)
        .collect();
    let mut came = Repair::of(contents, &passwords);
    came.keep_protection = arguments.edit.profile == Some(Profile::Legacy);
    let edited = edit::repair(contents.store.clone(), &came);
    editing.finish_up_to_date(&edited, talk)
}
