//! Specifications from files, with those that they include.

use std::path::{Path, PathBuf};

use anyhow::Result;
use trustpack_core::channel::{Channel, Place, Spec};

use crate::hint::{Hinted, of_file};
use crate::input;
use crate::render::told;

/// The name of stdin in messages.
const STDIN: &str = "stdin";

/// Reads a specification; `-` is stdin.
pub(crate) fn read(path: &str) -> Result<Spec> {
    let name = if path == "-" { STDIN } else { path };
    let text = text(path).map_err(|error| of_file(error, name, HINT))?;
    let spec = Spec::read_with(name, &text, &mut |from, included| {
        let path = folder_of(from).join(included);
        let name = path.display().to_string();
        let read = self::text(&name);
        read.map(|text| (name, text)).map_err(|error| told(&error))
    });
    spec.map_err(|error| Hinted::new(format!("{name}: {error}"), HINT).into())
}

const HINT: &str = "`trustpack channel new` writes a specification with every key explained";

fn text(path: &str) -> Result<String> {
    let bytes = match path {
        "-" => input::read_stdin(),
        path => input::read_file(Path::new(path)),
    }?;
    String::from_utf8(bytes).map_err(|_| {
        Hinted::new(
            "not UTF-8 text",
            "a specification is TOML or JSON; see `trustpack channel new --help`",
        )
        .into()
    })
}

/// The folder to which paths in a file of a specification are relative, wherever the command runs.
pub(crate) fn folder_of(file: &str) -> PathBuf {
    match Path::new(file).parent() {
        Some(parent) if file != STDIN => parent.to_owned(),
        _ => PathBuf::new(),
    }
}

/// The same for a place.
pub(crate) fn folder(spec: &Spec, place: Place) -> PathBuf {
    folder_of(spec.file_of(place).unwrap_or(STDIN))
}

/// A file that a specification names.
pub(crate) fn named_file(specification: &str, path: &str) -> Result<Vec<u8>, String> {
    let path = folder_of(specification).join(path);
    input::read_file(&path).map_err(|error| told(&error))
}

/// The channels of these names, in their order in the specification; all when there are no names.
pub(crate) fn wanted<'a>(spec: &'a Spec, names: &[String]) -> Result<Vec<&'a Channel>> {
    let is_there = |name: &String| spec.channels.iter().any(|channel| channel.name == *name);
    if let Some(missing) = names.iter().find(|name| !is_there(name)) {
        let known = spec.channels.iter().map(|channel| channel.name.as_str());
        let mut known: Vec<&str> = known.take(KNOWN_SHOWN + 1).collect();
        if known.len() > KNOWN_SHOWN {
            known.truncate(KNOWN_SHOWN);
            known.push("…");
        }
        let message = format!("the specification has no channel {missing:?}");
        return Err(Hinted::new(message, format!("it has {}", known.join(", "))).into());
    }
    let chosen = |channel: &&Channel| names.is_empty() || names.contains(&channel.name);
    Ok(spec.channels.iter().filter(chosen).collect())
}

/// The channel of this name; without a name, the only one that fits. `what` completes "a channel …".
pub(crate) fn the_one<'a>(
    spec: &'a Spec,
    name: Option<&str>,
    fits: impl Fn(&&Channel) -> bool,
    what: &str,
) -> Result<&'a Channel> {
    let named: Vec<String> = name.map(str::to_owned).into_iter().collect();
    let wanted = wanted(spec, &named)?;
    let mut fitting = match name {
        Some(_) => wanted,
        None => wanted.into_iter().filter(|one| fits(one)).collect(),
    };
    let names = fitting.iter().take(KNOWN_SHOWN).map(|one| one.label());
    let names = names.collect::<Vec<_>>().join(", ");
    match (fitting.pop(), fitting.is_empty()) {
        (Some(channel), true) => Ok(channel),
        (Some(_), false) => Err(Hinted::new(
            format!("the specification has several channels {what}, and none is named"),
            format!("name one with --channel: {names}"),
        )
        .into()),
        (None, _) => Err(Hinted::new(
            format!("the specification has no channel {what}"),
            "`trustpack channel list` shows what it has",
        )
        .into()),
    }
}

/// So many names fit on a few lines.
const KNOWN_SHOWN: usize = 20;
