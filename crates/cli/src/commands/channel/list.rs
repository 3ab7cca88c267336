//! `trustpack channel list`: which channels there are.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::channel::{Spec, hosts, validate};
use trustpack_core::report::{Severity, count, escape};

use super::spec;
use crate::args::ChannelList;
use crate::commands::Outcome;
use crate::render::{print, print_json};

#[derive(Serialize)]
struct Listing {
    channels: Vec<Line>,
}

/// One channel.
#[derive(Serialize)]
struct Line {
    channel: String,
    kind: &'static str,
    #[serde(rename = "type")]
    word: Option<&'static str>,
    provider: Option<&'static str>,
    verification_method: Option<&'static str>,
    /// The servers that its trust certificate must cover.
    hosts: Vec<String>,
    file: Option<String>,
    line: u32,
    critical: usize,
    warnings: usize,
    notes: usize,
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelList) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let mut channels = lines(&spec);
    for found in validate(&spec, &facts, arguments.time.now()) {
        let Some(line) = found.index.and_then(|index| channels.get_mut(index)) else {
            continue;
        };
        match found.severity {
            Severity::Critical => line.critical += 1,
            Severity::Warning => line.warnings += 1,
            Severity::Note => line.notes += 1,
        }
    }
    match arguments.json.json {
        true => print_json(&Listing { channels })?,
        false => print(&page(&channels))?,
    }
    Ok(Outcome::Fine)
}

fn lines(spec: &Spec) -> Vec<Line> {
    let line = |channel: &trustpack_core::channel::Channel| {
        let hosts = hosts(channel).into_iter();
        Line {
            channel: channel.label(),
            kind: channel.kind.title(),
            word: channel.kind.word("type"),
            provider: channel.kind.word("provider"),
            verification_method: channel.kind.word("verification_method"),
            hosts: hosts.map(|host| host.endpoint.to_string()).collect(),
            file: spec.file_of(channel.place).map(str::to_owned),
            line: channel.place.line,
            critical: 0,
            warnings: 0,
            notes: 0,
        }
    };
    spec.channels.iter().map(line).collect()
}

fn page(lines: &[Line]) -> String {
    let width = |of: fn(&Line) -> usize| lines.iter().map(of).max().unwrap_or_default();
    let (names, kinds) = (
        width(|line| line.channel.chars().count()),
        width(|line| line.kind.chars().count()),
    );
    let mut page = String::new();
    for line in lines {
        let place = line.file.as_deref().unwrap_or("-");
        let _ = writeln!(
            page,
            "{:names$}  {:kinds$}  {}:{}  {}",
            escape(&line.channel),
            line.kind,
            escape(place),
            line.line,
            line.state()
        );
    }
    page
}

impl Line {
    fn state(&self) -> String {
        let counts = [
            (self.critical, format!("{} critical", self.critical)),
            (self.warnings, count(self.warnings, "warning")),
            (self.notes, count(self.notes, "note")),
        ];
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        let counts: Vec<String> = counts.map(|(_, words)| words).collect();
        match counts.is_empty() {
            true => "no findings".to_owned(),
            false => counts.join(", "),
        }
    }
}
