//! A private key that is there, with its certificates as far as there are any: of a file, of several, or of a store.

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::edit::{check_pair, pick_one};
use trustpack_core::issue::{Authority, SigningKey};
use trustpack_core::keystore::{CertificateDer, Entry, EntryKind, KeyStore, PrivateKey, SealedKey};
use trustpack_core::pair::pair;

use crate::args::KeyChoice;
use crate::hint::Hinted;
use crate::identity::open;
use crate::input::{self, Passwords};
use crate::password::PasswordSource;
use crate::render::Talk;

/// A key that is ready to sign, and who it is.
pub(super) struct Holder {
    pub key: PrivateKey,
    pub signing: SigningKey,
    /// Its own certificate first; empty for a bare key.
    pub chain: Vec<Certificate>,
    /// The files, in messages.
    pub name: String,
}

/// Which flags say what, for advice.
pub(super) struct Flags {
    pub alias: &'static str,
    pub password: &'static str,
}

/// Of a key that is named with `--key`.
const KEY: Flags = Flags {
    alias: "--entry",
    password: "--input-password",
};

/// Of a CA.
const CA: Flags = Flags {
    alias: "--ca-alias",
    password: "--ca-password",
};

impl Holder {
    /// The key that `--key` names; `None` when it names none.
    pub(super) fn of_choice(choice: &KeyChoice, talk: &Talk) -> Result<Option<Self>> {
        let Some(path) = &choice.key else {
            return Ok(None);
        };
        if choice.kind.kind.is_some() {
            let message = format!("{path}: the key is there, and --type is for a new one");
            return Err(Hinted::new(
                message,
                "leave --type out, or make a key with --new-key FILE",
            )
            .into());
        }
        let paths = std::slice::from_ref(path);
        Self::load(
            paths,
            choice.entry.as_deref(),
            &choice.input_password,
            &KEY,
            talk,
        )
        .map(Some)
    }

    /// A CA: it must have a certificate.
    pub(super) fn of_ca(
        paths: &[String],
        alias: Option<&str>,
        passwords: &[PasswordSource],
        talk: &Talk,
    ) -> Result<Self> {
        let holder = Self::load(paths, alias, passwords, &CA, talk)?;
        if holder.chain.is_empty() {
            return Err(Hinted::new(
                format!("{}: no certificate in it belongs to its key", holder.name),
                "name the CA's own certificate as well: --ca KEY CERTIFICATE, or its store",
            )
            .into());
        }
        Ok(holder)
    }

    /// Every file is read, and what belongs together is brought together.
    pub(super) fn load(
        paths: &[String],
        alias: Option<&str>,
        passwords: &[PasswordSource],
        flags: &Flags,
        talk: &Talk,
    ) -> Result<Self> {
        let name = paths.join(", ");
        let passwords = Passwords::resolve(passwords, None, talk)?.asking_for_keys(&[]);
        let mut store = KeyStore::new();
        for path in paths {
            let loaded = input::load_one(path, &passwords)?;
            loaded.tell_notes(talk);
            for entry in loaded.contents.store.into_entries() {
                store.push_renamed(open(entry, &passwords));
            }
        }
        let store = pair(store);
        let entry = the_one(&store, alias, &name, flags)?;
        let has_others = store.len() > 1;
        if entry.certificates().is_empty()
            && has_others
            && !entry.key().is_some_and(SealedKey::is_sealed)
        {
            talk.warn(format!("{name}: no certificate in it belongs to its key"));
        }
        let has_password = passwords.all().next().is_some();
        Self::of_entry(entry, name, flags, has_password)
    }

    /// Of an entry whose key is open, or that no password which was tried opens.
    fn of_entry(entry: &Entry, name: String, flags: &Flags, has_password: bool) -> Result<Self> {
        let locked = || {
            let (message, hint) = match has_password {
                true => (
                    format!(
                        "{name}: its key is locked, and the password of {} does not open it",
                        flags.password
                    ),
                    format!(
                        "check which password is meant for this key; {} can be named more than once",
                        flags.password
                    ),
                ),
                false => (
                    format!("{name}: its key is locked"),
                    format!(
                        "name its password with {} env:NAME, file:PATH or prompt",
                        flags.password
                    ),
                ),
            };
            Hinted::new(message, hint)
        };
        let key = entry
            .key()
            .and_then(|key| key.unlock(None).ok())
            .ok_or_else(locked)?;
        check_pair(entry).with_context(|| name.clone())?;
        let signing = SigningKey::from_pkcs8(key.secret_pkcs8()).with_context(|| name.clone())?;
        let read = |der: &CertificateDer<'static>| {
            Certificate::from_der(der.clone()).with_context(|| name.clone())
        };
        let chain = entry.certificates_in_order().into_iter().map(read);
        let chain = chain.collect::<Result<Vec<_>>>()?;
        Ok(Self {
            key,
            signing,
            chain,
            name,
        })
    }

    /// As a CA.
    pub(super) fn authority(&self) -> Result<Authority<'_>> {
        Authority::new(&self.signing, &self.chain)
            .with_context(|| format!("{}: it has no certificate", self.name))
    }
}

/// The entry with a private key that is meant.
pub(super) fn the_one<'s>(
    store: &'s KeyStore,
    alias: Option<&str>,
    name: &str,
    flags: &Flags,
) -> Result<&'s Entry> {
    let is_key = |entry: &&Entry| matches!(entry.kind, EntryKind::PrivateKey { .. });
    if let Some(alias) = alias {
        let place = pick_one(store, alias).with_context(|| name.to_owned())?;
        let entry = store.entries().get(place).filter(is_key);
        return entry.with_context(|| format!("{name}: the entry {alias:?} has no private key"));
    }
    let mut keys = store.entries().iter().filter(is_key);
    match (keys.next(), keys.count()) {
        (Some(entry), 0) => Ok(entry),
        (None, _) => Err(Hinted::new(
            format!("{name}: there is no private key in it"),
            "name the file or store that holds it; `trustpack inspect` shows what a file holds",
        )
        .into()),
        (Some(_), more) => Err(Hinted::new(
            format!(
                "{name}: {} private keys are in it, and none is named",
                more + 1
            ),
            format!(
                "name one with {} ALIAS; `trustpack inspect` lists them",
                flags.alias
            ),
        )
        .into()),
    }
}
