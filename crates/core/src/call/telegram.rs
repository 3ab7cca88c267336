//! The Bot API as far as a webhook needs it: `setWebhook`, `getWebhookInfo`, `deleteWebhook`; and what Telegram sends.
//!
//! `core.telegram.org/bots/api` and `core.telegram.org/bots/webhooks`; what a server answers and in which words is that of the
//! Bot API server itself (`github.com/tdlib/telegram-bot-api`). The token is a step of the path of every URL, so it has a
//! place there and is nowhere else.

mod answer;
mod certificate;
mod explain;
mod reserved;

use std::net::Ipv4Addr;

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::body::{Body, Part};
use super::callback::{NAME, Once, TEXT, Taken};
use super::{Address, Call, Encoding, Slot, Template};

use answer::{Done, Info};

pub use certificate::{Needed, needed};
pub use explain::{Explained, explain};
pub use reserved::is_reserved;

const SET: &str = "https://core.telegram.org/bots/api#setwebhook";
const INFO: &str = "https://core.telegram.org/bots/api#getwebhookinfo";
const DELETE: &str = "https://core.telegram.org/bots/api#deletewebhook";
const UPDATE: &str = "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0292.html";

/// Where the Bot API of everybody is.
pub const BOT_API: &str = "https://api.telegram.org";

/// A bot, and the server that speaks for it.
#[derive(Clone, Debug)]
pub struct Bot {
    /// What findings are about.
    pub subject: String,
    /// The Bot API server.
    pub api: Address,
    /// The place of its token.
    pub token: Slot,
}

/// What a webhook is to be.
#[derive(Clone, Debug, Default)]
pub struct Webhook {
    /// The callback URL.
    pub url: String,
    /// The certificate that Telegram is to trust, as PEM: needed when no public root is behind the URL.
    pub certificate: Option<String>,
    /// Telegram calls this address, whatever the host resolves to.
    pub ip_address: Option<Ipv4Addr>,
    /// So many updates at the same time; Telegram's default is 40.
    pub max_connections: Option<u32>,
    /// Only these kinds of updates; an empty list: all but those that are off by default.
    pub allowed_updates: Option<Vec<String>>,
    /// Updates that wait are forgotten.
    pub drop_pending_updates: bool,
    /// Sent with every update as `X-Telegram-Bot-Api-Secret-Token`.
    pub secret_token: Option<Slot>,
}

/// What is expected of a webhook that is set.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The URL; empty: that none is set.
    pub url: String,
    /// When it is asked.
    pub at: OffsetDateTime,
    /// An error of so long ago is one of now.
    pub recent: Duration,
}

impl Bot {
    fn url(&self, method: &str) -> Template {
        Template::plain(format!("{}/bot", self.api))
            .secret(&self.token, Encoding::Path)
            .text(format!("/{method}"))
    }

    fn subject(&self) -> String {
        self.subject.clone()
    }

    /// Sets the webhook. A certificate travels as a file in a multipart body: "sending a String will not work".
    pub fn set_webhook(&self, webhook: &Webhook) -> Call {
        let body = match &webhook.certificate {
            Some(pem) => webhook.multipart(pem),
            None => Body::json(webhook.json()),
        };
        let url = self.url("setWebhook");
        Call::post("setWebhook", self.subject(), url, body, Done).document(SET)
    }

    /// Removes the webhook.
    pub fn delete_webhook(&self, drop_pending_updates: bool) -> Call {
        let parameters = match drop_pending_updates {
            true => json!({ "drop_pending_updates": true }),
            false => json!({}),
        };
        let body = Body::json(Template::plain(parameters.to_string()));
        let url = self.url("deleteWebhook");
        Call::post("deleteWebhook", self.subject(), url, body, Done).document(DELETE)
    }

    /// Asks what is set, and what went wrong last.
    pub fn webhook_info(&self, expected: Expected) -> Call {
        let url = self.url("getWebhookInfo");
        Call::get("getWebhookInfo", self.subject(), url, Info { expected }).document(INFO)
    }
}

impl Webhook {
    /// The parameters that are no file, in the order of the document; a secret is the name of its place.
    fn parameters(&self) -> Vec<(&'static str, Parameter<'_>)> {
        let mut parameters = vec![("url", Parameter::Text(self.url.clone()))];
        if let Some(address) = self.ip_address {
            parameters.push(("ip_address", Parameter::Text(address.to_string())));
        }
        if let Some(count) = self.max_connections {
            parameters.push(("max_connections", Parameter::Json(count.to_string())));
        }
        if let Some(kinds) = &self.allowed_updates {
            let list = serde_json::Value::from(kinds.clone());
            parameters.push(("allowed_updates", Parameter::Json(list.to_string())));
        }
        if self.drop_pending_updates {
            parameters.push(("drop_pending_updates", Parameter::Json("true".to_owned())));
        }
        if let Some(slot) = &self.secret_token {
            parameters.push(("secret_token", Parameter::Secret(slot)));
        }
        parameters
    }

    fn json(&self) -> Template {
        let mut text = Template::plain("{");
        for (place, (name, value)) in self.parameters().into_iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            text = text.text(format!("{comma}\"{name}\": "));
            text = match value {
                Parameter::Text(value) => text.text(super::template::json(&value)),
                Parameter::Json(value) => text.text(value),
                Parameter::Secret(slot) => text.secret(slot, Encoding::Json),
            };
        }
        text.text("}")
    }

    fn multipart(&self, pem: &str) -> Body {
        let mut parts = Vec::new();
        for (name, value) in self.parameters() {
            let content = match value {
                Parameter::Text(value) | Parameter::Json(value) => Template::plain(value),
                Parameter::Secret(slot) => Template::default().secret(slot, Encoding::Raw),
            };
            let file = None;
            parts.push(Part {
                name,
                file,
                content,
            });
        }
        parts.push(Part {
            name: "certificate",
            file: Some("webhook.pem"),
            content: Template::plain(pem),
        });
        Body::Multipart(parts)
    }
}

enum Parameter<'a> {
    Text(String),
    /// Also as a field of a form it is JSON: "A JSON-serialized list".
    Json(String),
    Secret(&'a Slot),
}

/// A message of a customer, as Telegram posts it to a webhook. Nothing proves that Telegram sends it, unless a secret token
/// was set.
pub(super) fn update(url: &str, once: Once) -> Call {
    let number = u64::from(once.number);
    let customer = json!({
        "id": number,
        "is_bot": false,
        "first_name": NAME,
        "username": "trustpack_test",
        "language_code": "en",
    });
    let update = json!({
        "update_id": number,
        "message": {
            "message_id": 1,
            "from": customer,
            "chat": {
                "id": number,
                "first_name": NAME,
                "username": "trustpack_test",
                "type": "private",
            },
            "date": once.at.unix_timestamp(),
            "text": TEXT,
        },
    });
    let judge = Taken {
        credentials: "",
        hint: "Telegram sends no credentials: let 149.154.160.0/20 and 91.108.4.0/22 pass without any, and try from a network that may",
    };
    let body = Body::json(Template::plain(update.to_string()));
    Call::post("update", url.to_owned(), Template::plain(url), body, judge).document(UPDATE)
}

#[cfg(test)]
mod tests;
