//! The token call, against an API Fabric that behaves as *Generating a Token Using the API Fabric* says.

use serde_json::{Value, json};

use super::{Ran, World, at};
use crate::support::api::{self, Api};
use crate::support::pki;

const KEY: &str = "appkeyappkeyappkey01";
const SECRET: &str = "s3cr\"et/of the app";
const ACCESS: &str = "zzzzzzzzzzzzzzzzzz";

/// At the address of the example's BaseUrl.
struct Desk {
    world: World,
    fabric: Api,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        world.spec("telegram.toml", |text| text);
        let certified = world.server(&["192.0.2.10"]);
        let fabric = Api::tls(&certified, &[], |request, out| {
            if request.path != "/apigovernance/api/oauth/tokenByAkSk" || request.method != "POST" {
                return api::reply(out, "404 Not Found", "text/html", "<html>nginx</html>");
            }
            assert_eq!(request.header("content-type"), "application/json");
            assert_eq!(request.header("x-token-expire"), "600");
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            if body != json!({"app_key": KEY, "app_secret": SECRET}) {
                let refused = json!({"resultCode": "0300001", "resultDesc": format!("{} is unknown", body["app_secret"].as_str().unwrap())});
                return api::json(out, "401 Unauthorized", &refused.to_string());
            }
            let token = json!({
                "AccessToken": ACCESS, "ApplyType": "Bearer", "CreateTime": "1545650171",
                "Expires": "600", "Scope": "X", "AppKey": KEY, "UserID": "Anonymous",
            });
            api::json(out, "200 OK", &token.to_string());
        });
        Self { world, fabric }
    }

    fn check(&self, secret: &str, more: &[&str]) -> Ran {
        let connect = at("192.0.2.10:28090", &self.fabric);
        let words = ["aicc", "token-check", "telegram.toml", &connect];
        let mut command = self.world.command(&[&words[..], more].concat());
        command.env("TG_APP_KEY", KEY).env("TG_APP_SECRET", secret);
        Ran::from(command.output().unwrap())
    }
}

#[test]
fn key_secret_and_trust_store_are_told_apart() {
    let desk = Desk::new();
    let good = desk.check(SECRET, &["--trust", "root.pem", "--send"]);
    good.ended(
        0,
        "support_bot: tokenByAkSk: yes\n  token: issued, for 600 s, and forgotten\n",
    );
    let wrong = desk.check("wr0ng-one", &["--trust", "root.pem", "--send"]);
    wrong.ended(1, "critical CALL-CREDENTIALS");
    wrong.ended(1, "0300001, [secret elided] is unknown");
    let untrusted = desk.check(SECRET, &["--trust", "mozilla", "--send"]);
    untrusted.ended(1, "critical CALL-TRUST");
    for ran in [good, wrong, untrusted] {
        for hidden in [KEY, SECRET, ACCESS, "wr0ng", "s3cr"] {
            assert!(!ran.all().contains(hidden), "{hidden}: {ran:?}");
        }
    }
    assert_eq!(
        desk.fabric.heard().len(),
        2,
        "nothing goes to a server that is not trusted"
    );
}

#[test]
fn a_leaf_in_the_store_is_enough_as_for_java() {
    let desk = Desk::new();
    // self-signed with CA:TRUE, as `openssl req -x509` makes it
    let own = pki::ca("192.0.2.10", None, |parameters| {
        parameters.subject_alt_names =
            vec![rcgen::SanType::IpAddress("192.0.2.10".parse().unwrap())];
    });
    std::fs::write(desk.world.path("own.cer"), &own.der).unwrap();
    let fabric = Api::tls(&own, &[], |_, out| {
        api::json(out, "200 OK", "{\"AccessToken\": \"zzz\"}");
    });
    let connect = at("192.0.2.10:28090", &fabric);
    let words = [
        "aicc",
        "token-check",
        "telegram.toml",
        &connect,
        "--trust",
        "own.cer",
        "--send",
    ];
    let mut command = desk.world.command(&words);
    command.env("TG_APP_KEY", KEY).env("TG_APP_SECRET", SECRET);
    Ran::from(command.output().unwrap()).ended(0, "token: issued, and forgotten");
}

#[test]
fn the_specification_has_the_store_when_it_has_the_files() {
    let desk = Desk::new();
    let leaf = desk.world.server(&["192.0.2.10"]);
    let chain = pki::pem(&[leaf.der.clone(), desk.world.ca.der.clone()]);
    std::fs::write(desk.world.path("front.pem"), chain).unwrap();
    desk.world.spec("telegram.toml", |text| {
        text + "\n[channel.trust]\nfiles = { \"192.0.2.10:28090\" = \"front.pem\" }\n"
    });
    // the server has another certificate of the same CA by now: the root is what is packed
    let good = desk.check(SECRET, &["--send", "--json"]);
    assert_eq!(good.code, Some(0), "{good:?}");
    let trust = good.json()["calls"][0]["trust"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(trust.contains("trust.files"), "{trust}");
}

#[test]
fn what_is_sent_is_shown_with_references() {
    let desk = Desk::new();
    let shown = desk.check(SECRET, &["--trust", "root.pem"]);
    shown.ended(0, "POST https://192.0.2.10:28090/apigovernance/api/oauth/tokenByAkSk\nX-Token-Expire: 600\ncontent-type: application/json\n\n{\"app_key\": \"<env:TG_APP_KEY>\", \"app_secret\": \"<env:TG_APP_SECRET>\"}\n");
    assert!(!shown.all().contains(KEY) && !shown.all().contains("s3cr"));
    assert_eq!(desk.fabric.heard().len(), 0);
}

#[test]
fn other_channels_have_no_app() {
    let desk = Desk::new();
    desk.world.spec("whatsapp-twilio.toml", |text| text);
    let ran = desk
        .world
        .run(&["aicc", "token-check", "whatsapp-twilio.toml"]);
    ran.ended(2, "no channel with an app of the product");
    let named = [
        "aicc",
        "token-check",
        "whatsapp-twilio.toml",
        "--channel",
        "wa_twilio",
    ];
    let ran = desk.world.run(&named);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}
