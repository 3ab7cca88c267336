//! `trustpack report`: what is done with reports of `check`.

mod collected;
mod whole;

use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::Result;
use trustpack_core::report::{Origin, ReadError, count};

use super::Outcome;
use super::check::outcome;
use super::check::outputs::{self, Outputs};
use crate::args::{Report, ReportMerge};
use crate::hint::Hinted;
use crate::input::open_file;
use crate::output;
use crate::platform::before_the_end;
use crate::render::Talk;

use collected::Collected;

/// Runs a verb.
pub(super) fn run(verb: &Report, talk: &Talk) -> Result<Outcome> {
    match verb {
        Report::Merge(arguments) => merge(arguments, talk),
    }
}

/// Reads all of them before the report is begun: its time is the newest of theirs, which stand at their ends.
fn merge(arguments: &ReportMerge, talk: &Talk) -> Result<Outcome> {
    before_the_end(output::abandon)?;
    outputs::refuse(&arguments.written)?;
    // A monitoring system looks at one line, which would say that all is well.
    let takes_part = arguments.partial && !arguments.written.is_for_monitoring();
    let mut collected = Collected::new()?;
    let mut is_incomplete = false;
    for path in &arguments.files {
        let name = match output::is_stdout(path) {
            true => "stdin".to_owned(),
            false => path.display().to_string(),
        };
        let source = open(path).map_err(|error| not_opened(&name, error))?;
        match collected.add(&name, source) {
            Ok(()) => {}
            Err(error) if takes_part && is_cut_short(&error) => {
                talk.warn(format!("{name}: {error}"));
                is_incomplete = true;
            }
            Err(error) => return Err(advised(&name, error)),
        }
    }
    let gap = whole::missing(&collected.ends)?;
    if let Some(gap) = gap {
        if !takes_part {
            let hint = "run them again, or take what there is with --partial";
            return Err(Hinted::new(gap, hint).into());
        }
        talk.warn(gap);
        is_incomplete = true;
    }
    let moments = whole::moments(&collected.ends)?;
    if let Some(note) = moments.note() {
        talk.say(note);
    }
    let mut outputs = Outputs::open(&arguments.written, moments.newest, None)?;
    let mut is_empty = true;
    collected.write(&mut |subject| {
        is_empty = false;
        is_incomplete |= subject.failed && subject.origin != Origin::Endpoint;
        outputs.subject(&subject)
    })?;
    if is_empty {
        // A check that looked at nothing must not pass for one that found nothing.
        let message = format!(
            "there is no subject in {}",
            count(arguments.files.len(), "report")
        );
        let hint = "name reports that `trustpack check --format jsonl` has written";
        return Err(Hinted::new(message, hint).into());
    }
    let summary = outputs.end()?;
    Ok(outcome(&arguments.written, &summary, is_incomplete))
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(match output::is_stdout(path) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(open_file(path)?)),
    })
}

fn not_opened(name: &str, error: io::Error) -> anyhow::Error {
    if error.kind() != io::ErrorKind::NotFound {
        return anyhow::Error::new(error).context(name.to_owned());
    }
    let hint = "name reports that `trustpack check --format jsonl` (or json) has written";
    Hinted::new(format!("{name}: there is no such file"), hint).into()
}

fn is_cut_short(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<ReadError>();
    matches!(error, Some(ReadError::CutShort { .. }))
}

fn advised(name: &str, error: anyhow::Error) -> anyhow::Error {
    let hint = match error.downcast_ref::<ReadError>() {
        Some(ReadError::CutShort { .. }) => {
            "its run did not finish: run it again, or take what there is with --partial"
        }
        Some(ReadError::Io(_)) | None => return error.context(name.to_owned()),
        Some(_) => "name reports that `trustpack check --format jsonl` (or json) has written",
    };
    Hinted::new(format!("{name}: {error}"), hint).into()
}
