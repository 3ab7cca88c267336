//! What all verbs that change a store have in common: open under a lock, show, write once.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::edit::{self, Change, Edited, render};
use trustpack_core::keystore::{Password, Profile};

use crate::args::store::EditOptions;
use crate::commands::Outcome;
use crate::opened::StoreFile;
use crate::output::{Guard, Saved};
use crate::password::KeyPasswords;
use crate::render::{Talk, print_beside, print_json, stdout_style};
use crate::store::{Protection, Target};

/// A store that a verb changes, held until it is written.
pub(in crate::commands) struct Editing<'a> {
    pub file: StoreFile,
    pub keys: KeyPasswords,
    options: &'a EditOptions,
    guard: Guard,
}

/// What was done, for scripts.
#[derive(Serialize)]
struct Report<'a> {
    /// The store.
    store: &'a str,
    /// What changed; empty when it was so already.
    changes: &'a [Change],
    /// Whether the file was written.
    written: bool,
}

impl<'a> Editing<'a> {
    /// Opens the store, and says what is odd about it; nobody else of us changes it meanwhile.
    pub(in crate::commands) fn open(
        store: &Path,
        options: &'a EditOptions,
        talk: &Talk,
    ) -> Result<Self> {
        let editing = Self::open_for_repair(store, options, talk)?;
        for note in &editing.file.contents.notes {
            talk.say(format!("note: {}: {note}", editing.file.name()));
        }
        Ok(editing)
    }

    /// As [`open`](Self::open), for a verb that says itself what is odd.
    pub(super) fn open_for_repair(
        store: &Path,
        options: &'a EditOptions,
        talk: &Talk,
    ) -> Result<Self> {
        let guard = Guard::of(store)?;
        let file = StoreFile::open(store, options.password.as_ref(), talk)?;
        let purpose = format!("the keys in {}", file.name());
        let keys = KeyPasswords::resolve(&options.key_password, &purpose, talk)?;
        Ok(Self {
            file,
            keys,
            options,
            guard,
        })
    }

    /// A store that was opened otherwise; nothing is known of passwords of its keys.
    pub(super) fn of(file: StoreFile, guard: Guard, options: &'a EditOptions) -> Self {
        Self {
            file,
            keys: KeyPasswords::default(),
            options,
            guard,
        }
    }

    /// The lock that it holds.
    pub(in crate::commands) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Every password that may open a key of this alias.
    pub(in crate::commands) fn passwords_of<'s>(&'s self, alias: &str) -> Vec<&'s Password> {
        self.keys
            .for_alias(alias)
            .chain(&self.file.password)
            .collect()
    }

    /// The alias as the store spells it.
    pub(super) fn spelled(&self, alias: &str, talk: &Talk) -> String {
        let spelled = edit::spelled(alias, self.file.format);
        if spelled != alias {
            let (name, format) = (self.file.name(), self.file.format);
            talk.say(format!(
                "note: {name}: {format} keeps aliases in lower case: {spelled}"
            ));
        }
        spelled
    }

    /// Shows the changes and writes the store, unless nothing changed or it is a rehearsal.
    pub(in crate::commands) fn finish(self, edited: &Edited, talk: &Talk) -> Result<Outcome> {
        let protection = self.as_it_is();
        self.finish_under(edited, protection, talk)
    }

    /// As [`finish`](Self::finish), a PKCS#12 of the old profile in that of today.
    pub(super) fn finish_up_to_date(self, edited: &Edited, talk: &Talk) -> Result<Outcome> {
        let mut protection = self.as_it_is();
        if self.options.profile.is_none() && protection.profile == Profile::Legacy {
            protection.profile = Profile::Modern;
        }
        self.finish_under(edited, protection, talk)
    }

    /// How the store is protected now; a profile that was told comes first.
    pub(super) fn as_it_is(&self) -> Protection {
        let profile = self.options.profile.or(self.file.contents.facts.profile);
        Protection::of_existing(
            self.file.format,
            self.file.password.clone(),
            self.keys.clone(),
            profile.unwrap_or_default(),
        )
    }

    /// As [`finish`](Self::finish), under another protection.
    pub(super) fn finish_under(
        self,
        edited: &Edited,
        protection: Protection,
        talk: &Talk,
    ) -> Result<Outcome> {
        let name = self.file.name();
        let mut written = false;
        if !self.options.json && !edited.changes.is_empty() {
            let is_rehearsal = self.options.dry_run;
            let table = render::changes(&edited.changes, is_rehearsal, &stdout_style());
            print_beside(&table)?;
        }
        if edited.changes.is_empty() {
            talk.say(format!("nothing to do: {name} is as it should be"));
        } else {
            let target = Target {
                backup: self.options.backup,
                dry_run: self.options.dry_run,
                ..self.file.target(&self.guard)
            };
            self.file
                .tell_side_effects(&edited.store, &edited.changes, &protection, talk);
            let saved = self.file.save(&edited.store, &target, &protection, talk)?;
            written = saved == Saved::Written;
        }
        if self.options.json {
            print_json(&Report {
                store: &name,
                changes: &edited.changes,
                written,
            })?;
        }
        Ok(Outcome::Fine)
    }
}
