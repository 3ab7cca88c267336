//! One file per verb. A command turns its arguments into a plan, runs it and prints.

mod aicc;
mod call;
mod channel;
pub(crate) mod check;
mod complete;
mod convert;
mod demo;
mod diff;
mod explain;
pub(crate) mod exporter;
mod fetch;
mod inspect;
mod issue;
mod lint;
mod match_key;
mod merge;
mod meta;
mod report;
mod store;
mod telegram;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use trustpack_core::report::ServiceState;

use crate::args::Command;
use crate::render::Talk;

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is fine.
    Fine,
    /// The answer is no: expired, not trusted, conflict, invalid.
    No,
    /// Part of the work could not be done; each part has been named on stderr.
    Incomplete,
    /// As a monitoring system asks for it.
    Service(ServiceState),
}

impl Outcome {
    /// The process's answer.
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::No => 1,
            Self::Incomplete => 2,
            Self::Service(state) => state.code(),
        })
    }
}

/// Runs a command.
pub(crate) fn run(command: Command, talk: &Talk) -> Result<Outcome> {
    match command {
        Command::Aicc(verb) => aicc::run(&verb, talk),
        Command::Channel(verb) => channel::run(verb, talk),
        Command::Check(arguments) => check::run(arguments, talk),
        Command::Completions(arguments) => complete::completions(arguments.shell),
        Command::Convert(arguments) => convert::run(&arguments, talk),
        Command::Demo(arguments) => demo::run(&arguments, talk),
        Command::Diff(arguments) => diff::run(&arguments, talk),
        Command::Explain(arguments) => explain::run(&arguments, talk),
        Command::Exporter(arguments) => exporter::run(arguments, talk),
        Command::Fetch(arguments) => fetch::run(&arguments, talk),
        Command::Inspect(arguments) => inspect::run(&arguments, talk),
        Command::Lint(arguments) => lint::run(&arguments, talk),
        Command::Man(arguments) => complete::manual(&arguments),
        Command::Match(arguments) => match_key::run(&arguments, talk),
        Command::Merge(arguments) => merge::run(&arguments, talk),
        Command::New(verb) => issue::new(verb, talk),
        Command::Renew(arguments) => issue::renew(&arguments, talk),
        Command::Meta(verb) => meta::run(&verb, talk),
        Command::Report(verb) => report::run(&verb, talk),
        Command::Revoke(arguments) => issue::revoke(&arguments, talk),
        Command::Sign(arguments) => issue::sign(&arguments, talk),
        Command::Store(verb) => store::run(verb, talk),
        Command::Telegram(verb) => telegram::run(&verb, talk),
        Command::Verify(arguments) => verify::run(&arguments, talk),
    }
}
