//! `trustpack store`: one file per kind of verb. A verb opens the store, asks `core` what it would be, shows the changes
//! and writes once.

mod chains;
mod change;
mod copy;
mod entries;
mod export;
mod find;
mod import;
mod new;
mod passwords;

use anyhow::Result;

pub(super) use chains::the_certificate;
pub(super) use change::Editing;

use super::Outcome;
use crate::args::store::Store;
use crate::render::Talk;

/// Runs a verb.
pub(super) fn run(verb: Store, talk: &Talk) -> Result<Outcome> {
    match verb {
        Store::AppendChain(arguments) => chains::append(&arguments, talk),
        Store::Copy(arguments) => copy::run(&arguments, talk),
        Store::Delete(arguments) => entries::delete(&arguments, talk),
        Store::Export(arguments) => export::run(&arguments, talk),
        Store::Find(arguments) => find::run(&arguments, talk),
        Store::Import(arguments) => import::certificates(arguments, talk),
        Store::ImportKey(arguments) => import::keys(arguments, talk),
        Store::ImportReply(arguments) => chains::import_reply(&arguments, talk),
        Store::KeyPasswd(arguments) => passwords::of_keys(&arguments, talk),
        Store::New(arguments) => new::run(&arguments, talk),
        Store::Passwd(arguments) => passwords::of_store(&arguments, talk),
        Store::Rename(arguments) => entries::rename(&arguments, talk),
        Store::Repair(arguments) => entries::repair(&arguments, talk),
        Store::TrimChain(arguments) => chains::trim(&arguments, talk),
    }
}
