//! One file that was read: what is in it, what is odd about it, and how one is read that must be there.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::{self, At, Contents, Entry, Integrity, NoteKind};
use trustpack_core::report;

use super::Passwords;
use super::bytes::{read_file, read_stdin};
use crate::hint::{Hinted, of_file};
use crate::render::Talk;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its name in messages.
    pub name: String,
    pub contents: Contents,
}

impl Loaded {
    /// Says what is odd about the file, and warns of what could not be read. Whether all of it could.
    pub(crate) fn tell_notes(&self, talk: &Talk) -> bool {
        for note in &self.contents.notes {
            match note.kind {
                NoteKind::Skipped => talk.warn(format!("{}: {note}", self.name)),
                _ => talk.say(format!("note: {}: {note}", self.name)),
            }
        }
        self.is_whole()
    }

    /// Whether nothing in the file had to be skipped.
    pub(crate) fn is_whole(&self) -> bool {
        is_whole(&self.contents)
    }

    /// Where certificates are meant that lie open, one of which a part is locked would seem to have fewer.
    pub(crate) fn refuse_store(&self) -> Result<()> {
        match is_partly_locked(&self.contents) {
            true => Err(locked_store(&self.name)),
            false => Ok(()),
        }
    }

    /// A part that is locked is no damage: with its password, which `flag` names, all of it can be had.
    pub(crate) fn refuse_locked(&self, flag: &str) -> Result<()> {
        if !is_partly_locked(&self.contents) {
            return Ok(());
        }
        let message = format!("{}: a part of it is locked", self.name);
        let hint = format!("name its password with {flag} env:NAME, file:PATH or prompt");
        Err(Hinted::new(message, hint).into())
    }

    /// Says what is in the file and is neither a certificate nor a key, where only those are written.
    pub(crate) fn tell_left_out(&self, talk: &Talk) {
        let contents = &self.contents;
        for (count, what) in [
            (contents.others.requests.len(), "certificate request"),
            (contents.others.crls.len(), "revocation list"),
            (contents.others.public_keys.len(), "public key"),
        ] {
            if count > 0 {
                let what = report::count(count, what);
                talk.say(format!("note: {}: {what} left out", self.name));
            }
        }
    }
}

/// Reads one file that must be there: a store, a specification, a chain.
pub(crate) fn load_one(path: &str, passwords: &Passwords) -> Result<Loaded> {
    load_as(path, passwords, "check the path; a file is meant here")
}

/// The same; `hint` is for a path where nothing is.
pub(crate) fn load_as(path: &str, passwords: &Passwords, hint: &str) -> Result<Loaded> {
    let bytes = if path == "-" {
        read_stdin()
    } else {
        read_file(Path::new(path))
    };
    let name = if path == "-" {
        "stdin".to_owned()
    } else {
        path.to_owned()
    };
    let bytes = bytes.map_err(|error| of_file(error, &name, hint))?;
    let contents = passwords.read_named(&name, &bytes);
    let contents = contents.with_context(|| name.clone())?;
    Ok(Loaded { name, contents })
}

/// The certificates of a file as a server would present them, and the name of the file.
pub(crate) fn load_chain(
    path: &str,
    passwords: &Passwords,
    talk: &Talk,
) -> Result<(String, PresentedChain)> {
    let hint = "check the path, or write a server as host:port or https://host";
    let loaded = load_as(path, passwords, hint)?;
    loaded.tell_notes(talk);
    let entries = loaded.contents.store.entries().iter();
    let chain = PresentedChain::from_ders(entries.flat_map(Entry::certificates).cloned());
    if chain.certificates.is_empty() {
        return Err(Hinted::new(
            format!("{}: no certificate to judge in it", loaded.name),
            "name the file with the chain that the server presents, end entity first",
        )
        .into());
    }
    Ok((loaded.name, chain))
}

/// The entries that Java sees: of a PKCS#12 file, only those that the reader does not call invisible.
pub(crate) fn visible(contents: &Contents) -> impl Iterator<Item = &Entry> {
    let hidden = |entry: &Entry| {
        contents.notes.iter().any(|note| {
            matches!(&note.at, At::Entry(alias) if alias == entry.alias.as_str())
                && note.message.starts_with("invisible to Java")
        })
    };
    let entries = contents.store.entries().iter();
    entries.filter(move |entry| !hidden(entry))
}

/// Whether it says that a password is needed to read anything.
pub(crate) fn needs_password(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause| matches!(cause, keystore::Error::PasswordRequired { .. }))
}

/// What to do about a store where certificates are meant that need no password.
pub(crate) fn locked_store(name: &str) -> anyhow::Error {
    let message = format!("{name} is a store that needs a password, and certificates are meant");
    let hint = format!(
        "take them out first: trustpack store export {name} --all --what certificate -o FILE.pem"
    );
    Hinted::new(message, hint).into()
}

/// Whether a password would show more of it.
pub(super) fn is_partly_locked(contents: &Contents) -> bool {
    contents.integrity == Integrity::NotVerified && !is_whole(contents)
}

pub(super) fn is_whole(contents: &Contents) -> bool {
    !contents
        .notes
        .iter()
        .any(|note| note.kind == NoteKind::Skipped)
}
