//! The passwords that are tried on a store, and which of them may fail.

use anyhow::Result;
use trustpack_core::keystore::{self, Contents, Password, ReadOptions};

use super::loaded::is_whole;
use crate::password::PasswordSource;
use crate::render::Talk;

/// Passwords to be tried on stores that are read.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    /// Meant for the input by the user; when none of them fits, that is an error.
    named: Vec<Option<Password>>,
    /// That of another store in the same command; a try, not a claim.
    likely: Option<Password>,
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
        })
    }

    /// The one that the user named for this store, if any.
    pub(crate) fn named(password: Option<Password>) -> Self {
        Self {
            named: password.map(Some).into_iter().collect(),
            likely: None,
        }
    }

    /// Every password worth trying on a key.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Password> {
        self.named.iter().flatten().chain(&self.likely)
    }

    /// Reads with the first password that fits, else without any.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Contents, keystore::Error> {
        let mut refused = None;
        let likely = self.likely.iter().map(Some);
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
