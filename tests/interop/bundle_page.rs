//! The page of a bundle, used in a browser as the person at the product's form would.

use std::path::{Path, PathBuf};

use rcgen::DnType;
use serde_json::json;

use crate::page::{AT, HOSTILE, Trust, browser, days, strings};
use crate::support::pki::{self, Certified};
use crate::support::{root, run, trustpack};

/// A folder with specifications, and the bundles made of them.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let made = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        made.write("store.pass", "rehearsal-only");
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Packs a specification into a folder; the page of it.
    fn pack(&self, name: &str, specification: &str) -> PathBuf {
        self.write(&format!("{name}.toml"), specification);
        let mut pack = trustpack();
        pack.current_dir(self.folder.path());
        pack.args(["channel", "pack", &format!("{name}.toml")]);
        pack.args(["-o", &format!("{name}/"), "--roots", "root.pem"]);
        pack.args([
            "--at",
            &AT.format(&time::format_description::well_known::Rfc3339)
                .unwrap(),
        ]);
        run(&mut pack);
        self.path(name).join("index.html")
    }
}

/// Both channels have their chains from files.
fn specification(notification: &str) -> String {
    format!(
        r#"
[[channel]]
type = "whatsapp"
provider = "infobip"
name = "sales_wa"

[channel.info]
phone_number = "+441134960000"
username = "sales"
password = "env:WA_PASSWORD"
base_url = "https://demo.api-us.infobip.com/"
account_key = "file:secrets/account.key"
webhook_password = "prompt"

[channel.basic]
ou = "Support"
skill_queue = "whatsapp_queue"
transfer_keywords = ["agent", "human"]
non_working_time_notification = {notification}

[channel.basic.work_time]
workday = ["08:00-12:00", "13:00-18:00"]

[channel.trust]
password = "file:store.pass"
files = {{ "api.infobip.com" = "api.pem", "demo.api-us.infobip.com" = "account.pem" }}

[[channel]]
type = "telegram"
name = "support_bot"

[channel.info]
app_key = "env:TG_APP_KEY"
app_secret = "env:TG_APP_SECRET"
base_url = "https://192.0.2.10:28090"
api_fabric_address = "192.0.2.10:28090"

[channel.basic]
ou = "Support"
skill_queue = "telegram_queue"

[channel.basic.work_time]
workday = ["08:00-18:00"]

[channel.trust]
files = {{ "192.0.2.10:28090" = "front.pem" }}

[channel.identity]
file = "identity.cer"

[channel.handover]
bot_name = "Support"
bot_username = "support_bot"
bot_token = "env:TG_TOKEN"
"#
    )
}

fn chain(server: &Certified, issuing: &Certified) -> String {
    pki::pem(&[server.der.clone(), issuing.der.clone()])
}

/// The chains of all three servers.
fn usual(made: &Made) {
    let trust = Trust::new();
    made.write("root.pem", &trust.root.pem());
    for (file, host) in [
        ("api.pem", "api.infobip.com"),
        ("account.pem", "demo.api-us.infobip.com"),
        ("front.pem", "192.0.2.10"),
    ] {
        let server = trust.server(host, -10, 37);
        made.write(file, &chain(&server, &trust.issuing));
    }
}

#[test]
fn a_person_at_the_form_copies_ticks_and_filters() {
    let made = Made::new();
    usual(&made);
    let text = "We are back at 08:00.\\nThank you: <b>\\\"you\\\"</b> & all";
    let page = made.pack("both", &specification(&format!("\"{text}\"")));
    let other = made.pack("other", &specification("\"Closed\""));
    let Some(seen) = browser("bundle", &[&page, &other]) else {
        return;
    };
    assert_eq!(seen["faults"], json!([]));
    assert_eq!(seen["strange"], 0);
    assert_eq!(seen["unlabelled"], 0);
    // the identity is not there
    let headline = "2 channels: ready to be set up, with 1 warning to look at";
    assert_eq!(seen["headline"], headline);
    assert_eq!(
        strings(&seen["verdicts"]),
        [
            "A Java client with trust.jks accepts both servers, now and when their certificates are renewed.",
            "A Java client with trust.cer accepts the server, now and when its certificate is renewed."
        ]
    );
    assert_eq!(
        strings(&seen["pictures"])[0],
        "Chain of api.infobip.com:443: api.infobip.com (server, ends 2026-12-28, sent by the server), issued by Example \
         Issuing CA 3 (intermediate, ends 2028-10-21, sent by the server, packed in trust.jks and trusted by it), issued by \
         Example Root R1 (root, ends 2035-02-07, not sent, packed in trust.jks). accepted now, accepted when renewed."
    );
    assert_eq!(strings(&seen["left"])[0], "36 days");
    let secrets = strings(&seen["secrets"]);
    for secret in [
        "secret, in the environment variable WA_PASSWORD",
        "secret, in the file secrets/account.key",
        "secret, known to the person who is asked for it",
    ] {
        assert!(secrets.contains(&secret), "{secret}: {secrets:?}");
    }

    assert!(seen["copies"].as_u64().unwrap() > 40, "{seen}");
    assert_eq!(seen["miscopied"], json!([]));
    assert_eq!(
        seen["lines"],
        "We are back at 08:00.\nThank you: <b>\"you\"</b> & all"
    );
    assert_eq!(seen["by key"], true);

    let ticks = ["sales_wa-step-1", "sales_wa-step-2"];
    assert_eq!(strings(&seen["ticked"]), ticks);
    assert_eq!(strings(&seen["ticked after"]), ticks);
    assert_eq!(seen["progress"], "3 of 13 steps done");
    assert_eq!(seen["progress after"], seen["progress"]);
    assert_eq!(seen["ticked elsewhere"], json!([]));
    assert_eq!(strings(&seen["ticked in both"]).len(), 3, "{seen}");
    assert_eq!(seen["garbled"], json!([]));
    assert_eq!(strings(&seen["forgotten"]), ["sales_wa-step-1"]);

    // the filter is of one channel
    let administrator = strings(&seen["administrator"]);
    assert_eq!(
        administrator[0],
        "2. Add the BaseUrl to the address trustlist"
    );
    let steps = seen["steps"].as_u64().unwrap();
    assert_eq!(administrator.len() as u64, steps - 13 + 1);
    // what is done already, and what was ticked
    assert_eq!(seen["open"].as_u64().unwrap(), steps - 2);

    assert_eq!(
        seen["printed"],
        json!({"button.copy": false, ".bar": false, ".parts": false, "[data-tick]": true, ".chain-picture": true, ".expiry": true})
    );
    assert_eq!(
        seen["plain"],
        json!({"button.copy": false, ".bar": false, "[data-tick]": true, ".chain-picture": true, ".expiry": true, ".as-of": true})
    );
    assert_eq!(seen["skip"], "skip");
    assert_eq!(seen["then"], true);
    assert_eq!(seen["outline"], "solid");
    assert!(seen["overflow"].as_i64().unwrap() <= 0, "{seen}");
    assert!(
        seen["age"].as_str().unwrap().contains("60 days old"),
        "{seen}"
    );
    assert_eq!(strings(&seen["over"])[0], "expired 23 days ago");
}

#[test]
fn names_in_certificates_stay_text() {
    let made = Made::new();
    let trust = Trust::new();
    made.write("root.pem", &trust.root.pem());
    let hosts = [
        ("api.pem", "api.infobip.com"),
        ("account.pem", "demo.api-us.infobip.com"),
        ("front.pem", "192.0.2.10"),
    ];
    // intermediates that strangers named
    for (place, (file, host)) in hosts.into_iter().enumerate() {
        let issuing = pki::ca(HOSTILE[place], Some(&trust.root), |params| {
            for name in HOSTILE {
                params
                    .distinguished_name
                    .push(DnType::OrganizationalUnitName, name);
            }
            days(params, -10, 400);
        });
        let server = pki::server(&[host], Some(&issuing), |params| days(params, -10, 37));
        made.write(file, &chain(&server, &issuing));
    }
    let page = made.pack("hostile", &specification("\"Closed\""));
    let Some(seen) = browser("bundle", &[&page, &page]) else {
        return;
    };
    assert_eq!(seen["faults"], json!([]));
    assert_eq!(seen["strange"], 0, "{seen}");
    assert_eq!(seen["script"], "undefined");
    assert!(seen["overflow"].as_i64().unwrap() <= 0, "{seen}");
    let pictures = strings(&seen["pictures"]).join("\n");
    for name in [HOSTILE[0], HOSTILE[1], "\\u{202e}gro.elpmaxe"] {
        assert!(pictures.contains(name), "{name}: {pictures}");
    }
}

#[test]
fn equal_bundles_have_equal_pages() {
    let made = Made::new();
    usual(&made);
    let pages = ["one", "two"].map(|name| {
        let page: PathBuf = made.pack(name, &specification("\"Closed\""));
        std::fs::read(Path::new(&page)).unwrap()
    });
    assert_eq!(pages[0], pages[1]);
}

/// The pictures of docs/bundle-page.md, only when they are asked for.
#[test]
fn pictures() {
    if std::env::var_os("TRUSTPACK_PICTURES").is_none_or(|value| value != "1") {
        eprintln!("skipped: TRUSTPACK_PICTURES=1 writes docs/pictures");
        return;
    }
    let made = Made::new();
    usual(&made);
    let page = made.pack("both", &specification("\"We are back at 08:00.\""));
    browser("bundle_pictures", &[&page, &root().join("docs/pictures")]);
}
