//! `trustpack fetch`: the chain that a server presents.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::alias;
use trustpack_core::chain::ChainAnalysis;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::fetch::Fetched;
use trustpack_core::keystore::{Alias, Entry, Format, KeyStore, Others};
use trustpack_core::merge::date_all;
use trustpack_core::record::FetchRecord;
use trustpack_core::report::{json_line, page};
use trustpack_core::select::select;

use super::Outcome;
use crate::args::Fetch;
use crate::hint::Hinted;
use crate::output;
use crate::probe::{self, Plan};
use crate::render::{Talk, print, print_json};
use crate::store::{self, Protection, Target};

/// Runs the command.
pub(super) fn run(arguments: &Fetch, talk: &Talk) -> Result<Outcome> {
    let endpoints = arguments
        .endpoints
        .iter()
        .map(|text| text.parse::<Endpoint>())
        .collect::<Result<Vec<_>, _>>()?;
    refuse_unclear_output(arguments, endpoints.len())?;
    let at = arguments.time.now();
    let roots = probe::root_sets(&arguments.roots, talk)?;
    let plan = Plan::new(endpoints, &arguments.reach)?;

    let record = |fetched: &Fetched| {
        let analysis = probe::analyse_fetched(fetched, &roots, at);
        (FetchRecord::new(fetched, analysis.as_ref(), at), analysis)
    };
    let answers = plan.run(talk, |fetched| {
        if arguments.jsonl {
            print(&json_line(&record(fetched).0))?;
        }
        Ok(())
    })?;
    let records: Vec<_> = answers.iter().map(record).collect();

    // Data on stdout is either the report or the certificates, never both.
    let certificates_on_stdout = arguments
        .output
        .output
        .as_deref()
        .is_some_and(output::is_stdout);
    if arguments.json.json {
        print_json(&records.iter().map(|(record, _)| record).collect::<Vec<_>>())?;
    } else if !arguments.jsonl && !certificates_on_stdout {
        // One that presented nothing is told on stderr.
        let pages: Vec<String> = records
            .iter()
            .filter(|(record, _)| !record.chain.is_empty())
            .map(|(record, _)| page::fetched(record))
            .collect();
        if !pages.is_empty() {
            print(&pages.join("\n"))?;
        }
    }
    if let Some(path) = &arguments.output.output {
        write_all(arguments, path, &records, talk)?;
    }
    Ok(tell_failures(&records, talk))
}

/// One certificate file cannot hold the chains of several servers without saying whose is whose.
fn refuse_unclear_output(arguments: &Fetch, servers: usize) -> Result<()> {
    match &arguments.output.output {
        Some(path) if output::is_stdout(path) && (arguments.json.json || arguments.jsonl) => Err(Hinted::new(
            "certificates and JSON cannot both go to stdout",
            "write the certificates to a file with -o FILE",
        )
        .into()),
        Some(path) if servers > 1 && !output::is_folder(path) && !output::is_stdout(path) => Err(Hinted::new(
            format!("{servers} servers, and one file to write"),
            "end the output with `/` for a file each, or join them with `trustpack merge … -o STORE`",
        )
        .into()),
        _ => Ok(()),
    }
}

fn write_all(
    arguments: &Fetch,
    path: &Path,
    records: &[(FetchRecord, Option<ChainAnalysis>)],
    talk: &Talk,
) -> Result<()> {
    let folder = output::is_folder(path) && !output::is_stdout(path);
    let format = store::format_of(path, arguments.output.format, folder.then_some(Format::Pem))?;
    let protection = Protection::resolve(
        &arguments.store_password,
        format,
        None,
        &output::name(path),
        talk,
    )?;
    for (record, analysis) in records {
        let Some(analysis) = analysis else { continue };
        let name = record.target.replace([':', '/', '[', ']'], "_");
        let file = if folder {
            path.join(format!("{name}.{}", format.extension()))
        } else {
            path.to_owned()
        };
        let chosen = select(analysis, arguments.select, &record.target);
        for finding in &chosen.findings {
            talk.say(page::finding(finding).trim_end());
        }
        let mut store = KeyStore::new();
        for (place, certificate) in chosen.certificates.iter().enumerate() {
            store.push_renamed(Entry::trusted(
                Alias::positional(place + 1),
                certificate.der().clone(),
            ));
        }
        let store = if format.has_aliases() {
            date_all(alias::name_all(store))
        } else {
            store
        };
        if folder {
            output::create_folder(path)?;
        }
        let target = Target::new(&file, format, arguments.output.force);
        store::save(&store, &Others::default(), &target, &protection, talk)
            .with_context(|| record.target.clone())?;
    }
    Ok(())
}

/// Names every server that presented nothing; the others were printed and written.
fn tell_failures(records: &[(FetchRecord, Option<ChainAnalysis>)], talk: &Talk) -> Outcome {
    let mut outcome = Outcome::Fine;
    for (record, _) in records.iter().filter(|(record, _)| record.chain.is_empty()) {
        outcome = Outcome::Incomplete;
        let message = record
            .error
            .as_ref()
            .map_or("no certificate was presented", |error| &error.message)
            .to_owned();
        let hint = record
            .error
            .as_ref()
            .and_then(|error| error.hint.clone())
            .unwrap_or_default();
        talk.failure(&record.target, &Hinted::new(message, hint).into());
    }
    if records.len() > 1 {
        let failed = records
            .iter()
            .filter(|(record, _)| record.chain.is_empty())
            .count();
        talk.say(format!(
            "{} servers asked, {} answered, {failed} failed",
            records.len(),
            records.len() - failed
        ));
    }
    outcome
}
