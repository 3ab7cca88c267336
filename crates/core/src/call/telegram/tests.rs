use super::*;
use crate::call::Secrets;

pub(super) fn bot() -> Bot {
    Bot {
        subject: "support_bot".to_owned(),
        api: BOT_API.parse().unwrap(),
        token: Slot::new("handover.bot_token", "env:BOT_TOKEN"),
    }
}

fn webhook() -> Webhook {
    Webhook {
        url: "https://aicc.example.com/apiaccess/api/telegram/message/1".to_owned(),
        max_connections: Some(10),
        allowed_updates: Some(vec!["message".to_owned()]),
        drop_pending_updates: true,
        secret_token: Some(Slot::new("secret token", "env:HOOK")),
        ..Webhook::default()
    }
}

#[test]
fn calls_are_those_of_the_document() {
    insta::assert_snapshot!(bot().set_webhook(&webhook()).shown(), @r#"
        POST https://api.telegram.org/bot<env:BOT_TOKEN>/setWebhook
        content-type: application/json

        {"url": "https://aicc.example.com/apiaccess/api/telegram/message/1", "max_connections": 10, "allowed_updates": ["message"], "drop_pending_updates": true, "secret_token": "<env:HOOK>"}
        "#);
    let with_certificate = Webhook {
        certificate: Some("PEM\n".to_owned()),
        ip_address: Some(Ipv4Addr::new(203, 0, 113, 7)),
        ..webhook()
    };
    let shown = bot().set_webhook(&with_certificate).shown();
    let boundary = shown
        .split("boundary=")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    insta::assert_snapshot!(shown.replace(boundary.unwrap(), "BOUNDARY"), @r#"
        POST https://api.telegram.org/bot<env:BOT_TOKEN>/setWebhook
        content-type: multipart/form-data; boundary=BOUNDARY

        --BOUNDARY
        Content-Disposition: form-data; name="url"

        https://aicc.example.com/apiaccess/api/telegram/message/1
        --BOUNDARY
        Content-Disposition: form-data; name="ip_address"

        203.0.113.7
        --BOUNDARY
        Content-Disposition: form-data; name="max_connections"

        10
        --BOUNDARY
        Content-Disposition: form-data; name="allowed_updates"

        ["message"]
        --BOUNDARY
        Content-Disposition: form-data; name="drop_pending_updates"

        true
        --BOUNDARY
        Content-Disposition: form-data; name="secret_token"

        <env:HOOK>
        --BOUNDARY
        Content-Disposition: form-data; name="certificate"; filename="webhook.pem"
        Content-Type: application/x-pem-file

        PEM

        --BOUNDARY--
        "#);
    assert!(bot().delete_webhook(false).shown().ends_with("\n{}\n"));
    let slots = bot().set_webhook(&webhook());
    let slots: Vec<&str> = slots.slots().iter().map(|slot| &*slot.name).collect();
    assert_eq!(slots, ["handover.bot_token", "secret token"]);
    // what is shown of JSON is JSON
    let text = webhook().json().to_string();
    assert!(
        serde_json::from_str::<serde_json::Value>(&text).is_ok(),
        "{text}"
    );
}

#[test]
fn the_token_is_in_no_text_of_a_call() {
    let token = format!("123456789:{}", "Aa0_-".repeat(7));
    let mut secrets = Secrets::default();
    secrets.insert(
        "handover.bot_token",
        trustpack_keystore::Password::new(token.clone()),
    );
    let call = bot().set_webhook(&webhook());
    let told = format!("{call:?}\n{}\n{:?}\n{secrets:?}", call.shown(), call.url);
    assert!(!told.contains(&token[10..]), "{told}");
    let url = call.url.reveal(&secrets).unwrap();
    assert_eq!(
        *url,
        format!("https://api.telegram.org/bot{token}/setWebhook")
    );
}
