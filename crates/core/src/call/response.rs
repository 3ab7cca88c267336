//! What came back.

use serde_json::Value;

use crate::report::{Finding, Severity};
use crate::text;

/// A whole answer. Its body may repeat secrets: only what a [`Judgement`](super::Judgement) tells of it is fit to be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status of HTTP.
    pub status: u16,
    /// The header `Content-Type`, as it is written.
    pub content_type: Option<String>,
    /// The header `Location`, as it is written.
    pub location: Option<String>,
    /// The header `Retry-After`, as it is written.
    pub retry_after: Option<String>,
    /// What came with it.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, length) = (self.status, self.body.len());
        write!(formatter, "Response({status}, {length} bytes elided)")
    }
}

impl Response {
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, whatever its media type says; `None` when it is none.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// How long to wait before the next try, in words: as the header `Retry-After` says in seconds (RFC 9110 section 10.2.3).
    pub(super) fn wait(&self) -> String {
        let told = self.retry_after.as_deref().map(str::trim);
        let seconds = told.and_then(|text| text.parse::<u32>().ok());
        match seconds {
            Some(seconds) => format!("wait {seconds} s, and try again"),
            None => "wait a minute, and try again".to_owned(),
        }
    }

    /// What is JSON and is called otherwise: others who look at the name would not take it.
    pub(super) fn is_misnamed(&self) -> bool {
        let told = self.content_type.as_deref();
        let is_other = told.is_some_and(|told| !told.to_ascii_lowercase().contains("json"));
        is_other && matches!(self.json(), Some(Value::Object(_) | Value::Array(_)))
    }

    /// Whether it is a page for people: a login, a portal, a proxy's excuse.
    pub(super) fn is_page(&self) -> bool {
        let told = self.content_type.as_deref().unwrap_or_default();
        let told = told.trim().to_ascii_lowercase();
        let start = self.start().trim_start().to_ascii_lowercase();
        // what is called so and has no tag is a text: a server's default
        told.starts_with("text/html") && start.contains('<')
            || start.starts_with("<!doctype html")
            || start.starts_with("<html")
    }

    /// The body as text, as far as it is looked at.
    pub(super) fn start(&self) -> String {
        let end = self.body.len().min(LOOKED_AT);
        let start = self.body.get(..end).unwrap_or_default();
        String::from_utf8_lossy(start).into_owned()
    }

    /// What came, in a few words for messages: never a value that looks like a token.
    pub(super) fn described(&self) -> String {
        if self.body.is_empty() {
            return "nothing".to_owned();
        }
        if self.is_page() {
            return match self.title() {
                Some(title) => format!("an HTML page with the title \"{title}\""),
                None => "an HTML page".to_owned(),
            };
        }
        if let Some(value) = self.json() {
            return excerpt(&without_tokens(value).to_string());
        }
        match std::str::from_utf8(&self.body) {
            Ok(text) => excerpt(&words_without_tokens(text)),
            Err(_) => format!("{} bytes that are no text", self.body.len()),
        }
    }

    fn title(&self) -> Option<String> {
        let page = self.start();
        let lower = page.to_ascii_lowercase();
        let from = lower.find("<title>")? + "<title>".len();
        let length = lower.get(from..)?.find("</title>")?;
        let title = page.get(from..from + length)?.trim();
        (!title.is_empty()).then(|| excerpt(&words_without_tokens(title)))
    }

    /// That it points elsewhere, where nobody goes.
    pub(super) fn pointing(&self, subject: &str) -> Option<Finding> {
        if !(300..400).contains(&self.status) {
            return None;
        }
        let place = self.location.as_deref().unwrap_or_default();
        // what stands behind the path may be a token
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let place = excerpt(&words_without_tokens(place));
        let (what, hint) = match place.get(..7) {
            Some(start) if start.eq_ignore_ascii_case("http://") => (
                format!("it points to {place}, where everything would travel in clear: refused"),
                "a proxy before the server may not know that it is reached by https; use the address that answers itself",
            ),
            _ if place.is_empty() => (
                "it points elsewhere and does not say where".to_owned(),
                "use the address that answers itself",
            ),
            _ => (
                format!("it points to {place}, which is not followed"),
                "use the address that answers itself; a page to sign in may be in between",
            ),
        };
        let message = format!("HTTP status {}: {what}", self.status);
        let finding = Finding::new("CALL-REDIRECT", Severity::Critical, subject, message);
        Some(finding.with_hint(hint))
    }

    /// That it is not what the documents describe.
    pub(super) fn strange(&self, subject: &str, expected: &str, hint: &str) -> Finding {
        let message = format!(
            "HTTP status {}, {}; expected: {expected}",
            self.status,
            self.described()
        );
        Finding::new("CALL-ANSWER", Severity::Critical, subject, message).with_hint(hint)
    }
}

/// So much of a body is looked at.
const LOOKED_AT: usize = 64 * 1024;

/// On one line of a terminal, harmless.
pub(super) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 160;
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text::escape(&text::cut(&one_line, SHOWN))
}

/// What stands under a key that promises a secret, or looks like one, is not shown.
fn without_tokens(value: Value) -> Value {
    const KEYS: [&str; 7] = [
        "token",
        "secret",
        "password",
        "passwd",
        "appkey",
        "credential",
        "authorization",
    ];
    let is_secret = |key: &str| {
        let key = key.to_ascii_lowercase().replace(['_', '-'], "");
        KEYS.iter().any(|word| key.contains(word))
    };
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| match is_secret(&key) {
                    true => (key, Value::from("[elided]")),
                    false => (key, without_tokens(value)),
                })
                .collect(),
        ),
        Value::Array(values) => values.into_iter().map(without_tokens).collect(),
        Value::String(text) => Value::from(words_without_tokens(&text)),
        other => other,
    }
}

/// Long words of letters and digits are tokens until somebody shows that they are not.
pub(super) fn words_without_tokens(text: &str) -> String {
    const LONG: usize = 20;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-+=:".contains(letter);
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
        let is_token =
            word.len() >= LONG && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        shown.push_str(if is_token { "[elided]" } else { word });
        let mut letters = after.chars();
        if let Some(letter) = letters.next() {
            shown.push(letter);
        }
        rest = letters.as_str();
    }
    shown
}

#[cfg(test)]
mod tests;
