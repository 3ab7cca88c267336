//! `--fields`: one line a certificate, for scripts.

use anyhow::Result;
use trustpack_core::record::{Field, Line};

use super::Inspection;
use crate::input::Files;
use crate::render::{Talk, print};

/// Prints the fields of every certificate; says what has no line.
pub(super) fn print_all(
    files: &Files,
    inspection: &Inspection,
    fields: &[Field],
    talk: &Talk,
) -> Result<()> {
    let mut text = String::new();
    let mut add = |line: &Line<'_>| {
        text.push_str(&line.of(fields));
        text.push('\n');
    };
    for file in &inspection.files {
        for entry in &file.entries {
            for (place, certificate) in entry.certificates.iter().enumerate() {
                add(&Line {
                    source: &file.name,
                    alias: &entry.alias,
                    kind: entry.kind,
                    place: place + 1,
                    certificate,
                });
            }
        }
    }
    for sent in &inspection.sent {
        for (place, certificate) in sent.certificates.iter().enumerate() {
            add(&Line {
                source: &sent.target,
                alias: &(place + 1).to_string(),
                kind: "server",
                place: place + 1,
                certificate,
            });
        }
    }
    if !text.is_empty() {
        print(&text)?;
    }
    tell_left_out(files, inspection, talk);
    Ok(())
}

/// Says what is neither a certificate nor stands beside one.
pub(super) fn tell_left_out(files: &Files, inspection: &Inspection, talk: &Talk) {
    for file in &inspection.files {
        let lone = file.entries.iter();
        let lone =
            lone.filter(|entry| entry.certificates.is_empty() && entry.unreadable.is_empty());
        for entry in lone {
            let (name, kind, alias) = (&file.name, entry.kind, &entry.alias);
            talk.say(format!("note: {name}: {kind} {alias} has no certificate"));
        }
    }
    for loaded in &files.loaded {
        loaded.tell_left_out(talk);
    }
}
