//! `trustpack renew`: the same certificate again, in files and in stores.

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::edit::{Action, Change, Edited};
use trustpack_core::issue::{
    KeyKind, Reason, SigningKey, Violation, issue, lifetime, renewal, require, self_sign,
};
use trustpack_core::keystore::{
    self, CertificateDer, Entry, Format, KeyStore, ReadOptions, SealedKey,
};
use trustpack_core::pair::pair;

use super::super::Outcome;
use super::super::store::Editing;
use super::dates::{self, Fallback};
use super::holder::{Flags, Holder, the_one};
use super::key::DEFAULT;
use super::state::State;
use super::written::{
    self, Report, in_words, key_file, key_password, refuse_existing, refuse_single, refuse_store,
    refuse_two_on_stdout, rfc3339,
};
use crate::args::{Issued, Renew};
use crate::hint::Hinted;
use crate::identity::open;
use crate::input::{self, Passwords};
use crate::output::Guard;
use crate::render::Talk;
use crate::store::SystemRandom;

const FLAGS: Flags = Flags {
    alias: "--entry",
    password: "--password",
};

pub(super) fn run(arguments: &Renew, talk: &Talk) -> Result<Outcome> {
    if arguments.kind.kind.is_some() && !arguments.rekey {
        let message = "--type is for a new key, and the key stays the same";
        return Err(Hinted::new(message, "add --rekey, or leave --type out").into());
    }
    if is_store(&arguments.input) {
        in_store(arguments, talk)
    } else {
        in_file(arguments, talk)
    }
}

/// Whether entries have names in it. What cannot be read is told by whoever reads it next.
fn is_store(path: &Path) -> bool {
    let Ok(bytes) = input::read_file(path) else {
        return false;
    };
    match keystore::read(&bytes, &ReadOptions::default()) {
        Ok(contents) => contents.format.has_aliases(),
        Err(keystore::Error::PasswordRequired { format, .. }) => Format::has_aliases(format),
        Err(_) => false,
    }
}

/// What a renewal made.
struct Renewed {
    /// The new certificate and those above it.
    chain: Vec<Certificate>,
    /// For a new key.
    key: Option<SealedKey>,
    waived: Vec<Violation>,
}

/// Issues it again; `own` is its private key, where that is open, `held` the lock that is held already.
fn again(
    arguments: &Renew,
    old: &Certificate,
    own: Option<&SealedKey>,
    held: Option<&Guard>,
    talk: &Talk,
) -> Result<Renewed> {
    let ca = match arguments.issuer.ca.as_slice() {
        [] => None,
        paths => {
            let alias = arguments.issuer.ca_alias.as_deref();
            Some(Holder::of_ca(
                paths,
                alias,
                &arguments.issuer.ca_password,
                talk,
            )?)
        }
    };
    if ca.is_none() && !old.is_self_issued() {
        let message = format!("{} was issued by {}", old.display_name(), old.issuer());
        return Err(Hinted::new(
            message,
            "name that CA with --ca STORE, or --ca KEY CERTIFICATE",
        )
        .into());
    }
    let key = match arguments.rekey {
        true => {
            let same = KeyKind::of(old.subject_public_key_info());
            let kind = arguments.kind.kind.or(same).unwrap_or_else(|| {
                talk.say(format!(
                    "note: no key of the kind of the old one is made; the new one is {}",
                    DEFAULT.word()
                ));
                DEFAULT
            });
            Some(kind.generate()?)
        }
        false => None,
    };
    let signing = |key: &SealedKey| -> Result<SigningKey> {
        Ok(SigningKey::from_pkcs8(key.unlock(None)?.secret_pkcs8())?)
    };
    let new = key.as_ref().map(signing).transpose()?;
    let spki = match &new {
        Some(new) => new.subject_public_key_info(),
        None => old.subject_public_key_info(),
    };
    let issuer = ca.as_ref().and_then(|ca| ca.chain.first());
    let dates = dates::of(&arguments.dates, issuer, &Fallback::Lifetime(lifetime(old)))?;
    let renewal = renewal(old, spki, dates);
    for name in &renewal.left_out {
        talk.say(format!(
            "note: not carried over, since it is of the old one only: {name}"
        ));
    }
    let at = arguments.dates.time.now();
    let allowed = &arguments.allow.allow;
    let Some(ca) = ca else {
        let signing = match (new, own) {
            (Some(new), _) => new,
            (None, Some(own)) => signing(own)?,
            (None, None) => {
                let message = format!(
                    "{} signed itself, and its key is not here",
                    old.display_name()
                );
                return Err(Hinted::new(message, "name the key with --key FILE").into());
            }
        };
        let certificate = self_sign(&renewal.wanted, &signing, &SystemRandom)?;
        let waived = require(&certificate, None, at, allowed)?;
        return Ok(Renewed {
            chain: vec![certificate],
            key,
            waived,
        });
    };
    let authority = ca.authority()?;
    if authority.certificate().subject() != old.issuer() {
        talk.warn(format!(
            "{} was issued by {}, and now is by {}",
            old.display_name(),
            old.issuer(),
            authority.certificate().subject()
        ));
    }
    if let Some(path) = arguments.state.state.as_ref().filter(|path| path.exists()) {
        let state = State::of(path, authority.certificate(), held)?;
        if let Some((since, reason)) = state.ledger.revocation(old) {
            tell_revoked(old, since, reason, key.is_some(), talk)?;
        }
        if key.is_none() {
            state.require_sound_key(old)?;
        }
    }
    let certificate = issue(&renewal.wanted, &authority, &SystemRandom)?;
    let waived = require(&certificate, Some(&authority), at, allowed)?;
    if let Some(path) = arguments
        .state
        .state
        .as_ref()
        .filter(|_| !arguments.edit.dry_run)
    {
        State::record(path, authority.certificate(), &certificate, held)?;
    }
    let mut chain = vec![certificate];
    chain.extend(ca.chain.iter().cloned());
    Ok(Renewed { chain, key, waived })
}

fn in_store(arguments: &Renew, talk: &Talk) -> Result<Outcome> {
    if arguments.output.is_some() || arguments.new_key.is_some() || arguments.key.is_some() {
        let message = format!(
            "{} is a store, which is changed where it lies",
            arguments.input.display()
        );
        return Err(Hinted::new(
            message,
            "leave -o, --key and --new-key out, or name a file with a certificate",
        )
        .into());
    }
    let mut editing = Editing::open(&arguments.input, &arguments.edit, talk)?;
    let name = arguments.input.display().to_string();
    let store = std::mem::take(&mut editing.file.contents.store);
    let entry = the_one(&store, arguments.entry.as_deref(), &name, &FLAGS)?.clone();
    let alias = entry.alias.to_string();
    let place = store.position(&alias).context("the entry is gone")?;
    let old = first_of(&entry, &name)?;
    let own = entry.key().and_then(|key| {
        let passwords = editing.passwords_of(&alias);
        let mut tried = std::iter::once(None).chain(passwords.into_iter().map(Some));
        tried.find_map(|password| key.unlock(password).ok())
    });
    let own = own.map(SealedKey::from);
    let renewed = again(arguments, &old, own.as_ref(), Some(editing.guard()), talk)?;
    let mut allowed = Report::default();
    allowed.waive(&renewed.waived, talk);
    let new = renewed.chain.first().context("nothing was issued")?;
    let change = Change::of(alias, Action::Renewed).with(in_words(new));
    let chain = renewed.chain.iter().map(|one| one.der().clone()).collect();
    let mut entry = entry.with_chain(chain);
    if let Some(key) = renewed.key {
        entry = entry.with_key(key);
    }
    let mut store = store;
    store.replace(place, entry);
    let edited = Edited {
        store,
        changes: vec![change],
    };
    editing.finish(&edited, talk)
}

fn in_file(arguments: &Renew, talk: &Talk) -> Result<Outcome> {
    let output = arguments.output.as_deref();
    let new_key = arguments.new_key.as_deref();
    refuse_two_on_stdout(arguments.edit.json, output, None)?;
    refuse_existing(&[new_key, output], arguments.force)?;
    let issued = Issued {
        output: arguments.output.clone(),
        format: None,
        force: arguments.force,
    };
    refuse_store(&issued)?;
    if arguments.chain {
        refuse_single(&issued)?;
    }
    if arguments.rekey && new_key.is_none() {
        let message = "a new key is to be made, and it is not said where it goes";
        return Err(Hinted::new(message, "name a file with --new-key").into());
    }
    let name = arguments.input.display().to_string();
    let sources = arguments.edit.password.as_slice();
    let passwords =
        Passwords::resolve(sources, None, talk)?.asking_for_keys(&arguments.edit.key_password);
    let mut store = KeyStore::new();
    for path in std::iter::once(&name).chain(&arguments.key) {
        let loaded = input::load_one(path, &passwords)?;
        loaded.tell_notes(talk);
        for entry in loaded.contents.store.into_entries() {
            store.push_renamed(open(entry, &passwords));
        }
    }
    let store = pair(store);
    // the certificate of a key that is there, else the first one
    let has_both = |entry: &&Entry| entry.key().is_some() && !entry.certificates().is_empty();
    let mut entries = store.entries().iter();
    let entry = entries.clone().find(has_both);
    let entry = entry.or_else(|| entries.find(|entry| !entry.certificates().is_empty()));
    if let Some(key) = &arguments.key
        && entry.is_none_or(|entry| entry.key().is_none())
    {
        let mut keys = store.entries().iter().filter_map(Entry::key);
        return Err(key_not_used(&name, key, keys.any(SealedKey::is_sealed)).into());
    }
    let Some(entry) = entry else {
        return Err(Hinted::new(
            format!("{name}: there is no certificate in it"),
            "`trustpack inspect` shows what a file holds",
        )
        .into());
    };
    let old = first_of(entry, &name)?;
    let password = new_key
        .map(|path| {
            key_password(
                "--new-password",
                arguments.new_password.as_ref(),
                path,
                talk,
            )
        })
        .transpose()?
        .flatten();
    let own = entry.key().filter(|key| !key.is_sealed());
    let renewed = again(arguments, &old, own, None, talk)?;
    let new = renewed.chain.first().context("nothing was issued")?;
    let mut report = Report::of(new, arguments.dates.time.now());
    report.waive(&renewed.waived, talk);
    if let (Some(path), Some(key)) = (new_key, &renewed.key) {
        key_file(path, None, arguments.force, key, password.as_ref(), talk)?;
        report.add(path);
    }
    let count = if arguments.chain {
        renewed.chain.len()
    } else {
        1
    };
    let chain = renewed.chain.get(..count).unwrap_or_default();
    let path = written::certificates(&issued, chain, talk);
    let path = path.inspect_err(|_| {
        if let Some(path) = new_key {
            let name = path.display();
            talk.warn(format!(
                "the new key stays in {name}, and no certificate for it: make both again with --force"
            ));
        }
    })?;
    talk.say(format!("issued {}", in_words(new)));
    report.add(&path);
    report.print(arguments.edit.json)?;
    Ok(Outcome::Fine)
}

/// What the state knows of the old one. A key that somebody else has is not certified again.
fn tell_revoked(
    old: &Certificate,
    since: OffsetDateTime,
    reason: Reason,
    has_new_key: bool,
    talk: &Talk,
) -> Result<()> {
    let message = format!(
        "{} is revoked since {} ({})",
        old.display_name(),
        rfc3339(since),
        reason.word()
    );
    if reason == Reason::KeyCompromise && !has_new_key {
        let hint = "make a new key with it: --rekey --new-key FILE";
        return Err(Hinted::new(format!("{message}: its key is not certified again"), hint).into());
    }
    talk.warn(message);
    Ok(())
}

/// A key that was named would not be what is certified.
fn key_not_used(name: &str, key: &str, is_locked: bool) -> Hinted {
    match is_locked {
        true => Hinted::new(
            format!("{key}: its key is locked"),
            "name its password with --password env:NAME, file:PATH or prompt",
        ),
        false => Hinted::new(
            format!("{key}: there is no key of the certificate in {name} in it"),
            format!(
                "leave --key out; for another key: `trustpack new csr --like {name} --key {key}`, and `trustpack sign`"
            ),
        ),
    }
}

fn first_of(entry: &Entry, name: &str) -> Result<Certificate> {
    let der: Option<&CertificateDer<'static>> = entry.certificates().first();
    let der = der.with_context(|| {
        format!(
            "{name}: the entry {:?} has no certificate",
            entry.alias.as_str()
        )
    })?;
    Certificate::from_der(der.clone()).with_context(|| name.to_owned())
}
