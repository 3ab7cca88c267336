//! `trustpack new cert`: a certificate that its own key signs.

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::issue::{
    Dates, IssueError, Profile, Rule, SigningKey, Template, Violation, Wanted, require, self_sign,
};
use trustpack_core::keystore::SealedKey;
use trustpack_core::name::Name;

use super::super::Outcome;
use super::contents::{Contents, subject};
use super::dates::{self, Fallback};
use super::holder::Holder;
use super::key::DEFAULT;
use super::written::{
    self, Report, Slot, in_words, key_file, key_password, refuse_existing, refuse_inputs,
    refuse_store, refuse_two_on_stdout,
};
use crate::args::{Issued, KeyChoice, NewCert, StoreChoice};
use crate::hint::Hinted;
use crate::output::{self, Guard};
use crate::render::Talk;
use crate::store::SystemRandom;

/// What a certificate is made from, but its key.
pub(super) struct Making<'a> {
    pub subject: Name,
    pub template: Template,
    pub dates: Dates,
    pub allowed: &'a [Rule],
    pub at: OffsetDateTime,
}

impl Making<'_> {
    /// For a public key.
    pub(super) fn wanted(&self, spki: &[u8]) -> Wanted {
        Wanted {
            subject: self.subject.clone(),
            subject_public_key_info: spki.to_vec(),
            dates: self.dates,
            extensions: self.template.extensions(spki, self.subject.is_empty()),
        }
    }
}

/// Signed by a key in the clear.
pub(super) fn self_signed(
    making: &Making<'_>,
    key: &SealedKey,
) -> Result<(Certificate, Vec<Violation>)> {
    let signing = SigningKey::from_pkcs8(key.unlock(None)?.secret_pkcs8())?;
    Ok(by_itself(making, &signing)?)
}

fn by_itself(
    making: &Making<'_>,
    signing: &SigningKey,
) -> Result<(Certificate, Vec<Violation>), IssueError> {
    let wanted = making.wanted(signing.subject_public_key_info());
    let certificate = self_sign(&wanted, signing, &SystemRandom)?;
    let waived = require(&certificate, None, making.at, making.allowed)?;
    Ok((certificate, waived))
}

pub(super) fn run(arguments: &NewCert, talk: &Talk) -> Result<Outcome> {
    let contents = Contents::of(&arguments.wishes, Profile::default())?;
    let subject = match &arguments.wishes.subject {
        Some(text) => subject(text)?,
        None => Name::parse("")?,
    };
    let fallback = Fallback::Days(contents.profile.days);
    let making = Making {
        subject,
        dates: dates::of(&arguments.dates, None, &fallback)?,
        template: contents.profile.template,
        allowed: &arguments.allow.allow,
        at: arguments.dates.time.now(),
    };
    let place = Place {
        output: &arguments.output,
        store: &arguments.store,
        key: &arguments.key,
        json: arguments.json.json,
    };
    place.fill(making.at, talk, |signing, _| {
        let (certificate, waived) = by_itself(&making, signing)?;
        Ok((vec![certificate], waived))
    })
}

/// Where a key and what is issued for it come from and go to.
pub(super) struct Place<'a> {
    pub output: &'a Issued,
    pub store: &'a StoreChoice,
    pub key: &'a KeyChoice,
    pub json: bool,
}

impl Place<'_> {
    /// Takes the key that is there or makes one, has a chain made for it, and writes both: everything that can be refused is
    /// refused before. `make` gets the lock that is held.
    pub(super) fn fill(
        &self,
        at: OffsetDateTime,
        talk: &Talk,
        make: impl Fn(&SigningKey, Option<&Guard>) -> Result<(Vec<Certificate>, Vec<Violation>)>,
    ) -> Result<Outcome> {
        let output = self.output.output.as_deref();
        let store = self.store.store.as_deref();
        let new_key = self.key.new_key.as_deref();
        refuse_two_on_stdout(self.json, output, store)?;
        refuse_inputs(&[output], self.key.key.as_deref().map(Path::new))?;
        refuse_existing(&[new_key, output], self.output.force)?;
        if store.is_none() {
            refuse_store(self.output)?;
        }
        if new_key.is_some() && store.is_some() {
            let message = "the new key is to go into a file and into a store";
            return Err(Hinted::new(message, "name --new-key, or --store").into());
        }
        if self.key.key.is_none() && new_key.is_none() && store.is_none() {
            return Err(no_key().into());
        }
        refuse_idle_password(self.key, store)?;
        let source = self.key.password.as_ref();
        let slot = store
            .map(|path| Slot::open(path, self.store, self.output, source, talk))
            .transpose()?;
        let password = new_key
            .map(|path| key_password("--password", source, path, talk))
            .transpose()?
            .flatten();
        let holder = Holder::of_choice(self.key, talk)?;
        let (key, signing) = match holder {
            Some(holder) => (SealedKey::from(holder.key), holder.signing),
            None => made(self.key)?,
        };
        let (chain, waived) = make(&signing, slot.as_ref().map(Slot::guard))?;
        let mut report = match chain.first() {
            Some(certificate) => Report::of(certificate, at),
            None => Report::default(),
        };
        report.waive(&waived, talk);
        if let Some(path) = new_key {
            key_file(path, None, self.output.force, &key, password.as_ref(), talk)?;
            report.add(path);
        }
        match (slot, store) {
            (Some(slot), Some(path)) => {
                slot.put(key, &chain, talk)?;
                report.add(path);
            }
            _ => {
                let own = chain.get(..1).unwrap_or_default();
                let path = written::certificates(self.output, own, talk);
                let path = path.inspect_err(|_| note_new_key(new_key, talk))?;
                if let Some(certificate) = own.first() {
                    talk.say(format!("issued {}", in_words(certificate)));
                }
                report.add(&path);
            }
        }
        report.print(self.json)?;
        Ok(Outcome::Fine)
    }
}

/// A new key, in the clear, and ready to sign.
pub(super) fn made(choice: &KeyChoice) -> Result<(SealedKey, SigningKey)> {
    let key = choice.kind.kind.unwrap_or(DEFAULT).generate()?;
    let signing = SigningKey::from_pkcs8(key.unlock(None)?.secret_pkcs8())?;
    Ok((key, signing))
}

/// What was to be written beside a new key was not: the key is good, and stays.
pub(super) fn note_new_key(path: Option<&Path>, talk: &Talk) {
    if let Some(path) = path.filter(|path| !output::is_stdout(path)) {
        let name = path.display();
        talk.warn(format!(
            "the new key stays in {name}: take it with --key {name}, or make another one with --force"
        ));
    }
}

/// A password that would protect nothing was meant for something else.
pub(super) fn refuse_idle_password(choice: &KeyChoice, store: Option<&Path>) -> Result<()> {
    if choice.password.is_none() || choice.new_key.is_some() || store.is_some() {
        return Ok(());
    }
    let message = "--password protects a key that is written, and none is";
    let hint = "name the password of the key that is read with --input-password";
    Err(Hinted::new(message, hint).into())
}

pub(super) fn no_key() -> Hinted {
    Hinted::new(
        "no key is named",
        "name the one that is there with --key FILE, or make one with --new-key FILE",
    )
}
