//! `trustpack verify`: would this client accept this server with this store.

use anyhow::{Context, Result};
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::Entry;
use trustpack_core::record::VerifyRecord;
use trustpack_core::report::page;
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use super::Outcome;
use crate::args::{ClientWord, Verify};
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::probe::{self, Plan};
use crate::render::{Talk, print, print_json};

/// What is judged: a chain under a name.
struct Subject {
    text: String,
    chain: PresentedChain,
    name: ServerName<'static>,
}

/// Runs the command.
pub(super) fn run(arguments: &Verify, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let password = match &arguments.password {
        Some(source) => source.resolve(&arguments.trust, false, talk)?,
        None => None,
    };
    let trust = input::load_one(&arguments.trust, &Passwords::named(password))?;
    for note in &trust.contents.notes {
        talk.say(format!("note: {}: {note}", trust.name));
    }
    let anchors = TrustAnchors::from_store(trust.name.clone(), &trust.contents.store);
    if anchors.certificates().is_empty() {
        let hint =
            "name a store with certificates in it; `trustpack inspect` shows what a file holds";
        return Err(Hinted::new(
            format!("{}: no certificate to trust in it", trust.name),
            hint,
        )
        .into());
    }

    let subject = match Input::parse_subject(&arguments.subject)? {
        Input::Endpoint(endpoint) => fetch(arguments, endpoint, talk)?,
        Input::Path(_) | Input::Stdin => from_file(arguments)?,
    };
    let client = match arguments.client {
        ClientWord::Java => Client::Java,
    };
    let verdict = verify(
        &subject.chain,
        &anchors,
        &subject.name,
        at,
        client,
        &subject.text,
    );
    let record = VerifyRecord::new(
        &subject.text,
        &subject.name.to_str(),
        &trust.name,
        &verdict,
        at,
    );
    if arguments.json.json {
        print_json(&record)?;
    } else {
        print(&page::verdict(&record))?;
    }
    Ok(if verdict.is_accepted() {
        Outcome::Fine
    } else {
        Outcome::No
    })
}

fn fetch(
    arguments: &Verify,
    endpoint: trustpack_core::endpoint::Endpoint,
    talk: &Talk,
) -> Result<Subject> {
    let text = endpoint.to_string();
    let answers = Plan::new([endpoint], &arguments.reach)?.run(talk, |_| Ok(()))?;
    let fetched = answers
        .into_iter()
        .next()
        .context("the server was not asked")?;
    let name = probe::expected_name(&fetched.target)?;
    match (fetched.chain, fetched.error) {
        (Some(chain), error) => {
            if let Some(error) = error {
                talk.say(format!("note: {text}: after the certificates: {error}"));
            }
            Ok(Subject { text, chain, name })
        }
        (None, error) => {
            let (message, hint) = match error {
                Some(error) => (error.to_string(), error.hint().unwrap_or_default()),
                None => ("no certificate was presented".to_owned(), String::new()),
            };
            Err(Hinted::new(format!("{text}: {message}"), hint).into())
        }
    }
}

fn from_file(arguments: &Verify) -> Result<Subject> {
    let Some(server_name) = &arguments.reach.server_name else {
        let message = format!(
            "{}: a file does not say which name the server must have",
            arguments.subject
        );
        return Err(Hinted::new(message, "add --server-name HOST").into());
    };
    let name = probe::parse_server_name(server_name)?;
    let loaded = input::load_one(&arguments.subject, &Passwords::default())?;
    let certificates = loaded
        .contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .cloned();
    Ok(Subject {
        text: loaded.name,
        chain: PresentedChain::from_ders(certificates),
        name,
    })
}
