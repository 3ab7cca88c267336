//! `trustpack check --ari` against ACME servers on loopback.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use rustix::process::Signal;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::support::canned::Canned;
use crate::support::pki::{self, Certified};
use crate::support::server::{self, Server};
use crate::support::{stderr, stdout, trustpack};
use crate::watch::Watching;

/// An ACME server that has at every path a directory and this window, as days from now.
pub(crate) fn acme(start: i64, end: i64) -> Canned {
    let day = |days| {
        let at = OffsetDateTime::now_utc() + Duration::days(days);
        at.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap()
    };
    let (start, end) = (day(start), day(end));
    let window = format!(r#""suggestedWindow": {{"start": "{start}", "end": "{end}"}}"#);
    Canned::start(move |mut client, request| {
        let _ = client.write_all(answer("http", request, &window).as_bytes());
    })
}

fn answer(scheme: &str, request: &[u8], window: &str) -> String {
    let request = String::from_utf8_lossy(request);
    let host = request.lines().find_map(|line| line.strip_prefix("host: "));
    let info = format!(
        r#""renewalInfo": "{scheme}://{}/ri""#,
        host.unwrap_or_default()
    );
    let why = r#""explanationURL": "https://ca.example/incident""#;
    let body = format!("{{{info}, {window}, {why}}}");
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The same by TLS, with this chain; its window has begun long ago.
fn acme_by_tls(server: &Certified) -> SocketAddr {
    let config = server::config(
        vec![server.der.clone()],
        server.pkcs8(),
        rustls::ALL_VERSIONS,
    );
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, client);
            let mut request = [0; 4096];
            // who does not trust this server says nothing
            let Ok(count) = stream.read(&mut request) else {
                continue;
            };
            let window = r#""suggestedWindow": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}"#;
            let _ = stream.write_all(answer("https", &request[..count], window).as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    address
}

struct Site {
    folder: tempfile::TempDir,
    root: Certified,
    issuing: Certified,
    leaf: Certified,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // nothing else is to be said of them
        let long = |params: &mut _| pki::days(params, -30, 900);
        let root = pki::ca("Root", None, long);
        let issuing = pki::ca("Issuing", Some(&root), long);
        let leaf = pki::server(&["a.test", "127.0.0.1"], Some(&issuing), |_| {});
        let chain = [leaf.der.clone(), issuing.der.clone()];
        fs::write(folder.path().join("chain.pem"), pki::pem(&chain)).unwrap();
        fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
        Self {
            folder,
            root,
            issuing,
            leaf,
        }
    }

    fn check(&self, server: &Canned, inputs: &[&str]) -> (Output, Value) {
        check(self.folder.path(), server, inputs)
    }

    fn server(&self) -> Server {
        let chain = vec![self.leaf.der.clone(), self.issuing.der.clone()];
        Server::start(chain, self.leaf.pkcs8())
    }
}

fn check(folder: &Path, server: &Canned, inputs: &[&str]) -> (Output, Value) {
    let mut command = trustpack();
    let directory = format!("cn=issuing,*=http://{}/directory", server.address);
    command.current_dir(folder).arg("check").args(inputs);
    command.args(["--ari", "--acme-directory", &directory]);
    let output = command
        .args(["--json", "--proxy", "none"])
        .output()
        .unwrap();
    let report = serde_json::from_str(&stdout(&output));
    let report = report.unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (output, report)
}

fn finding<'a>(report: &'a Value, id: &str) -> Option<&'a Value> {
    let mut subjects = report["subjects"].as_array().unwrap().iter();
    subjects.find_map(|subject| {
        let mut findings = subject["findings"].as_array().unwrap().iter();
        findings.find(|finding| finding["id"] == id)
    })
}

#[test]
fn a_window_that_has_begun_is_a_warning_and_one_ahead_is_told() {
    let site = Site::new();
    let begun = acme(-1, 1);
    let (output, report) = site.check(&begun, &["chain.pem"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let found = finding(&report, "CERT-RENEW").unwrap();
    assert_eq!(found["severity"], "warning");
    assert_eq!(found["subject"], "chain.pem: 1");
    let window = &report["subjects"][0]["certificates"][0]["renewal_window"];
    assert_eq!(window["explanation_url"], "https://ca.example/incident");
    // of the end entity only, and each request is listed
    let heard = begun.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    let said = stderr(&output);
    let told = said
        .lines()
        .filter(|line| line.ends_with(" for renewal information: told"));
    assert_eq!(told.count(), 2, "{said}");

    let ahead = acme(5, 6);
    let (output, report) = site.check(&ahead, &["chain.pem"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(finding(&report, "CERT-RENEW").is_none());
    let certificates = &report["subjects"][0]["certificates"];
    assert!(certificates[0]["renewal_window"]["start"].is_string());
    assert!(certificates[1].get("renewal_window").is_none());
}

#[test]
fn a_window_long_past_speaks_of_revocation_and_says_where_to_read_on() {
    let site = Site::new();
    let (_, report) = site.check(&acme(-9, -8), &["chain.pem"]);
    let found = finding(&report, "CERT-RENEW").unwrap();
    let message = found["message"].as_str().unwrap();
    assert!(
        message.contains("as issuers do with what they revoke (see https://ca.example/incident)")
    );
}

#[test]
fn a_certificate_in_many_places_is_asked_about_once() {
    let site = Site::new();
    let chain = fs::read(site.folder.path().join("chain.pem")).unwrap();
    for number in 0..20 {
        fs::write(
            site.folder.path().join(format!("copy-{number}.pem")),
            &chain,
        )
        .unwrap();
    }
    let (server, acme) = (site.server(), acme(-1, 1));
    let address = server.address.to_string();
    let inputs = [".", &address, "--roots", "root.pem"];
    let (_, report) = site.check(&acme, &inputs);
    let heard = acme.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    let subjects = report["subjects"].as_array().unwrap();
    let warned = subjects.iter().filter(|subject| {
        let mut findings = subject["findings"].as_array().unwrap().iter();
        findings.any(|finding| finding["id"] == "CERT-RENEW")
    });
    assert_eq!(warned.count(), 22);
}

#[test]
fn a_server_that_gives_nothing_changes_nothing() {
    let site = Site::new();
    assert_eq!(site.root.der.first(), Some(&0x30));
    let bodies: [&[u8]; 4] = [b"", b"<html>", b"{}", &[0xff; 70_000]];
    for body in bodies {
        let server = Canned::http(body.to_vec());
        let (output, report) = site.check(&server, &["chain.pem"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(finding(&report, "CERT-RENEW").is_none());
        assert_eq!(server.heard().len(), 1);
        assert!(stderr(&output).contains("/directory for renewal information: nothing: "));
    }
}

#[test]
fn a_server_by_tls_is_checked_against_the_roots_that_are_named() {
    let site = Site::new();
    let web = pki::ca("Web", None, |_| {});
    let name = ["localhost"];
    fs::write(site.folder.path().join("web.pem"), web.pem()).unwrap();
    let address = acme_by_tls(&pki::server(&name, Some(&web), |_| {}));
    let directory = format!("https://localhost:{}/directory", address.port());
    let check = |more: &[&str]| {
        let mut command = trustpack();
        command
            .current_dir(site.folder.path())
            .args(["check", "chain.pem"]);
        command.args(["--json", "--ari", "--acme-directory", &directory]);
        command
            .args(["--proxy", "none"])
            .args(more)
            .output()
            .unwrap()
    };
    let trusted = check(&["--roots", "web.pem"]);
    let report = serde_json::from_str(&stdout(&trusted)).unwrap();
    assert!(
        finding(&report, "CERT-RENEW").is_some(),
        "{}",
        stderr(&trusted)
    );
    let refused = check(&["--roots", "root.pem"]);
    assert_eq!(refused.status.code(), Some(0));
    assert!(
        stderr(&refused).contains("nothing: "),
        "{}",
        stderr(&refused)
    );
    assert!(
        stderr(&refused).contains("certificate"),
        "{}",
        stderr(&refused)
    );
}

/// An HTTP proxy that leads everywhere, and what it is told.
fn proxy() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            let head = String::from_utf8(head).unwrap();
            let target = head.split(' ').nth(1).unwrap().to_owned();
            sender.send(head).unwrap();
            let mut to_server = TcpStream::connect(target).unwrap();
            let mut from_server = to_server.try_clone().unwrap();
            let mut to_client = client.try_clone().unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            std::thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            std::thread::spawn(move || std::io::copy(&mut client, &mut to_server));
        }
    });
    (address, heard)
}

#[test]
fn a_server_by_tls_is_reached_through_the_proxy() {
    let site = Site::new();
    let web = pki::ca("Web", None, |_| {});
    fs::write(site.folder.path().join("web.pem"), web.pem()).unwrap();
    let address = acme_by_tls(&pki::server(&["localhost"], Some(&web), |_| {}));
    let directory = format!("https://localhost:{}/directory", address.port());
    let (proxy, heard) = proxy();
    let check = |url: &str| {
        let mut command = trustpack();
        command
            .current_dir(site.folder.path())
            .args(["check", "chain.pem"]);
        command.args(["--ari", "--acme-directory", &directory]);
        command.args(["--roots", "web.pem", "--proxy", url]);
        command.output().unwrap()
    };
    let asked = check(&format!("http://user:secret@{proxy}"));
    assert!(stdout(&asked).contains("CERT-RENEW"), "{}", stderr(&asked));
    let heard = heard.try_recv().unwrap();
    let connect = format!("CONNECT localhost:{} HTTP/1.1", address.port());
    assert!(heard.starts_with(&connect), "{heard}");
    // user:secret
    assert!(heard.contains("Basic dXNlcjpzZWNyZXQ="), "{heard}");
    let refused = check(&format!("socks5://{proxy}"));
    assert!(stderr(&refused).contains("not reached through SOCKS"));
    assert_eq!(refused.status.code(), Some(0));
}

#[test]
fn a_watch_asks_once_while_the_answer_holds() {
    let site = Site::new();
    let server = acme(-1, 1);
    let mut command = trustpack();
    command.current_dir(site.folder.path()).arg("check");
    command.args(["chain.pem", "--watch", "1d", "--ari", "--acme-directory"]);
    command.arg(format!("http://{}/directory", server.address));
    let mut watching = Watching::start(command.stdout(Stdio::null()));
    for round in 0..4 {
        if round > 0 {
            watching.signal(Signal::HUP);
        }
        let said = watching.line("; next round at ");
        assert!(said.contains(" 1 warning,"), "{said}");
    }
    assert_eq!(server.heard().len(), 2);
    watching.stop();
}
