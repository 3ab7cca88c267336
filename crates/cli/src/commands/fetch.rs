//! `trustpack fetch`: the chains that servers present.
//!
//! Answers are dealt with as they come, so that a list may have any length; only what has to be shown in the order of
//! the arguments, or all at once, is kept.

mod install;
mod lock;
mod tally;
pub(super) mod targets;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::chain::ChainAnalysis;
use trustpack_core::fetch::{Fetched, fetch_stream};
use trustpack_core::record::FetchRecord;
use trustpack_core::report::{escape, json_line, json_text, page};

use super::Outcome;
use crate::args::{CertType, Fetch};
use crate::hint::Hinted;
use crate::output;
use crate::platform;
use crate::render::{Talk, print, print_beside};
use crate::servers::{Asking, Judging, tell_request};

use lock::Locks;
use tally::Tally;
use targets::{Targets, Wanted};
use write::Files;

/// Runs the command.
pub(super) fn run(arguments: &Fetch, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let mut asking = Asking::new(&arguments.reach, talk)?;
    asking.options.all_addresses = arguments.listed.all_addresses;
    let (mut options, crew) = (asking.options.clone(), asking.crew.clone());
    let stop = Arc::clone(&options.stop);
    let wanted = Wanted {
        endpoints: &arguments.endpoints,
        list: arguments.listed.targets.as_deref(),
        yes_scan: arguments.listed.yes_scan,
        cert_type: arguments.listed.cert_type,
    };
    let targets = Targets::new(wanted, asking)?;
    refuse_unclear_output(arguments, &targets)?;
    let judging = Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?;
    let locks = Locks::read(arguments)?;
    let files = Files::new(arguments, talk)?;
    if arguments.trust.install.is_some() {
        options.all_addresses = false;
    }
    let is_list =
        arguments.listed.targets.is_some() || targets.count.is_some_and(|count| count > PAGES);
    platform::interruptible(&stop)?;

    let mut run = Run {
        arguments,
        talk,
        at,
        is_list,
        locks,
        files,
        tally: Tally::default(),
        kept: BTreeMap::new(),
        broken: None,
    };
    let bar = talk.progress(targets.count, "fetching");
    let finish = |fetched: Fetched| Answer::new(fetched, &judging, at);
    fetch_stream(
        targets.stream,
        &options,
        &crew,
        &finish,
        &mut |place, result| {
            run.tally.asked += 1;
            let answers = match result {
                Ok(answers) => answers,
                Err(error) => vec![Answer::of_record(FetchRecord::bad_target(&error))],
            };
            // A line on stdout and the bar on stderr share the terminal.
            bar.suspend(|| run.take(place, answers, &stop));
            bar.inc(1);
        },
    );
    bar.finish_and_clear();
    let interrupted = stop.load(Ordering::Relaxed) && run.broken.is_none();
    // From now on the first Ctrl-C ends at once.
    stop.store(true, Ordering::Relaxed);
    run.end(interrupted)
}

/// An answer, looked at.
pub(super) struct Answer {
    record: FetchRecord,
    /// With what it is made of; `None` for a line that is no target.
    seen: Option<(Fetched, Option<ChainAnalysis>)>,
}

impl Answer {
    fn new(fetched: Fetched, judging: &Judging, at: OffsetDateTime) -> Self {
        let (analysis, requests) = judging.analyse(&fetched);
        let record = FetchRecord::new(&fetched, analysis.as_ref(), at);
        Self {
            record: record.with_requests(&requests),
            seen: Some((fetched, analysis)),
        }
    }

    fn of_record(record: FetchRecord) -> Self {
        Self { record, seen: None }
    }

    fn fetched(&self) -> Option<&Fetched> {
        self.seen.as_ref().map(|(fetched, _)| fetched)
    }

    fn has_chain(&self) -> bool {
        self.fetched()
            .is_some_and(|fetched| fetched.chain.is_some())
    }
}

/// What goes on while answers come.
struct Run<'a> {
    arguments: &'a Fetch,
    talk: &'a Talk,
    at: OffsetDateTime,
    is_list: bool,
    locks: Locks,
    files: Files<'a>,
    tally: Tally,
    kept: BTreeMap<usize, Vec<Answer>>,
    /// What went wrong on our side, such as a full disk or a closed pipe: nothing more is begun.
    broken: Option<anyhow::Error>,
}

impl Run<'_> {
    fn take(&mut self, place: usize, answers: Vec<Answer>, stop: &AtomicBool) {
        if self.broken.is_some() {
            return;
        }
        match self.deal_with(place, answers) {
            Ok(()) => {}
            Err(error) => {
                self.broken = Some(error);
                stop.store(true, Ordering::Relaxed);
            }
        }
    }

    fn deal_with(&mut self, place: usize, mut answers: Vec<Answer>) -> Result<()> {
        for answer in &mut answers {
            if let Some((fetched, _)) = &answer.seen {
                let mut is_fine = true;
                if let Some(error) = self.arguments.proof.unexpected(fetched) {
                    let finding = tally::unexpected(&answer.record);
                    self.tally
                        .unexpected(&answer.record.target, error, self.talk);
                    answer.record.findings.push(finding);
                    is_fine = false;
                }
                if is_fine {
                    let changes = self.locks.see(
                        fetched,
                        &answer.record,
                        self.arguments.listed.all_addresses,
                    );
                    answer.record.findings.extend(changes);
                }
            }
            if self.arguments.jsonl {
                self.print(&json_line(&answer.record))?;
            } else if self.is_list && !self.arguments.json.json && !self.is_stdout_taken() {
                self.print(&page::fetched_line(&answer.record))?;
            }
            self.tally
                .count(&answer.record, self.arguments.listed.cert_type);
            if !self.is_list {
                let requests = answer.record.aia_requests.iter();
                requests.for_each(|request| tell_request(request, self.talk));
            }
            self.files.write(answer, &self.arguments.proof)?;
        }
        let is_shown_later = !self.is_list && !self.arguments.jsonl;
        if is_shown_later || self.arguments.json.json || self.arguments.trust.install.is_some() {
            self.kept.insert(place, answers);
        } else {
            let failed = answers.iter().filter(|answer| !answer.has_chain());
            failed.for_each(|answer| self.tell_failure(answer));
        }
        Ok(())
    }

    /// Shows what was kept, writes what had to wait, and says how it went.
    fn end(mut self, interrupted: bool) -> Result<Outcome> {
        let kept = std::mem::take(&mut self.kept);
        let answers: Vec<&Answer> = kept.values().flatten().collect();
        if self.arguments.json.json {
            let records: Vec<_> = answers.iter().map(|one| &one.record).collect();
            self.print(&json_text(&records))?;
        } else if !self.is_list && !self.arguments.jsonl && !self.is_stdout_taken() {
            // One that presented nothing is told on stderr.
            let shown = answers.iter().filter(|answer| answer.has_chain());
            let pages: Vec<String> = shown.map(|answer| page::fetched(&answer.record)).collect();
            if !pages.is_empty() {
                self.print(&pages.join("\n"))?;
            }
        }
        for answer in answers.iter().filter(|answer| !answer.has_chain()) {
            self.tell_failure(answer);
        }
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let is_wanted = !self.tally.has_unexpected() && !self.files.refused() && !interrupted;
        let changed = self.locks.end(self.arguments, is_wanted, self.talk)?;
        self.tally.tell(self.is_list, interrupted, self.talk);
        let outcome = self
            .tally
            .outcome(changed || self.files.refused(), interrupted);
        match (&self.arguments.trust.install, answers.as_slice(), outcome) {
            (Some(store), [answer], Outcome::Fine) => {
                install::run(self.arguments, store, answer, self.at, self.talk)
            }
            _ => Ok(outcome),
        }
    }

    /// Prints; where files are written too, these come first.
    fn print(&self, text: &str) -> Result<()> {
        let trust = &self.arguments.trust;
        let files = [&self.arguments.output.output, &trust.lock, &trust.install];
        match files.into_iter().any(Option::is_some) {
            true => print_beside(text),
            false => print(text),
        }
    }

    /// Whether stdout is where the certificates go: data on it is either the report or these, never both.
    fn is_stdout_taken(&self) -> bool {
        let path = self.arguments.output.output.as_deref();
        path.is_some_and(output::is_stdout)
    }

    fn tell_failure(&self, answer: &Answer) {
        let Some(error) = &answer.record.error else {
            return;
        };
        // A list says it on the line of the target.
        if self.is_list && !self.is_stdout_taken() {
            return;
        }
        if tally::is_absent(&answer.record, self.arguments.listed.cert_type) {
            let target = escape(&answer.record.target);
            self.talk.say(format!("note: {target}: {}", error.message));
            return;
        }
        let error = Hinted::new(
            error.message.clone(),
            error.hint.clone().unwrap_or_default(),
        );
        self.talk.failure(&answer.record.target, &error.into());
    }
}

/// One certificate file cannot hold the chains of several servers without saying whose is whose.
fn refuse_unclear_output(arguments: &Fetch, targets: &Targets) -> Result<()> {
    let is_one = targets.count == Some(1) && !arguments.listed.all_addresses;
    if arguments.trust.install.is_some() && !is_one {
        return Err(Hinted::new(
            "one server is installed at a time",
            "name one server with --install; `trustpack merge … -o STORE` takes several",
        )
        .into());
    }
    let lock = arguments.trust.lock.as_deref();
    if lock.is_some_and(output::is_stdout) {
        return Err(Hinted::new(
            "a lock is compared later, and stdout is nowhere",
            "name a file with --lock FILE",
        )
        .into());
    }
    match &arguments.output.output {
        Some(path) if output::is_stdout(path) && (arguments.json.json || arguments.jsonl) => {
            Err(Hinted::new(
                "certificates and JSON cannot both go to stdout",
                "write the certificates to a file with -o FILE",
            )
            .into())
        }
        Some(path) if !is_one && !output::is_folder(path) && !output::is_stdout(path) => {
            let servers = match targets.count {
                Some(count) => format!("{count} answers"),
                None => "a list of servers".to_owned(),
            };
            let hint = match arguments.listed.cert_type {
                Some(CertType::All) => "end the output with `/` for a file each",
                _ => {
                    "end the output with `/` for a file each, or join them with `trustpack merge … -o STORE`"
                }
            };
            Err(Hinted::new(format!("{servers}, and one file to write"), hint).into())
        }
        _ => Ok(()),
    }
}

/// So many servers get a page each; more get a line each.
const PAGES: usize = 16;
