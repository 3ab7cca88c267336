//! `channel watch` against servers on loopback: what they present now, beside what was packed.

mod packed;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{run, stderr, stdout, trustpack};

const HOST: &str = "api.twilio.com";

/// A CA with its intermediate.
struct Authority {
    root: Certified,
    issuing: Certified,
}

impl Authority {
    fn new(name: &str) -> Self {
        let root = pki::ca(&format!("{name} Root"), None, |params| days(params, 3000));
        let issuing = pki::ca(&format!("{name} Issuing"), Some(&root), |params| {
            days(params, 1000);
        });
        Self { root, issuing }
    }

    /// A server with a new certificate, which ends in so many days.
    fn server(&self, until: i64) -> Server {
        let server = pki::server(&[HOST], Some(&self.issuing), |params| days(params, until));
        let chain = vec![server.der.clone(), self.issuing.der.clone()];
        Server::start(chain, server.pkcs8())
    }
}

fn days(params: &mut rcgen::CertificateParams, until: i64) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::days(60);
    params.not_after = now + Duration::days(until);
}

/// A folder with a specification, and the bundle that was packed from it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// `trust` are lines of `[channel.trust]`.
    fn packed(trust: &str, authority: &Authority, server: &Server) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        desk.write("channel.toml", &specification(trust));
        desk.write("store.pass", "rehearsal-only");
        desk.write("root.pem", &authority.root.pem());
        let mut pack = desk.command(&["channel", "pack", "channel.toml", "-o", "bundle/"]);
        run(pack.args(["--roots", "root.pem", &connect(server)]));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = trustpack();
        command.current_dir(self.folder.path()).args(words);
        command
    }

    fn watch(&self, words: &[&str]) -> Output {
        let mut command = self.command(&["channel", "watch", "--timeout", "20s"]);
        command.args(words).output().unwrap()
    }

    /// Identifiers and severities of what is said of the server.
    fn told(&self, server: &Server) -> (Vec<(String, String)>, i32) {
        let output = self.watch(&["bundle/", "--json", &connect(server)]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let subjects = report["subjects"].as_array().unwrap();
        let server = subjects
            .iter()
            .find(|subject| subject["subject"] == format!("{HOST}:443"))
            .unwrap();
        let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let findings = server["findings"].as_array().unwrap().iter();
        let findings = findings.map(|found| (word(found, "id"), word(found, "severity")));
        // that a private CA stands for Twilio is told of another one
        let findings = findings.filter(|(id, _)| id != "CHAIN-ROOT-UNKNOWN");
        (findings.collect(), output.status.code().unwrap())
    }
}

fn connect(server: &Server) -> String {
    format!("--connect={HOST}:443={}", server.address)
}

/// With one of the roots that Twilio has announced beside its own CA: of that, another test.
fn specification(trust: &str) -> String {
    format!(
        r#"
[[channel]]
type = "whatsapp"
provider = "twilio"
name = "wa_twilio"

[channel.info]
phone_number = "+441134960000"
api_key_sid = "SK0123456789abcdef0123456789abcdef"
api_key_secret = "env:TWILIO_API_KEY_SECRET"
base_url = "https://api.twilio.com/2010-04-01"
account_sid = "AC0123456789abcdef0123456789abcdef"
webhook_user = "aicc"
webhook_password = "env:TWILIO_WEBHOOK_PASSWORD"

[channel.basic]
ou = "Support"
skill_queue = "whatsapp_queue"

[channel.basic.work_time]
workday = ["08:00-18:00"]

[channel.trust]
{trust}
"#
    )
}

fn pairs(told: &[(String, String)]) -> Vec<(&str, &str)> {
    let each = told.iter();
    each.map(|(id, severity)| (id.as_str(), severity.as_str()))
        .filter(|(id, _)| *id != "CERT-DEPARTING-ROOT")
        .collect()
}

#[test]
fn what_has_become_of_a_server_is_told() {
    let (own, other) = (Authority::new("Own"), Authority::new("Other"));
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);

    let (told, code) = desk.told(&server);
    assert_eq!(pairs(&told), []);
    // Twilio has announced other roots, and a DER file holds one
    assert_eq!(
        told,
        [("CERT-DEPARTING-ROOT".to_owned(), "warning".to_owned())]
    );
    assert_eq!(code, 1);

    let (told, _) = desk.told(&own.server(40));
    assert_eq!(pairs(&told), [("CERT-ROTATED", "note")]);

    let (told, code) = desk.told(&other.server(40));
    assert_eq!(
        pairs(&told),
        [
            ("CERT-NOT-COVERED", "critical"),
            ("CERT-ROTATED", "critical"),
            ("CERT-CHAIN-CHANGED", "warning")
        ]
    );
    assert_eq!(code, 1);

    let (told, code) = desk.told(&own.server(-1));
    assert_eq!(code, 1);
    let ended = own.server(-1);
    let dial = connect(&ended);
    let mut live = desk.command(&["channel", "verify-bundle", "bundle/", "--live", &dial]);
    for output in [desk.watch(&["bundle/", &dial]), live.output().unwrap()] {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = stdout(&output);
        // one who packs cannot mend it
        assert!(!told.contains("pack the channel again"), "{told}");
        assert!(
            told.contains("whoever runs the server must renew its certificate"),
            "{told}"
        );
    }
    assert_eq!(
        pairs(&told),
        [
            ("CERT-NOT-COVERED", "critical"),
            ("CERT-ROTATED", "critical"),
            ("CERT-EXPIRED", "critical")
        ]
    );
    assert_eq!(code, 1);
}

#[test]
fn a_store_of_the_certificate_alone_ends_with_it() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("policy = \"leaf\"", &own, &server);
    let (told, _) = desk.told(&server);
    assert_eq!(pairs(&told), [("CERT-LEAF-ONLY", "warning")]);
    let (told, code) = desk.told(&own.server(40));
    assert_eq!(
        pairs(&told),
        [
            ("CERT-NOT-COVERED", "critical"),
            ("CERT-ROTATED", "critical")
        ]
    );
    assert_eq!(code, 1);
}

#[test]
fn a_server_that_does_not_answer_never_vanishes() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    // a port that was free a moment ago
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let away = format!("--connect={HOST}:443={address}");
    for input in [
        &["bundle/"][..],
        &["channel.toml", "--bundle", "bundle/"],
        &["channel.toml"],
    ] {
        let output = desk.watch(&[input, &["--json", &away]].concat());
        assert_eq!(output.status.code(), Some(1), "{input:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let failed = &report["subjects"][0];
        assert_eq!(failed["subject"], format!("{HOST}:443"));
        assert_eq!(failed["failed"], true);
        assert_eq!(failed["findings"][0]["id"], "CHECK-UNREACHABLE");
    }
    let output = desk.watch(&["bundle/", "--format", "nagios", &away]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).starts_with("CERT CRITICAL"), "{output:?}");
}

#[test]
fn a_specification_alone_is_watched_by_its_dates_and_says_so() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let watch = |words: &[&str]| {
        let dial = connect(&server);
        let words = [words, &["--roots", "root.pem", &dial]].concat();
        desk.watch(&words)
    };
    let output = watch(&["channel.toml"]);
    assert!(output.status.success(), "{output:?}");
    assert!(
        stderr(&output).contains("note: no bundle, so nothing is compared with what was packed"),
        "{output:?}"
    );
    // the end of a token, and of a version of the Graph API, depend on the day alone
    let cloud = specification("")
        .replace("\"twilio\"", "\"cloud-api\"")
        .replace("wa_twilio", "wa_meta");
    let info = "[channel.info]\nregion = \"elsewhere\"\napp_key = \"123456789012345\"\napp_secret = \"env:S\"\nphone_number = \
                \"+15550100000\"\nbase_url = \"https://graph.facebook.com/v21.0/1/messages\"\naccess_token = \"env:T\"\n\
                token_valid_until = \"2026-12-05\"\n\n[channel.basic]";
    let start = cloud.find("[channel.info]").unwrap();
    let end = cloud.find("[channel.basic]").unwrap() + "[channel.basic]".len();
    desk.write(
        "meta.toml",
        &format!("{}{info}{}", &cloud[..start], &cloud[end..]),
    );
    let output = watch(&[
        "meta.toml",
        "--json",
        "--at",
        "2026-11-28",
        &format!("--connect=graph.facebook.com:443={}", server.address),
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subjects = report["subjects"].as_array().unwrap().iter();
    let ids: Vec<&str> = subjects
        .flat_map(|subject| subject["findings"].as_array().unwrap())
        .map(|found| found["id"].as_str().unwrap())
        .collect();
    for id in ["GRAPH-VERSION", "TOKEN-VALIDITY", "CERT-HOST"] {
        assert!(ids.contains(&id), "{id}: {ids:?}");
    }
}

#[test]
fn facts_that_nobody_looked_up_for_long_are_told() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let output = desk.watch(&["bundle/", "--json", "--at", "2028-01-01", &connect(&server)]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subjects = report["subjects"].as_array().unwrap();
    let facts = subjects
        .iter()
        .find(|subject| subject["subject"] == "provider facts")
        .unwrap();
    assert_eq!(facts["findings"][0]["id"], "FACTS-OLD");
}

#[test]
fn a_bundle_with_a_changed_file_says_nothing_of_its_channels() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let path = desk.path("bundle/wa_twilio/CHECKLIST.md");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("Checklist", "checklist", 1)).unwrap();
    let output = desk.watch(&["bundle/", "--json", &connect(&server)]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subjects = report["subjects"].as_array().unwrap();
    assert_eq!(subjects.len(), 1);
    assert_eq!(subjects[0]["findings"][0]["id"], "BUNDLE-CHANGED");
    assert_eq!(
        subjects[0]["findings"][0]["subject"],
        "wa_twilio/CHECKLIST.md"
    );
}

#[test]
fn what_was_known_yesterday_does_not_decide_today() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let dial = connect(&server);
    let output = desk.watch(&["bundle/", "--output", "json=last.json", &dial]);
    assert_eq!(output.status.code(), Some(1));
    let again = [
        "bundle/",
        "--baseline",
        "last.json",
        "--output",
        "html=watch.html",
        &dial,
    ];
    let output = desk.watch(&again);
    assert!(output.status.success(), "{output:?}");
    assert!(desk.path("watch.html").exists());
}

#[test]
fn what_makes_no_sense_is_refused_before_anybody_is_asked() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let refused = |words: &[&str], why: &str| {
        let output = desk.watch(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(stderr(&output).contains(why), "{words:?}: {output:?}");
    };
    refused(
        &["bundle/", "--output", "json=bundle/report.json"],
        "in the bundle, which would not be as it was packed",
    );
    assert!(!Path::new(&desk.path("bundle/report.json")).exists());
    refused(
        &["bundle/", "--bundle", "bundle/"],
        "a bundle, and --bundle names another",
    );
    refused(
        &["bundle/", "--channel", "wa_other"],
        "the bundle has no channel \"wa_other\"",
    );
    desk.write(
        "other.toml",
        &specification("").replace("wa_twilio", "wa_other"),
    );
    refused(
        &["other.toml", "--bundle", "bundle/"],
        "it has wa_twilio; pack again",
    );
    let output = desk.watch(&["bundle/", "--format", "nagios", "--channel", "wa_other"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}
