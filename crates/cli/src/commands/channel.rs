//! `trustpack channel`: from a specification to a bundle.

mod pack;

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use trustpack_core::channel::{self, Kind, Spec, name_problem, template, validate};
use trustpack_core::report::{Finding, Severity, page};

use super::Outcome;
use crate::args::{Channel, ChannelNew, ChannelValidate};
use crate::hint::Hinted;
use crate::input;
use crate::output::{self, Existing, Privacy};
use crate::render::{Talk, print, print_json};

/// Runs the verb.
pub(super) fn run(verb: Channel, talk: &Talk) -> Result<Outcome> {
    match verb {
        Channel::New(arguments) => new(&arguments, talk),
        Channel::Pack(arguments) => pack::run(&arguments, talk),
        Channel::Validate(arguments) => check(&arguments),
    }
}

fn new(arguments: &ChannelNew, talk: &Talk) -> Result<Outcome> {
    let kind = Kind::from_words(&arguments.kind, arguments.provider.as_deref()).map_err(|error| {
        Hinted::new(error.to_string(), "write `trustpack channel new telegram NAME` or `… whatsapp --provider infobip NAME`")
    })?;
    // A name that the product refuses is refused here, not after the file has been filled in.
    if let Some(problem) = name_problem(&arguments.name) {
        return Err(Hinted::new(problem.message, problem.hint.unwrap_or_default()).into());
    }
    let text = template(kind, &arguments.name);
    let existing = if arguments.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    output::save(
        &arguments.output,
        text.as_bytes(),
        Privacy::Public,
        existing,
    )?;
    if !output::is_stdout(&arguments.output) {
        let name = arguments.output.display();
        talk.say(format!(
            "wrote {name}: fill it in, then run `trustpack channel validate {name}`"
        ));
    }
    Ok(Outcome::Fine)
}

#[derive(Serialize)]
struct Validation<'a> {
    channels: Vec<String>,
    valid: bool,
    findings: &'a [Finding],
}

fn check(arguments: &ChannelValidate) -> Result<Outcome> {
    let spec = read_spec(&arguments.spec)?;
    let findings = validate(&spec);
    let valid = !findings
        .iter()
        .any(|finding| finding.severity == Severity::Critical);
    if arguments.json.json {
        let channels = spec.channels.iter().map(channel::Channel::label).collect();
        print_json(&Validation {
            channels,
            valid,
            findings: &findings,
        })?;
    } else {
        let names: Vec<String> = spec.channels.iter().map(channel::Channel::label).collect();
        let answer = if valid { "valid" } else { "not valid" };
        print(&format!(
            "{}: {answer}: {}",
            if arguments.spec == "-" {
                "stdin"
            } else {
                &arguments.spec
            },
            names.join(", ")
        ))?;
        for finding in &findings {
            print(page::finding_about(finding).trim_end())?;
        }
    }
    Ok(if valid { Outcome::Fine } else { Outcome::No })
}

/// Reads a specification; `-` is stdin.
fn read_spec(path: &str) -> Result<Spec> {
    let bytes = if path == "-" {
        input::read_stdin()
    } else {
        input::read_file(Path::new(path))
    };
    let path = if path == "-" { "stdin" } else { path };
    let bytes = bytes.with_context(|| path.to_owned())?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Hinted::new(
            format!("{path}: not UTF-8 text"),
            "a specification is TOML; see `trustpack channel new --help`",
        )
    })?;
    Spec::from_toml(&text).map_err(|error| {
        Hinted::new(
            format!("{path}: {error}"),
            "`trustpack channel new` writes a specification with every key explained",
        )
        .into()
    })
}
