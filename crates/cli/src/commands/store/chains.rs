//! The chain of a key: append, trim, and a CA's reply.

use anyhow::{Context, Result, bail};
use trustpack_core::Certificate;
use trustpack_core::edit::{self, pick_one};
use trustpack_core::keystore::Entry;

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords, locked_store, needs_password};
use crate::render::Talk;

pub(super) fn append(arguments: &store::AppendChain, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let store = std::mem::take(&mut editing.file.contents.store);
    let place = pick_one(&store, &arguments.alias).with_context(|| editing.file.name())?;
    let issuers = certificates(&arguments.inputs, talk)?;
    let edited = edit::append(store, place, &issuers).with_context(|| editing.file.name())?;
    editing.finish(&edited, talk)
}

pub(super) fn trim(arguments: &store::TrimChain, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let store = std::mem::take(&mut editing.file.contents.store);
    let place = pick_one(&store, &arguments.alias).with_context(|| editing.file.name())?;
    let edited = edit::trim(store, place, arguments.count).with_context(|| editing.file.name())?;
    editing.finish(&edited, talk)
}

pub(super) fn import_reply(arguments: &store::ImportReply, talk: &Talk) -> Result<Outcome> {
    let mut editing = Editing::open(&arguments.edited.store, &arguments.edit, talk)?;
    let store = std::mem::take(&mut editing.file.contents.store);
    let place = pick_one(&store, &arguments.alias).with_context(|| editing.file.name())?;
    let reply = certificates(&arguments.reply, talk)?;
    let others = if arguments.with.is_empty() {
        Vec::new()
    } else {
        certificates(&arguments.with, talk)?
    };
    let edited =
        edit::import_reply(store, place, &reply, &others).with_context(|| editing.file.name())?;
    let now = edited.store.entries().get(place).map(Entry::certificates);
    if let Some([alone]) = now
        && let Ok(own) = Certificate::from_der(alone.clone())
        && !own.is_self_issued()
    {
        talk.warn(format!(
            "{:?} has no issuers: whoever serves with it sends an incomplete chain; name that of {} with --with FILE",
            arguments.alias,
            own.issuer()
        ));
    }
    editing.finish(&edited, talk)
}

/// Every certificate in files, in their order; all of them must be readable.
pub(super) fn certificates(names: &[String], talk: &Talk) -> Result<Vec<Certificate>> {
    let inputs = Input::parse_all(names)?;
    if let Some(endpoint) = Input::endpoints(&inputs).next() {
        let hint = format!("use `trustpack fetch {endpoint} -o FILE` first");
        return Err(Hinted::new(
            format!("{endpoint} is a server, and a file is needed"),
            hint,
        )
        .into());
    }
    let mut files = input::load(&inputs, &Passwords::default().asking());
    if let Some(last) = files.failures.pop() {
        files.tell_failures(talk);
        return Err(match needs_password(&last.error) {
            true => locked_store(&last.name),
            false => last.error.context(last.name),
        });
    }
    files.passed_over.tell(talk);
    let mut found = Vec::new();
    for loaded in &files.loaded {
        loaded.tell_notes(talk);
        loaded.refuse_store()?;
        let entries = loaded.contents.store.entries().iter();
        for der in entries.flat_map(Entry::certificates) {
            let certificate = Certificate::from_der(der.clone());
            found.push(certificate.map_err(|error| {
                Hinted::new(
                    format!("{}: {error}", loaded.name),
                    "get the certificate again",
                )
            })?);
        }
    }
    if found.is_empty() {
        let name = names.join(", ");
        return Err(Hinted::new(
            format!("{name}: there is no certificate in it"),
            "`trustpack inspect` shows what a file holds",
        )
        .into());
    }
    Ok(found)
}

/// The certificate of a file that needs no password, or the first one of a chain.
pub(in crate::commands) fn the_certificate(path: &String, talk: &Talk) -> Result<Certificate> {
    let all = certificates(std::slice::from_ref(path), talk)?;
    let count = all.len();
    let mut rest = all.into_iter();
    let Some(first) = rest.next() else {
        bail!("{path}: there is no certificate in it");
    };
    // what is no issuer of it may as well be meant
    let mut rest: Vec<Certificate> = rest.filter(|one| *one != first).collect();
    let mut issuer = first.issuer().clone();
    while let Some(place) = rest.iter().position(|one| *one.subject() == issuer) {
        issuer = rest.swap_remove(place).issuer().clone();
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let message = format!("{path}: {count} certificates are in it, and one is meant");
    let hint = "name a file with that one alone: `trustpack store export STORE ALIAS --what certificate -o FILE` writes it";
    Err(Hinted::new(message, hint).into())
}
