//! An empty store.

use std::path::Path;

use anyhow::Result;
use trustpack_core::keystore::{self, Format, Integrity, KeyStore, Others, Password, ReadOptions};

use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input;
use crate::opened::refuse_folder;
use crate::output;
use crate::render::Talk;
use crate::store::{Protection, Target, format_of, save};

pub(super) fn run(arguments: &store::New, talk: &Talk) -> Result<Outcome> {
    let path = &arguments.store;
    let name = output::name(path);
    refuse_folder(path)?;
    let format = format_of(path, arguments.format, None)?;
    if !format.has_aliases() {
        let message = format!("{name}: {format} is no store");
        let hint = format!("name a file or --format of {}", stores());
        return Err(Hinted::new(message, hint).into());
    }
    let protection = Protection::resolve(&arguments.store_password, format, None, &name, talk)?;
    if !arguments.force && is_there(path, format, protection.password.as_ref()) {
        talk.say(format!(
            "nothing to do: {name} is an empty {format} already"
        ));
        return Ok(Outcome::Fine);
    }
    let target = Target {
        dry_run: arguments.dry_run,
        ..Target::new(path, format, arguments.force)
    };
    save(
        &KeyStore::new(),
        &Others::default(),
        &target,
        &protection,
        talk,
    )?;
    Ok(Outcome::Fine)
}

/// Whether it was made before. Its bytes need not be the same: there is salt in some formats.
fn is_there(path: &Path, format: Format, password: Option<&Password>) -> bool {
    if !path.is_file() {
        return false;
    }
    let options = ReadOptions { password };
    let wanted = if password.is_some() {
        Integrity::Verified
    } else {
        Integrity::Absent
    };
    input::read_file(path).is_ok_and(|bytes| {
        keystore::read(&bytes, &options).is_ok_and(|there| {
            there.format == format && there.store.is_empty() && there.integrity == wanted
        })
    })
}

fn stores() -> String {
    let all = Format::ALL.iter().filter(|format| format.has_aliases());
    let words: Vec<&str> = all.map(|format| format.word()).collect();
    words.join(", ")
}
