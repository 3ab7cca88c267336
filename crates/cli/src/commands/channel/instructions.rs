//! `trustpack channel plan` and its likes: what people must do, from the specification.

use anyhow::Result;
use serde::Serialize;
use trustpack_core::channel::{Channel, Instructions};

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
    instruct: impl Fn(&Channel) -> Instructions,
) -> Result<Outcome> {
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    let sheets = Sheets {
        channels: channels.into_iter().map(instruct).collect(),
    };
    if arguments.json.json {
        print_json(&sheets)?;
    } else {
        let pages: Vec<String> = sheets.channels.iter().map(Instructions::markdown).collect();
        print(&pages.join("\n"))?;
    }
    Ok(Outcome::Fine)
}
