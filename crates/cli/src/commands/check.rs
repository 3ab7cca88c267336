//! `trustpack check`: the expiry policy over files, folders, stores and servers.
//!
//! Servers come first, because whether an expired anchor of a store matters is known from them. Every subject is written
//! as soon as it and those before it are judged; nothing is held for the end but what a format needs.

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
mod policy;
mod reading;
mod servers;
mod shard;
mod specification;
mod subject;
mod system;
mod watch;

use std::sync::Arc;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::expiry::Judge;
use trustpack_core::report::{Origin, ServiceState, SubjectReport, Summary};

use super::Outcome;
use super::fetch::targets::refuse as refuse_targets;
use crate::args::{Check, Written};
use crate::hint::Hinted;
use crate::input::Input;
use crate::output::abandon_on_signals;
use crate::render::Talk;
use crate::servers::Asking;
use crate::walk::Filter;

pub(crate) use ari::AcmeDirectory;
use ari::{AriCache, Renewals};
use outputs::Outputs;
use pairs::Pairs;
use passwords::FilePasswords;
pub(crate) use passwords::PasswordRule;
use servers::Answer;
use shard::Share;

/// Runs the command.
pub(super) fn run(arguments: Check, talk: &Talk) -> Result<Outcome> {
    refuse(&arguments)?;
    if let Some(every) = arguments.watch.watch {
        return watch::run(arguments, every, *talk);
    }
    abandon_on_signals()?;
    check(&arguments, &Arc::default(), talk).map(|checked| checked.outcome)
}

/// Refuses what cannot work whatever files hold and servers answer, before anything is looked at: no round of a watch would
/// ever succeed.
fn refuse(arguments: &Check) -> Result<()> {
    let written = &arguments.written;
    outputs::refuse(written)?;
    let mut inputs = Input::parse_all(&arguments.inputs)?;
    let mut endpoints = endpoints(&arguments.inputs, &inputs);
    Pairs::new(arguments, &mut inputs, &mut endpoints);
    for output in &written.output {
        Input::refuse_as_output(&inputs, &output.path)?;
    }
    refuse_targets(&endpoints, arguments.listed.yes_scan)?;
    Asking::refuse(&arguments.reach)?;
    Filter::new(&arguments.include, &arguments.exclude)?;
    Share::new(arguments.shard)?;
    if arguments.policy.is_none() {
        policy::read(arguments)?;
    }
    Ok(())
}

/// What came of looking at everything once.
struct Checked {
    outcome: Outcome,
    summary: Summary,
}

/// Looks at everything once; `answers` are those that issuers gave before.
fn check(arguments: &Check, answers: &Arc<AriCache>, talk: &Talk) -> Result<Checked> {
    let at = arguments.time.now();
    let policy = policy::read(arguments)?;
    let mut inputs = Input::parse_all(&arguments.inputs)?;
    if arguments.system {
        inputs.extend(system::folders()?.map(Input::Path));
    }
    let mut endpoints = endpoints(&arguments.inputs, &inputs);
    let pairs = Pairs::new(arguments, &mut inputs, &mut endpoints);
    let inputs = Input::once(inputs);
    let filter = Filter::new(&arguments.include, &arguments.exclude)?;
    let share = Share::new(arguments.shard)?;
    let passwords = FilePasswords::resolve(arguments, talk)?;
    let mut run = Run {
        judge: Judge::new(policy, at),
        at,
        pairs,
        renewals: Renewals::new(arguments, answers, at, talk)?,
        outputs: Outputs::open(&arguments.written, at, share.shard)?,
        unread: false,
        share,
    };
    let specified = specification::servers(&inputs);
    servers::check(arguments, &endpoints, &specified, &mut run, talk)?;
    files::check(&inputs, &filter, &passwords, &mut run, talk)?;
    idle::tell(&filter, &passwords, &run.judge, &run.share, talk);
    run.share.tell(talk);
    let seen = run.outputs.summary();
    let is_nothing_told = seen.critical + seen.warnings + seen.failed == 0;
    if seen.dated() == 0 && is_nothing_told && !run.share.is_elsewhere() {
        return Err(nothing_to_check());
    }
    let summary = run.outputs.end()?;
    let outcome = outcome(&arguments.written, &summary, run.unread);
    Ok(Checked { outcome, summary })
}

/// A check that looked at nothing must not pass for one that found nothing.
fn nothing_to_check() -> anyhow::Error {
    let hint = "name a folder, file or server with certificates; `trustpack inspect` shows what files hold";
    Hinted::new("there is no certificate to check", hint).into()
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

/// The servers among the arguments, as they are written.
fn endpoints(texts: &[String], inputs: &[Input]) -> Vec<String> {
    let texts = texts.iter().zip(inputs);
    let servers = texts.filter(|(_, input)| matches!(input, Input::Endpoint(_)));
    servers.map(|(text, _)| text.clone()).collect()
}

/// What goes on while subjects come.
struct Run {
    judge: Judge,
    /// The time that counts as now.
    at: OffsetDateTime,
    pairs: Pairs,
    /// Who asks issuers, if anybody does.
    renewals: Option<Arc<Renewals>>,
    outputs: Outputs,
    /// Whether an input could not be read, which is not the same as bad certificates.
    unread: bool,
    share: Share,
}

impl Run {
    /// A server, which may need what stores hold.
    fn server(&mut self, answer: Answer) -> Result<()> {
        if let Some((endpoint, served)) = answer.served {
            self.pairs.add(&endpoint, served);
        }
        self.judge.learn(&answer.subject);
        let report = self.judge.judge(answer.subject);
        // a line of a list that names no server
        self.unread |= report.failed && report.origin != Origin::Endpoint;
        self.outputs.subject(&report)
    }

    /// A file, judged.
    fn file(&mut self, report: &SubjectReport) -> Result<()> {
        self.unread |= report.failed;
        self.outputs.subject(report)
    }
}
