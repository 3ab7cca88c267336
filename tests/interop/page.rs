//! The HTML report of `check`, used in a browser: headless Chromium, and axe, which knows the rules of accessibility.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls_pki_types::CertificateDer;
use serde_json::Value;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use trustpack_core::report::{Report, ReportFormat, Style, render};

use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{judge, python, root, run, trustpack};

pub(crate) const AT: OffsetDateTime = datetime!(2026-11-21 0:00 UTC);

/// What strangers may write into a name, as far as DER takes it.
pub(crate) const HOSTILE: [&str; 8] = [
    "<script>hostile = 1</script>",
    "</script><img src=x onerror=\"hostile=1\">",
    "\u{202e}gro.elpmaxe",
    "مرحبا بالعالم",
    "",
    "{{script}}{{report}}${hostile=1}",
    "two\nlines\u{2028}and more",
    "'\"><svg onload=hostile=1>",
];

/// A folder with what is checked, and the page about it.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, certificates: &[&CertificateDer<'_>]) {
        let pem: String = certificates
            .iter()
            .map(|one| pki::pem(std::slice::from_ref(*one)))
            .collect();
        std::fs::create_dir_all(self.path("in")).unwrap();
        std::fs::write(self.path("in").join(name), pem).unwrap();
    }

    /// Checks what was written.
    fn check(&self, more: &[&str]) -> PathBuf {
        let page = self.path("report.html");
        let mut command = trustpack();
        command
            .current_dir(self.folder.path())
            .arg("check")
            .args(more);
        if self.path("in").exists() {
            command.arg("in");
        }
        command.args([
            "--at",
            "2026-11-21T00:00:00Z",
            "--output",
            "html=report.html",
        ]);
        command.args(["--output", "jsonl=report.jsonl"]);
        let output = command.output().unwrap();
        assert!(page.exists(), "{}", String::from_utf8_lossy(&output.stderr));
        page
    }
}

/// A private CA with its intermediate, and servers of it.
pub(crate) struct Trust {
    pub(crate) root: Certified,
    pub(crate) issuing: Certified,
}

impl Trust {
    pub(crate) fn new() -> Self {
        let root = pki::ca("Example Root R1", None, |params| days(params, -2000, 3000));
        let issuing = pki::ca("Example Issuing CA 3", Some(&root), |params| {
            days(params, -800, 700)
        });
        Self { root, issuing }
    }

    pub(crate) fn server(&self, name: &str, from: i64, until: i64) -> Certified {
        pki::server(&[name], Some(&self.issuing), |params| {
            days(params, from, until)
        })
    }
}

pub(crate) fn days(params: &mut CertificateParams, from: i64, until: i64) {
    params.not_before = AT + Duration::days(from);
    params.not_after = AT + Duration::days(until);
}

/// What an operator may have: a server, files in every state, a store, and something that cannot be read.
fn usual(made: &Made) -> (Server, PathBuf) {
    let trust = Trust::new();
    let mut place: i64 = 0;
    for host in [
        "api", "auth", "billing", "cache", "cdn", "chat", "edge", "git", "ldap", "login", "map",
        "mq", "proxy", "push",
    ] {
        for domain in ["example.org", "example.com", "internal.example.net"] {
            // spread over the months that come
            place += 1;
            let name = format!("{host}.{domain}");
            let life = [90, 47, 200, 398][usize::try_from(place).unwrap() % 4];
            let used = place * 37 % (life * 2 / 3);
            let server = trust.server(&name, -used, life - used);
            made.write(&format!("{name}.pem"), &[&server.der, &trust.issuing.der]);
        }
    }
    for (name, left) in [
        ("legacy.example.org", -12),
        ("old-shop.example.com", -3),
        ("sms.eu.example.org", 2),
        ("mail.example.org", 5),
        ("pay.eu.example.org", 9),
        ("vpn.eu.example.org", 15),
        ("wiki.eu.example.org", 20),
    ] {
        let server = trust.server(name, left - 90, left);
        made.write(&format!("{name}.pem"), &[&server.der, &trust.issuing.der]);
    }
    made.write("roots.pem", &[&trust.root.der]);
    std::fs::write(
        made.path("in/broken.pem"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
    )
    .unwrap();
    std::fs::write(made.path("root.pem"), trust.root.pem()).unwrap();
    let other = pki::ca("Another CA", None, |params| days(params, -100, 900));
    let served = trust.server("127.0.0.1", -80, 10);
    let chain = vec![served.der.clone(), trust.issuing.der.clone(), other.der];
    let server = Server::start(chain, served.pkcs8());
    let address = server.address.to_string();
    let page = made.check(&[&address, "--roots", "root.pem", "--timeout", "20s"]);
    (server, page)
}

/// What Chromium saw; `None` when it, or what drives it, is not here.
pub(crate) fn browser(verb: &str, arguments: &[&Path]) -> Option<Value> {
    judge("chromium")?;
    let mut python = python("playwright.sync_api, axe_playwright_python")?;
    python.arg(root().join("tests/interop/page.py")).arg(verb);
    let output = run(python.args(arguments));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    for wrong in ["errors", "requests", "violations"] {
        assert_eq!(seen[wrong], serde_json::json!([]), "{wrong}");
    }
    Some(seen)
}

/// What holds of every page, with a script and without.
fn look(page: &Path) -> Option<Value> {
    let seen = browser("look", &[page])?;
    assert_eq!(seen["faults"], serde_json::json!([]));
    assert_eq!(seen["strange"], 0, "{seen}");
    assert_eq!(seen["script"], "undefined");
    assert!(seen["overflow"].as_i64().unwrap() <= 0, "{seen}");
    assert_eq!(seen["totals"], seen["plain"]["totals"]);
    let is_begin = |what: &str| {
        let plain = strings(&seen["plain"][what]);
        let all = strings(&seen[what]);
        let shared = plain.len().min(all.len());
        assert_eq!(plain[..shared], all[..shared], "{what}");
    };
    is_begin("names");
    is_begin("places");
    assert!(
        seen["age"].as_str().unwrap().contains("30 days old"),
        "{seen}"
    );
    Some(seen)
}

pub(crate) fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_page_of_nothing_is_quiet() {
    let made = Made::new();
    let report = Report {
        at: AT,
        subjects: Vec::new(),
    };
    let page = made.path("empty.html");
    std::fs::write(
        &page,
        render(&report, ReportFormat::Html, &Style::default()),
    )
    .unwrap();
    let Some(seen) = look(&page) else { return };
    assert_eq!(seen["headline"], "No certificates in this report");
    assert_eq!(seen["shown"], "0 rows");
}

#[test]
fn a_page_without_certificates_says_why() {
    let made = Made::new();
    let page = made.check(&["127.0.0.1:1", "--timeout", "5s"]);
    let Some(seen) = look(&page) else { return };
    assert_eq!(seen["headline"], "1 could not be checked");
    assert_eq!(strings(&seen["names"]), ["127.0.0.1:1"]);
    assert!(
        seen["details"]
            .as_str()
            .unwrap()
            .contains("CHECK-UNREACHABLE"),
        "{seen}"
    );
}

#[test]
fn a_page_of_one_certificate_is_calm() {
    let made = Made::new();
    let trust = Trust::new();
    made.write("one.pem", &[&trust.server("api.example.org", -10, 80).der]);
    let Some(seen) = look(&made.check(&[])) else {
        return;
    };
    assert_eq!(seen["headline"], "All is well");
    assert_eq!(strings(&seen["names"]), ["api.example.org"]);
    assert_eq!(strings(&seen["chain"]).len(), 2);
}

#[test]
fn a_page_where_everything_is_red_has_every_row() {
    let made = Made::new();
    let trust = Trust::new();
    for place in 0..120 {
        let name = format!("host{place}.example.org");
        let server = trust.server(&name, -400, -1 - place);
        made.write(&format!("{name}.pem"), &[&server.der]);
    }
    let Some(seen) = look(&made.check(&[])) else {
        return;
    };
    assert_eq!(seen["headline"], "120 have expired");
    assert_eq!(seen["shown"], "120 rows");
    assert_eq!(strings(&seen["names"])[0], "host119.example.org");
}

#[test]
fn names_of_strangers_stay_text() {
    let made = Made::new();
    let long = "x".repeat(65_536);
    let key = KeyPair::generate().unwrap();
    for (place, name) in (0..).zip(HOSTILE.into_iter().chain([long.as_str()])) {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        if !name.is_empty() {
            params.distinguished_name.push(DnType::CommonName, name);
            params
                .distinguished_name
                .push(DnType::OrganizationName, name);
        }
        // the long one has the least time left, so that its details are looked at
        days(&mut params, -400, -30 - place);
        let certificate = params.self_signed(&key).unwrap();
        made.write(&format!("{place}<img src=x>.pem"), &[certificate.der()]);
    }
    let Some(seen) = look(&made.check(&[])) else {
        return;
    };
    let names = strings(&seen["names"]);
    assert_eq!(names.len(), HOSTILE.len() + 1);
    assert_eq!(names[0].chars().count(), 121);
    assert!(seen["details"].as_str().unwrap().contains(&long));
    for name in [
        HOSTILE[0],
        HOSTILE[1],
        HOSTILE[3],
        HOSTILE[5],
        "\\u{202e}gro.elpmaxe",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn an_operator_finds_what_expires_when() {
    let made = Made::new();
    let (_server, page) = usual(&made);
    let Some(seen) = browser("use", &[&page]) else {
        return;
    };
    // its issuer is in the same file
    assert_eq!(
        strings(&seen["search"]),
        ["mail.example.org", "Example Issuing CA 3"]
    );
    assert_eq!(seen["shared"], seen["search"]);
    assert_eq!(seen["address"], "#q=MAIL+example.org");
    assert_eq!(
        strings(&seen["expired"]),
        ["legacy.example.org", "old-shop.example.com"]
    );
    assert_eq!(seen["pressed"], "true");
    let critical = strings(&seen["critical"]);
    assert!(
        critical.contains(&"in/broken.pem") && critical.contains(&"sms.eu.example.org"),
        "{critical:?}"
    );
    assert_eq!(strings(&seen["anchors"]), ["Another CA", "Example Root R1"]);
    assert_eq!(seen["nothing"][1], "Nothing fits these filters.");
    assert_eq!(strings(&seen["sorted"])[0], "127.0.0.1");
    assert_eq!(seen["stops"], 1);
    assert_eq!(
        seen["bar"],
        "week of 2026-11-23: 2 certificates, 2 critical"
    );
    assert_eq!(
        strings(&seen["then"]),
        ["sms.eu.example.org", "mail.example.org"]
    );
    assert_eq!(seen["bar after"], seen["bar"]);
    assert_eq!(seen["focus"], "details-title");
    assert_eq!(seen["closed"], 0);
    assert_eq!(seen["back"], true);
    assert_eq!(seen["printed"], false);
    // all of them: 50 servers, their issuer, its root, the other CA, and what is broken
    assert_eq!(seen["rows"], 54);
    let file = std::fs::read_to_string(made.path("in/mail.example.org.pem")).unwrap();
    assert!(
        file.starts_with(seen["pem"].as_str().unwrap().trim_end()),
        "{}",
        seen["pem"]
    );
    assert_eq!(seen["copied"], seen["pem"]);
}

#[test]
fn a_server_has_its_chain_with_what_no_client_needs() {
    let made = Made::new();
    let (_server, page) = usual(&made);
    // the address of the page opens it with a filter
    let Some(seen) = browser("chain", &[&page, Path::new("127.0.0.1")]) else {
        return;
    };
    assert_eq!(
        seen["verdict"],
        "A browser accepts this server by this chain."
    );
    let boxes = strings(&seen["chain"]);
    for (place, words) in [
        "127.0.0.1\nend-entity",
        "Example Issuing CA 3\nintermediate",
        "Example Root R1\nanchor",
        "Another CA",
    ]
    .iter()
    .enumerate()
    {
        assert!(boxes[place].starts_with(words), "{boxes:?}");
    }
    assert!(boxes[1].ends_with("sent by the server"), "{boxes:?}");
    assert!(boxes[2].ends_with("trusted root, not sent"), "{boxes:?}");
    assert!(boxes[3].ends_with("no client needs it"), "{boxes:?}");
}

#[test]
fn a_page_made_from_reports_says_that_it_has_no_pem() {
    let made = Made::new();
    let trust = Trust::new();
    made.write("one.pem", &[&trust.server("api.example.org", -10, 80).der]);
    made.check(&[]);
    let mut merge = trustpack();
    merge.current_dir(made.folder.path());
    run(merge.args([
        "report",
        "merge",
        "report.jsonl",
        "--output",
        "html=merged.html",
    ]));
    let Some(seen) = look(&made.path("merged.html")) else {
        return;
    };
    assert!(
        seen["details"]
            .as_str()
            .unwrap()
            .contains("made from reports"),
        "{seen}"
    );
}

#[test]
fn a_page_with_a_baseline_tells_what_changed() {
    let made = Made::new();
    let trust = Trust::new();
    made.write(
        "gone.pem",
        &[&trust.server("gone.example.org", -10, 80).der],
    );
    made.write("one.pem", &[&trust.server("api.example.org", -70, 20).der]);
    made.check(&[]);
    std::fs::rename(made.path("report.jsonl"), made.path("last.jsonl")).unwrap();
    std::fs::remove_file(made.path("in/gone.pem")).unwrap();
    made.write("one.pem", &[&trust.server("api.example.org", -1, 89).der]);
    let Some(seen) = browser("changes", &[&made.check(&["--baseline", "last.jsonl"])]) else {
        return;
    };
    assert_eq!(strings(&seen["renewed"]), ["api.example.org"]);
    assert_eq!(strings(&seen["marks"]), ["renewed"]);
    assert!(
        strings(&seen["gone"]).contains(&"in/gone.pem: was checked before"),
        "{seen}"
    );
}

#[test]
fn ten_thousand_certificates_are_one_page() {
    let made = Made::new();
    many(&made);
    let Some(seen) = browser("measure", &[&made.check(&[])]) else {
        return;
    };
    assert_eq!(seen["rows"], "10,000 rows");
    assert!(seen["bytes"].as_u64().unwrap() < 6_000_000, "{seen}");
    eprintln!("{seen}");
}

/// Each with a key and a signature of its own, as servers have them.
fn many(made: &Made) {
    let trust = Trust::new();
    let pem: String = (0..10_000)
        .map(|place| {
            trust
                .server(&format!("host{place}.example.org"), -60, 30 + place % 330)
                .pem()
        })
        .collect();
    std::fs::create_dir_all(made.path("in")).unwrap();
    std::fs::write(made.path("in/many.pem"), pem).unwrap();
}

/// The pictures of docs/html.md, only when they are asked for.
#[test]
fn pictures() {
    if std::env::var_os("TRUSTPACK_PICTURES").is_none_or(|value| value != "1") {
        eprintln!("skipped: TRUSTPACK_PICTURES=1 writes docs/pictures");
        return;
    }
    let made = Made::new();
    let (_server, page) = usual(&made);
    let folder = root().join("docs/pictures");
    std::fs::create_dir_all(&folder).unwrap();
    browser("pictures", &[&page, &folder]);
}
