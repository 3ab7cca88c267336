//! `trustpack channel validate`: what would be refused, or would go wrong later.

use std::borrow::Cow;
use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::channel::{
    Channel, Resolver, SecretRef, Spec, SpecFinding, behind_references, judge_files, validate,
};
use trustpack_core::report::{Severity, escape};
use zeroize::Zeroizing;

use super::spec;
use crate::args::ChannelValidate;
use crate::commands::Outcome;
use crate::password::PasswordSource;
use crate::render::{print, print_json, told};

#[derive(Serialize)]
struct Validation<'a> {
    channels: Vec<String>,
    valid: bool,
    findings: &'a [SpecFinding],
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelValidate) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let at = arguments.time.now();
    let mut findings = validate(&spec, &facts, at);
    let mut resolver: Option<&mut Resolver<'_>> = None;
    let mut look = behind;
    if arguments.secrets {
        findings.extend(behind_references(&spec, &mut look));
        resolver = Some(&mut look);
    }
    findings.extend(judge_files(&spec, &mut spec::named_file, resolver, at));
    let limit = match arguments.strict {
        true => Severity::Warning,
        false => Severity::Critical,
    };
    let valid = findings.iter().all(|found| found.severity < limit);
    if arguments.json.json {
        print_json(&Validation {
            channels: spec.channels.iter().map(Channel::label).collect(),
            valid,
            findings: &findings,
        })?;
    } else {
        print(&page(&arguments.spec, &spec, valid, &findings))?;
    }
    // The process ends now. To take 100,000 channels apart before takes longer than to write them down.
    std::mem::forget((spec, findings));
    Ok(if valid { Outcome::Fine } else { Outcome::No })
}

/// What is behind a reference. It is looked at and forgotten.
fn behind(file: &str, secret: &SecretRef) -> Result<Zeroizing<String>, String> {
    let source = match secret {
        SecretRef::Env(name) => PasswordSource::Environment(name.clone()),
        SecretRef::File(path) => PasswordSource::File(spec::folder_of(file).join(path)),
        _ => PasswordSource::None,
    };
    match source.look() {
        Ok(Some(password)) => Ok(Zeroizing::new(password.expose_secret().to_owned())),
        Ok(None) => Err("nobody is asked here".to_owned()),
        Err(error) => Err(told(&error)),
    }
}

/// So long is what is said of a finding, about.
const LENGTH: usize = 400;

/// So many names fit on a line.
const NAMES_SHOWN: usize = 10;

fn page(path: &str, spec: &Spec, valid: bool, findings: &[SpecFinding]) -> String {
    let name = if path == "-" { "stdin" } else { path };
    let answer = if valid { "valid" } else { "not valid" };
    let channels = match spec.channels.len() {
        many if many > NAMES_SHOWN => format!("{many} channels"),
        _ => {
            let names = spec.channels.iter().map(Channel::label);
            names.collect::<Vec<_>>().join(", ")
        }
    };
    let mut page = format!("{}: {answer}: {channels}\n", escape(name));
    // it does not grow by being copied, again and again
    page.reserve(findings.len() * LENGTH);
    for found in findings {
        write_lines(&mut page, found);
    }
    page
}

/// A finding with its place, its reason and what to do.
pub(super) fn write_lines(page: &mut String, found: &SpecFinding) {
    // no error: a text takes everything
    let _ = writeln!(
        page,
        "  {} {}: {}: {}",
        found.severity.word(),
        found.id,
        escape(&found.subject),
        escape(&found.message)
    );
    let lines = [
        ("at", found.place().map(Cow::Owned)),
        ("why", found.why.map(one_paragraph)),
        ("hint", found.hint.as_deref().map(Cow::Borrowed)),
    ];
    for (word, text) in lines {
        if let Some(text) = text {
            let _ = writeln!(page, "      {word}: {}", escape(&text));
        }
    }
}

fn one_paragraph(text: &str) -> Cow<'_, str> {
    match text.contains('\n') {
        true => text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        false => text.trim().into(),
    }
}
