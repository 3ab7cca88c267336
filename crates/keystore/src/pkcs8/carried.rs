//! Keys that are written sealed as they came, which nobody can tell from outside: do they open with the new password?

use crate::note::Notes;
use crate::protect::Budget;
use crate::{At, Entry, Error, Password, SealedKey};

/// Tries passwords on the keys of one file that is written, within one budget.
pub(crate) struct Carried {
    budget: Budget,
}

impl Carried {
    /// Nothing tried yet.
    pub(crate) const fn new() -> Self {
        Self {
            budget: Budget::new(),
        }
    }

    /// Says when the key of an entry keeps a password that is not the one for keys.
    pub(crate) fn note(
        &mut self,
        key: &SealedKey,
        password: &Password,
        entry: &Entry,
        notes: &mut Notes,
    ) {
        let message = if self.budget.charge(key.cost()).is_err() {
            "its key keeps the password it is sealed with; which one was too much work to find out"
        } else if matches!(key.unlock(Some(password)), Err(Error::WrongPassword { .. })) {
            "its key keeps the password it is sealed with, which is another"
        } else {
            return;
        };
        notes.warning(At::Entry(entry.alias.to_string()), message);
    }
}
