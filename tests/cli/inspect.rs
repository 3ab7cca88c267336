//! What `inspect` prints is read back, by the tool itself and by others, and harms no terminal, whatever the names in it are.

use std::io::Write;
use std::process::Stdio;

use crate::store::Desk;
use crate::support::server::Server;
use crate::support::{fixture, pki, run, stdout, trustpack};

#[test]
fn pem_is_read_back() {
    for path in [
        "keystores/jks/trust.jks",
        "keystores/p12/openssl-key.p12",
        "inspect/hostile-names.pem",
        "inspect/all-extensions.pem",
    ] {
        let pem = inspect(&[fixture(path).to_str().unwrap(), "--pem"], b"");
        assert!(pem.starts_with(b"# "), "{path}");
        let digests = |input: &str, stdin: &[u8]| inspect(&[input, "--fields", "sha256"], stdin);
        let before = digests(fixture(path).to_str().unwrap(), b"");
        assert!(before.len() >= 65, "{path}");
        assert_eq!(digests("-", &pem), before, "{path}");
    }
}

#[test]
fn a_name_that_looks_like_pem_stays_in_its_comment() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    let name = "x -----BEGIN CERTIFICATE----- --END X---";
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    let certificate = params.self_signed(&key).unwrap().pem();
    let pem = inspect(&["-", "--pem"], certificate.as_bytes());
    let text = String::from_utf8(pem.clone()).unwrap();
    let comment = text.lines().next().unwrap();
    assert!(
        comment.contains("BEGIN CERTIFICATE") && !comment.contains("--"),
        "{comment}"
    );
    let digest = |stdin: &[u8]| inspect(&["-", "--fields", "sha256"], stdin);
    assert_eq!(digest(&pem), digest(certificate.as_bytes()));
}

#[test]
fn json_names_a_turned_alias_without_turning_the_terminal() {
    let desk = Desk::new();
    let alias = "gpj\u{202e}exe\u{9b}2j";
    let mut import = desk.command(&["store", "import", "trust.jks", "other-root.pem"]);
    run(import.args(["--password", "env:STORE_PASS", "--alias", alias]));
    for json in [
        stdout(&run(&mut desk.command(&["inspect", "trust.jks", "--json"]))),
        stdout(&run(&mut desk.command(&[
            "store",
            "find",
            "trust.jks",
            "--subject",
            "CN",
            "--json",
        ]))),
    ] {
        assert!(!json.contains(['\u{202e}', '\u{9b}']), "{json}");
        assert!(json.contains(r"gpj\u202eexe\u009b2j"), "{json}");
    }
}

/// What is printed on stdout; the password fits every fixture that has one.
fn inspect(arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let mut command = trustpack();
    command.arg("inspect").args(arguments).arg("--password");
    command.arg(format!(
        "file:{}",
        fixture("keystores/changeit.pass").display()
    ));
    if stdin.is_empty() {
        return run(&mut command).stdout;
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn a_server_is_shown_in_every_form() {
    let root = pki::ca("Root", None, |_| ());
    let leaf = pki::server(&["127.0.0.1"], Some(&root), |_| ());
    let server = Server::start(vec![leaf.der.clone(), root.der.clone()], leaf.pkcs8());
    let endpoint = format!("https://{}", server.address);
    let page = String::from_utf8(inspect(&[&endpoint, "--full"], b"")).unwrap();
    assert!(
        page.contains("certificate 1 of") && page.contains("extensions"),
        "{page}"
    );
    let pem = inspect(&[&endpoint, "--pem"], b"");
    let lines = inspect(&[&endpoint, "--fields", "kind,place,sha256"], b"");
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.starts_with("server\t1\t"), "{lines}");
    let of_pem = inspect(&["-", "--fields", "sha256"], &pem);
    assert_eq!(of_pem.iter().filter(|octet| **octet == b'\n').count(), 2);
    assert_eq!(lines.lines().count(), 2);
    let json: serde_json::Value =
        serde_json::from_slice(&inspect(&[&endpoint, "--json"], b"")).unwrap();
    assert!(
        json["servers"][0]["chain"][0]["extensions"].is_array(),
        "{json}"
    );
}
