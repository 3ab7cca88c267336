//! `fetch --install`: shows what a server presents, asks, and puts its issuers into a store.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::Format;
use trustpack_core::merge::{Incoming, OnConflict};
use trustpack_core::record::{CertificateRecord, VerifyRecord};
use trustpack_core::report::page;
use trustpack_core::select::{Select, Selection, select};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, verify};

use super::Answer;
use crate::args::{Fetch, PlanOptions};
use crate::commands::Outcome;
use crate::commands::merge::{Applying, Choice};
use crate::hint::Hinted;
use crate::opened::StoreFile;
use crate::render::{Talk, ask, print_beside};
use crate::servers::{Doubt, doubt, expected_name};

/// Installs what one server presents.
pub(super) fn run(
    arguments: &Fetch,
    path: &Path,
    answer: &Answer,
    at: OffsetDateTime,
    talk: &Talk,
) -> Result<Outcome> {
    let target = &answer.record.target;
    let Some((fetched, Some(analysis))) = &answer.seen else {
        return Ok(Outcome::Incomplete);
    };
    if let Some(Doubt::Unexpected(error) | Doubt::Unproven(error)) =
        doubt(fetched, &arguments.proof)
    {
        talk.failure(target, &error.into());
        talk.warn(format!("{} was not written", path.display()));
        return Ok(Outcome::No);
    }
    let chosen = choose(arguments, answer, analysis)?;
    let format = arguments.output.format;
    let source = arguments.store_password.password.as_ref();
    let destination = StoreFile::open_or_new(path, format, source, talk)?;

    // What is about to be trusted, and what it changes for a client with this store.
    let name = destination.name();
    print_beside("to be installed:")?;
    for certificate in &chosen.certificates {
        print_beside(&page::to_be_trusted(&CertificateRecord::new(
            certificate,
            at,
        )))?;
    }
    let mut anchors = TrustAnchors::from_store(&name, &destination.contents.store);
    let chain: &PresentedChain = match &fetched.chain {
        Some(chain) => chain,
        None => return Ok(Outcome::Incomplete),
    };
    let expected = expected_name(&fetched.target)?;
    let is_there = |certificate| anchors.contains(certificate);
    let has_all = chosen.certificates.iter().all(is_there);
    for when in ["today", "with them"] {
        let verdict = verify(chain, &anchors, &expected, at, Client::Java, target);
        let record = VerifyRecord::new(target, &expected.to_str(), &name, chain, &verdict, at);
        print_beside(&page::verdict_line(when, &record))?;
        if has_all {
            talk.say(format!("nothing to do: {name} already holds all of it"));
            return Ok(Outcome::Fine);
        }
        let mut more = anchors.certificates().to_vec();
        more.extend(chosen.certificates.iter().cloned());
        anchors = TrustAnchors::new(&name, more);
    }
    for finding in &chosen.findings {
        talk.say_page(&page::finding(finding));
    }
    if !arguments.proof.expects() && !confirm(&name)? {
        talk.warn(format!("{name} was not written"));
        return Ok(Outcome::No);
    }
    install(arguments, path, destination, &chosen, at, talk)
}

/// Root and intermediates, or what the user chose; a certificate that is its own issuer is installed itself.
fn choose(
    arguments: &Fetch,
    answer: &Answer,
    analysis: &trustpack_core::chain::ChainAnalysis,
) -> Result<Selection> {
    let target = &answer.record.target;
    let told = arguments.select;
    let mut chosen = select(analysis, told.unwrap_or(Select::Issuers), target);
    if chosen.certificates.is_empty() && told.is_none() {
        chosen = select(analysis, Select::Leaf, target);
    }
    if chosen.certificates.is_empty() {
        let hint = "`--select leaf` takes the server's own certificate, until its next renewal";
        return Err(Hinted::new(format!("{target}: there is nothing to install"), hint).into());
    }
    Ok(chosen)
}

/// Whether the user says yes; without a terminal there is nobody to ask.
fn confirm(name: &str) -> Result<bool> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(Hinted::new(
            format!("{name} was not written: there is no terminal to ask on"),
            "compare the fingerprint over another way, and name it with --expect-fingerprint",
        )
        .into());
    }
    ask(&format!("put them into {name}? [y/N] "));
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

fn install(
    arguments: &Fetch,
    path: &Path,
    destination: StoreFile,
    chosen: &Selection,
    at: OffsetDateTime,
    talk: &Talk,
) -> Result<Outcome> {
    let plan = PlanOptions {
        on_conflict: OnConflict::Fail,
        select: None,
        created: None,
        dry_run: false,
        backup: false,
    };
    let told: Option<Format> = arguments.output.format;
    let applying = Applying {
        path,
        told,
        store_password: &arguments.store_password,
        plan: &plan,
        at,
        json: false,
    };
    let source = arguments.endpoints.first().cloned().unwrap_or_default();
    let incoming = chosen.certificates.iter();
    let incoming: Vec<Incoming> = incoming
        .map(|certificate| Incoming::certificate(&source, certificate))
        .collect();
    applying.apply(destination, &Choice::default(), talk, |_, _| {
        Ok((incoming, true))
    })
}
