//! What came of how many servers: as many records as targets, and why some gave nothing.

use std::collections::BTreeMap;

use trustpack_core::record::FetchRecord;
use trustpack_core::report::{self, Finding, Severity};

use crate::args::CertType;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::render::Talk;

/// Counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Targets that were begun.
    pub asked: usize,
    records: usize,
    with_chain: usize,
    /// By reason, without those that are no failure.
    failed: BTreeMap<&'static str, usize>,
    /// Types of certificates that servers do not have, where all types were asked for.
    absent: usize,
    unexpected: usize,
}

impl Tally {
    pub(super) fn count(&mut self, record: &FetchRecord, cert_type: Option<CertType>) {
        self.records += 1;
        let reason = record
            .error
            .as_ref()
            .map_or("no-certificate", |error| error.reason);
        if !record.chain.is_empty() {
            self.with_chain += 1;
        } else if is_absent(record, cert_type) {
            self.absent += 1;
        } else {
            *self.failed.entry(reason).or_default() += 1;
        }
    }

    /// Another certificate than was expected.
    pub(super) fn unexpected(&mut self, target: &str, error: Hinted, talk: &Talk) {
        self.unexpected += 1;
        talk.failure(target, &error.into());
    }

    /// Whether some server presented something else than was expected.
    pub(super) fn has_unexpected(&self) -> bool {
        self.unexpected > 0
    }

    /// The last line.
    pub(super) fn tell(&self, is_list: bool, interrupted: bool, talk: &Talk) {
        if interrupted {
            talk.warn("stopped: connections that were open were finished, the rest was not asked");
        }
        if self.records == 0 {
            talk.warn("there was no server to ask: the list names none");
        }
        if self.records < 2 && !is_list && !interrupted {
            return;
        }
        let failed: usize = self.failed.values().sum();
        let mut text = format!(
            "{} asked, {}: {} with a chain",
            report::count(self.asked, "server"),
            report::count(self.records, "record"),
            self.with_chain
        );
        if self.absent > 0 {
            text.push_str(&format!(", {} without such a certificate", self.absent));
        }
        text.push_str(&format!(", {failed} failed"));
        let reasons = self
            .failed
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"));
        let reasons: Vec<String> = reasons.collect();
        if !reasons.is_empty() {
            text.push_str(&format!(" ({})", reasons.join(", ")));
        }
        talk.say(text);
    }

    /// The process's answer.
    pub(super) fn outcome(&self, refused: bool, interrupted: bool) -> Outcome {
        if !self.failed.is_empty() || interrupted || self.with_chain == 0 {
            return Outcome::Incomplete;
        }
        match refused || self.unexpected > 0 {
            true => Outcome::No,
            false => Outcome::Fine,
        }
    }
}

/// For the record.
pub(super) fn unexpected(record: &FetchRecord) -> Finding {
    Finding::new(
        "FETCH-UNEXPECTED",
        Severity::Critical,
        &record.target,
        "this is not the expected certificate or key",
    )
    .with_hint(
        "ask whoever runs the server whether it was renewed; an attacker in between looks the same",
    )
}

/// A server that has no certificate of a kind, when every kind was asked for: an answer, and no failure.
pub(super) fn is_absent(record: &FetchRecord, cert_type: Option<CertType>) -> bool {
    let mut errors = record.error.iter();
    cert_type == Some(CertType::All)
        && record.chain.is_empty()
        && errors.any(|error| error.reason == "no-such-certificate")
}
