//! Writes chains as files: one, or one for each server in a folder.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::alias;
use trustpack_core::keystore::{Alias, Entry, Format, KeyStore, Others};
use trustpack_core::merge::date_all;
use trustpack_core::report::page;
use trustpack_core::select::{Select, select};

use super::Answer;
use crate::args::{Fetch, Proof};
use crate::output;
use crate::render::Talk;
use crate::servers::{Doubt, doubt};
use crate::store::{self, Protection, Target};

/// Where chains go.
pub(super) struct Files<'a> {
    arguments: &'a Fetch,
    talk: &'a Talk,
    to: Option<Place<'a>>,
    /// Names that were used: two addresses of one server, two types of certificates.
    used: HashSet<String>,
    refused: bool,
}

struct Place<'a> {
    path: &'a Path,
    is_folder: bool,
    format: Format,
    protection: Protection,
}

impl<'a> Files<'a> {
    /// Asks for the password before the first server is asked.
    pub(super) fn new(arguments: &'a Fetch, talk: &'a Talk) -> Result<Self> {
        let to = match arguments.output.output.as_deref() {
            Some(path) => {
                let is_folder = output::is_folder(path) && !output::is_stdout(path);
                let fallback = is_folder.then_some(Format::Pem);
                let format = store::format_of(path, arguments.output.format, fallback)?;
                let name = output::name(path);
                let password = &arguments.store_password;
                Some(Place {
                    path,
                    is_folder,
                    format,
                    protection: Protection::resolve(password, format, None, &name, talk)?,
                })
            }
            None => None,
        };
        Ok(Self {
            arguments,
            talk,
            to,
            used: HashSet::new(),
            refused: false,
        })
    }

    /// Whether a chain was not good enough for a store.
    pub(super) fn refused(&self) -> bool {
        self.refused
    }

    /// Writes one chain.
    pub(super) fn write(&mut self, answer: &Answer, proof: &Proof) -> Result<()> {
        let (Some(to), Some((fetched, Some(analysis)))) = (&self.to, &answer.seen) else {
            return Ok(());
        };
        let record = &answer.record;
        // A file of certificates only shows what came; a store is there to be trusted.
        match doubt(fetched, proof) {
            Some(Doubt::Unproven(error)) if to.format.has_aliases() => {
                self.refused = true;
                self.talk.failure(&record.target, &error.into());
                return Ok(());
            }
            // Told already, as what it is.
            Some(Doubt::Unexpected(_)) => return Ok(()),
            _ => {}
        }
        let chosen = select(
            analysis,
            self.arguments.select.unwrap_or(Select::Chain),
            &record.target,
        );
        for finding in &chosen.findings {
            self.talk.say_page(&page::finding(finding));
        }
        let mut store = KeyStore::new();
        for (place, certificate) in chosen.certificates.iter().enumerate() {
            store.push_renamed(Entry::trusted(
                Alias::positional(place + 1),
                certificate.der().clone(),
            ));
        }
        let store = match to.format.has_aliases() {
            true => date_all(alias::name_all(store)),
            false => store,
        };
        let file = match to.is_folder {
            true => {
                output::create_folder(to.path)?;
                let name = unused_name(answer, &self.used);
                let file = to.path.join(format!("{name}.{}", to.format.extension()));
                self.used.insert(name);
                file
            }
            false => to.path.to_owned(),
        };
        let target = Target::new(&file, to.format, self.arguments.output.force);
        store::save(
            &store,
            &Others::default(),
            &target,
            &to.protection,
            self.talk,
        )
        .with_context(|| record.target.clone())?;
        Ok(())
    }
}

/// The server's name as a file name; with the address or type of certificate where the name alone says too little.
fn unused_name(answer: &Answer, used: &HashSet<String>) -> String {
    let record = &answer.record;
    let plain = |text: &str| text.replace("://", "_").replace([':', '/', '[', ']'], "_");
    let mut name = plain(&record.target);
    if let Some(kind) = record.cert_type {
        name = format!("{name}_{kind}");
    }
    if used.contains(&name)
        && let Some(address) = &record.address
    {
        name = format!("{name}_{}", plain(address));
    }
    let mut number = 1;
    let mut unused = name.clone();
    while used.contains(&unused) {
        number += 1;
        unused = format!("{name}_{number}");
    }
    unused
}
