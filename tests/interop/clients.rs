//! OpenSSL and rustls on the cases of the Java client: accepted and refused exactly where `verify` says so.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use trustpack_core::verify::Client;

use crate::java_client::{Case, cases, verdict_of};
use crate::support::judge;
use crate::support::pki::pem;

#[test]
fn openssl_accepts_and_refuses_where_verify_says_so() {
    if judge("openssl").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        for (client, flag) in [
            (Client::OpenSsl, None),
            (Client::OpenSslPartialChain, Some("-partial_chain")),
        ] {
            let ours = verdict_of(case, client);
            let theirs = ask_openssl(folder.path(), case, flag);
            if ours.is_ok() != theirs.is_ok() {
                wrong.push(format!(
                    "{} ({}): OpenSSL says {theirs:?}, we say {ours:?}",
                    case.name,
                    client.word()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rustls_accepts_and_refuses_where_verify_says_so() {
    let mut wrong = Vec::new();
    for case in &cases() {
        let ours = verdict_of(case, Client::Browser);
        let theirs = ask_rustls(case);
        if ours.is_ok() != theirs.is_ok() {
            wrong.push(format!(
                "{}: rustls says {theirs:?}, we say {ours:?}",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `openssl verify` set as a TLS client of security level 2 is.
fn ask_openssl(folder: &Path, case: &Case, flag: Option<&str>) -> Result<(), String> {
    let write = |name: &str, certificates: &[CertificateDer<'_>]| {
        let path = folder.join(name);
        std::fs::write(&path, pem(certificates)).unwrap();
        path
    };
    let (leaf, rest) = case.chain.split_at(1);
    let (leaf, rest) = (write("leaf.pem", leaf), write("rest.pem", rest));
    let mut openssl = judge("openssl").unwrap();
    openssl.args(["verify", "-no-CApath", "-no-CAstore", "-auth_level", "2"]);
    openssl.args(["-purpose", "sslserver"]).args(flag);
    let is_address = case.host.parse::<std::net::IpAddr>().is_ok();
    let name = if is_address {
        "-verify_ip"
    } else {
        "-verify_hostname"
    };
    openssl.args([name, case.host]);
    openssl
        .arg("-CAfile")
        .arg(write("store.pem", &case.trusted));
    if case.chain.len() > 1 {
        openssl.arg("-untrusted").arg(rest);
    }
    let output = openssl.arg(leaf).output().unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn ask_rustls(case: &Case) -> Result<(), String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(case.trusted.iter().cloned());
    let provider = Arc::new(default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| error.to_string())?;
    let (leaf, rest) = case.chain.split_first().unwrap();
    let name = ServerName::try_from(case.host).unwrap();
    verifier
        .verify_server_cert(leaf, rest, &name, &[], UnixTime::now())
        .map(drop)
        .map_err(|error| error.to_string())
}
