//! Answers of the Bot API, judged.

use serde_json::Value;
use time::OffsetDateTime;

use super::{Expected, explain};
use crate::call::judge::{Judge, critical};
use crate::call::response::excerpt;
use crate::call::{Answer, Fact, Judgement, Response};
use crate::report::{Finding, Severity};
use crate::text::{ago, date_and_time};

const JSON: &str = "JSON with \"ok\", as the Bot API answers";

const NOT_THE_API: &str = "something else answers at this address, such as a proxy or a page to sign in; see --proxy and --api";

/// Expects `"ok":true`.
#[derive(Debug)]
pub(super) struct Done;

/// Expects what is set.
#[derive(Debug)]
pub(super) struct Info {
    pub(super) expected: Expected,
}

impl Judge for Done {
    fn judge(&self, subject: &str, response: &Response) -> Judgement {
        match result(subject, response) {
            Ok((_, description)) => match description {
                Some(text) => Judgement::yes().fact("Telegram says", excerpt(&text)),
                None => Judgement::yes(),
            },
            Err(judgement) => judgement,
        }
    }
}

impl Judge for Info {
    fn judge(&self, subject: &str, response: &Response) -> Judgement {
        let info = match result(subject, response) {
            Ok((info, _)) => info,
            Err(judgement) => return judgement,
        };
        let Some(url) = info.get("url").and_then(Value::as_str) else {
            let expected = "a WebhookInfo with its url";
            return Judgement::unusable(response.strange(subject, expected, NOT_THE_API));
        };
        let mut judgement = Judgement {
            answer: Answer::Yes,
            facts: self.facts(url, &info),
            findings: Vec::new(),
        };
        if let Some(finding) = self.other_url(subject, url) {
            judgement = judgement.with(finding);
        }
        if let Some(finding) = self.last_error(subject, &info) {
            judgement = judgement.with(finding);
        }
        judgement
    }
}

impl Info {
    fn facts(&self, url: &str, info: &Value) -> Vec<Fact> {
        let number = |name| info.get(name).and_then(Value::as_i64);
        let mut facts = Vec::new();
        let mut add = |name, value: String| facts.push(Fact { name, value });
        match url {
            "" => add("url", "none is set".to_owned()),
            url => add("url", excerpt(url)),
        }
        if let Some(own) = info.get("has_custom_certificate").and_then(Value::as_bool)
            && !url.is_empty()
        {
            let words = if own {
                "the one that was uploaded"
            } else {
                "of a public root"
            };
            add("trusted certificate", words.to_owned());
        }
        if let Some(address) = info.get("ip_address").and_then(Value::as_str) {
            add("address", excerpt(address));
        }
        if let Some(count) = number("max_connections") {
            add("connections", format!("at most {count}"));
        }
        if let Some(kinds) = info.get("allowed_updates").and_then(Value::as_array) {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            add("updates", excerpt(&kinds.join(", ")));
        }
        if let Some(count) = number("pending_update_count") {
            add("waiting updates", count.to_string());
        }
        if let Some(message) = last_message(info) {
            add("last error", self.when(info) + &excerpt(message));
        }
        if let Some(moment) = moment(info, "last_synchronization_error_date") {
            add("last synchronisation error", date_and_time(moment));
        }
        facts
    }

    fn other_url(&self, subject: &str, url: &str) -> Option<Finding> {
        let expected = &self.expected.url;
        if url == expected {
            return None;
        }
        let (message, hint) = match (url.is_empty(), expected.is_empty()) {
            (true, _) => (
                format!("no webhook is set; expected: {expected}"),
                "`trustpack telegram set-webhook` sets it",
            ),
            (_, true) => (
                format!("a webhook is still set: {}", excerpt(url)),
                "somebody else may have set it again; see who uses this bot",
            ),
            _ => (
                format!(
                    "the webhook is set to {}; expected: {expected}",
                    excerpt(url)
                ),
                "`trustpack telegram set-webhook` sets it again; see who else uses this bot",
            ),
        };
        Some(critical("TG-WEBHOOK", subject, message, hint))
    }

    fn last_error(&self, subject: &str, info: &Value) -> Option<Finding> {
        let message = last_message(info)?;
        // An error without a date is as new as it can be.
        let is_recent = moment(info, "last_error_date")
            .is_none_or(|moment| self.expected.at - moment <= self.expected.recent);
        let severity = match is_recent {
            true => Severity::Critical,
            false => Severity::Note,
        };
        let (meaning, remedy) = match explain(message) {
            Some(explained) => (explained.meaning, explained.remedy),
            None => (
                "not a message that is known here",
                "run `trustpack channel callback-test` against the URL, and look into the product's log",
            ),
        };
        let when = self.when(info);
        let message = format!("{when}Telegram says \"{}\": {meaning}", excerpt(message));
        let finding = Finding::new("TG-LAST-ERROR", severity, subject, message);
        Some(finding.with_hint(remedy))
    }

    /// `2 hours ago, `.
    fn when(&self, info: &Value) -> String {
        match moment(info, "last_error_date") {
            Some(moment) => {
                let seconds = (moment - self.expected.at).whole_seconds();
                format!("{} ({}): ", ago(seconds.min(0)), date_and_time(moment))
            }
            None => String::new(),
        }
    }
}

fn last_message(info: &Value) -> Option<&str> {
    let message = info.get("last_error_message").and_then(Value::as_str)?;
    (!message.trim().is_empty()).then_some(message)
}

fn moment(info: &Value, name: &str) -> Option<OffsetDateTime> {
    let seconds = info.get(name)?.as_i64()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

/// The `result` of a good answer, with its description; else what the answer means.
fn result(subject: &str, response: &Response) -> Result<(Value, Option<String>), Judgement> {
    let strange = || Judgement::unusable(response.strange(subject, JSON, NOT_THE_API));
    let Some(Value::Object(mut members)) = response.json() else {
        return Err(match response.status {
            500.. => Judgement::unusable(critical(
                "CALL-SERVER",
                subject,
                format!(
                    "HTTP status {}: the Bot API server, or what stands before it, fails ({})",
                    response.status,
                    response.described()
                ),
                "try again in a minute",
            )),
            _ => strange(),
        });
    };
    let Some(is_ok) = members.get("ok").and_then(Value::as_bool) else {
        return Err(strange());
    };
    let description = members.get("description").and_then(Value::as_str);
    let description = description.map(str::to_owned);
    if is_ok {
        let result = members.remove("result").unwrap_or_default();
        return Ok((result, description));
    }
    let code = members.get("error_code").and_then(Value::as_u64);
    let code = code.and_then(|code| u16::try_from(code).ok());
    let code = code.unwrap_or(response.status);
    let parameters = members.get("parameters");
    let wait = parameters.and_then(|parameters| parameters.get("retry_after"));
    let wait = match wait.and_then(Value::as_u64) {
        Some(seconds) => format!("wait {seconds} s, and try again"),
        None => response.wait(),
    };
    let said = description.unwrap_or_else(|| "no description".to_owned());
    Err(refused(subject, code, &said, &wait))
}

fn refused(subject: &str, code: u16, said: &str, wait: &str) -> Judgement {
    let told = |meaning: &str| format!("Telegram answers {code}, \"{}\": {meaning}", excerpt(said));
    Judgement::no(match code {
        401 => critical(
            "CALL-CREDENTIALS",
            subject,
            told("it does not know this token"),
            "see that the token is complete and of this bot; @BotFather shows it with /token, and /revoke makes the old one void",
        ),
        404 => critical(
            "CALL-CREDENTIALS",
            subject,
            told("this is no token, or no Bot API server is at this address"),
            "a token has digits, a colon and 35 more characters; see --token and --api",
        ),
        409 => critical(
            "TG-CONFLICT",
            subject,
            told("somebody else sets a webhook of this bot at the same time"),
            "see who else uses this bot, and try again",
        ),
        421 => critical(
            "CALL-CREDENTIALS",
            subject,
            told("this Bot API server does not serve this bot"),
            "use https://api.telegram.org, or have the bot log out there first (logOut)",
        ),
        429 => critical("CALL-LIMIT", subject, told("too many calls"), wait),
        500.. => {
            let finding = critical(
                "CALL-SERVER",
                subject,
                told("the Bot API server fails"),
                "try again in a minute",
            );
            return Judgement::unusable(finding);
        }
        _ => match explain(said) {
            Some(explained) => critical(
                "TG-REFUSED",
                subject,
                told(explained.meaning),
                explained.remedy,
            ),
            None => critical(
                "TG-REFUSED",
                subject,
                told("it does not take what was sent"),
                "see the Bot API's description of the method for what it takes",
            ),
        },
    })
}

#[cfg(test)]
mod tests;
