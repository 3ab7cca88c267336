//! An empty store.

use anyhow::Result;
use trustpack_core::keystore::{Format, KeyStore, Others};

use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::output;
use crate::render::Talk;
use crate::store::{Protection, Target, format_of, save};

pub(super) fn run(arguments: &store::New, talk: &Talk) -> Result<Outcome> {
    let path = &arguments.store;
    let name = output::name(path);
    let format = format_of(path, arguments.format, None)?;
    if !format.has_aliases() {
        let message = format!("{name}: {format} is no store");
        let hint = format!("name a file or --format of {}", stores());
        return Err(Hinted::new(message, hint).into());
    }
    let protection = Protection::resolve(&arguments.store_password, format, None, &name, talk)?;
    let target = Target::new(path, format, arguments.force);
    save(
        &KeyStore::new(),
        &Others::default(),
        &target,
        &protection,
        talk,
    )?;
    Ok(Outcome::Fine)
}

fn stores() -> String {
    let all = Format::ALL.iter().filter(|format| format.has_aliases());
    let words: Vec<&str> = all.map(|format| format.word()).collect();
    words.join(", ")
}
