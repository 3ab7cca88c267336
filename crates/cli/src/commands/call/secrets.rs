//! Where the secrets of calls come from: the references of the specification, or a flag in their place.

use std::collections::BTreeMap;

use anyhow::Result;
use trustpack_core::call::{Call, Encoding, Secrets, Slot};
use trustpack_core::channel::{Channel, SecretRef, Spec};

use crate::commands::channel::spec;
use crate::hint::Hinted;
use crate::password::PasswordSource;
use crate::render::Talk;

/// Sources by the names of their places, and what they gave: each is asked once, when it is needed.
#[derive(Default)]
pub(crate) struct Sources {
    sources: BTreeMap<String, PasswordSource>,
    asked: Secrets,
    known: Vec<String>,
}

impl Sources {
    /// Every secret of a channel, by the path of its field.
    pub(crate) fn of_channel(spec: &Spec, channel: &Channel) -> Self {
        let mut sources = Self::default();
        for (field, secret) in channel.secrets() {
            let path = field.path();
            if let Some(source) = source_of(spec, channel, &path, secret) {
                sources.sources.insert(path, source);
            }
        }
        sources
    }

    /// A flag in place of a reference, or a secret that no specification has.
    pub(crate) fn put(&mut self, name: &str, source: &PasswordSource) -> Slot {
        self.sources.insert(name.to_owned(), source.clone());
        Slot::new(name, source.shown())
    }

    /// Asks for what a call needs.
    pub(super) fn ask_for(&mut self, call: &Call, talk: &Talk) -> Result<()> {
        for slot in call.slots() {
            if self.known.contains(&slot.name) {
                continue;
            }
            let Some(source) = self.sources.get(&slot.name) else {
                return Err(Hinted::new(
                    format!("{}: there is no reference to it", slot.name),
                    "write env:NAME, file:PATH or prompt in the specification",
                )
                .into());
            };
            let value = source.secret(&slot.name, talk)?;
            match &slot.encoding {
                Encoding::Basic { user } => self.asked.insert_beside(user, &slot.name, value),
                _ => self.asked.insert(&slot.name, value),
            }
            self.known.push(slot.name.clone());
        }
        Ok(())
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.asked
    }
}

/// Where the secret at a path of a channel is; its files are relative to the folder of the specification.
pub(crate) fn source_of(
    spec: &Spec,
    channel: &Channel,
    path: &str,
    secret: &SecretRef,
) -> Option<PasswordSource> {
    match secret {
        SecretRef::Prompt => Some(PasswordSource::Prompt),
        other => {
            let folder = spec::folder(spec, channel.place_of(path));
            PasswordSource::of_specification(other, &folder)
        }
    }
}
