//! The passwords that are tried on a store, and which of them may fail.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use trustpack_core::keystore::{self, Contents, Entry, Integrity, Password, ReadOptions};

use super::loaded::{is_partly_locked, is_whole};
use crate::password::{KeyPasswordSource, PasswordSource};
use crate::render::Talk;

/// Passwords to be tried on stores that are read.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    /// Meant for the input by the user; when none of them fits, that is an error.
    named: Vec<Option<Password>>,
    /// That of another store in the same command; a try, not a claim.
    likely: Option<Password>,
    /// What whoever sits at the terminal is asked for.
    asking: Asking,
    /// What they said.
    said: Mutex<Vec<Password>>,
}

/// When the password of a file that the user named is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asking {
    #[default]
    Never,
    /// When a part of the file cannot be read without one.
    ForFiles,
    /// Also when a key in it is locked.
    ForKeys,
}

impl Passwords {
    /// Asks each source once. `likely` is tried after the named ones.
    pub(crate) fn resolve(
        sources: &[PasswordSource],
        likely: Option<&Password>,
        talk: &Talk,
    ) -> Result<Self> {
        let ask = |source: &PasswordSource| source.resolve("the input", false, talk);
        let named = sources.iter().map(ask).collect::<Result<_>>()?;
        Ok(Self {
            named,
            likely: likely.cloned(),
            ..Self::default()
        })
    }

    /// Whoever named no password is asked on a terminal, file by file, for what cannot be read without one.
    pub(crate) fn asking(mut self) -> Self {
        if self.named.is_empty() && io::stdin().is_terminal() {
            self.asking = Asking::ForFiles;
        }
        self
    }

    /// As [`asking`](Self::asking), and for locked keys, too, unless theirs were told.
    pub(crate) fn asking_for_keys(self, told: &[KeyPasswordSource]) -> Self {
        let mut passwords = self.asking();
        if passwords.asking == Asking::ForFiles && told.is_empty() {
            passwords.asking = Asking::ForKeys;
        }
        passwords
    }

    /// The one that the user named for this store, if any.
    pub(crate) fn named(password: Option<Password>) -> Self {
        Self {
            named: password.map(Some).into_iter().collect(),
            ..Self::default()
        }
    }

    /// Every password worth trying on a key.
    pub(crate) fn all(&self) -> impl Iterator<Item = Password> {
        let known = self.named.iter().flatten().chain(&self.likely).cloned();
        known.chain(self.said())
    }

    fn said(&self) -> Vec<Password> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads a file that the user named, and asks for its password where that was allowed, then for those of keys that it
    /// does not open. An empty answer is the empty password where that fits, and none where not.
    pub(crate) fn read_named(&self, name: &str, bytes: &[u8]) -> Result<Contents> {
        let mut read = self.read(bytes);
        if self.lacks_password(&read) {
            let password = ask(name)?;
            let options = ReadOptions {
                password: Some(&password),
            };
            match keystore::read(bytes, &options) {
                Err(_) if password.is_empty() => {
                    read = keystore::read(bytes, &ReadOptions::default());
                }
                answered => {
                    read = answered;
                    self.remember(password);
                }
            }
        }
        let contents = read?;
        if self.asking == Asking::ForKeys {
            self.ask_for_keys(name, &contents)?;
        }
        Ok(contents)
    }

    fn remember(&self, password: Password) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push(password);
    }

    /// Whether somebody is to be asked. What was tried without being named for this file was a try only.
    fn lacks_password(&self, read: &Result<Contents, keystore::Error>) -> bool {
        match read {
            _ if self.asking == Asking::Never => false,
            Err(error) => matches!(
                error,
                keystore::Error::PasswordRequired { .. } | keystore::Error::WrongPassword { .. }
            ),
            Ok(contents) => {
                let is_unread = contents.integrity == Integrity::NotVerified;
                let wants_keys = self.asking == Asking::ForKeys;
                is_partly_locked(contents)
                    || is_unread && wants_keys && self.locked_key(contents).is_some()
            }
        }
    }

    fn ask_for_keys(&self, name: &str, contents: &Contents) -> Result<()> {
        while let Some(alias) = self.locked_key(contents) {
            let what = match contents.format.has_aliases() {
                true => format!("the key {alias:?} in {name}"),
                false => format!("the key in {name}"),
            };
            let password = ask(&what)?;
            self.remember(password);
            // a wrong one is not asked for again: whoever needs the key says that it is locked
            if self.locked_key(contents).as_ref() == Some(&alias) {
                break;
            }
        }
        Ok(())
    }

    /// The alias of the first key that nothing which is known opens.
    fn locked_key(&self, contents: &Contents) -> Option<String> {
        let known: Vec<Password> = self.all().collect();
        let is_locked = |entry: &&Entry| {
            entry.key().is_some_and(|key| {
                let mut tried = std::iter::once(None).chain(known.iter().map(Some));
                !tried.any(|password| key.unlock(password).is_ok())
            })
        };
        let locked = contents.store.entries().iter().find(is_locked);
        locked.map(|entry| entry.alias.as_str().to_owned())
    }

    /// Reads with the first password that fits, else without any.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Contents, keystore::Error> {
        let mut refused = None;
        let said = self.said();
        let likely = self.likely.iter().chain(&said).map(Some);
        for password in self.named.iter().map(Option::as_ref).chain(likely) {
            match keystore::read(bytes, &ReadOptions { password }) {
                Err(error @ keystore::Error::WrongPassword { .. }) => {
                    refused.get_or_insert(error);
                }
                // says more, and another password may be that of the MAC
                Err(error @ keystore::Error::IntegrityFailed { .. }) => refused = Some(error),
                read => return read,
            }
        }
        let Some(refused) = refused else {
            return keystore::read(bytes, &ReadOptions::default());
        };
        // Reading without a password would hide that the one that was named is wrong, or that the file is damaged.
        let is_damaged = matches!(refused, keystore::Error::IntegrityFailed { .. });
        if is_damaged || !self.named.is_empty() {
            return Err(refused);
        }
        match keystore::read(bytes, &ReadOptions::default()) {
            Ok(contents) if is_whole(&contents) => Ok(contents),
            _ => Err(refused),
        }
    }
}

fn ask(what: &str) -> Result<Password> {
    let password = PasswordSource::Prompt.resolve(what, false, &Talk::new(false))?;
    Ok(password.unwrap_or_else(|| Password::new("")))
}
