//! One round: looks at everything once.
//!
//! Servers come first, because whether an expired anchor of a store matters is known from them. Every subject is written
//! as soon as it and those before it are judged; nothing is held for the end but what a format needs.

use std::sync::Arc;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::expiry::Judge;
use trustpack_core::report::{Origin, SubjectReport, Summary};

use super::ari::{AriCache, Renewals};
use super::outputs::Outputs;
use super::pairs::Pairs;
use super::passwords::FilePasswords;
use super::recorded::Recorded;
use super::servers::Answer;
use super::shard::Share;
use super::{files, idle, policy, servers, specification, system};
use crate::args::Sources;
use crate::commands::fetch::targets::refuse as refuse_targets;
use crate::hint::Hinted;
use crate::input::Input;
use crate::render::Talk;
use crate::servers::Asking;
use crate::walk::Filter;

/// What is looked at, and when.
pub(in crate::commands) struct Round<'a> {
    pub sources: &'a Sources,
    /// The time that counts as now.
    pub at: OffsetDateTime,
    pub share: Share,
    /// Whether others follow.
    pub is_repeated: bool,
    /// Those that issuers gave before.
    pub answers: &'a Arc<AriCache>,
    /// What is looked at beside the inputs.
    pub recorded: &'a Recorded,
    pub talk: &'a Talk,
}

/// What came of it.
pub(in crate::commands) struct Looked {
    pub summary: Summary,
    /// Whether an input could not be read, which is not the same as bad certificates.
    pub unread: bool,
}

impl Round<'_> {
    /// Looks at everything and writes the report into what `open` opens.
    ///
    /// # Errors
    /// What makes a report impossible. What cannot be looked at is in the report.
    pub(in crate::commands) fn look(
        &self,
        open: impl FnOnce() -> Result<Outputs>,
    ) -> Result<Looked> {
        let (sources, at, talk) = (self.sources, self.at, self.talk);
        let recorded = self.recorded;
        let policy = policy::read(sources)?;
        let mut inputs = Input::parse_all(&sources.inputs)?;
        if sources.system {
            inputs.extend(system::folders()?.map(Input::Path));
        }
        let mut endpoints = endpoints(&sources.inputs, &inputs);
        let pairs = Pairs::new(sources, &mut inputs, &mut endpoints);
        let inputs = Input::once(inputs);
        let filter = Filter::new(&sources.include, &sources.exclude)?;
        let passwords = FilePasswords::resolve(sources, talk)?;
        let outputs = open()?;
        let judge = Judge::new(policy, at).keeping_certificates(outputs.shows_certificates());
        let mut run = Run {
            judge,
            at,
            pairs,
            renewals: Renewals::new(sources, self.answers, at, talk)?,
            outputs,
            unread: false,
            is_repeated: self.is_repeated,
            share: self.share.clone(),
        };
        let mut specified = specification::servers(&inputs);
        specified.extend(recorded.servers.iter().cloned());
        servers::check(sources, &endpoints, &specified, recorded, &mut run, talk)?;
        for subject in &recorded.subjects {
            let report = run.judge.judge(subject.clone());
            run.file(&report)?;
        }
        let references = &recorded.references;
        files::check(&inputs, references, &filter, &passwords, &mut run, talk)?;
        idle::tell(&filter, &passwords, &run.judge, &run.share, talk);
        run.share.tell(talk);
        let seen = run.outputs.summary();
        let is_nothing_told = seen.critical + seen.warnings + seen.failed == 0;
        if seen.dated() == 0 && is_nothing_told && !run.share.is_elsewhere() {
            return Err(nothing_to_check());
        }
        let summary = run.outputs.end()?;
        Ok(Looked {
            summary,
            unread: run.unread,
        })
    }
}

/// Refuses what cannot work whatever files hold and servers answer; the inputs that are named, otherwise.
pub(in crate::commands) fn refuse(sources: &Sources) -> Result<Vec<Input>> {
    let mut inputs = Input::parse_all(&sources.inputs)?;
    let mut endpoints = endpoints(&sources.inputs, &inputs);
    Pairs::new(sources, &mut inputs, &mut endpoints);
    refuse_targets(&endpoints, sources.listed.yes_scan)?;
    Asking::refuse(&sources.reach)?;
    Filter::new(&sources.include, &sources.exclude)?;
    if sources.limits.policy.is_none() {
        policy::read(sources)?;
    }
    Ok(inputs)
}

/// A check that looked at nothing must not pass for one that found nothing.
fn nothing_to_check() -> anyhow::Error {
    let hint = "name a folder, file or server with certificates; `trustpack inspect` shows what files hold";
    Hinted::new("there is no certificate to check", hint).into()
}

/// The servers among the arguments, as they are written.
fn endpoints(texts: &[String], inputs: &[Input]) -> Vec<String> {
    let texts = texts.iter().zip(inputs);
    let servers = texts.filter(|(_, input)| matches!(input, Input::Endpoint(_)));
    servers.map(|(text, _)| text.clone()).collect()
}

/// What goes on while subjects come.
pub(super) struct Run {
    pub judge: Judge,
    /// The time that counts as now.
    pub at: OffsetDateTime,
    pub pairs: Pairs,
    /// Who asks issuers, if anybody does.
    pub renewals: Option<Arc<Renewals>>,
    outputs: Outputs,
    /// Whether an input could not be read, which is not the same as bad certificates.
    unread: bool,
    pub is_repeated: bool,
    pub share: Share,
}

impl Run {
    /// A server, which may need what stores hold.
    pub(super) fn server(&mut self, answer: Answer) -> Result<()> {
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
    pub(super) fn file(&mut self, report: &SubjectReport) -> Result<()> {
        self.unread |= report.failed;
        self.outputs.subject(report)
    }
}
