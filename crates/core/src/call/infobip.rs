//! What Infobip sends to the callback URLs of a channel.
//!
//! The product's side is described in *Receiving and Processing MO Messages Sent on Infobip* and *… Reports Sent on
//! Infobip* (`support.huaweicloud.com/intl/en-us/api-cec/cec_07_0994.html`, `cec_07_0995.html`, 2025-11-13), the bodies in
//! Infobip's *WhatsApp inbound messages* and *Delivery reports*.

use serde_json::json;

use super::callback::{NoCall, Once, Taken, secret, text, url, with_path};
use super::{Body, Call, Encoding, Template};
use crate::channel::Channel;

const MESSAGE: &str = "https://support.huaweicloud.com/intl/en-us/api-cec/cec_07_0994.html";
const REPORT: &str = "https://support.huaweicloud.com/api-ccfs-cec/cec_07_0995.html";

/// "The value is fixed at application/json; charset=UTF-8."
const MEDIA_TYPE: &str = "application/json; charset=UTF-8";

/// A message and a report.
pub(super) fn calls(channel: &Channel, once: Once) -> Result<Vec<(String, Call)>, NoCall> {
    let password = secret(channel, "info.webhook_password")?;
    let number = digits(&text(channel, "info.phone_number").unwrap_or_default());
    let call = |name, path, body: serde_json::Value, document| {
        let url = url(channel, path)?;
        let body = Body::Text {
            media_type: MEDIA_TYPE,
            text: Template::plain(body.to_string()),
        };
        let judge = Taken {
            credentials: "the header AccountKey is",
            hint: "the webhook password of the channel and what is behind the reference differ: enter it again under Channel Configuration, and tell Infobip",
        };
        let call = Call::post(name, url.clone(), Template::plain(url), body, judge)
            .header(
                "AccountKey",
                Template::default().secret(&password, Encoding::Header),
            )
            .document(document);
        Ok(with_path(channel, path, call))
    };
    Ok(vec![
        call(
            "message",
            "outputs.message_url",
            message(&number, once),
            MESSAGE,
        )?,
        call("report", "outputs.report_url", report(once), REPORT)?,
    ])
}

/// Of a number as people write it.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// A number that Ofcom keeps for drama: nobody has it.
pub(super) const NOBODY: &str = "447700900000";

fn message(to: &str, once: Once) -> serde_json::Value {
    json!({
        "results": [{
            "from": NOBODY,
            "to": to,
            "integrationType": "WHATSAPP",
            "receivedAt": moment(once),
            "messageId": format!("trustpack-{}", once.number),
            "pairedMessageId": null,
            "callbackData": null,
            "message": { "type": "TEXT", "text": super::callback::TEXT },
            "contact": { "name": super::callback::NAME },
            "price": { "pricePerMessage": 0, "currency": "EUR" },
        }],
        "messageCount": 1,
        "pendingMessageCount": 0,
    })
}

/// Of a message that nobody has sent: there is nothing that it could change.
fn report(once: Once) -> serde_json::Value {
    json!({
        "results": [{
            "bulkId": format!("trustpack-{}", once.number),
            "messageId": format!("trustpack-{}", once.number),
            "to": NOBODY,
            "sentAt": moment(once),
            "doneAt": moment(once),
            "messageCount": 1,
            "price": { "pricePerMessage": 0, "currency": "EUR" },
            "status": {
                "groupId": 3,
                "groupName": "DELIVERED",
                "id": 5,
                "name": "DELIVERED_TO_HANDSET",
                "description": "Message delivered to handset",
            },
            "error": {
                "groupId": 0,
                "groupName": "OK",
                "id": 0,
                "name": "NO_ERROR",
                "description": "No Error",
                "permanent": false,
            },
        }],
    })
}

/// As Infobip writes it: `2019-07-19T11:23:26.998+0000`.
fn moment(once: Once) -> String {
    let at = once.at.to_offset(time::UtcOffset::UTC);
    let (hour, minute, second) = at.to_hms();
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000+0000")
}
