//! `trustpack verify` where revocation is told: by the handshake, and by who publishes it.

use std::fs;
use std::path::Path;
use std::process::Output;

use rustls_pki_types::CertificateDer;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::canned::Canned;
use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{fixture, stderr, stdout, trustpack};

/// `trustpack verify` in a folder, without the proxies of whoever runs the tests.
fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = trustpack();
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
        .current_dir(folder)
        .arg("verify")
        .args(arguments)
        .output()
        .expect("trustpack runs")
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// A CA whose root is `root.pem` in a folder.
struct Site {
    root: Certified,
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let (root, folder) = (pki::ca("Root", None, |_| {}), tempfile::tempdir().unwrap());
        fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
        Self { root, folder }
    }

    /// A server certificate of this CA.
    fn leaf(&self, list: Option<&str>, ocsp: Option<&str>) -> Certified {
        let names = ["a.test", "127.0.0.1"];
        let change = |params: &mut _| pki::points_to(params, list, ocsp);
        pki::server(&names, Some(&self.root), change)
    }

    fn verify(&self, arguments: &[&str]) -> Output {
        let trust = ["--trust", "root.pem"];
        verify(self.folder.path(), &[arguments, &trust].concat())
    }

    /// With `--revocation fetch`, as JSON.
    fn fetch(&self, leaf: &Certified, more: &[&str]) -> (Output, Value) {
        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let address = server.address.to_string();
        let arguments = [address.as_str(), "--revocation", "fetch", "--json"];
        let output = self.verify(&[&arguments, more].concat());
        let record = json(&output);
        (output, record)
    }
}

/// The server of the fixtures with this name, stapling what openssl said of it.
fn stapling(name: &str, response: Vec<u8>) -> Server {
    let der = |name: &str| {
        let pem = fs::read(fixture(&format!("pki/{name}.pem"))).unwrap();
        pem::parse(pem).unwrap().into_contents()
    };
    let chain = [name, "intermediate"].map(|name| CertificateDer::from(der(name)));
    Server::stapling(chain.to_vec(), der(&format!("{name}.key")), response)
}

fn ask_stapling(server: &Server, more: &[&str]) -> Output {
    let address = server.address.to_string();
    let root = fixture("pki/root.pem").display().to_string();
    let arguments = [address.as_str(), "--host", "server.test", "--trust", &root];
    verify(Path::new("."), &[&arguments, more].concat())
}

#[test]
fn what_a_server_staples_is_looked_at() {
    let good = fs::read(fixture("tls/ocsp-good.der")).unwrap();
    let server = stapling("server", good);
    let in_force = ["--at", "2026-11-26T00:00:00Z", "--json"];
    let output = ask_stapling(&server, &in_force);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let known = &json(&output)["revocation"];
    assert_eq!(known["mode"], "passive");
    assert_eq!(known["certificates"][0]["status"], "good");
    assert_eq!(known["certificates"][0]["source"]["kind"], "ocsp");
    assert_eq!(known["findings"], Value::Array(Vec::new()));

    let off = ask_stapling(&server, &[&in_force[..], &["--revocation", "off"]].concat());
    assert_eq!(json(&off)["revocation"], Value::Null);

    let late = ["--at", "2026-12-26T00:00:00Z", "--json"];
    let output = ask_stapling(&server, &late);
    assert_eq!(output.status.code(), Some(0));
    let known = &json(&output)["revocation"];
    assert_eq!(known["findings"][0]["id"], "REVOCATION-OCSP-EXPIRED");
    let output = ask_stapling(
        &server,
        &[&late[..], &["--revocation-fail", "hard"]].concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["refusal"]["reason"], "revocation-unknown");
}

#[test]
fn a_server_that_staples_its_own_revocation_is_refused() {
    let three = fs::read(fixture("tls/ocsp-three.der")).unwrap();
    let server = stapling("server-renewed", three);
    let at = ["--at", "2026-11-25T02:38:00Z"];
    let output = ask_stapling(&server, &at);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let page = stdout(&output);
    assert!(page.starts_with("refused: a Java client that checks revocation with "));
    let says = "(keyCompromise), says stapled OCSP response\n";
    assert!(page.contains(says), "{page}");
    assert!(page.contains("critical REVOCATION-REVOKED: "), "{page}");
    assert!(page.contains("note: left to its defaults the client checks no revocation"));
    let off = ask_stapling(&server, &[&at[..], &["--revocation", "off"]].concat());
    assert_eq!(off.status.code(), Some(0));
}

#[test]
fn a_staple_that_is_none_is_told_of() {
    let server = stapling("server", b"junk".to_vec());
    let output = ask_stapling(&server, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let found = &json(&output)["revocation"]["findings"][0];
    assert_eq!(found["id"], "REVOCATION-OCSP-UNUSABLE");
}

#[test]
fn lists_are_fetched_only_when_asked_for() {
    let site = Site::new();
    for is_revoked in [false, true] {
        // the list names a certificate that names the list
        let body = std::sync::Arc::new(std::sync::OnceLock::new());
        let published = {
            let body = std::sync::Arc::clone(&body);
            Canned::serve(move || body.get().cloned().unwrap_or_default())
        };
        let url = format!("http://{}/ca.crl", published.address);
        let leaf = site.leaf(Some(&url), None);
        let revoked: &[&Certified] = if is_revoked { &[&leaf] } else { &[] };
        body.set(site.root.revokes(revoked)).unwrap();

        let server = Server::start(vec![leaf.der.clone()], leaf.pkcs8());
        let output = site.verify(&[&server.address.to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(published.heard().is_empty(), "nothing is asked unasked");

        let (output, record) = site.fetch(&leaf, &["--revocation-fail", "hard"]);
        assert_eq!(output.status.code(), Some(i32::from(is_revoked)));
        assert_eq!(record["accepted"], !is_revoked);
        let known = &record["revocation"];
        let word = if is_revoked { "revoked" } else { "good" };
        assert_eq!(known["certificates"][0]["status"], word);
        assert_eq!(known["certificates"][0]["source"]["origin"], url);
        assert_eq!(known["requests"].as_array().unwrap().len(), 1);
        assert_eq!(known["requests"][0]["url"], url);
        assert_eq!(known["requests"][0]["kind"], "crl");
        assert_eq!(known["requests"][0]["cached"], false);
        assert!(published.heard()[0].starts_with("GET /ca.crl HTTP/1.1"));
        let line = format!("asked {url} for its revocation list: it came (");
        assert!(stderr(&output).contains(&line), "{}", stderr(&output));
    }
}

#[test]
fn a_list_is_fetched_once_for_all_servers_of_a_list() {
    let site = Site::new();
    let published = Canned::http(site.root.revokes(&[]));
    let url = format!("http://{}/ca.crl", published.address);
    let servers = [(); 3].map(|()| {
        let leaf = site.leaf(Some(&url), None);
        Server::start(vec![leaf.der.clone()], leaf.pkcs8())
    });
    let lines = servers.each_ref().map(|one| format!("{}\n", one.address));
    fs::write(site.folder.path().join("hosts.txt"), lines.concat()).unwrap();
    let list = ["--targets", "hosts.txt", "--revocation", "fetch", "--json"];
    let output = site.verify(&list);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(published.heard().len(), 1);
    let record = json(&output);
    let targets = record["targets"].as_array().unwrap();
    let requests = targets.iter().map(|one| &one["revocation"]["requests"][0]);
    let asked = requests.filter(|request| request["cached"] == false);
    assert_eq!(asked.count(), 1);
    for target in targets {
        let status = &target["revocation"]["certificates"][0]["status"];
        assert_eq!(status, "good");
    }
}

#[test]
fn a_revoked_server_of_a_list_is_refused() {
    let site = Site::new();
    let (good, bad) = (site.leaf(None, None), site.leaf(None, None));
    let list = site.root.revokes(&[&bad]);
    fs::write(site.folder.path().join("ca.crl"), list).unwrap();
    let servers = [&good, &bad].map(|leaf| Server::start(vec![leaf.der.clone()], leaf.pkcs8()));
    let lines = servers.each_ref().map(|one| format!("{}\n", one.address));
    fs::write(site.folder.path().join("hosts.txt"), lines.concat()).unwrap();
    let arguments = ["--targets", "hosts.txt", "--crl", "ca.crl"];
    let output = site.verify(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let page = stdout(&output);
    assert!(page.contains("2 servers: 1 accepted, 1 refused, 0 failed"));
    assert!(page.contains("critical REVOCATION-REVOKED: "), "{page}");
    let record = json(&site.verify(&[&arguments[..], &["--json"]].concat()));
    assert_eq!(record["targets"][0]["answer"], "accepted");
    assert_eq!(record["targets"][1]["answer"], "refused");
    assert_eq!(record["targets"][1]["error"]["reason"], "revoked");
    assert_eq!(record["summary"]["refused"], 1);
}

#[test]
fn addresses_that_are_not_http_are_named_and_not_asked() {
    let site = Site::new();
    let url = "https://127.0.0.1:1/ca.crl";
    let leaf = site.leaf(Some(url), None);
    let (output, record) = site.fetch(&leaf, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let request = &record["revocation"]["requests"][0];
    assert_eq!(request["url"], url);
    let error = request["error"].as_str().unwrap();
    assert!(error.starts_with("only http:// is asked"), "{error}");
    let (output, _) = site.fetch(&leaf, &["--revocation-fail", "hard"]);
    assert_eq!(output.status.code(), Some(1));
}
