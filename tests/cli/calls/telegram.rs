//! The webhook, against a Bot API that behaves as `core.telegram.org/bots/api` and its own server say.

use std::io::Write;
use std::sync::{Arc, Mutex};

use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};

use super::{Ran, TOKEN, World, at};
use crate::support::api::{self, Api, Request};
use crate::support::pki::Certified;
use crate::support::{pki, python, run};

/// What the bot's server keeps.
#[derive(Default)]
pub(crate) struct State {
    url: String,
    has_certificate: bool,
    /// Told by getWebhookInfo, whatever is set.
    pub last_error: Option<(i64, &'static str)>,
}

/// A Bot API server for one token.
pub(crate) struct BotApi {
    pub api: Api,
    pub state: Arc<Mutex<State>>,
}

impl BotApi {
    pub(crate) fn start(world: &World) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let kept = Arc::clone(&state);
        let certified = world.server(&["api.telegram.org"]);
        let api = Api::tls(&certified, &[], move |request, out| {
            answer(request, &mut kept.lock().unwrap(), out);
        });
        Self { api, state }
    }

    fn connect(&self) -> String {
        at("api.telegram.org:443", &self.api)
    }
}

fn answer(request: &Request, state: &mut State, out: &mut dyn Write) {
    let refuse = |out: &mut dyn Write, code: u16, said: &str| {
        let body = json!({"ok": false, "error_code": code, "description": said});
        api::json(out, &format!("{code} Error"), &body.to_string());
    };
    let Some(method) = request.path.strip_prefix(&format!("/bot{TOKEN}/")) else {
        return refuse(out, 401, "Unauthorized");
    };
    match method {
        "setWebhook" => {
            let (url, has_certificate) = asked(request);
            let host = url
                .trim_start_matches("https://")
                .split('/')
                .next()
                .unwrap();
            let port = host.split_once(':').map_or("443", |(_, port)| port);
            if !["443", "80", "88", "8443"].contains(&port) {
                let said = "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443";
                return refuse(out, 400, said);
            }
            if host.starts_with("10.") {
                let said = "Bad Request: bad webhook: IP address 10.0.0.1 is reserved";
                return refuse(out, 400, said);
            }
            state.url = url;
            state.has_certificate = has_certificate;
            let body = json!({"ok": true, "result": true, "description": "Webhook was set"});
            api::json(out, "200 OK", &body.to_string());
        }
        "deleteWebhook" => {
            state.url.clear();
            let body = json!({"ok": true, "result": true, "description": "Webhook was deleted"});
            api::json(out, "200 OK", &body.to_string());
        }
        "getWebhookInfo" => {
            let mut info = json!({
                "url": state.url,
                "has_custom_certificate": state.has_certificate,
                "pending_update_count": 3,
            });
            if let Some((date, message)) = state.last_error {
                info["last_error_date"] = date.into();
                info["last_error_message"] = message.into();
            }
            let body = json!({"ok": true, "result": info});
            api::json(out, "200 OK", &body.to_string());
        }
        _ => refuse(out, 404, "Not Found: method not found"),
    }
}

/// The URL, and whether a certificate comes with it.
fn asked(request: &Request) -> (String, bool) {
    let body = request.text();
    if request.header("content-type") == "application/json" {
        let body: Value = serde_json::from_str(&body).unwrap();
        return (body["url"].as_str().unwrap().to_owned(), false);
    }
    let (_, after) = body.split_once("name=\"url\"\r\n\r\n").unwrap();
    let url = after.lines().next().unwrap().to_owned();
    (url, body.contains("-----BEGIN CERTIFICATE-----"))
}

const URL: &str = "https://aicc.example.com/apiaccess/api/telegram/message/1234567890";

/// A world with a specification, and a server behind the callback URL.
struct Desk {
    world: World,
    bot: BotApi,
    spec: String,
    hook: Option<Api>,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        let bot = BotApi::start(&world);
        let spec = world.spec("telegram.toml", |text| text);
        Self {
            world,
            bot,
            spec,
            hook: None,
        }
    }

    /// Puts a server behind the URL.
    fn hook(&mut self, certified: &Certified, others: &[&Certified]) {
        let others: Vec<_> = others.iter().map(|one| one.der.clone()).collect();
        self.hook_sending(certified, &others);
    }

    fn hook_sending(&mut self, certified: &Certified, others: &[CertificateDer<'static>]) {
        self.hook = Some(Api::tls(certified, others, |_, out| {
            api::json(out, "200 OK", "{}");
        }));
    }

    fn telegram(&self, verb: &str, more: &[&str]) -> Ran {
        let (connect, hook) = (self.bot.connect(), self.hook.as_ref());
        let hook = hook.map(|hook| at("aicc.example.com:443", hook));
        let mut words = vec![
            "telegram", verb, &self.spec, "--trust", "root.pem", &connect,
        ];
        words.extend(hook.as_deref());
        words.extend(more);
        self.world.run(&words)
    }
}

#[test]
fn a_webhook_is_set_seen_and_removed() {
    let desk = Desk::new();
    let set = desk.telegram("set-webhook", &["--certificate", "none", "--send"]);
    set.ended(
        0,
        "support_bot: setWebhook: yes\n  Telegram says: Webhook was set\n",
    );
    set.ended(
        0,
        "support_bot: getWebhookInfo: yes\n  url: https://aicc.example.com/",
    );
    let status = desk.telegram("status", &["--send", "--json"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    let told = status.json();
    assert_eq!(
        (&told["sent"], &told["calls"][0]["answer"]),
        (&json!(true), &json!("yes"))
    );
    assert_eq!(told["calls"][0]["status"], 200);
    desk.telegram("delete", &["--send"])
        .ended(0, "url: none is set");
    desk.telegram("status", &["--send"]).ended(1, "TG-WEBHOOK");
    let methods: Vec<String> = desk
        .bot
        .api
        .heard()
        .iter()
        .map(|one| one.path.clone())
        .collect();
    let path = |method: &str| format!("/bot{TOKEN}/{method}");
    assert_eq!(
        methods,
        [
            "setWebhook",
            "getWebhookInfo",
            "getWebhookInfo",
            "deleteWebhook",
            "getWebhookInfo",
            "getWebhookInfo"
        ]
        .map(path)
    );
}

#[test]
fn without_send_nobody_is_asked() {
    let mut desk = Desk::new();
    desk.hook(&desk.world.server(&["aicc.example.com"]), &[]);
    // not even the token is needed
    std::fs::remove_file(desk.world.path("secrets/bot-token")).unwrap();
    for verb in ["set-webhook", "status", "delete"] {
        let ran = desk.telegram(verb, &[]);
        ran.ended(0, "nothing was sent: --send sends it");
        ran.ended(0, "https://api.telegram.org/bot<file:secrets/bot-token>/");
    }
    let told = desk.telegram("set-webhook", &["--json"]).json();
    assert_eq!(told["sent"], false);
    assert_eq!(told["calls"][0]["answer"], Value::Null);
    assert_eq!(desk.bot.api.heard().len(), 0);
    assert_eq!(desk.hook.unwrap().heard().len(), 0);
}

#[test]
fn what_telegram_would_refuse_is_not_sent() {
    let desk = Desk::new();
    for (url, id) in [
        (
            "https://aicc.example.com:28090/apiaccess/api/telegram/message/1",
            "TG-PORT",
        ),
        (
            "https://[2001:db8::1]/apiaccess/api/telegram/message/1",
            "TG-IPV6",
        ),
        (
            "https://10.0.0.1/apiaccess/api/telegram/message/1",
            "TG-RESERVED",
        ),
    ] {
        desk.world
            .spec("telegram.toml", |text| text.replace(URL, url));
        let words = ["--certificate", "none", "--send"];
        let refused = desk.telegram("set-webhook", &words);
        refused.ended(1, &format!("critical {id}"));
        refused.ended(1, "--force");
    }
    assert_eq!(desk.bot.api.heard().len(), 0);
    // Telegram says the same
    let forced = ["--certificate", "none", "--send", "--force"];
    let refused = desk.telegram("set-webhook", &forced);
    refused.ended(1, "TG-REFUSED");
    refused.ended(1, "private or reserved address");
    assert_eq!(
        desk.bot.api.heard().len(),
        1,
        "no getWebhookInfo after a refusal"
    );
}

#[test]
fn a_bot_api_server_of_ones_own_takes_any_port() {
    let desk = Desk::new();
    let state = Mutex::new(State::default());
    let own = Api::plain(move |request, out| {
        let body = match request.path.ends_with("setWebhook") {
            true => json!({"ok": true, "result": true}),
            false => json!({"ok": true, "result": {"url": state.lock().unwrap().url}}),
        };
        let (url, _) = match request.method.as_str() {
            "POST" => asked(request),
            _ => Default::default(),
        };
        state.lock().unwrap().url = url;
        api::json(out, "200 OK", &body.to_string());
    });
    let url = "https://10.0.0.1:28090/apiaccess/api/telegram/message/1";
    desk.world
        .spec("telegram.toml", |text| text.replace(URL, url));
    let address = format!("http://{}", own.address);
    let words = ["--api", &address, "--certificate", "none", "--send"];
    // a proxy gets nothing that is in clear
    let words = [&words[..], &["--proxy", "http://127.0.0.1:1"]].concat();
    desk.telegram("set-webhook", &words)
        .ended(0, "note TG-PORT");
    assert_eq!(own.heard().len(), 2);
    let elsewhere = desk.telegram("status", &["--api", "http://192.0.2.1:8081", "--send"]);
    elsewhere.ended(2, "in clear");
}

#[test]
fn the_last_error_is_explained() {
    let desk = Desk::new();
    let words = ["--certificate", "none", "--send"];
    desk.telegram("set-webhook", &words).ended(0, "");
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    for (message, meaning) in [
        (
            "SSL error {error:0A000086:SSL routines::certificate verify failed}",
            "does not trust the server's certificate",
        ),
        ("Connection refused", "nothing listens on that port"),
        ("Connection timed out", "packets are lost"),
        (
            "Wrong response from the webhook: 404 Not Found",
            "nobody serves this URL",
        ),
        (
            "Wrong response from the webhook: 502 Bad Gateway",
            "the gateway before the product",
        ),
    ] {
        desk.bot.state.lock().unwrap().last_error = Some((now - 120, message));
        let status = desk.telegram("status", &["--send"]);
        status.ended(1, "2 minutes ago");
        status.ended(1, meaning);
        status.ended(1, "hint: ");
        desk.bot.state.lock().unwrap().last_error = Some((now - 7200, message));
        desk.telegram("status", &["--send"])
            .ended(0, "note TG-LAST-ERROR");
        desk.telegram("status", &["--send", "--recent", "3h"])
            .ended(1, "critical TG-LAST-ERROR");
    }
}

#[test]
fn a_certificate_is_uploaded_only_when_no_public_root_is_behind_the_url() {
    let mut desk = Desk::new();
    let issuing = pki::ca("Hook Issuing", Some(&desk.world.ca), |_| {});
    let leaf = pki::server(&["aicc.example.com"], Some(&issuing), |_| {});
    desk.hook(&leaf, &[&issuing]);
    let sent = |desk: &Desk| {
        desk.bot
            .api
            .heard()
            .iter()
            .rev()
            .find(|one| one.path.ends_with("setWebhook"))
            .cloned()
    };
    // a root that counts as public
    let set = desk.telegram("set-webhook", &["--send", "--roots", "root.pem"]);
    set.ended(0, "no certificate is uploaded");
    assert_eq!(
        sent(&desk).unwrap().header("content-type"),
        "application/json"
    );
    // the server does not send its root, and nobody names it
    let unknown = desk.telegram("set-webhook", &["--send"]);
    unknown.ended(1, "critical TG-CERTIFICATE");
    unknown.ended(1, "--certificate FILE");
    // DER is sent as PEM
    std::fs::write(desk.world.path("root.cer"), &desk.world.ca.der).unwrap();
    let set = desk.telegram("set-webhook", &["--send", "--certificate", "root.cer"]);
    set.ended(0, "uploaded as PEM");
    let request = sent(&desk).unwrap();
    assert!(
        request
            .header("content-type")
            .starts_with("multipart/form-data; boundary=")
    );
    assert!(request.text().contains(&desk.world.ca.pem()));
    // an intermediate is no root for Telegram
    std::fs::write(desk.world.path("issuing.pem"), issuing.pem()).unwrap();
    let wrong = desk.telegram("set-webhook", &["--send", "--certificate", "issuing.pem"]);
    wrong.ended(1, "takes no intermediate");
    // one that is sent needs no file
    let root = [issuing.der.clone(), desk.world.ca.der.clone()];
    desk.hook_sending(&leaf, &root);
    desk.telegram("set-webhook", &["--send"])
        .ended(0, "uploaded as PEM");
    // self-signed
    let own = pki::server(&["aicc.example.com"], None, |_| {});
    desk.hook(&own, &[]);
    desk.telegram("set-webhook", &["--send"])
        .ended(0, "uploaded as PEM");
    assert!(sent(&desk).unwrap().text().contains(&own.pem()));
    // whatever is uploaded
    let other = pki::server(&["other.example.com"], None, |_| {});
    desk.hook(&other, &[]);
    desk.telegram("set-webhook", &["--send"])
        .ended(1, "critical CB-CERTIFICATE");
}

#[test]
fn a_recorded_chain_needs_no_server() {
    let desk = Desk::new();
    let leaf = desk.world.server(&["aicc.example.com"]);
    let chain = pki::pem(&[leaf.der.clone(), desk.world.ca.der.clone()]);
    std::fs::write(desk.world.path("hook.pem"), chain).unwrap();
    desk.world.spec("telegram.toml", |text| {
        text + "\n[channel.trust]\nfiles = { \"aicc.example.com\" = \"hook.pem\" }\n"
    });
    let shown = desk.telegram("set-webhook", &[]);
    shown.ended(0, "uploaded as PEM");
    shown.ended(0, "-----BEGIN CERTIFICATE-----");
}

#[test]
fn no_key_is_ever_uploaded() {
    let desk = Desk::new();
    let own = pki::server(&["aicc.example.com"], None, |_| {});
    let both = own.pem() + &own.key.serialize_pem();
    std::fs::write(desk.world.path("both.pem"), both).unwrap();
    let refused = desk.telegram("set-webhook", &["--certificate", "both.pem", "--send"]);
    refused.ended(2, "there is a key in it");
    assert_eq!(desk.bot.api.heard().len(), 0);
}

#[test]
fn a_server_that_does_not_answer_leaves_the_choice_to_flags() {
    let desk = Desk::new();
    let nobody = ["--connect", "aicc.example.com:443=127.0.0.1:1"];
    let asked = desk.telegram("set-webhook", &[&nobody[..], &["--send"]].concat());
    asked.ended(2, "--certificate FILE or none");
    assert_eq!(desk.bot.api.heard().len(), 0);
    let named = ["--certificate", "root.pem", "--send"];
    let named = desk.telegram("set-webhook", &[&nobody[..], &named].concat());
    named.ended(0, "warning TG-CERTIFICATE");
}

#[test]
fn wrong_tokens_are_told() {
    let desk = Desk::new();
    std::fs::write(
        desk.world.path("secrets/bot-token"),
        "123456789:BBsecretsecretsecretsecretsecret_-9",
    )
    .unwrap();
    desk.telegram("status", &["--send"])
        .ended(1, "does not know this token");
    std::fs::write(desk.world.path("secrets/bot-token"), "123456789:with/slash").unwrap();
    let unfit = desk.telegram("status", &["--send"]);
    unfit.ended(2, "it would change the path of the URL");
    std::fs::write(desk.world.path("secrets/bot-token"), "").unwrap();
    desk.telegram("status", &["--send"]).ended(2, "is empty");
    let ran = desk.telegram("status", &["--send", "--token", "env:NO_SUCH_TOKEN"]);
    ran.ended(2, "the environment variable NO_SUCH_TOKEN is not set");
}

/// Another implementation reads the body: Python's `email`.
#[test]
fn a_multipart_body_is_one_for_others() {
    let Some(mut python) = python("email") else {
        return;
    };
    let mut desk = Desk::new();
    let own = pki::server(&["aicc.example.com"], None, |_| {});
    desk.hook(&own, &[]);
    let more = [
        "--send",
        "--secret-token",
        "env:HOOK",
        "--max-connections",
        "7",
        "--allowed-updates",
        "message,callback_query",
        "--drop-pending-updates",
    ];
    let connect = desk.bot.connect();
    let hook = at("aicc.example.com:443", desk.hook.as_ref().unwrap());
    let words = [
        "telegram",
        "set-webhook",
        &desk.spec,
        "--trust",
        "root.pem",
        &connect,
        &hook,
    ];
    let mut command = desk.world.command(&[&words[..], &more].concat());
    run(command.env("HOOK", "a_secret-token"));
    let request = desk
        .bot
        .api
        .heard()
        .into_iter()
        .find(|one| one.path.ends_with("setWebhook"))
        .unwrap();
    let head = format!("Content-Type: {}\r\n\r\n", request.header("content-type"));
    std::fs::write(
        desk.world.path("message"),
        [head.as_bytes(), &request.body].concat(),
    )
    .unwrap();
    let script = "\
import email, email.policy, json, sys
message = email.message_from_bytes(open('message', 'rb').read(), policy=email.policy.HTTP)
assert message.is_multipart() and not message.defects, message.defects
parts = [[part.get_param('name', header='content-disposition'), part.get_filename(), part.get_payload(decode=True).decode()] for part in message.iter_parts()]
print(json.dumps(parts))";
    let output = run(python
        .args(["-c", script])
        .current_dir(desk.world.folder.path()));
    let parts: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        parts,
        json!([
            ["url", null, URL],
            ["max_connections", null, "7"],
            ["allowed_updates", null, "[\"message\",\"callback_query\"]"],
            ["drop_pending_updates", null, "true"],
            ["secret_token", null, "a_secret-token"],
            ["certificate", "webhook.pem", own.pem()],
        ])
    );
}
