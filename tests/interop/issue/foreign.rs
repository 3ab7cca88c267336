//! Requests that other tools make.

use super::Yard;
use crate::support::{judge, run, stderr};

fn assert_signed(yard: &Yard, csr: &str, pem: &str) {
    yard.sign(csr, pem, &["--profile", "server", "--requested", "copy"]);
    let verify = [
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "issuing.pem",
        pem,
    ];
    run(&mut yard.judge("openssl", &verify).unwrap());
}

#[test]
fn requests_of_openssl_are_signed_or_refused_for_a_reason() {
    if judge("openssl").is_none() {
        return;
    }
    let yard = Yard::new();
    yard.authorities("p-256");
    for (name, key) in [
        ("rsa", &["-newkey", "rsa:2048"][..]),
        (
            "ec",
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ),
        (
            "p521",
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        ),
        ("ed25519", &["-newkey", "ed25519"]),
        (
            "pss",
            &["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
        ),
        ("ed448", &["-newkey", "ed448"]),
    ] {
        let [csr, pem] = ["csr", "pem"].map(|end| format!("{name}.{end}"));
        let request = [
            "req",
            "-new",
            "-nodes",
            "-keyout",
            "key",
            "-subj",
            "/O=Zürich 🦀/CN=x",
            "-utf8",
            "-out",
            &csr,
            "-addext",
            "subjectAltName=DNS:a.example.test,IP:10.0.0.1",
            "-addext",
            "tlsfeature=status_request",
        ];
        run(&mut yard
            .judge("openssl", &[&request[..], key].concat())
            .unwrap());
        if name != "ed448" {
            assert_signed(&yard, &csr, &pem);
            continue;
        }
        // a signature that nobody here can check
        let sign = [
            "sign",
            &csr,
            "--ca",
            "issuing.key",
            "issuing.pem",
            "root.pem",
            "--days",
            "10",
            "-o",
            &pem,
            "--profile",
            "server",
        ];
        let refused = yard.command(&sign).output().unwrap();
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            stderr(&refused).contains("cannot be checked: Ed448"),
            "{}",
            stderr(&refused)
        );
        assert!(!yard.path(&pem).exists());
        yard.ours(&[&sign[..], &["--accept-unchecked"]].concat());
    }
}

#[test]
fn requests_of_gnutls_are_signed() {
    if judge("certtool").is_none() || judge("openssl").is_none() {
        return;
    }
    let yard = Yard::new();
    yard.authorities("p-256");
    yard.write("template", "cn = \"gnutls\"\nou = \"One\"\nou = \"Two\"\ndc = \"example\"\ndc = \"com\"\ndns_name = \"g.example.test\"\ntls_www_server\nsigning_key\n");
    for kind in ["rsa", "ecdsa", "ed25519"] {
        let key = [
            "--generate-privkey",
            "--key-type",
            kind,
            "--outfile",
            "gnutls.key",
        ];
        run(&mut yard.judge("certtool", &key).unwrap());
        let request = [
            "--generate-request",
            "--load-privkey",
            "gnutls.key",
            "--template",
            "template",
            "--outfile",
            "gnutls.csr",
        ];
        run(&mut yard.judge("certtool", &request).unwrap());
        let pem = format!("{kind}.pem");
        assert_signed(&yard, "gnutls.csr", &pem);
    }
}

#[test]
fn requests_of_nss_are_signed() {
    if judge("certutil").is_none() || judge("openssl").is_none() {
        return;
    }
    let yard = Yard::new();
    yard.authorities("p-256");
    std::fs::create_dir(yard.path("db")).unwrap();
    yard.write("noise", &"noise ".repeat(40));
    run(&mut yard
        .judge("certutil", &["-N", "-d", "sql:db", "--empty-password"])
        .unwrap());
    for (name, kind) in [
        ("rsa", &["-k", "rsa", "-g", "2048"]),
        ("ec", &["-k", "ec", "-q", "nistp256"]),
    ] {
        let [csr, pem] = ["csr", "pem"].map(|end| format!("{name}.{end}"));
        let request = [
            "-R",
            "-d",
            "sql:db",
            "-s",
            "CN=nss,OU=One,OU=Two,DC=example,DC=com",
            "-8",
            "n.example.test",
            "-z",
            "noise",
            "-a",
            "-o",
            &csr,
        ];
        run(&mut yard
            .judge("certutil", &[&request[..], kind].concat())
            .unwrap());
        assert_signed(&yard, &csr, &pem);
    }
}
