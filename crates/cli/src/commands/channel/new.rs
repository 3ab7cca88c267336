//! `trustpack channel new`: a specification to fill in, from flags or from answers.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use anyhow::Result;
use trustpack_core::channel::{Kind, SpecErrorKind, name_problem, template, value_problem};

use super::ask::Asking;
use crate::args::ChannelNew;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy};
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(arguments: &ChannelNew, talk: &Talk) -> Result<Outcome> {
    let is_whole = arguments.kind.is_some() && arguments.name.is_some();
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let text = if arguments.ask || (!is_whole && is_terminal) {
        // Nobody is asked for what cannot be written.
        let is_taken = !output::is_stdout(&arguments.output) && arguments.output.exists();
        if is_taken && !arguments.force {
            return Err(Hinted::new(
                format!("{} exists", arguments.output.display()),
                "name another file, or overwrite it with --force",
            )
            .into());
        }
        let mut asking = Asking::new(io::stdin().lock(), io::stderr());
        let (kind, name, answers) = asking.all(arguments)?;
        template(kind, &name, &answers)
    } else {
        let (kind, name) = given(arguments)?;
        template(kind, &name, &settings(arguments, kind)?)
    };
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

const HINT: &str =
    "write `trustpack channel new telegram NAME` or `… whatsapp --provider infobip NAME`";

fn given(arguments: &ChannelNew) -> Result<(Kind, String)> {
    let Some(word) = &arguments.kind else {
        let types = Kind::words("type").join(", ");
        return Err(Hinted::new(format!("no type of channel is given: {types}"), HINT).into());
    };
    let kind = kind(word, arguments)?;
    let Some(name) = &arguments.name else {
        return Err(Hinted::new("no name for the channel is given", HINT).into());
    };
    // A name that the product refuses is refused here, not after the file has been filled in.
    if let Some(problem) = name_problem(name) {
        return Err(Hinted::new(problem.message, problem.hint.unwrap_or_default()).into());
    }
    Ok((kind, name.clone()))
}

/// The kind that the flags choose; their names stand in the errors.
fn kind(word: &str, arguments: &ChannelNew) -> Result<Kind> {
    let (provider, method) = (arguments.provider.as_deref(), arguments.method.as_deref());
    Kind::from_words(word, provider, method).map_err(|error| {
        let hint = match &error {
            SpecErrorKind::WordUnknown {
                nearest: Some(nearest),
                ..
            } => format!("the nearest is {nearest}"),
            SpecErrorKind::WordMissing {
                key: "verification_method",
                ..
            } => "name it with --method".to_owned(),
            SpecErrorKind::WordMissing { .. } => "name it with --provider".to_owned(),
            _ => HINT.to_owned(),
        };
        Hinted::new(error.to_string(), hint).into()
    })
}

/// The values of `--set`, by their keys.
pub(super) fn settings(arguments: &ChannelNew, kind: Kind) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    for setting in &arguments.set {
        let Some((key, value)) = setting.split_once('=') else {
            // It may be a secret, and is not repeated.
            return Err(Hinted::new(
                "a value of --set has no `=`",
                "write --set KEY=VALUE, such as --set info.base_url=https://192.0.2.10:28090",
            )
            .into());
        };
        if !kind.takes_text(key) {
            let message = format!(
                "--set: a {} channel has no text under this key",
                kind.title()
            );
            return Err(Hinted::new(message, "`trustpack channel new` shows the keys, with their tables before a dot: info.base_url").into());
        }
        if let Some(problem) = value_problem(kind, key, value) {
            let message = format!("--set {key}: {}", problem.message);
            return Err(Hinted::new(message, problem.hint.unwrap_or_default()).into());
        }
        settings.insert(key.to_owned(), value.to_owned());
    }
    Ok(settings)
}
