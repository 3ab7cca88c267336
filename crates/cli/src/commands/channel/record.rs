//! `trustpack channel record`: what the product has generated, into the specification.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use time::OffsetDateTime;
use trustpack_core::channel::{
    Channel, Recorded, RecordedChange, Spec, SpecFinding, callbacks, is_not_generated,
    judge_callback, record, set,
};
use trustpack_core::report::{Finding, Severity, escape, page};

use super::{spec, validate};
use crate::args::ChannelRecord;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input;
use crate::output::{self, Existing, Guard, Privacy};
use crate::render::{Talk, print, print_json};
use crate::servers::{Judging, Plan};

#[derive(Serialize)]
struct Recording<'a> {
    file: &'a str,
    channel: &'a str,
    /// Whether the file was written: it was to be, and something changes.
    written: bool,
    changes: &'a [RecordedChange],
    findings: &'a [SpecFinding],
    /// About the servers behind the URLs, with `--check`.
    servers: &'a [Finding],
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelRecord, talk: &Talk) -> Result<Outcome> {
    if arguments.spec == "-" {
        let hint = "name the file into which the values are to be written";
        return Err(Hinted::new("record writes a file and cannot read stdin", hint).into());
    }
    let facts = crate::facts::read(&arguments.facts)?;
    let mut read = spec::read(&arguments.spec)?;
    let index = the_one(&read, &arguments.channel)?;
    let Some(channel) = read.channels.get(index).cloned() else {
        return Err(no_channel(&arguments.channel));
    };
    let file = read.file_of(channel.place).unwrap_or(&arguments.spec);
    let file = file.to_owned();
    let values = values(arguments, &channel)?;
    // Nobody changes the file between what is read and what is written.
    let guard = Guard::of(Path::new(&file))?;
    let old = input::read_file(Path::new(&file)).with_context(|| file.clone())?;
    let mut recorded = record(&mut read, index, &values, &facts, arguments.time.now());
    recorded
        .changes
        .retain(|change| change.before != change.after);
    let servers = match (arguments.check, read.channels.get(index)) {
        (true, Some(channel)) => ask(channel, arguments, arguments.time.now(), talk)?,
        _ => Vec::new(),
    };
    let limit = match arguments.force {
        true => Severity::Critical,
        false => Severity::Warning,
    };
    let severities = recorded.findings.iter().map(|found| found.severity);
    let mut severities = severities.chain(servers.iter().map(|found| found.severity));
    let is_refused = severities.any(|severity| severity >= limit);
    let is_written = !is_refused && !arguments.dry_run && !recorded.changes.is_empty();
    if is_written {
        write(&guard, &file, &old, &channel.name, &recorded)?;
    }
    if arguments.json.json {
        print_json(&Recording {
            file: &file,
            channel: &channel.name,
            written: is_written,
            changes: &recorded.changes,
            findings: &recorded.findings,
            servers: &servers,
        })?;
    } else {
        let text = text(&channel.name, &recorded, &servers);
        if !text.is_empty() {
            print(&text)?;
        }
    }
    talk.say(match (is_refused, is_written, arguments.dry_run) {
        (true, ..) => format!("{file} was not written"),
        (_, true, _) => format!("wrote {file}"),
        (_, _, true) => format!("{file} was not written: --dry-run"),
        _ => format!("{file} is unchanged"),
    });
    Ok(if is_refused {
        Outcome::No
    } else {
        Outcome::Fine
    })
}

/// The place of the only channel of a name.
fn the_one(spec: &Spec, name: &str) -> Result<usize> {
    spec::wanted(spec, &[name.to_owned()])?;
    let channels = spec.channels.iter().enumerate();
    let mut named = channels.filter(|(_, channel)| channel.name == name);
    match (named.next(), named.next()) {
        (Some((index, _)), None) => Ok(index),
        (None, _) => Err(no_channel(name)),
        (Some(_), Some(_)) => Err(Hinted::new(
            format!("the specification has several channels {name:?}"),
            "give each channel a name of its own",
        )
        .into()),
    }
}

fn no_channel(name: &str) -> anyhow::Error {
    anyhow::anyhow!("the specification has no channel {name:?}")
}

/// The flags that are given, by their paths.
fn values(arguments: &ChannelRecord, channel: &Channel) -> Result<Vec<(String, String)>> {
    let mut values: Vec<(String, String)> = Vec::new();
    for (key, value) in arguments.outputs.by_key() {
        let Some(value) = value else {
            continue;
        };
        let flag = key.replace('_', "-");
        let Some(field) = channel.kind.outputs().find(|field| field.key == key) else {
            let flags = channel.kind.outputs();
            let flags: Vec<String> = flags
                .map(|field| format!("--{}", field.key.replace('_', "-")))
                .collect();
            return Err(Hinted::new(
                format!(
                    "--{flag}: a {} channel has no such value",
                    channel.kind.title()
                ),
                format!("it has {}", flags.join(", ")),
            )
            .into());
        };
        if field.is_secret() && is_not_generated(value) {
            return Err(Hinted::new(
                format!("--{flag}: {} is not generated yet", field.label),
                "click Generate on the Channel Integration page, then record where it is",
            )
            .into());
        }
        values.push((field.path(), value.clone()));
    }
    Ok(values)
}

/// What the callers of the recorded URLs would say of the servers behind them.
fn ask(
    channel: &Channel,
    arguments: &ChannelRecord,
    at: OffsetDateTime,
    talk: &Talk,
) -> Result<Vec<Finding>> {
    let judging = Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?;
    let given = arguments.outputs.by_key();
    let is_given = |path: &str| {
        let mut given = given.iter().filter(|(_, value)| value.is_some());
        given.any(|(key, _)| path.strip_prefix("outputs.") == Some(*key))
    };
    let mut urls = callbacks(channel);
    urls.retain(|(path, _)| is_given(path));
    let plan = Plan::new(
        urls.iter().map(|(_, endpoint)| endpoint.clone()),
        &arguments.reach,
        talk,
    )?;
    let mut findings = Vec::new();
    for (fetched, (path, endpoint)) in plan.run(talk).into_iter().zip(&urls) {
        let Some(chain) = &fetched.chain else {
            let (message, hint) = match &fetched.error {
                Some(error) => (error.to_string(), error.hint().unwrap_or_default()),
                None => ("no certificate was presented".to_owned(), String::new()),
            };
            return Err(Hinted::new(format!("{path}: {endpoint}: {message}"), hint).into());
        };
        let roots = &judging.roots;
        findings.extend(judge_callback(channel, path, endpoint, chain, roots, at));
    }
    Ok(findings)
}

fn write(guard: &Guard, file: &str, old: &[u8], channel: &str, recorded: &Recorded) -> Result<()> {
    let mut text = String::from_utf8(old.to_vec()).with_context(|| file.to_owned())?;
    for change in &recorded.changes {
        text = set(&text, channel, &change.key, &change.text).with_context(|| file.to_owned())?;
    }
    let path = Path::new(file);
    output::save_under(
        guard,
        path,
        text.as_bytes(),
        Privacy::Public,
        Existing::Was(old),
    )?;
    Ok(())
}

fn text(channel: &str, recorded: &Recorded, servers: &[Finding]) -> String {
    let mut text = String::new();
    for change in &recorded.changes {
        let (before, after) = (escape(&change.before), escape(&change.after));
        let _ = writeln!(text, "{channel}: {}", change.key);
        let _ = writeln!(text, "  - {before}\n  + {after}");
    }
    for found in &recorded.findings {
        validate::write_lines(&mut text, found);
    }
    for found in servers {
        text += &page::finding_about(found);
    }
    text
}
