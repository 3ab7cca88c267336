//! One server, or a file with its chain.

use anyhow::{Context, Result};
use serde::Serialize;
use trustpack_core::chain::PresentedChain;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::keystore::Password;
use trustpack_core::record::VerifyRecord;
use trustpack_core::report::page;
use trustpack_core::verify::ServerName;
use trustpack_core::whatif::{
    Question, ScenarioRecord, UntilRecord, WhatIfRecord, after_renewal, until,
};

use super::revocation::{self, Revoking};
use super::trust::Trust;
use crate::args::Verify;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Input, Passwords};
use crate::render::{Talk, print, print_json};
use crate::servers::{self, Plan};

/// What is judged: a chain under a name.
struct Subject {
    text: String,
    chain: PresentedChain,
    name: ServerName<'static>,
    /// The OCSP response that came with it; empty when none did.
    stapled: Vec<u8>,
}

/// A verdict, and beside it what else was asked.
#[derive(Serialize)]
struct Answered {
    #[serde(flatten)]
    verified: VerifyRecord,
    #[serde(flatten)]
    what_if: WhatIfRecord,
}

/// Judges and prints.
pub(super) fn run(
    arguments: &Verify,
    subject: &str,
    trust: &Trust,
    revoking: &Revoking,
    talk: &Talk,
) -> Result<Outcome> {
    let at = arguments.time.now();
    let subject = match Input::parse_subject(subject)? {
        Input::Endpoint(endpoint) => fetch(arguments, endpoint, talk)?,
        Input::Path(_) | Input::Stdin => {
            from_file(arguments, subject, trust.password.as_ref(), talk)?
        }
    };
    let question = Question {
        chain: &subject.chain,
        anchors: &trust.anchors,
        name: &subject.name,
        at,
        client: super::client(arguments.client),
        subject: &subject.text,
    };
    let verdict = question.ask();
    let verified = VerifyRecord::new(
        &subject.text,
        &subject.name.to_str(),
        trust.anchors.origin(),
        &subject.chain,
        &verdict,
        at,
    );
    let known = revoking.ask(&verdict, &subject.stapled, at, &subject.text);
    if let Some(known) = &known {
        revocation::tell(known, talk);
    }
    let answered = Answered {
        verified: match known {
            Some(known) => verified.with_revocation(known),
            None => verified,
        },
        what_if: what_if(arguments, &question),
    };
    if arguments.json.json {
        print_json(&answered)?;
    } else {
        let page = page::verdict(&answered.verified);
        print(&format!("{page}{}", page::what_if(&answered.what_if)))?;
    }
    let answer = &answered.verified;
    Ok(match (answer.accepted, answer.undecided) {
        (true, _) => Outcome::Fine,
        (false, true) => Outcome::Incomplete,
        (false, false) => Outcome::No,
    })
}

fn what_if(arguments: &Verify, question: &Question<'_>) -> WhatIfRecord {
    let asked = &arguments.what_if;
    let scenarios = || after_renewal(question).each_ref().map(ScenarioRecord::from);
    WhatIfRecord {
        until: asked.until.then(|| UntilRecord::from(&until(question))),
        after_renewal: asked.after_renewal.then(|| scenarios().into()),
    }
}

fn fetch(arguments: &Verify, endpoint: Endpoint, talk: &Talk) -> Result<Subject> {
    let host = super::host(arguments)?;
    let text = endpoint.to_string();
    let answers = Plan::new([endpoint], &arguments.reach, talk)?.run(talk);
    let mut fetched = answers
        .into_iter()
        .next()
        .context("the server was not asked")?;
    let name = match host {
        Some(name) => name,
        None => servers::expected_name(&fetched.target)?,
    };
    let stapled = std::mem::take(&mut fetched.ocsp_response);
    Ok(Subject {
        chain: servers::presented(fetched, talk)?,
        text,
        name,
        stapled,
    })
}

fn from_file(
    arguments: &Verify,
    path: &str,
    password: Option<&Password>,
    talk: &Talk,
) -> Result<Subject> {
    let told = arguments.host.as_ref();
    let Some(server_name) = told.or(arguments.reach.server_name.as_ref()) else {
        let message = format!("{path}: a file does not say which name the server must have");
        return Err(Hinted::new(message, "add --host NAME").into());
    };
    let name = servers::parse_server_name(server_name)?;
    let passwords = Passwords::resolve(&[], password, talk)?.asking();
    let (text, chain) = input::load_chain(path, &passwords, talk)?;
    Ok(Subject {
        text,
        chain,
        name,
        stapled: Vec::new(),
    })
}
