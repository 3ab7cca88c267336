//! What Twilio sends to the callback URLs of a channel.
//!
//! The product's side is described in *Receiving and Processing MO Messages Sent on Twilio* and *… Reports Sent on Twilio*
//! (`support.huaweicloud.com/intl/en-us/api-cec/cec_07_0996.html`, `cec_07_0997.html`, 2025-11-13). User and password stand
//! before the host of the URLs at Twilio, which makes an `Authorization` of them. A signature is made with the account's auth
//! token, which the product does not ask for; there is none here.

use super::callback::{NoCall, Once, Taken, secret, text, url, with_path};
use super::infobip::{NOBODY, digits};
use super::{Body, Call, Encoding, Template, body};
use crate::channel::Channel;

const MESSAGE: &str = "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0996.html";
const REPORT: &str = "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0997.html";

/// A message and a report.
pub(super) fn calls(channel: &Channel, once: Once) -> Result<Vec<(String, Call)>, NoCall> {
    let user = text(channel, "info.webhook_user")?;
    let password = secret(channel, "info.webhook_password")?;
    let account = text(channel, "info.account_sid").unwrap_or_default();
    let own = digits(&text(channel, "info.phone_number").unwrap_or_default());
    let call = |name, path, fields: &[(&str, String)], document| {
        let url = url(channel, path)?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (key, value) in fields {
            form.append_pair(key, value);
        }
        let body = Body::Text {
            media_type: body::FORM,
            text: Template::plain(form.finish()),
        };
        let judge = Taken {
            credentials: "user and password are",
            hint: "webhook user and password of the channel and those of the specification differ: enter them again under Channel Configuration, and in the two URLs at Twilio",
        };
        let user = user.clone();
        let authorization = Template::plain("Basic ").secret(&password, Encoding::Basic { user });
        let call = Call::post(name, url.clone(), Template::plain(url), body, judge)
            .header("Authorization", authorization)
            .document(document);
        Ok(with_path(channel, path, call))
    };
    let sid = format!("SM{:032x}", once.number);
    let (nobody, own) = (format!("whatsapp:+{NOBODY}"), format!("whatsapp:+{own}"));
    let field = |key, value: &str| (key, value.to_owned());
    let message = [
        field("MessageSid", &sid),
        field("AccountSid", &account),
        field("From", &nobody),
        field("To", &own),
        field("MessageType", "TEXT"),
        field("NumMedia", "0"),
        field("ProfileName", super::callback::NAME),
        field("Body", super::callback::TEXT),
    ];
    let report = [
        field("MessageSid", &sid),
        field("MessageStatus", "delivered"),
        field("AccountSid", &account),
        field("From", &own),
        field("To", &nobody),
    ];
    Ok(vec![
        call("message", "outputs.message_url", &message, MESSAGE)?,
        call("report", "outputs.report_url", &report, REPORT)?,
    ])
}
