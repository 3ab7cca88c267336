//! Changes to the entries of one store, one verb each.
//!
//! A verb takes the store as it is and returns what it would be, with a list of what changed; the caller writes it, or not.
//! Order, dates and attributes of all other entries stay as they are. When nothing changes the list is empty, so that
//! saying the same twice does nothing the second time.
//!
//! Keys are worked on in the clear where a verb needs them: whoever calls unlocks them first
//! ([`SealedKey::unlock`](trustpack_keystore::SealedKey::unlock)). A key that is still sealed is carried as it is.

use serde::Serialize;
use trustpack_keystore::KeyStore;

mod chain;
mod entries;
mod error;
mod find;
mod fit;
mod passwords;
mod pick;
pub mod render;
mod repair;
mod reply;

#[cfg(test)]
mod testing;

pub use chain::{append, check_pair, trim};
pub use entries::{copy, delete, rename, spelled};
pub use error::EditError;
pub use find::{Criteria, Match, find, is_fingerprint};
pub use fit::{LeftOut, fit, holds_keys};
pub use passwords::reseal;
pub use pick::{pick, pick_one};
pub use repair::{Repair, repair};
pub use reply::import_reply;

/// A store after a verb.
#[derive(Clone, Debug)]
pub struct Edited {
    /// What it would be.
    pub store: KeyStore,
    /// What changed, in the order of the store; nothing when the store was so already.
    pub changes: Vec<Change>,
}

/// What a verb did to one entry, or to the store as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The entry, by the alias that it had before; `null`: the store as a whole.
    pub alias: Option<String>,
    /// What was done.
    pub action: Action,
    /// More about it, in words: the new alias, the certificates of a chain.
    pub detail: Option<String>,
}

impl Change {
    /// Of one entry.
    pub fn of(alias: impl Into<String>, action: Action) -> Self {
        Self {
            alias: Some(alias.into()),
            action,
            detail: None,
        }
    }

    /// With more about it.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// What was done, in kebab case in JSON and in words where people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// Certificates were put behind the chain.
    ChainAppended,
    /// Certificates were taken off the end of the chain.
    ChainTrimmed,
    /// A copy was made.
    Copied,
    /// It is gone.
    Deleted,
    /// Its key got another password.
    KeyPasswordChanged,
    /// The store got another password.
    PasswordChanged,
    /// It got another alias.
    Renamed,
    /// Its certificate was issued again.
    Renewed,
    /// Something was wrong with it.
    Repaired,
    /// The CA's answer took the place of its chain.
    ReplyImported,
}

impl Action {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ChainAppended => "chain appended",
            Self::ChainTrimmed => "chain trimmed",
            Self::Copied => "copied",
            Self::Deleted => "deleted",
            Self::KeyPasswordChanged => "key password changed",
            Self::PasswordChanged => "password changed",
            Self::Renamed => "renamed",
            Self::Renewed => "renewed",
            Self::Repaired => "repaired",
            Self::ReplyImported => "reply imported",
        }
    }
}
