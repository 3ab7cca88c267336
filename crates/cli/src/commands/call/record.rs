//! What is told of calls.

use std::fmt::Write as _;

use serde::Serialize;
use trustpack_core::call::{Answer, Call, Fact, Judgement, Method};
use trustpack_core::fetch::call::{CallError, Trust};
use trustpack_core::report::{Finding, escape, page};

use super::trusted;
use crate::hint::Hinted;
use crate::render::Talk;

/// What is printed with `--json`.
#[derive(Serialize)]
pub(crate) struct Calls {
    /// The channel that they are about; of several, or none: null.
    pub channel: Option<String>,
    /// Whether anything was sent.
    pub sent: bool,
    /// What is known before anything is sent.
    pub findings: Vec<Finding>,
    /// In their order.
    pub calls: Vec<CallRecord>,
}

/// One call, and what came of it.
#[derive(Serialize)]
pub(crate) struct CallRecord {
    pub name: &'static str,
    /// What it is about.
    pub subject: String,
    /// Where it is described.
    pub document: &'static str,
    /// As it is sent, with references in place of secrets.
    pub request: RequestRecord,
    /// The trust store that decides whether it is sent to a server.
    pub trust: String,
    /// Whether any of it was handed to a connection.
    pub sent: bool,
    /// The status of HTTP.
    pub status: Option<u16>,
    /// yes, no, or unusable: no answer of whom was asked. `null` when there is none.
    pub answer: Option<Answer>,
    pub facts: Vec<Fact>,
    pub findings: Vec<Finding>,
    /// Why there is no answer.
    pub error: Option<ErrorRecord>,
}

#[derive(Serialize)]
pub(crate) struct RequestRecord {
    pub method: Method,
    pub url: String,
    pub headers: Vec<HeaderRecord>,
    pub body: Option<String>,
    /// The same as text.
    #[serde(skip)]
    shown: String,
}

#[derive(Serialize)]
pub(crate) struct HeaderRecord {
    pub name: String,
    pub value: String,
}

#[derive(Serialize)]
pub(crate) struct ErrorRecord {
    pub message: String,
    pub hint: Option<String>,
}

impl CallRecord {
    pub(super) fn new(call: &Call, trust: &Trust) -> Self {
        let header = |name: &str, value: String| HeaderRecord {
            name: name.to_owned(),
            value,
        };
        let headers = call.headers.iter();
        let headers = headers.map(|(name, value)| header(name, value.to_string()));
        let media_type = call.body.media_type();
        let media_type = media_type.map(|value| header("content-type", value));
        let body = call.body.shown();
        Self {
            name: call.name,
            subject: call.subject.clone(),
            document: call.document,
            request: RequestRecord {
                method: call.method,
                url: call.url.to_string(),
                headers: headers.chain(media_type).collect(),
                body: (!body.is_empty()).then_some(body),
                shown: call.shown(),
            },
            trust: trusted(trust),
            sent: false,
            status: None,
            answer: None,
            facts: Vec::new(),
            findings: Vec::new(),
            error: None,
        }
    }

    pub(super) fn judged(&mut self, judgement: Judgement) {
        self.answer = Some(judgement.answer);
        self.facts = judgement.facts;
        self.findings = judgement.findings;
    }

    pub(super) fn failed(&mut self, error: &CallError) {
        self.error = Some(ErrorRecord {
            message: error.to_string(),
            hint: error.hint(),
        });
    }

    /// On stderr, as every other error.
    pub(super) fn tell_failure(&self, talk: &Talk) {
        if let Some(error) = &self.error {
            let hint = error.hint.clone().unwrap_or_default();
            let name = format!("{}: {}", self.subject, self.name);
            talk.failure(&name, &Hinted::new(&error.message, hint).into());
        }
    }

    /// As a script would count it.
    fn outcome(&self) -> Option<Answer> {
        match self.error {
            Some(_) => Some(Answer::Unusable),
            None => self.answer,
        }
    }
}

impl Calls {
    /// The worst of all answers.
    pub(super) fn worst(&self) -> Option<Answer> {
        self.calls.iter().filter_map(CallRecord::outcome).max()
    }

    /// For people: requests that were not sent, answers of those that were.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text += &page::finding_about(finding);
        }
        let is_shown = |call: &CallRecord| call.answer.is_none() && call.error.is_none();
        for call in &self.calls {
            if is_shown(call) {
                if !text.is_empty() {
                    text += "\n";
                }
                if self.calls.len() > 1 {
                    let _ = writeln!(text, "# {}: {}", escape(&call.subject), call.name);
                }
                text += &shown(&call.request.shown);
                continue;
            }
            let word = match call.outcome() {
                Some(Answer::Yes) => "yes",
                Some(Answer::No) => "no",
                Some(Answer::Unusable) | None => "no answer",
            };
            let _ = writeln!(text, "{}: {}: {word}", escape(&call.subject), call.name);
            for fact in &call.facts {
                let _ = writeln!(text, "  {}: {}", fact.name, escape(&fact.value));
            }
            for finding in &call.findings {
                text += &page::finding_about(finding);
            }
        }
        text
    }

    /// What else should be known of calls that were not sent.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for call in &self.calls {
            let note = match call.request.url.starts_with("http://") {
                true => "note: it would go in clear, to this machine".to_owned(),
                false => format!("note: the server must be trusted by: {}", call.trust),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}

/// Line by line, nothing of it steers a terminal.
fn shown(request: &str) -> String {
    let lines = request.lines().map(escape);
    lines.map(|line| line + "\n").collect()
}
