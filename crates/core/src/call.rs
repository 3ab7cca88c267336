//! Calls to the product and to providers: what is sent, as data, and what an answer means.
//!
//! ```text
//! Channel ─▶ telegram | aicc | meta | infobip | twilio ─▶ Call ─fetch::call─▶ Response ─judge─▶ Judgement
//! ```
//!
//! A [`Call`] holds no secret. Where one goes there stands its name, with the reference behind which it is; [`Secrets`]
//! has the values, for as long as a call is being sent. So a call can be shown, compared and printed by anybody, and what
//! is shown is what is sent. Nothing here opens a connection.

pub mod aicc;
pub mod callback;
pub mod meta;
pub mod telegram;

mod body;
mod infobip;
mod judge;
mod response;
mod secrets;
mod template;
#[cfg(test)]
mod testing;
mod twilio;
mod url;

use serde::Serialize;

use crate::report::{Finding, Severity};

pub use body::{Body, Part};
pub use response::Response;
pub use secrets::{Secrets, Unfit};
pub use template::{Encoding, Slot, Template};
pub use url::{Address, AddressError, check_callback};

pub(crate) use url::is_this_machine;

use judge::Judge;

/// One request, and how its answer is judged.
#[derive(Debug)]
pub struct Call {
    /// What it is called where it is described: `setWebhook`, `tokenByAkSk`.
    pub name: &'static str,
    /// What it is about, in findings.
    pub subject: String,
    /// How it is asked.
    pub method: Method,
    /// The whole URL.
    pub url: Template,
    /// Header fields, in the order in which they are sent, without those that the body and HTTP itself bring.
    pub headers: Vec<(&'static str, Template)>,
    /// What is sent with it.
    pub body: Body,
    /// Where it is described.
    pub document: &'static str,
    judge: Box<dyn Judge>,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Nothing is sent but the URL and the headers.
    Get,
    /// A body is sent.
    Post,
}

impl Method {
    /// As HTTP writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// What was asked for works.
    Yes,
    /// It does not.
    No,
    /// Whoever answered is not the one that was asked, or is not able to.
    Unusable,
}

/// An answer, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// In one word.
    pub answer: Answer,
    /// What it says, each under a word.
    pub facts: Vec<Fact>,
    /// What somebody should know.
    pub findings: Vec<Finding>,
}

/// One thing that an answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// A word for it.
    pub name: &'static str,
    /// In words.
    pub value: String,
}

impl Judgement {
    fn yes() -> Self {
        Self {
            answer: Answer::Yes,
            facts: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The answer is no because of this.
    fn no(finding: Finding) -> Self {
        Self {
            answer: Answer::No,
            facts: Vec::new(),
            findings: vec![finding],
        }
    }

    /// There is no answer because of this.
    fn unusable(finding: Finding) -> Self {
        Self {
            answer: Answer::Unusable,
            ..Self::no(finding)
        }
    }

    fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            name,
            value: value.into(),
        });
        self
    }

    /// With a finding, which makes the answer no where it is critical.
    fn with(mut self, finding: Finding) -> Self {
        if finding.severity == Severity::Critical {
            self.answer = self.answer.max(Answer::No);
        }
        self.findings.push(finding);
        self
    }

    /// Without the values of these secrets, whoever put them there: servers repeat what they are sent.
    fn redacted(mut self, secrets: &Secrets) -> Self {
        for fact in &mut self.facts {
            fact.value = secrets.redact(&fact.value);
        }
        for finding in &mut self.findings {
            finding.message = secrets.redact(&finding.message);
            finding.hint = finding.hint.as_deref().map(|hint| secrets.redact(hint));
        }
        self
    }
}

impl Call {
    /// A POST without headers of its own.
    fn post(
        name: &'static str,
        subject: String,
        url: Template,
        body: Body,
        judge: impl Judge + 'static,
    ) -> Self {
        Self {
            name,
            subject,
            method: Method::Post,
            url,
            headers: Vec::new(),
            body,
            document: "",
            judge: Box::new(judge),
        }
    }

    /// A GET.
    fn get(
        name: &'static str,
        subject: String,
        url: Template,
        judge: impl Judge + 'static,
    ) -> Self {
        Self {
            method: Method::Get,
            ..Self::post(name, subject, url, Body::None, judge)
        }
    }

    fn header(mut self, name: &'static str, value: Template) -> Self {
        self.headers.push((name, value));
        self
    }

    fn document(mut self, address: &'static str) -> Self {
        self.document = address;
        self
    }

    /// What the answer means. Nothing in it repeats a secret.
    pub fn judge(&self, response: &Response, secrets: &Secrets) -> Judgement {
        let judgement = match response.pointing(&self.subject) {
            // nobody follows: neither do we, and the other side of a callback does not
            Some(finding) => Judgement::unusable(finding),
            None => self.judge.judge(&self.subject, response),
        };
        let judgement = match (response.is_misnamed(), &response.content_type) {
            (true, Some(told)) => {
                let told = response::excerpt(told);
                judgement.fact("media type", format!("{told}, although it is JSON"))
            }
            _ => judgement,
        };
        judgement.redacted(secrets)
    }

    /// Every place of a secret in it, each once, in the order in which they are sent.
    pub fn slots(&self) -> Vec<&Slot> {
        let headers = self.headers.iter().map(|(_, value)| value);
        let templates = std::iter::once(&self.url)
            .chain(headers)
            .chain(self.body.templates());
        let mut slots: Vec<&Slot> = Vec::new();
        for slot in templates.flat_map(Template::slots) {
            if slots.iter().all(|there| there.name != slot.name) {
                slots.push(slot);
            }
        }
        slots
    }

    /// As it is sent, with references in place of secrets.
    pub fn shown(&self) -> String {
        let mut text = format!("{} {}\n", self.method.word(), self.url);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\n");
        }
        if let Some(media_type) = self.body.media_type() {
            text += &format!("content-type: {media_type}\n");
        }
        let body = self.body.shown();
        if !body.is_empty() {
            text += "\n";
            text += &body;
            if !body.ends_with('\n') {
                text += "\n";
            }
        }
        text
    }
}
