//! `trustpack verify`: would this client accept this server with this store.

use anyhow::{Context, Result};
use trustpack_core::chain::PresentedChain;
use trustpack_core::fetch::Possession;
use trustpack_core::keystore::{At, Contents, Entry, KeyStore, Password};
use trustpack_core::record::VerifyRecord;
use trustpack_core::report::page;
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use super::Outcome;
use crate::args::{ClientWord, Verify};
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::{Talk, print, print_json};
use crate::servers::{self, Plan};

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
    let trust = input::load_one(&arguments.trust, &Passwords::named(password.clone()))?;
    if !trust.tell_notes(talk) {
        talk.warn(format!(
            "{}: judged by what could be read of it",
            trust.name
        ));
    }
    let anchors = TrustAnchors::from_store(trust.name.clone(), &visible(&trust.contents));
    if anchors.certificates().is_empty() {
        let (message, hint) = if visible(&trust.contents).len() == trust.contents.store.len() {
            (
                "no certificate to trust in it",
                "name a store with certificates in it; `trustpack inspect` shows what a file holds",
            )
        } else {
            (
                "no certificate in it is visible to Java",
                "`trustpack store repair` makes the store visible to Java, where it lies",
            )
        };
        return Err(Hinted::new(format!("{}: {message}", trust.name), hint).into());
    }

    let subject = match Input::parse_subject(&arguments.subject)? {
        Input::Endpoint(endpoint) => fetch(arguments, endpoint, talk)?,
        Input::Path(_) | Input::Stdin => from_file(arguments, password.as_ref(), talk)?,
    };
    let client = match arguments.client {
        ClientWord::Java => Client::Java,
        ClientWord::OpenSsl => Client::OpenSsl,
        ClientWord::OpenSslPartialChain => Client::OpenSslPartialChain,
        ClientWord::Browser => Client::Browser,
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
    Ok(match (verdict.is_accepted(), verdict.is_undecided()) {
        (true, _) => Outcome::Fine,
        (false, true) => Outcome::Incomplete,
        (false, false) => Outcome::No,
    })
}

fn fetch(
    arguments: &Verify,
    endpoint: trustpack_core::endpoint::Endpoint,
    talk: &Talk,
) -> Result<Subject> {
    let text = endpoint.to_string();
    let answers = Plan::new([endpoint], &arguments.reach, talk)?.run(talk);
    let fetched = answers
        .into_iter()
        .next()
        .context("the server was not asked")?;
    let name = servers::expected_name(&fetched.target)?;
    if fetched.chain.is_some() && fetched.possession == Possession::Unproven {
        let why = match &fetched.refused {
            Some(error) => format!(" (a full handshake failed: {error})"),
            None => String::new(),
        };
        talk.warn(format!(
            "{text}: the server did not prove that it holds the key of its certificate{why}; the verdict is about the certificates alone"
        ));
    }
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
            let message = if message.starts_with(&text) {
                message
            } else {
                format!("{text}: {message}")
            };
            Err(Hinted::new(message, hint).into())
        }
    }
}

/// The entries that Java sees: of a PKCS#12 file, only those that the reader does not call invisible.
fn visible(contents: &Contents) -> KeyStore {
    let hidden = |entry: &Entry| {
        contents.notes.iter().any(|note| {
            matches!(&note.at, At::Entry(alias) if alias == entry.alias.as_str())
                && note.message.starts_with("invisible to Java")
        })
    };
    let mut store = KeyStore::new();
    for entry in contents.store.entries() {
        if !hidden(entry) {
            store.push_renamed(entry.clone());
        }
    }
    store
}

fn from_file(arguments: &Verify, password: Option<&Password>, talk: &Talk) -> Result<Subject> {
    let Some(server_name) = &arguments.reach.server_name else {
        let message = format!(
            "{}: a file does not say which name the server must have",
            arguments.subject
        );
        return Err(Hinted::new(message, "add --server-name HOST").into());
    };
    let name = servers::parse_server_name(server_name)?;
    let passwords = Passwords::resolve(&[], password, talk)?;
    let loaded = input::load_one(&arguments.subject, &passwords)?;
    loaded.tell_notes(talk);
    let certificates = loaded
        .contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .cloned();
    let chain = PresentedChain::from_ders(certificates);
    if chain.certificates.is_empty() {
        return Err(Hinted::new(
            format!("{}: no certificate to judge in it", loaded.name),
            "name the file with the chain that the server presents, end entity first",
        )
        .into());
    }
    Ok(Subject {
        text: loaded.name,
        chain,
        name,
    })
}
