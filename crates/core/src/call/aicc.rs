//! The product's own API: whether an app key and its secret are taken.
//!
//! *Generating a Token Using the API Fabric* (`support.huaweicloud.com/intl/en-us/devg-lightweight-cec/cec_05_1307.html`,
//! `support.huaweicloud.com/intl/en-us/api-cec/cec_07_0005.html`): POST `/apigovernance/api/oauth/tokenByAkSk` with
//! `app_key` and `app_secret`; the answer has `AccessToken`, `ApplyType`, `Expires`.

use serde_json::Value;

use super::callback::{NoCall, secret, text};
use super::judge::{Judge, critical};
use super::response::excerpt;
use super::{Address, Body, Call, Encoding, Judgement, Response, Template};
use crate::channel::Channel;

const DOCUMENT: &str =
    "https://support.huaweicloud.com/intl/en-us/devg-lightweight-cec/cec_05_1307.html";

const PATH: &str = "/apigovernance/api/oauth/tokenByAkSk";

/// In seconds, as the document has it; the shortest that it names.
const EXPIRE: &str = "600";

/// Asks for a token with the app key and app secret of a channel, at the address of its BaseUrl, or another one.
///
/// # Errors
/// When the channel has no app of the product, or a value is not there.
pub fn token_check(channel: &Channel, api: Option<&Address>) -> Result<Call, NoCall> {
    let (key, app_secret) = app(channel)?;
    let (key, app_secret) = (secret(channel, key)?, secret(channel, app_secret)?);
    let address = match api {
        Some(address) => address.clone(),
        None => {
            let base = text(channel, "info.base_url")?;
            Address::origin_of(&base).ok_or_else(|| NoCall::NotValid {
                path: "info.base_url".to_owned(),
            })?
        }
    };
    let body = Template::plain("{\"app_key\": ")
        .secret(&key, Encoding::Json)
        .text(", \"app_secret\": ")
        .secret(&app_secret, Encoding::Json)
        .text("}");
    let url = format!("{address}{PATH}");
    let call = Call::post(
        "tokenByAkSk",
        channel.label(),
        Template::plain(url),
        Body::json(body),
        Token,
    );
    let call = call.header("X-Token-Expire", Template::plain(EXPIRE));
    Ok(call.document(DOCUMENT))
}

/// Where app key and app secret of the product's API Fabric stand. The APP Key of cloud-api is Meta's.
fn app(channel: &Channel) -> Result<(&'static str, &'static str), NoCall> {
    let kind = channel.kind;
    match (kind.word("type"), kind.word("verification_method")) {
        (Some("telegram" | "instagram"), _) => Ok(("info.app_key", "info.app_secret")),
        // "enter the app key in the UserName text box", "the app secret in the Password text box"
        (_, Some("oAuth")) => Ok(("info.username", "info.password")),
        _ => Err(NoCall::NoApp { kind: kind.title() }),
    }
}

/// Expects a token, and forgets it.
#[derive(Debug)]
struct Token;

impl Judge for Token {
    fn judge(&self, subject: &str, response: &Response) -> Judgement {
        const HINT: &str = "see that the address is that of the API Fabric: the product's own, with its port; --api URL names another one";
        let value = response.json();
        let member = |names: &[&str]| {
            let value = value.as_ref()?;
            names.iter().find_map(|name| value.get(*name))
        };
        let token = member(&["AccessToken", "access_token"]).and_then(Value::as_str);
        if response.is_good() && token.is_some_and(|token| !token.trim().is_empty()) {
            let expires = member(&["Expires", "expires_in"]).map(plain);
            let expires = expires.filter(|text| text.parse::<u32>().is_ok());
            let validity = match expires {
                Some(seconds) => format!("issued, for {seconds} s, and forgotten"),
                None => "issued, and forgotten".to_owned(),
            };
            return Judgement::yes().fact("token", validity);
        }
        let refused = |why: &str| {
            critical(
                "CALL-CREDENTIALS",
                subject,
                format!("the app key and app secret are not taken: {why}"),
                "see that both are those of the app under APP Management, that nobody has reset the secret, and that the app is enabled",
            )
        };
        match (response.status, value.is_some()) {
            (401 | 403, true) => Judgement::no(refused(&said(response))),
            (200..300 | 400, true) => Judgement::no(refused(&said(response))),
            (401 | 403, false) => Judgement::no(critical(
                "CALL-CREDENTIALS",
                subject,
                format!(
                    "HTTP status {}, and not from the API Fabric: something before it refuses ({})",
                    response.status,
                    response.described()
                ),
                "ask who runs the gateway whether this network may reach the API Fabric, and whether the address is right",
            )),
            (404, _) => Judgement::unusable(critical(
                "CALL-NOT-FOUND",
                subject,
                format!(
                    "HTTP status 404: there is no API Fabric at this address ({})",
                    response.described()
                ),
                HINT,
            )),
            (429, _) => Judgement::unusable(critical(
                "CALL-LIMIT",
                subject,
                "HTTP status 429: too many calls",
                response.wait(),
            )),
            (500.., _) => Judgement::unusable(critical(
                "CALL-SERVER",
                subject,
                format!(
                    "HTTP status {}: the server fails ({})",
                    response.status,
                    response.described()
                ),
                "try again later; look into the product's log for this time",
            )),
            _ => Judgement::unusable(response.strange(subject, "JSON with AccessToken", HINT)),
        }
    }
}

/// A code and a description, under the names that the product's APIs use; else what came.
fn said(response: &Response) -> String {
    let value = response.json().unwrap_or_default();
    let error = value.get("error").filter(|error| error.is_object());
    let value = error.unwrap_or(&value);
    let find = |names: &[&str]| {
        let found = names.iter().find_map(|name| value.get(*name));
        let text = found.map(plain).filter(|text| !text.is_empty())?;
        Some(super::response::words_without_tokens(&text))
    };
    let code = find(&[
        "resultCode",
        "errorCode",
        "error_code",
        "code",
        "retCode",
        "error",
    ]);
    let text = find(&[
        "resultDesc",
        "errorDesc",
        "error_msg",
        "error_description",
        "errorMsg",
        "message",
        "msg",
        "desc",
    ]);
    let told = match (code, text) {
        (Some(code), Some(text)) => format!("{code}, {text}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            return format!("HTTP status {}, {}", response.status, response.described());
        }
    };
    excerpt(&told)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
