//! `trustpack channel plan` and its likes: what people must do, from the specification.

use anyhow::Result;
use serde::Serialize;
use trustpack_core::channel::{Channel, Instructions};
use trustpack_core::facts::Facts;

use super::spec;
use crate::args::Instructed;
use crate::commands::Outcome;
use crate::render::{print, print_json};

#[derive(Serialize)]
struct Sheets {
    channels: Vec<Instructions>,
}

/// Prints the instructions that are made of each channel.
pub(super) fn run(
    arguments: &Instructed,
    instruct: impl Fn(&Channel, &Facts) -> Instructions,
) -> Result<Outcome> {
    show(arguments, instruct)?;
    Ok(Outcome::Fine)
}

/// The same for what is sent to others: the answer is no while something must be recorded first.
pub(super) fn tell(
    arguments: &Instructed,
    instruct: impl Fn(&Channel, &Facts) -> Instructions,
) -> Result<Outcome> {
    let channels = show(arguments, instruct)?;
    let is_whole = channels.iter().all(|one| one.record_first.is_empty());
    Ok(if is_whole { Outcome::Fine } else { Outcome::No })
}

fn show(
    arguments: &Instructed,
    instruct: impl Fn(&Channel, &Facts) -> Instructions,
) -> Result<Vec<Instructions>> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    let sheets = channels
        .into_iter()
        .map(|channel| instruct(channel, &facts));
    let sheets = Sheets {
        channels: sheets.collect(),
    };
    if arguments.json.json {
        print_json(&sheets)?;
    } else {
        let pages: Vec<String> = sheets.channels.iter().map(Instructions::markdown).collect();
        print(&pages.join("\n"))?;
    }
    Ok(sheets.channels)
}
