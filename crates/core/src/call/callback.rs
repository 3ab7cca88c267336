//! Calls to the product's callback URLs, from the provider's side.

use time::OffsetDateTime;

use super::judge::{Judge, critical};
use super::{Call, Judgement, Response, Slot, infobip, meta, telegram, twilio};
use crate::channel::{self, Channel, SecretRef, Value};

/// What the customer who is made up writes.
pub(super) const TEXT: &str = "trustpack: test of the callback URL; no answer is needed";
/// What that customer is called.
pub(super) const NAME: &str = "trustpack test";

/// What makes two calls differ that are otherwise the same.
#[derive(Clone, Copy, Debug)]
pub struct Once {
    /// When it is said to happen.
    pub at: OffsetDateTime,
    /// A number that nobody can know before.
    pub number: u32,
}

/// Why a callback URL cannot be called as its provider would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoCall {
    /// It is not in the specification.
    #[error("{path} is not recorded")]
    Missing {
        /// Its path.
        path: String,
    },
    /// It stands there, and is not what it must be.
    #[error("{path} is not valid")]
    NotValid {
        /// Its path.
        path: String,
    },
    /// Nobody has published how such a channel is called.
    #[error("it is not published how a {kind} channel is called")]
    NotPublished {
        /// The kind.
        kind: &'static str,
    },
    /// Such a channel has no app of the product.
    #[error("a {kind} channel has no app key of the product's API Fabric")]
    NoApp {
        /// The kind.
        kind: &'static str,
    },
}

/// The calls that the provider of a channel makes, each with the path of the URL that it goes to.
///
/// # Errors
/// When a value that they need is not there, or nobody has published how they look.
pub fn calls(channel: &Channel, once: Once) -> Result<Vec<(String, Call)>, NoCall> {
    let kind = channel.kind;
    match (kind.word("type"), kind.word("provider")) {
        (Some("telegram"), _) => {
            let url = url(channel, "outputs.message_url")?;
            Ok(vec![with_path(
                channel,
                "outputs.message_url",
                telegram::update(&url, once),
            )])
        }
        (Some("instagram"), _) | (_, Some("cloud-api")) => {
            Ok(vec![meta::of_channel(channel, None, once.number)?])
        }
        (_, Some("infobip")) => infobip::calls(channel, once),
        (_, Some("twilio")) => twilio::calls(channel, once),
        _ => Err(NoCall::NotPublished { kind: kind.title() }),
    }
}

/// A call to the URL at a path.
pub(super) fn with_path(channel: &Channel, path: &str, mut call: Call) -> (String, Call) {
    call.subject = format!("{}: {path}", channel.label());
    (path.to_owned(), call)
}

/// A callback URL. One that only looks strange is called all the same.
pub(super) fn url(channel: &Channel, path: &str) -> Result<String, NoCall> {
    let url = text(channel, path)?;
    match channel::https_parts(&url) {
        Ok(_) => Ok(url),
        Err(_) => Err(NoCall::NotValid {
            path: path.to_owned(),
        }),
    }
}

pub(super) fn text(channel: &Channel, path: &str) -> Result<String, NoCall> {
    let missing = || NoCall::Missing {
        path: path.to_owned(),
    };
    match value(channel, path).ok_or_else(missing)? {
        Value::Text(text) if !text.trim().is_empty() => Ok(text.clone()),
        Value::Text(_) => Err(missing()),
        _ => Err(NoCall::NotValid {
            path: path.to_owned(),
        }),
    }
}

/// The place of a secret.
pub(super) fn secret(channel: &Channel, path: &str) -> Result<Slot, NoCall> {
    match value(channel, path) {
        Some(Value::Secret(SecretRef::Inline)) | Some(Value::Withheld) => Err(NoCall::NotValid {
            path: path.to_owned(),
        }),
        Some(Value::Secret(secret)) => Ok(Slot::new(path, secret.to_string())),
        _ => Err(NoCall::Missing {
            path: path.to_owned(),
        }),
    }
}

fn value<'a>(channel: &'a Channel, path: &str) -> Option<&'a Value> {
    channel.values.of_field(channel.kind.field_at(path)?)
}

/// Who called is known and taken, whatever the product says then.
#[derive(Debug)]
pub(super) struct Taken {
    /// What the caller proves itself with, in words; empty when it does not.
    pub(super) credentials: &'static str,
    /// What to do when it is refused.
    pub(super) hint: &'static str,
}

impl Judge for Taken {
    fn judge(&self, subject: &str, response: &Response) -> Judgement {
        let status = response.status;
        if response.is_good() && !response.is_page() {
            let answer = match response.body.is_empty() {
                true => format!("{status}, without a body"),
                false => format!("{status}, {}", response.described()),
            };
            return Judgement::yes().fact("answer", answer);
        }
        if matches!(status, 401 | 403) {
            let what = match self.credentials {
                "" => "something before the product asks for credentials, or refuses this network"
                    .to_owned(),
                credentials => format!(
                    "{credentials} not taken, or something before the product refuses this network"
                ),
            };
            let message = format!("HTTP status {status}: {what} ({})", response.described());
            return Judgement::no(critical("CALL-CREDENTIALS", subject, message, self.hint));
        }
        not_taken(subject, response, "a status from 200 to 299")
    }
}

/// What it means that a callback URL gives no good answer.
pub(super) fn not_taken(subject: &str, response: &Response, expected: &str) -> Judgement {
    let (status, described) = (response.status, response.described());
    let told = |meaning: &str| format!("HTTP status {status}: {meaning} ({described})");
    Judgement::no(match status {
        404 | 410 => critical(
            "CALL-NOT-FOUND",
            subject,
            told("nobody serves this URL"),
            "copy the URL again from the Channel Integration page; the channel may have been deleted, or a gateway before the product does not pass this path on",
        ),
        405 | 415 => critical(
            "CALL-NOT-FOUND",
            subject,
            told("the server knows the path, and not this way of asking"),
            "see that the URL is the one of this provider and of this direction: the message and the report URL may be exchanged",
        ),
        429 => critical(
            "CALL-LIMIT",
            subject,
            told("too many calls"),
            format!(
                "{}; see the limits of the gateway before the product",
                response.wait()
            ),
        ),
        400 | 422 => critical(
            "CALL-ANSWER",
            subject,
            told("the product does not take what is sent"),
            "look into the product's log for this time; see that the channel is saved and has this provider",
        ),
        502..=504 => critical(
            "CALL-SERVER",
            subject,
            told("the gateway before the product does not reach it"),
            "see that the product runs, and where the gateway passes this path on to",
        ),
        500.. => critical(
            "CALL-SERVER",
            subject,
            told("the product fails"),
            "look into the product's log for this time; see that the channel is saved",
        ),
        _ => response.strange(
            subject,
            expected,
            "see that the URL leads to the product, and not to a page to sign in or to another server",
        ),
    })
}
