//! `trustpack channel diff`: an exported file against the specification.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::channel::{Export, ExportDifference, compare_export};
use trustpack_core::report::{count, escape};

use super::spec;
use crate::args::ChannelDiff;
use crate::commands::Outcome;
use crate::hint::{Hinted, of_file};
use crate::input;
use crate::render::{Talk, print, print_json};

/// Runs the verb.
pub(super) fn run(arguments: &ChannelDiff, talk: &Talk) -> Result<Outcome> {
    let mut export = Export::default();
    for file in files(&arguments.export)? {
        let name = file.display().to_string();
        let hint = "name a CSV or JSON file of channel records, as `trustpack channel export` and the product write it";
        let bytes = input::read_file(&file).map_err(|error| of_file(error, &name, hint))?;
        let read = Export::read(&bytes).and_then(|read| export.join(read));
        read.map_err(|error| Hinted::new(format!("{name}: {error}"), hint))?;
    }
    let spec = spec::read(&arguments.spec)?;
    let difference = compare_export(&export, &spec);
    match arguments.json.json {
        true => print_json(&difference)?,
        false => print(&page(&difference))?,
    }
    if difference.skipped_columns > 0 {
        let columns = count(difference.skipped_columns, "column");
        talk.say(format!(
            "note: {columns} of the export not compared: no rows of basic and robot configuration"
        ));
    }
    Ok(match difference.differs {
        true => Outcome::No,
        false => Outcome::Fine,
    })
}

/// The file, or those of a folder in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let name = || path.display().to_string();
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(name)? {
        let file = entry.with_context(name)?.path();
        let extension = file.extension().and_then(|word| word.to_str());
        if matches!(extension, Some("csv" | "json")) {
            files.push(file);
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(Hinted::new(
            format!("{}: no exported file in this folder", path.display()),
            "name a folder with .csv or .json files of one export",
        )
        .into()),
        false => Ok(files),
    }
}

fn page(difference: &ExportDifference) -> String {
    let mut page = String::new();
    for name in &difference.only_exported {
        let _ = writeln!(page, "{}: only in the export", escape(name));
    }
    for name in &difference.only_specified {
        let _ = writeln!(page, "{}: only in the specification", escape(name));
    }
    for one in &difference.changed {
        let (channel, key) = (escape(&one.channel), &one.key);
        let _ = writeln!(page, "{channel}: {key} ({})", one.label);
        let _ = writeln!(page, "  export         {}", escape(&one.exported));
        let _ = writeln!(page, "  specification  {}", escape(&one.specified));
    }
    if !difference.differs {
        page.push_str("no differences\n");
    }
    page
}
