//! OpenSSL and Java as judges of revocation: lists, a live OCSP responder, and stapled responses.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::support::canned::Canned;
use crate::support::java;
use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{judge, run, stderr, stdout, trustpack};

const NAMES: [&str; 2] = ["a.test", "127.0.0.1"];

/// A CA in a folder, with the files that `openssl ocsp` and `openssl ca` want.
struct Authority {
    root: Certified,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let (root, folder) = (pki::ca("Root", None, |_| {}), tempfile::tempdir().unwrap());
        let new = Self { root, folder };
        new.write("root.pem", new.root.pem());
        new.write("root.key", new.root.key.serialize_pem());
        new
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), contents).unwrap();
    }

    fn leaf(&self, list: Option<&str>, ocsp: Option<&str>) -> Certified {
        let change = |params: &mut _| pki::points_to(params, list, ocsp);
        pki::server(&NAMES, Some(&self.root), change)
    }

    /// What the CA knows: who is good, who is revoked; anybody else is unknown to it.
    fn knows(&self, good: &[&Certified], revoked: &[&Certified]) {
        let serial = |one: &Certified| {
            let octets = one.serial();
            let hex = octets.iter().map(|octet| format!("{octet:02X}"));
            // as openssl writes a BIGNUM
            let hex = hex.collect::<String>();
            hex.strip_prefix("00").map(str::to_owned).unwrap_or(hex)
        };
        let good = good
            .iter()
            .map(|one| format!("V\t491231235959Z\t\t{}\tunknown\t/CN=a\n", serial(one)));
        let revoked = revoked.iter().map(|one| {
            format!(
                "R\t491231235959Z\t260101000000Z,keyCompromise\t{}\tunknown\t/CN=a\n",
                serial(one)
            )
        });
        self.write("index.txt", good.chain(revoked).collect::<String>());
    }

    fn openssl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.current_dir(self.path()).args(arguments);
        command
    }

    /// A list of those that are revoked, as PEM, that begins and ends so many days from now.
    fn list(&self, from: i64, until: i64) -> Vec<u8> {
        let config = "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\n";
        self.write("ca.cnf", config);
        let (from, until) = (moment(from), moment(until));
        let mut command = self.openssl(&["ca", "-config", "ca.cnf", "-gencrl"]);
        command.args(["-keyfile", "root.key", "-cert", "root.pem"]);
        command.args(["-crl_lastupdate", &from, "-crl_nextupdate", &until]);
        run(&mut command).stdout
    }

    /// What the CA says of a certificate, made by `openssl ocsp` without a responder.
    fn response(&self, leaf: &Certified) -> Vec<u8> {
        self.write("leaf.pem", leaf.pem());
        let ask = ["ocsp", "-issuer", "root.pem", "-cert", "leaf.pem"];
        run(self.openssl(&ask).args(["-no_nonce", "-reqout", "request"]));
        let answer = ["ocsp", "-index", "index.txt", "-CA", "root.pem"];
        let mut answer = self.openssl(&answer);
        answer.args(["-rsigner", "root.pem", "-rkey", "root.key", "-ndays", "1"]);
        run(answer.args(["-reqin", "request", "-respout", "response"]));
        fs::read(self.path().join("response")).unwrap()
    }

    /// `openssl ocsp` on loopback, with what the CA knows now.
    fn responder(&self, address: SocketAddr) -> Responder {
        let index = ["ocsp", "-index", "index.txt", "-CA", "root.pem"];
        let mut command = self.openssl(&index);
        command.args(["-rsigner", "root.pem", "-rkey", "root.key", "-nmin", "5"]);
        // it takes no address: what listens everywhere is asked on loopback
        command.args(["-ignore_err", "-port", &address.port().to_string()]);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let responder = Responder(child);
        // whoever connects and says nothing stops it for good, so its own word is waited for
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.starts_with("ACCEPT"), "the responder says {line:?}");
        responder
    }
}

/// Ends with the test.
struct Responder(Child);

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address on loopback at which nobody listens.
fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

fn moment(days: i64) -> String {
    let format = format_description!("[year][month][day][hour][minute][second]Z");
    let moment = OffsetDateTime::now_utc() + time::Duration::days(days);
    moment.format(format).unwrap()
}

#[test]
fn openssl_and_we_agree_on_lists() {
    if judge("openssl").is_none() {
        return;
    }
    let authority = Authority::new();
    let (good, revoked) = (authority.leaf(None, None), authority.leaf(None, None));
    authority.write("good.pem", good.pem());
    authority.write("revoked.pem", revoked.pem());
    authority.knows(&[&good], &[&revoked]);
    authority.write("ca.crl", authority.list(-1, 1));
    authority.write("old.crl", authority.list(-9, -2));
    authority.write("early.crl", authority.list(2, 9));
    let der = ["crl", "-in", "ca.crl", "-outform", "DER", "-out", "der.crl"];
    run(&mut authority.openssl(&der));
    authority.write("ours.crl", authority.root.revokes(&[&revoked]));
    authority.write("forged.crl", pki::ca("Root", None, |_| {}).revokes(&[]));
    authority.write("other.crl", pki::ca("Other", None, |_| {}).revokes(&[]));

    let mut wrong = Vec::new();
    for leaf in ["good.pem", "revoked.pem"] {
        for list in [
            "ca.crl",
            "der.crl",
            "ours.crl",
            "old.crl",
            "early.crl",
            "forged.crl",
            "other.crl",
        ] {
            let theirs = authority
                .openssl(&["verify", "-CAfile", "root.pem", "-crl_check_all"])
                .args(["-CRLfile", list, leaf])
                .output()
                .unwrap();
            // openssl knows no soft fail
            let hard = ["--crl", list, "--revocation-fail", "hard", "--json"];
            let ours = trustpack()
                .current_dir(authority.path())
                .args(["verify", leaf, "--host", "a.test", "--trust", "root.pem"])
                .args(["--as", "openssl"])
                .args(hard)
                .output()
                .unwrap();
            if theirs.status.success() != ours.status.success() {
                wrong.push(format!(
                    "{leaf} with {list}: openssl says {}, we say {}",
                    stderr(&theirs),
                    stdout(&ours)
                ));
            }
            let expected = leaf == "good.pem" && ["ca.crl", "der.crl", "ours.crl"].contains(&list);
            assert_eq!(ours.status.success(), expected, "{leaf} with {list}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_responder_of_openssl_is_asked_and_understood() {
    if judge("openssl").is_none() {
        return;
    }
    let authority = Authority::new();
    let folder = authority.path();
    for (who, status, code) in [
        ("good", "good", 0),
        ("revoked", "revoked", 1),
        ("unknown", "unknown", 0),
    ] {
        let at = free();
        let url = format!("http://{at}/");
        let leaf = authority.leaf(None, Some(&url));
        match who {
            "good" => authority.knows(&[&leaf], &[]),
            "revoked" => authority.knows(&[], &[&leaf]),
            _ => authority.knows(&[], &[]),
        }
        let _responder = authority.responder(at);
        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let address = server.address.to_string();
        let ask = |more: &[&str]| {
            let arguments = ["verify", &address, "--trust", "root.pem", "--json"];
            let mut command = trustpack();
            command.current_dir(folder).args(arguments);
            command.args(["--revocation", "fetch"]).args(more);
            command.output().unwrap()
        };
        let output = ask(&[]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let record: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let known = &record["revocation"];
        assert_eq!(known["certificates"][0]["status"], status, "{known:#}");
        assert_eq!(known["requests"][0]["kind"], "ocsp");
        assert_eq!(known["requests"][0]["url"], url);
        assert_eq!(known["requests"][0]["error"], Value::Null, "{known:#}");
        if who == "revoked" {
            assert_eq!(known["certificates"][0]["reason"], "keyCompromise");
        }
        let hard = ask(&["--revocation-fail", "hard"]);
        assert_eq!(hard.status.code(), Some(i32::from(who != "good")));
    }
}

/// What docs say of Java: a stapled response counts only where revocation is checked, and that is not the default.
#[test]
fn java_looks_at_a_stapled_response_only_when_it_is_told_to() {
    let (Some(_), Some(_)) = (judge("openssl"), judge("java")) else {
        return;
    };
    let authority = Authority::new();
    let (good, revoked) = (authority.leaf(None, None), authority.leaf(None, None));
    authority.knows(&[&good], &[&revoked]);
    authority.write("leaf.der", &revoked.der);
    authority.write("root.der", &authority.root.der);
    let (root, itself) = ("root.der", "leaf.der");
    for (leaf, trust, checks, java_accepts) in [
        (&revoked, root, false, true),
        (&revoked, root, true, false),
        (&good, root, true, true),
        (&revoked, itself, true, true),
    ] {
        let response = authority.response(leaf);
        let server = Server::stapling(vec![leaf.der.clone()], leaf.pkcs8(), response);
        let mut client = judge("java").unwrap();
        client.arg(format!("-Dcom.sun.net.ssl.checkRevocation={checks}"));
        let store = authority.path().join(trust);
        let (store, port) = (store.display(), server.address.port());
        let question = format!("{store}\tDER\tchangeit\ta.test\t{port}\n");
        let said = java::ask(&mut client, &question);
        assert_eq!(said.trim() == "accepted", java_accepts, "{said}");
        let how = if checks { "given" } else { "off" };
        let ours = trustpack()
            .current_dir(authority.path())
            .args(["verify", &server.address.to_string(), "--host", "a.test"])
            .args(["--trust", trust, "--revocation", how])
            .output()
            .unwrap();
        assert_eq!(ours.status.success(), java_accepts, "{}", stdout(&ours));
    }
}

/// Java fails hard where revocation is checked.
#[test]
fn java_and_we_agree_on_lists_that_are_fetched() {
    if judge("java").is_none() {
        return;
    }
    let authority = Authority::new();
    authority.write("root.der", &authority.root.der);
    let forger = pki::ca("Root", None, |_| {});
    let mut wrong = Vec::new();
    for (case, accepted) in [
        ("good", true),
        ("revoked", false),
        ("forged", false),
        ("page", false),
        ("nowhere", false),
        ("none", false),
    ] {
        let body = Arc::new(OnceLock::<Vec<u8>>::new());
        let published = Arc::clone(&body);
        let publisher = Canned::serve(move || published.get().cloned().unwrap_or_default());
        let url = match case {
            "nowhere" => format!("http://{}/ca.crl", free()),
            _ => format!("http://{}/ca.crl", publisher.address),
        };
        let leaf = authority.leaf((case != "none").then_some(url.as_str()), None);
        let _ = body.set(match case {
            "revoked" => authority.root.revokes(&[&leaf]),
            "forged" => forger.revokes(&[]),
            "page" => b"<html>please log in</html>".to_vec(),
            _ => authority.root.revokes(&[]),
        });
        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let mut client = judge("java").unwrap();
        client.args([
            "-Dcom.sun.net.ssl.checkRevocation=true",
            "-Dcom.sun.security.enableCRLDP=true",
        ]);
        let store = authority.path().join("root.der");
        let (store, port) = (store.display(), server.address.port());
        let question = format!("{store}\tDER\tchangeit\ta.test\t{port}\n");
        let theirs = java::ask(&mut client, &question);
        let ours = trustpack()
            .current_dir(authority.path())
            .args(["verify", &server.address.to_string(), "--host", "a.test"])
            .args(["--trust", "root.der", "--revocation", "fetch"])
            .args(["--revocation-fail", "hard"])
            .output()
            .unwrap();
        let java_accepts = theirs.trim() == "accepted";
        if java_accepts != accepted || ours.status.success() != accepted {
            wrong.push(format!("{case}: Java {theirs}, we {}", stdout(&ours)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
