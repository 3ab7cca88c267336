//! Meta's verification, against a callback URL that echoes as the product does.

use super::{Ran, World, at};
use crate::support::api::{self, Api, Request};
use crate::support::pki::Certified;

const CODE: &str = "c0de with&blanks=";

/// The challenge that is asked with, when the rest of the query is right.
fn challenge(request: &Request) -> Option<String> {
    let (_, query) = request.path.split_once('?')?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let is_right = request.method == "GET"
        && value("hub.mode").as_deref() == Some("subscribe")
        && value("hub.verify_token").as_deref() == Some(CODE);
    value("hub.challenge").filter(|_| is_right)
}

fn product(certified: &Certified, around: &'static str) -> Api {
    Api::tls(certified, &[], move |request, out| {
        match challenge(request) {
            Some(challenge) => {
                let body = format!("{around}{challenge}{around}");
                api::reply(out, "200 OK", "text/html;charset=UTF-8", &body);
            }
            None => api::json(out, "403 Forbidden", "{\"error\": \"verify token\"}"),
        }
    })
}

fn run(world: &World, api: &Api, target: &str, more: &[&str]) -> Ran {
    let connect = at("aicc.example.com:443", api);
    let words = [
        "meta",
        "challenge",
        target,
        &connect,
        "--trust",
        "root.pem",
        "--send",
    ];
    let mut command = world.command(&[&words[..], more].concat());
    command.env("CODE", CODE).env("WRONG", "another");
    Ran::from(command.output().unwrap())
}

#[test]
fn the_echo_is_expected_exactly() {
    let world = World::new();
    let certified = world.server(&["aicc.example.com"]);
    let url = "https://aicc.example.com/social/on/facebook/77";
    let good = product(&certified, "");
    let with_code = ["--verify-code", "env:CODE"];
    run(&world, &good, url, &with_code).ended(0, "challenge: echoed as it was sent");
    let wrong = run(&world, &good, url, &["--verify-code", "env:WRONG"]);
    wrong.ended(1, "critical CALL-CREDENTIALS");
    assert!(!wrong.all().contains("another"), "{wrong:?}");
    for around in ["\"", "\n"] {
        let api = product(&certified, around);
        run(&world, &api, url, &with_code).ended(1, "critical CALL-ECHO");
    }
    let challenges: Vec<String> = good.heard().iter().map(|one| one.path.clone()).collect();
    assert_ne!(challenges[0], challenges[1], "no challenge is used twice");
}

#[test]
fn channels_have_their_url_and_their_token() {
    let world = World::new();
    let certified = world.server(&["aicc.example.com"]);
    let api = product(&certified, "");
    world.spec("whatsapp-cloud-api.toml", |text| text);
    let with_code = ["--verify-code", "env:CODE"];
    let told = run(&world, &api, "whatsapp-cloud-api.toml", &with_code);
    told.ended(0, "wa_demo: outputs.url: challenge: yes");
    world.spec("instagram.toml", |text| text);
    run(&world, &api, "instagram.toml", &with_code).ended(0, "outputs.message_url: challenge: yes");
    world.spec("telegram.toml", |text| text);
    run(&world, &api, "telegram.toml", &with_code).ended(2, "no channel that Meta calls");
}

#[test]
fn urls_that_cannot_be_called_are_refused_unrepeated() {
    let world = World::new();
    for url in [
        "https://u:hunter2@aicc.example.com/x",
        "https://aicc.example.com/x?token=hunter2",
        "http://aicc.example.com/hunter2",
    ] {
        let ran = world.run(&["meta", "challenge", url, "--verify-code", "env:CODE"]);
        ran.ended(2, "the URL cannot be called");
        assert!(!ran.all().contains("hunter2"), "{ran:?}");
    }
    let ran = world.run(&["meta", "challenge", "https://aicc.example.com/x"]);
    ran.ended(2, "--verify-code");
}
