//! `trustpack inspect`: what is inside. Judges nothing.

use anyhow::Result;
use serde::Serialize;
use trustpack_core::record::{ContentsRecord, FetchRecord};
use trustpack_core::report::page;

use super::Outcome;
use crate::args::Inspect;
use crate::input::{self, Input, Passwords};
use crate::probe::{self, Plan};
use crate::render::{Talk, print, print_json};

#[derive(Serialize)]
struct Inspection {
    files: Vec<ContentsRecord>,
    servers: Vec<FetchRecord>,
}

/// Runs the command.
pub(super) fn run(arguments: &Inspect, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let inputs = Input::parse_all(&arguments.inputs)?;
    let passwords = Passwords::resolve(&arguments.input_password.input_password, None, talk)?;
    let files = input::load(&inputs, &passwords);
    let fetched = Plan::new(Input::endpoints(&inputs), &arguments.reach)?.run(talk, |_| Ok(()))?;
    let inspection = Inspection {
        files: files
            .loaded
            .iter()
            .map(|loaded| ContentsRecord::new(&loaded.name, &loaded.contents, at))
            .collect(),
        // One that presented nothing is told on stderr; for a script it is in the JSON all the same.
        servers: fetched
            .iter()
            .filter(|fetched| fetched.chain.is_some() || arguments.json.json)
            .map(|fetched| {
                FetchRecord::new(
                    fetched,
                    probe::analyse_fetched(fetched, &[], at).as_ref(),
                    at,
                )
            })
            .collect(),
    };
    if arguments.json.json {
        print_json(&inspection)?;
    } else {
        let files = inspection.files.iter().map(page::contents);
        let servers = inspection.servers.iter().map(page::fetched);
        let pages: Vec<String> = files.chain(servers).collect();
        if !pages.is_empty() {
            print(&pages.join("\n"))?;
        }
    }
    let mut failed = files.tell_failures(talk);
    for fetched in fetched.iter().filter(|fetched| fetched.chain.is_none()) {
        probe::tell_failure(fetched, talk);
        failed = true;
    }
    for loaded in files.loaded.iter().filter(|loaded| !loaded.is_whole()) {
        let name = &loaded.name;
        talk.warn(format!(
            "{name}: a part of it could not be read; its notes say which"
        ));
        failed = true;
    }
    let unreadable = |file: &&ContentsRecord| {
        file.entries
            .iter()
            .any(|entry| !entry.unreadable.is_empty())
    };
    for file in inspection.files.iter().filter(unreadable) {
        talk.warn(format!("{}: a certificate in it cannot be read", file.name));
        failed = true;
    }
    Ok(if failed {
        Outcome::Incomplete
    } else {
        Outcome::Fine
    })
}
