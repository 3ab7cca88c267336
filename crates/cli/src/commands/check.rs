//! `trustpack check`: the expiry policy over files, folders, stores and servers.
//!
//! A round looks at everything once. It is the same for a single report, for one every so often, and for the metrics that
//! `trustpack exporter` serves.

mod ari;
mod baseline;
mod connection;
mod files;
mod idle;
mod items;
mod judging;
mod keys;
mod long;
pub(in crate::commands) mod outputs;
mod pairs;
mod passwords;
mod pieces;
pub(in crate::commands) mod policy;
mod reading;
pub(in crate::commands) mod recorded;
pub(in crate::commands) mod round;
pub(in crate::commands) mod servers;
mod shard;
mod specification;
mod subject;
mod system;
pub(in crate::commands) mod watch;

use std::sync::Arc;

use anyhow::Result;
use trustpack_core::report::{ServiceState, Summary};

use super::Outcome;
use crate::args::{Check, Written};
use crate::input::Input;
use crate::output::{self, abandon};
use crate::platform::before_the_end;
use crate::render::Talk;

pub(crate) use ari::AcmeDirectory;
pub(in crate::commands) use ari::AriCache;
use outputs::Outputs;
pub(crate) use passwords::PasswordRule;
use recorded::Recorded;
use round::{Looked, Round};
pub(in crate::commands) use shard::Share;

/// Runs the command.
pub(super) fn run(arguments: Check, talk: &Talk) -> Result<Outcome> {
    if let Some(every) = arguments.watch.watch {
        refuse(&arguments)?;
        return watch::run(arguments, every, *talk);
    }
    run_beside(&arguments, &Recorded::default(), talk)
}

/// Where the reports are, and what they come to where stdout does not say it.
fn told(written: &Written, summary: &Summary, talk: &Talk) {
    let paths = written.output.iter().map(|one| &one.path);
    let files = paths.filter(|path| !output::is_stdout(path));
    let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
    if files.is_empty() {
        return;
    }
    let counts = match outputs::to_stdout(written) {
        None if files.len() == written.output.len() => format!(": {}", summary.words()),
        _ => String::new(),
    };
    talk.say(format!("wrote {}{counts}", files.join(", ")));
}

/// Checks once, with what is recorded beside what is named.
pub(super) fn run_beside(arguments: &Check, recorded: &Recorded, talk: &Talk) -> Result<Outcome> {
    refuse(arguments)?;
    before_the_end(abandon)?;
    let checked = check_beside(arguments, recorded, &Arc::default(), talk)?;
    told(&arguments.written, &checked.summary, talk);
    Ok(checked.outcome)
}

/// Refuses what cannot work whatever files hold and servers answer, before anything is looked at: no round of a watch would
/// ever succeed.
fn refuse(arguments: &Check) -> Result<()> {
    let written = &arguments.written;
    outputs::refuse(written)?;
    let inputs = round::refuse(&arguments.sources)?;
    let read = arguments.sources.other_files();
    let inputs = [inputs, read.map(Input::Path).collect()].concat();
    for output in &written.output {
        Input::refuse_as_output(&inputs, &output.path)?;
        Input::refuse_within(&inputs, &output.path)?;
    }
    Share::new(arguments.shard)?;
    Ok(())
}

/// What came of looking at everything once.
struct Checked {
    outcome: Outcome,
    summary: Summary,
}

/// Looks at everything once; `answers` are those that issuers gave before.
fn check(arguments: &Check, answers: &Arc<AriCache>, talk: &Talk) -> Result<Checked> {
    check_beside(arguments, &Recorded::default(), answers, talk)
}

fn check_beside(
    arguments: &Check,
    recorded: &Recorded,
    answers: &Arc<AriCache>,
    talk: &Talk,
) -> Result<Checked> {
    let round = Round {
        sources: &arguments.sources,
        at: arguments.time.now(),
        share: Share::new(arguments.shard)?,
        is_repeated: arguments.watch.watch.is_some(),
        answers,
        recorded,
        talk,
    };
    if baseline::is_first(&arguments.written) {
        talk.say("note: the report of --baseline is not there yet: everything counts as new");
    }
    let open = || Outputs::open(&arguments.written, round.at, round.share.shard);
    let Looked { summary, unread } = round.look(open)?;
    let outcome = outcome(&arguments.written, &summary, unread);
    Ok(Checked { outcome, summary })
}

/// What the exit code says. `unread`: whether something could not be looked at.
pub(super) fn outcome(written: &Written, summary: &Summary, unread: bool) -> Outcome {
    match summary.exceeds(written.fail_on) {
        _ if written.is_for_monitoring() => Outcome::Service(ServiceState::of(summary)),
        _ if unread => Outcome::Incomplete,
        true => Outcome::No,
        false => Outcome::Fine,
    }
}
