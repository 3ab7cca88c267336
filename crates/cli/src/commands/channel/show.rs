//! `trustpack channel show`: channels as sheets, or as one specification.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;
use trustpack_core::channel::{Sheet, Spec, sheet};
use trustpack_core::report::escape;

use super::spec;
use crate::args::{ChannelShow, ModelFormat};
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::render::{print, print_json};

#[derive(Serialize)]
struct Sheets {
    channels: Vec<Sheet>,
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelShow) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    if let Some(format) = arguments.model {
        let mut chosen = Spec::default();
        chosen.channels = channels.into_iter().cloned().collect();
        let written = match format {
            ModelFormat::Toml => chosen.to_toml().ok(),
            ModelFormat::Json => chosen.to_json().ok(),
        };
        let written = written.ok_or_else(|| {
            Hinted::new(
                format!(
                    "{}: it has a literal secret, or a name that is none, and cannot be written",
                    arguments.spec
                ),
                "`trustpack channel validate` says where",
            )
        })?;
        print(&written)?;
        return Ok(Outcome::Fine);
    }
    let sheets = channels.into_iter().map(|channel| sheet(channel, &facts));
    let sheets = Sheets {
        channels: sheets.collect(),
    };
    match arguments.json.json {
        true => print_json(&sheets)?,
        false => {
            let pages: Vec<String> = sheets.channels.iter().map(page).collect();
            print(&pages.join("\n"))?;
        }
    }
    Ok(Outcome::Fine)
}

fn page(sheet: &Sheet) -> String {
    let mut page = format!("{} ({})\n", escape(&sheet.channel), sheet.kind);
    let labels = sheet.rows.iter().map(|row| row.label.chars().count());
    let width = labels.max().unwrap_or_default();
    let mut table = "";
    for row in &sheet.rows {
        if row.table != table {
            table = row.table;
            let _ = writeln!(page, "\n  {table}");
        }
        let _ = writeln!(page, "    {:width$}  {}", row.label, escape(&row.value));
    }
    page
}
