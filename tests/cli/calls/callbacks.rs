//! The provider's side, against a product that behaves as *Receiving and Processing …* says for each provider.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{Ran, World, at};
use crate::support::api::{self, Api, Request};

const PASSWORD: &str = "hook-pass_9";

/// Answers as the product would, by the path.
fn product(world: &World, host: &str) -> Api {
    let certified = world.server(&[host]);
    Api::tls(&certified, &[], |request, out| {
        let path = request.path.as_str();
        let is_known = |direction: &str| path.split('/').rev().nth(1) == Some(direction);
        if !is_known("message") && !is_known("report") {
            return api::json(out, "404 Not Found", "{}");
        }
        let is_let_in = match path {
            _ if path.contains("/infobip/") => request.header("accountkey") == PASSWORD,
            _ if path.contains("/twilio/") => {
                let expected = BASE64_STANDARD.encode(format!("aicc:{PASSWORD}"));
                request.header("authorization") == format!("Basic {expected}")
            }
            _ => true,
        };
        match is_let_in {
            true => api::reply(out, "200 OK", "text/plain", ""),
            // repeats what it got
            false => api::json(
                out,
                "401 Unauthorized",
                &serde_json::json!({"got": format!("{:?}", request.headers)}).to_string(),
            ),
        }
    })
}

fn test(world: &World, api: &Api, host: &str, spec: &str, password: &str, more: &[&str]) -> Ran {
    let connect = at(host, api);
    let words = [
        "channel",
        "callback-test",
        spec,
        &connect,
        "--trust",
        "root.pem",
    ];
    let mut command = world.command(&[&words[..], more].concat());
    for name in [
        "WA_WEBHOOK_PASSWORD",
        "WEBHOOK_PASSWORD",
        "TWILIO_WEBHOOK_PASSWORD",
    ] {
        command.env(name, password);
    }
    Ran::from(command.output().unwrap())
}

/// With the webhook password from a variable of ours.
fn with_password(text: String) -> String {
    let lines = text
        .lines()
        .map(|line| match line.starts_with("webhook_password") {
            true => "webhook_password = \"env:WEBHOOK_PASSWORD\"",
            false => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn infobip_sends_its_header_with_a_message_and_a_report() {
    let world = World::new();
    let api = product(&world, "192.0.2.10");
    world.spec("whatsapp-infobip.toml", with_password);
    let host = "192.0.2.10:18446";
    let good = test(
        &world,
        &api,
        host,
        "whatsapp-infobip.toml",
        PASSWORD,
        &["--send"],
    );
    good.ended(0, "wa_sales: outputs.message_url: message: yes");
    good.ended(0, "wa_sales: outputs.report_url: report: yes");
    let heard = api.heard();
    let bodies: Vec<Value> = heard
        .iter()
        .map(|one| serde_json::from_slice(&one.body).unwrap())
        .collect();
    assert_eq!(
        heard[0].header("content-type"),
        "application/json; charset=UTF-8"
    );
    assert_eq!(bodies[0]["results"][0]["integrationType"], "WHATSAPP");
    assert_eq!(bodies[0]["results"][0]["message"]["type"], "TEXT");
    assert_eq!(bodies[1]["results"][0]["status"]["groupName"], "DELIVERED");
    assert_eq!(
        bodies[0]["results"][0]["messageId"],
        bodies[1]["results"][0]["messageId"]
    );

    let wrong = test(
        &world,
        &api,
        host,
        "whatsapp-infobip.toml",
        "hunter2hunter2",
        &["--send", "--json"],
    );
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(!wrong.all().contains("hunter2"), "{wrong:?}");
    let finding = &wrong.json()["calls"][0]["findings"][0];
    assert_eq!(finding["id"], "CALL-CREDENTIALS");
    assert!(finding["message"].as_str().unwrap().contains("AccountKey"));
    let only = test(
        &world,
        &api,
        host,
        "whatsapp-infobip.toml",
        PASSWORD,
        &["--send", "--only", "report"],
    );
    assert!(!only.stdout.contains("message: yes"), "{only:?}");
}

#[test]
fn twilio_sends_user_and_password_with_a_form() {
    let world = World::new();
    let api = product(&world, "aicc.example.com");
    world.spec("whatsapp-twilio.toml", with_password);
    let host = "aicc.example.com:443";
    let spec = "whatsapp-twilio.toml";
    test(&world, &api, host, spec, PASSWORD, &["--send"]).ended(0, "report: yes");
    let heard: Vec<Request> = api.heard();
    let fields = |request: &Request| -> Vec<(String, String)> {
        form_urlencoded::parse(&request.body).into_owned().collect()
    };
    let message = fields(&heard[0]);
    let value = |fields: &[(String, String)], name: &str| {
        fields
            .iter()
            .find(|(key, _)| key == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        heard[0].header("content-type"),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(value(&message, "MessageType"), "TEXT");
    assert!(value(&message, "From").starts_with("whatsapp:+"));
    let sid = value(&message, "MessageSid");
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    assert_eq!(value(&fields(&heard[1]), "MessageStatus"), "delivered");

    let wrong = test(&world, &api, host, spec, "hunter2hunter2", &["--send"]);
    wrong.ended(1, "user and password are not taken");
    let base64 = BASE64_STANDARD.encode("aicc:hunter2hunter2");
    assert!(
        !wrong.all().contains("hunter2") && !wrong.all().contains(&base64),
        "{wrong:?}"
    );
    let shown = test(&world, &api, host, spec, PASSWORD, &[]);
    shown.ended(
        0,
        "Authorization: Basic <base64 of aicc:<env:WEBHOOK_PASSWORD>>",
    );
}

#[test]
fn telegram_posts_an_update() {
    let world = World::new();
    let api = product(&world, "aicc.example.com");
    world.spec("telegram.toml", |text| text);
    let host = "aicc.example.com:443";
    test(&world, &api, host, "telegram.toml", "", &["--send"]).ended(0, "update: yes");
    let update: Value = serde_json::from_slice(&api.heard()[0].body).unwrap();
    assert_eq!(update["message"]["chat"]["type"], "private");
    assert!(update["update_id"].is_u64());
}

#[test]
fn what_statuses_mean() {
    let world = World::new();
    world.spec("telegram.toml", |text| text);
    for (status, id, words) in [
        ("401 Unauthorized", "CALL-CREDENTIALS", "149.154.160.0/20"),
        ("404 Not Found", "CALL-NOT-FOUND", "Channel Integration"),
        ("405 Method Not Allowed", "CALL-NOT-FOUND", "exchanged"),
        (
            "500 Internal Server Error",
            "CALL-SERVER",
            "the product fails",
        ),
        ("502 Bad Gateway", "CALL-SERVER", "does not reach it"),
        ("429 Too Many Requests", "CALL-LIMIT", "too many"),
        (
            "400 Bad Request",
            "CALL-ANSWER",
            "does not take what is sent",
        ),
    ] {
        let certified = world.server(&["aicc.example.com"]);
        let api = Api::tls(&certified, &[], move |_, out| api::json(out, status, "{}"));
        let ran = test(
            &world,
            &api,
            "aicc.example.com:443",
            "telegram.toml",
            "",
            &["--send"],
        );
        ran.ended(1, id);
        ran.ended(1, words);
    }
}

#[test]
fn a_private_certificate_is_told_in_the_words_of_the_provider() {
    let world = World::new();
    for (spec, host, name, id) in [
        (
            "whatsapp-twilio.toml",
            "aicc.example.com:443",
            "aicc.example.com",
            "critical CB-SELF-SIGNED",
        ),
        (
            "telegram.toml",
            "aicc.example.com:443",
            "aicc.example.com",
            "note TG-SELF-SIGNED",
        ),
        (
            "whatsapp-infobip.toml",
            "192.0.2.10:18446",
            "192.0.2.10",
            "warning CB-SELF-SIGNED",
        ),
    ] {
        world.spec(spec, with_password);
        let certified = world.server(&[name]);
        let others = [world.ca.der.clone()];
        let api = Api::tls(&certified, &others, |_, out| api::json(out, "200 OK", "{}"));
        let connect = at(host, &api);
        let words = ["channel", "callback-test", spec, &connect, "--send"];
        let mut command = world.command(&words);
        let ran = Ran::from(command.env("WEBHOOK_PASSWORD", PASSWORD).output().unwrap());
        ran.ended(1, "critical CALL-TRUST");
        ran.ended(1, id);
        assert_eq!(api.heard().len(), 0);
    }
}

#[test]
fn what_is_not_published_is_not_made_up() {
    let world = World::new();
    world.spec("whatsapp-other-basic.toml", |text| text);
    let ran = world.run(&["channel", "callback-test", "whatsapp-other-basic.toml"]);
    ran.ended(2, "no channel whose calls are published");
}
