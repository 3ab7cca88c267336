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
        servers: fetched
            .iter()
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
        print(&files.chain(servers).collect::<Vec<_>>().join("\n"))?;
    }
    let failed = files.tell_failures(talk) || fetched.iter().any(|fetched| fetched.chain.is_none());
    Ok(if failed {
        Outcome::Incomplete
    } else {
        Outcome::Fine
    })
}
