//! The chain of a key: append, trim, and a CA's reply.

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::edit::{self, pick_one};
use trustpack_core::keystore::{self, Entry};

use super::change::Editing;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
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
    editing.finish(&edited, talk)
}

/// Every certificate in files, in their order; all of them must be readable.
pub(in crate::commands) fn certificates(names: &[String], talk: &Talk) -> Result<Vec<Certificate>> {
    let inputs = Input::parse_all(names)?;
    if let Some(endpoint) = Input::endpoints(&inputs).next() {
        let hint = format!("use `trustpack fetch {endpoint} -o FILE` first");
        return Err(Hinted::new(
            format!("{endpoint} is a server, and a file is needed"),
            hint,
        )
        .into());
    }
    let mut files = input::load(&inputs, &Passwords::default());
    if let Some(last) = files.failures.pop() {
        files.tell_failures(talk);
        return Err(match is_locked(&last.error) {
            true => locked(&last.name),
            false => last.error.context(last.name),
        });
    }
    files.passed_over.tell(talk);
    let mut found = Vec::new();
    for loaded in &files.loaded {
        loaded.tell_notes(talk);
        // what is meant here lies open: a certificate, and no store
        if loaded.is_partly_locked() {
            return Err(locked(&loaded.name));
        }
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

fn is_locked(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause| matches!(cause, keystore::Error::PasswordRequired { .. }))
}

/// What to do about a store that asks for a password.
fn locked(name: &str) -> anyhow::Error {
    let message = format!("{name} is a store that needs a password, and a certificate is meant");
    let hint = format!(
        "take the certificate out first: trustpack store export {name} --what certificate -o ca.pem"
    );
    Hinted::new(message, hint).into()
}
