//! What was made, on its way to files, stores and stdout, and what is said about it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::Certificate;
use trustpack_core::alias;
use trustpack_core::edit;
use trustpack_core::issue::Violation;
use trustpack_core::keystore::{
    Alias, Entry, EntryKind, Format, KeyStore, Others, Password, Profile, Request, SealedKey,
};
use trustpack_core::merge::date_all;
use trustpack_core::record::{CertificateRecord, RequestRecord};

use crate::args::{Issued, StoreChoice};
use crate::hint::Hinted;
use crate::opened::{StoreFile, refuse_folder};
use crate::output::{self, Guard, Saved};
use crate::password::{self, KeyPasswords, PasswordSource};
use crate::render::{Talk, print_json};
use crate::store::{self, Protection, SystemRandom, Target, format_of};

mod before;

use before::refuse_aliases;
pub(super) use before::{
    refuse_existing, refuse_inputs, refuse_single, refuse_store, refuse_two_on_stdout,
};

/// For scripts: what was made.
#[derive(Default, Serialize)]
pub(super) struct Report {
    /// Every file that was written.
    pub written: Vec<String>,
    /// The certificate.
    pub certificate: Option<CertificateRecord>,
    /// The request.
    pub request: Option<RequestRecord>,
    /// Rules that are broken because that was allowed, by their words.
    pub allowed: Vec<String>,
    /// What a request asked for and did not get.
    pub not_granted: Vec<String>,
}

impl Report {
    pub(super) fn of(certificate: &Certificate, at: OffsetDateTime) -> Self {
        Self {
            certificate: Some(CertificateRecord::full(certificate, at)),
            ..Self::default()
        }
    }

    /// Says which rules are broken with permission.
    pub(super) fn waive(&mut self, waived: &[Violation], talk: &Talk) {
        for violation in waived {
            talk.warn(format!("allowed: {violation}"));
            self.allowed.push(violation.rule.word().to_owned());
        }
    }

    pub(super) fn add(&mut self, path: &Path) {
        self.written.push(output::name(path));
    }

    pub(super) fn print(&self, json: bool) -> Result<()> {
        match json {
            true => print_json(self),
            false => Ok(()),
        }
    }
}

/// A key file: encrypted, or in the clear when that was said.
pub(super) fn key_file(
    path: &Path,
    format: Option<Format>,
    force: bool,
    key: &SealedKey,
    password: Option<&Password>,
    talk: &Talk,
) -> Result<()> {
    let sealed = match password {
        Some(password) => {
            let open = key.unlock(None)?;
            SealedKey::seal_pkcs8(&open, password, &SystemRandom)?
        }
        None => key.clone(),
    };
    let mut store = KeyStore::new();
    store.push_renamed(entry(Alias::positional(1), sealed, &[]));
    save(&store, &Others::default(), path, format, force, talk)
}

/// The password of a key file that is about to be written, named by this flag; `None`: in the clear, which was said.
pub(super) fn key_password(
    flag: &str,
    source: Option<&PasswordSource>,
    path: &Path,
    talk: &Talk,
) -> Result<Option<Password>> {
    let purpose = format!("the key in {}", output::name(path));
    match source {
        None => password::named_by(flag, None, &purpose, talk).map_err(|_| {
            Hinted::new(
                format!("no password for {purpose}"),
                format!("encrypt it with {flag} env:NAME, file:PATH, fd:N or prompt, or write it in the clear with {flag} none"),
            )
            .into()
        }),
        Some(source) => source.resolve(&purpose, true, talk),
    }
}

/// Certificates, in this order.
pub(super) fn certificates(
    output: &Issued,
    certificates: &[Certificate],
    talk: &Talk,
) -> Result<PathBuf> {
    let store = certificates.iter().map(|certificate| {
        Entry::trusted(
            Alias::unnamed(alias::of(certificate)),
            certificate.der().clone(),
        )
    });
    let mut all = KeyStore::new();
    for entry in store {
        all.push_renamed(entry);
    }
    let path = output.output.clone().unwrap_or_else(|| "-".into());
    save(
        &all,
        &Others::default(),
        &path,
        output.format,
        output.force,
        talk,
    )?;
    Ok(path)
}

/// A request.
pub(super) fn request(output: &Issued, der: Vec<u8>, talk: &Talk) -> Result<PathBuf> {
    let others = Others {
        requests: vec![Request::Pkcs10(der)],
        ..Others::default()
    };
    let path = output.output.clone().unwrap_or_else(|| "-".into());
    save(
        &KeyStore::new(),
        &others,
        &path,
        output.format,
        output.force,
        talk,
    )?;
    Ok(path)
}

/// A revocation list.
pub(super) fn list(output: &Issued, der: Vec<u8>, talk: &Talk) -> Result<PathBuf> {
    let others = Others {
        crls: vec![der],
        ..Others::default()
    };
    let path = output.output.clone().unwrap_or_else(|| "-".into());
    // as servers give lists away (RFC 5280 section 4.2.1.13)
    let is_crl = path.extension().is_some_and(|extension| extension == "crl");
    let format = output.format.or_else(|| is_crl.then_some(Format::Der));
    save(&KeyStore::new(), &others, &path, format, output.force, talk)?;
    Ok(path)
}

fn save(
    store: &KeyStore,
    others: &Others,
    path: &Path,
    format: Option<Format>,
    force: bool,
    talk: &Talk,
) -> Result<()> {
    let format = format_of(path, format, Some(Format::Pem))?;
    refuse_aliases(path, format)?;
    let target = Target::new(path, format, force);
    store::save(store, others, &target, &Protection::default(), talk)?;
    Ok(())
}

fn entry(alias: Alias, key: SealedKey, chain: &[Certificate]) -> Entry {
    Entry {
        alias,
        created: None,
        kind: EntryKind::PrivateKey {
            key,
            chain: chain.iter().map(|one| one.der().clone()).collect(),
        },
        attributes: Vec::new(),
    }
}

/// A place in a store, held until the key is in it.
pub(super) struct Slot {
    file: StoreFile,
    guard: Guard,
    keys: KeyPasswords,
    alias: Option<String>,
    force: bool,
}

impl Slot {
    /// Opens the store and looks whether the alias is free, before anything is made.
    pub(super) fn open(
        path: &Path,
        choice: &StoreChoice,
        output: &Issued,
        password: Option<&PasswordSource>,
        talk: &Talk,
    ) -> Result<Self> {
        refuse_folder(path)?;
        let guard = Guard::of(path)?;
        let mut file = StoreFile::open_or_new(path, output.format, password, talk)?;
        let name = file.name();
        if !file.format.has_aliases() {
            let message = format!("{name}: {} is no store", file.format);
            return Err(
                Hinted::new(message, "name a .p12 or .jks, or write a file with -o").into(),
            );
        }
        if password.is_none() && file.format.has_password() {
            file.ask_password(talk)?;
        }
        let keys =
            KeyPasswords::resolve(&choice.key_password, &format!("the key in {name}"), talk)?;
        let slot = Self {
            alias: choice
                .alias
                .as_ref()
                .map(|alias| edit::spelled(alias, file.format)),
            file,
            guard,
            keys,
            force: output.force,
        };
        if let Some(alias) = &slot.alias {
            slot.refuse_taken(alias)?;
        }
        Ok(slot)
    }

    /// The lock that it holds.
    pub(super) fn guard(&self) -> &Guard {
        &self.guard
    }

    fn refuse_taken(&self, alias: &str) -> Result<()> {
        match self.file.contents.store.find(alias) {
            Some(_) if !self.force => {
                let message = format!("{}: the alias {alias:?} is taken", self.file.name());
                let hint = "name another one with --alias, or replace the entry with --force";
                Err(Hinted::new(message, hint).into())
            }
            _ => Ok(()),
        }
    }

    /// Puts a key with its chain there, and writes the store.
    pub(super) fn put(mut self, key: SealedKey, chain: &[Certificate], talk: &Talk) -> Result<()> {
        let own = chain
            .first()
            .context("a key in a store needs a certificate")?;
        let alias = match self.alias.take() {
            Some(alias) => alias,
            None => edit::spelled(&alias::of(own), self.file.format),
        };
        self.refuse_taken(&alias)?;
        let mut store = std::mem::take(&mut self.file.contents.store);
        let mut single = KeyStore::new();
        single.push_renamed(entry(Alias::new(&alias), key, chain));
        for entry in date_all(single).into_entries() {
            match store.position(&alias) {
                Some(place) => drop(store.replace(place, entry)),
                None => drop(store.push(entry)),
            }
        }
        let profile = self.file.contents.facts.profile.unwrap_or(Profile::Modern);
        let protection = Protection::of_existing(
            self.file.format,
            self.file.password.clone(),
            self.keys.clone(),
            profile,
        );
        let target = self.file.target(&self.guard);
        let saved = self.file.save(&store, &target, &protection, talk)?;
        if saved == Saved::Written {
            talk.say(format!(
                "{:?} in {}: {}",
                alias,
                self.file.name(),
                in_words(own)
            ));
        }
        Ok(())
    }
}

/// `CN=server.test, serial 4b…, valid from … to …`.
pub(super) fn in_words(certificate: &Certificate) -> String {
    let subject = match certificate.subject().is_empty() {
        true => certificate.display_name(),
        false => certificate.subject().shown(),
    };
    format!(
        "{subject}, serial {}, valid from {} to {}",
        certificate.serial(),
        rfc3339(certificate.not_before()),
        rfc3339(certificate.not_after())
    )
}

pub(super) fn rfc3339(moment: OffsetDateTime) -> String {
    moment
        .format(&Rfc3339)
        .unwrap_or_else(|_| moment.to_string())
}
