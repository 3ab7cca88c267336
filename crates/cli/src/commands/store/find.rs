//! Which entries of which stores hold a certificate.

use anyhow::Result;
use serde::Serialize;
use trustpack_core::edit::{Criteria, Match, find, render};

use super::chains::certificates;
use crate::args::store;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::{Talk, print, print_json, stdout_style};

/// What was found in one file.
#[derive(Serialize)]
struct Found {
    /// The file.
    store: String,
    /// Each certificate that fits.
    matches: Vec<Match>,
}

pub(super) fn run(arguments: &store::Find, talk: &Talk) -> Result<Outcome> {
    let criteria = Criteria {
        certificates: match &arguments.cert {
            Some(file) => certificates(std::slice::from_ref(file), talk)?,
            None => Vec::new(),
        },
        fingerprint: arguments.fingerprint.clone(),
        subject: arguments.subject.clone(),
        issuer: arguments.issuer.clone(),
        expires_before: arguments.expires_before,
    };
    if criteria.is_empty() {
        return Err(Hinted::new(
            "nothing to look for",
            "name --cert, --fingerprint, --subject, --issuer or --expires-before",
        )
        .into());
    }
    let inputs = Input::parse_all(&arguments.stores)?;
    if let Some(endpoint) = Input::endpoints(&inputs).next() {
        let hint = format!("use `trustpack fetch {endpoint} -o FILE` first");
        let message = format!("{endpoint} is a server, and find looks into files");
        return Err(Hinted::new(message, hint).into());
    }
    let passwords = Passwords::resolve(&arguments.input_password, None, talk)?.asking();
    let files = input::load(&inputs, &passwords);
    let mut whole = true;
    for loaded in &files.loaded {
        whole &= loaded.tell_notes(talk);
    }
    let found: Vec<Found> = files
        .loaded
        .iter()
        .map(|loaded| Found {
            store: loaded.name.clone(),
            matches: find(&loaded.contents.store, &criteria),
        })
        .collect();
    let is_found = found.iter().any(|file| !file.matches.is_empty());
    if arguments.json.json {
        print_json(&found)?;
    } else if is_found {
        let all = found
            .iter()
            .flat_map(|file| file.matches.iter().map(|one| (file.store.as_str(), one)));
        print(&render::matches(all, &stdout_style()))?;
    }
    if !whole && !is_found {
        talk.say("not found in what could be read; --password names the passwords of the stores");
    }
    if files.tell_failures(talk) || !whole {
        return Ok(Outcome::Incomplete);
    }
    if !is_found {
        talk.say("not found");
        return Ok(Outcome::No);
    }
    Ok(Outcome::Fine)
}
