//! The servers of `--for`: judged with both stores.

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::cert::AltName;
use trustpack_core::chain::PresentedChain;
use trustpack_core::diff::TrustRecord;
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use crate::args::Diff;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::Talk;
use crate::servers::{self, Plan};

/// What is judged: a chain under a name.
struct Subject {
    text: String,
    chain: PresentedChain,
    name: ServerName<'static>,
}

/// What `--for` names; stdin can be read once only, also when A or B is it.
pub(super) fn parse(texts: &[String], others: &[Input]) -> Result<Vec<Input>> {
    let subjects = texts.iter().map(|text| Input::parse_subject(text));
    let subjects = subjects.collect::<Result<Vec<_>>>()?;
    let all = subjects.iter().chain(others);
    if all.filter(|input| **input == Input::Stdin).count() > 1 {
        return Err(Hinted::new("stdin can be read once only", "name `-` once").into());
    }
    Ok(subjects)
}

/// Each server with the one store and with the other, in the order in which they were named.
pub(super) fn judge(
    inputs: Vec<Input>,
    stores: &[TrustAnchors; 2],
    arguments: &Diff,
    passwords: &Passwords,
    at: OffsetDateTime,
    talk: &Talk,
) -> Result<Vec<TrustRecord>> {
    let endpoints = Input::endpoints(&inputs);
    let mut answers = Plan::new(endpoints, &arguments.reach, talk)?
        .run(talk)
        .into_iter();
    let mut records = Vec::new();
    for input in inputs {
        let path = match input {
            Input::Endpoint(_) => None,
            Input::Path(path) => Some(path.display().to_string()),
            Input::Stdin => Some("-".to_owned()),
        };
        let subject = match path {
            Some(path) => from_file(&path, arguments, passwords, talk)?,
            None => {
                let answer = answers.next().context("the server was not asked")?;
                Subject {
                    text: answer.target.endpoint.to_string(),
                    name: servers::expected_name(&answer.target)?,
                    chain: servers::presented(answer, talk)?,
                }
            }
        };
        let Subject { text, chain, name } = &subject;
        let [before, after] = stores
            .each_ref()
            .map(|store| verify(chain, store, name, at, Client::Java, text));
        records.push(TrustRecord::new(text, &name.to_str(), &before, &after));
    }
    Ok(records)
}

fn from_file(path: &str, arguments: &Diff, passwords: &Passwords, talk: &Talk) -> Result<Subject> {
    let (text, chain) = input::load_chain(path, passwords, talk)?;
    let name = match &arguments.reach.server_name {
        Some(name) => servers::parse_server_name(name)?,
        None => name_in(&chain).ok_or_else(|| {
            let message = format!("{text}: no server's name in its first certificate");
            Hinted::new(message, "add --server-name HOST")
        })?,
    };
    Ok(Subject { text, chain, name })
}

/// The first name in the end entity that a server can have; a wildcard is none.
fn name_in(chain: &PresentedChain) -> Option<ServerName<'static>> {
    let names = &chain.end_entity()?.extensions().subject_alt_names;
    names.iter().flatten().find_map(|name| match name {
        AltName::Dns(name) => ServerName::try_from(name.clone()).ok(),
        AltName::Ip(address) => Some(ServerName::from(*address)),
        _ => None,
    })
}
