//! `inspect --pem` is read back by the tool itself, whatever the names in it are.

use std::io::Write;
use std::process::Stdio;

use crate::support::{fixture, run, trustpack};

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
