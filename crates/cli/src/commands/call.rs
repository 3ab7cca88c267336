//! What every call has in common: what is shown, who is trusted, what becomes of the answer.

mod record;
mod secrets;
mod trust;

use anyhow::Result;
use trustpack_core::call::{Answer, Call, Judgement};
use trustpack_core::endpoint::connect_for;
use trustpack_core::fetch::call::{CallError, CallOptions, Trust, endpoint, send};
use trustpack_core::fetch::{AddressFamily, FetchOptions};
use trustpack_core::report::{Finding, Severity};

use super::Outcome;
use crate::args::{CallFlags, Calling};
use crate::render::{Talk, print, print_json};
use crate::servers;

pub(super) use record::{CallRecord, Calls};
pub(super) use secrets::{Sources, source_of};
pub(super) use trust::{Defaults, of_pack};

/// Makes calls, or shows them.
pub(super) struct Caller<'a> {
    flags: &'a CallFlags,
    options: CallOptions,
    sources: Sources,
    talk: &'a Talk,
    /// What was called, in order.
    pub(super) calls: Vec<CallRecord>,
}

/// What became of one call.
pub(super) enum Called {
    /// It was shown, and not sent.
    Shown,
    /// There is an answer.
    Answered(Answer),
    /// The server is not trusted: what it presented is for who knows better words.
    Untrusted(CallError),
    /// No answer came.
    Failed,
}

impl<'a> Caller<'a> {
    /// `defaults` says who is trusted where no flag does, and which channel of a bundle is meant.
    pub(super) fn new(
        flags: &'a CallFlags,
        defaults: Defaults<'_>,
        sources: Sources,
        talk: &'a Talk,
    ) -> Result<Self> {
        let calling = &flags.calling;
        let trust = trust::load(calling, defaults, talk)?;
        let options = CallOptions {
            fetch: reach(calling, talk)?,
            connect: None,
            trust,
            at: flags.time.now(),
        };
        Ok(Self {
            flags,
            options,
            sources,
            talk,
            calls: Vec::new(),
        })
    }

    /// Shows the call, or sends it and judges the answer.
    pub(super) fn make(&mut self, call: &Call) -> Result<Called> {
        let mut record = CallRecord::new(call, &self.options.trust);
        let called = match self.flags.calling.send {
            false => Called::Shown,
            true => self.send(call, &mut record)?,
        };
        self.calls.push(record);
        Ok(called)
    }

    fn send(&mut self, call: &Call, record: &mut CallRecord) -> Result<Called> {
        self.sources.ask_for(call, self.talk)?;
        if let Some(endpoint) = endpoint(call) {
            self.options.connect = connect_for(&self.flags.calling.connect, &endpoint);
        }
        let secrets = self.sources.secrets();
        let answered = send(call, secrets, &self.options);
        record.sent = answered.as_ref().err().is_none_or(|none| none.sent);
        match answered.map_err(|none| *none.error) {
            Ok(response) => {
                let judgement = call.judge(&response, secrets);
                record.status = Some(response.status);
                let answer = judgement.answer;
                record.judged(judgement);
                Ok(Called::Answered(answer))
            }
            Err(error) if error.is_untrusted() => {
                record.judged(Judgement {
                    answer: Answer::No,
                    facts: Vec::new(),
                    findings: vec![untrusted(call, &error)],
                });
                Ok(Called::Untrusted(error))
            }
            Err(error) => {
                record.failed(&error);
                Ok(Called::Failed)
            }
        }
    }

    /// The secrets of another channel from here on.
    pub(super) fn turn_to(&mut self, sources: Sources) {
        self.sources = sources;
    }

    /// Says more of the last call.
    pub(super) fn add(&mut self, finding: Finding) {
        if let Some(last) = self.calls.last_mut() {
            last.findings.push(finding);
        }
    }

    /// Prints everything, and says how it ended.
    pub(super) fn tell(self, channel: Option<&str>, findings: Vec<Finding>) -> Result<Outcome> {
        let is_refused = findings
            .iter()
            .any(|one| one.severity == Severity::Critical);
        let calls = Calls {
            channel: channel.map(str::to_owned),
            sent: self.calls.iter().any(|call| call.sent),
            findings,
            calls: self.calls,
        };
        match self.flags.json.json {
            true => print_json(&calls)?,
            false => print(&calls.text())?,
        }
        for call in &calls.calls {
            call.tell_failure(self.talk);
        }
        if !self.flags.calling.send {
            for note in calls.notes() {
                self.talk.say(note);
            }
            self.talk.say("nothing was sent: --send sends it");
        }
        Ok(match calls.worst() {
            Some(Answer::Unusable) => Outcome::Incomplete,
            Some(Answer::No) => Outcome::No,
            _ if is_refused => Outcome::No,
            _ => Outcome::Fine,
        })
    }
}

fn untrusted(call: &Call, error: &CallError) -> Finding {
    let finding = Finding::new(
        "CALL-TRUST",
        Severity::Critical,
        call.subject.clone(),
        error.to_string(),
    );
    match error.hint() {
        Some(hint) => finding.with_hint(hint),
        None => finding,
    }
}

/// How servers are reached, by the flags of calls.
pub(super) fn reach(calling: &Calling, talk: &Talk) -> Result<FetchOptions> {
    Ok(FetchOptions {
        timeout: calling.timeout,
        family: match (calling.ipv4, calling.ipv6) {
            (true, _) => AddressFamily::V4,
            (_, true) => AddressFamily::V6,
            _ => AddressFamily::Any,
        },
        proxies: servers::proxies(calling.proxy.as_deref(), talk)?,
        ..FetchOptions::default()
    })
}

/// A number that nobody can know before.
pub(super) fn number() -> Result<u32> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(u32::from_be_bytes(bytes))
}

/// The trust store of a call, in words.
fn trusted(trust: &Trust) -> String {
    trust.origin()
}
