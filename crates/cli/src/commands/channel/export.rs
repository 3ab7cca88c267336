//! `trustpack channel export`: channel records, within the limits of the product.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::channel::{
    Channel, ExportFormat, RECORDS_PER_EXPORT, RECORDS_PER_FILE, export, unfit_for_export,
};
use trustpack_core::report::count;

use super::spec;
use crate::args::{ChannelExport, RecordFormat};
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::output::{self, Streamed};
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(arguments: &ChannelExport, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    if channels.len() > RECORDS_PER_EXPORT {
        let message = format!(
            "{} channels, and at most {RECORDS_PER_EXPORT} are exported at a time",
            channels.len()
        );
        let hint = "export in parts: the files that it includes one by one, or the channels that --channel names";
        return Err(Hinted::new(message, hint).into());
    }
    let mut unfit = 0_usize;
    for channel in &channels {
        if let Some(key) = unfit_for_export(channel) {
            unfit += 1;
            talk.warn(format!("{}: {key} is not valid", channel.label()));
        }
    }
    if unfit > 0 {
        talk.warn("nothing was written; `trustpack channel validate` says why");
        return Ok(Outcome::No);
    }
    let format = format(arguments);
    let files = files(arguments, &channels, format)?;
    let existing = files.iter().map(|(path, _)| path);
    let mut existing = existing.filter(|path| !output::is_stdout(path) && path.is_file());
    if let (false, Some(path)) = (arguments.force, existing.next()) {
        return Err(Hinted::new(
            format!("{} exists", path.display()),
            "name another file, or overwrite it with --force",
        )
        .into());
    }
    for (path, channels) in &files {
        write(path, channels, format)?;
        if !output::is_stdout(path) {
            let records = count(channels.len(), "channel");
            talk.say(format!("wrote {}: {records}", path.display()));
        }
    }
    Ok(Outcome::Fine)
}

fn format(arguments: &ChannelExport) -> ExportFormat {
    let extension = arguments.output.extension();
    let is_json = extension.is_some_and(|word| word.eq_ignore_ascii_case("json"));
    match arguments.format {
        Some(RecordFormat::Json) => ExportFormat::Json,
        None if is_json => ExportFormat::Json,
        _ => ExportFormat::Csv,
    }
}

type Files<'a> = Vec<(PathBuf, Vec<&'a Channel>)>;

/// Which channels go into which file.
fn files<'a>(
    arguments: &ChannelExport,
    channels: &[&'a Channel],
    format: ExportFormat,
) -> Result<Files<'a>> {
    let path = &arguments.output;
    if output::is_stdout(path) || !output::is_folder(path) {
        if channels.len() > RECORDS_PER_FILE {
            let message = format!(
                "{} channels, and a file has at most {RECORDS_PER_FILE}",
                channels.len()
            );
            let hint = "name a folder, such as `-o export/`: it gets as many files as needed";
            return Err(Hinted::new(message, hint).into());
        }
        return Ok(vec![(path.clone(), channels.to_vec())]);
    }
    output::create_folder(path)?;
    let extension = format.extension();
    let named = |(place, part): (usize, &[&'a Channel])| {
        let file = path.join(format!("channels-{place:02}.{extension}"));
        (file, part.to_vec())
    };
    Ok((1..)
        .zip(channels.chunks(RECORDS_PER_FILE))
        .map(named)
        .collect())
}

fn write(path: &Path, channels: &[&Channel], format: ExportFormat) -> Result<()> {
    let mut out = Streamed::create(path)?;
    let written = export(channels.iter().copied(), format, &mut out);
    written.with_context(|| out.cannot())?;
    out.finish()
}
