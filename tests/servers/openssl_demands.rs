//! `openssl s_server` with two certificates, with a stapled response, and with the wish for a client certificate.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::kit::{Setup, judge};
use super::openssl::start_with;
use super::record::{assert_record, fetch, fetch_command};
use super::support::{run, stdout};

#[test]
fn openssl_wants_a_client_certificate() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    for version in ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"] {
        let setup = Setup::new();
        let chain = setup.chain.clone();
        let (root, client) = (setup.authority.root_file(), setup.authority.ecdsa("client"));
        let server = start_with(setup, &openssl, chain, |command| {
            command
                .args([version, "-Verify", "3", "-verify_return_error", "-CAfile"])
                .arg(root);
        });
        let fields = json!({
            "client_certificate_requested": true,
            "client_certificate_authorities": ["CN=Root,O=trustpack tests"],
        });
        eprintln!("{version}");
        server.presents_with("tls", &[], &fields);
        let file = client.with_key.to_str().unwrap();
        let record = server.presents_with("tls", &["--client-cert", file], &fields);
        assert!(record["error"].is_null(), "{record:#}");
    }
}

#[test]
fn openssl_presents_either_of_two_certificates() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    let setup = Setup::new();
    let (rsa, ecdsa) = (setup.chain.clone(), setup.authority.ecdsa("second"));
    let (issuing, second) = (setup.authority.issuing_file(), ecdsa.clone());
    let server = start_with(setup, &openssl, rsa.clone(), |command| {
        command
            .arg("-dcert")
            .arg(second.leaf)
            .arg("-dkey")
            .arg(second.key);
        command.arg("-dcert_chain").arg(issuing);
    });
    for version in ["1.3", "1.2"] {
        for (kind, chain) in [("rsa", &rsa), ("ecdsa", &ecdsa)] {
            let flags = ["--cert-type", kind, "--tls-version", version];
            let record = fetch(&server.url("tls"), &flags);
            assert_record(&record, chain, &json!({ "error": null }));
        }
    }
    let mut all = fetch_command(&[server.url("tls")]);
    let text = stdout(&run(all.args(["--cert-type", "all"])));
    for chain in [&rsa, &ecdsa] {
        assert!(text.contains(&chain.sha256()[0]), "{text}");
    }
}

#[test]
fn openssl_staples_what_the_responder_said() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    let setup = Setup::new();
    let chain = setup.chain.clone();
    let status = ocsp_response(&openssl, &setup);
    let server = start_with(setup, &openssl, chain, |command| {
        command.arg("-status_file").arg(status);
    });
    for version in ["1.3", "1.2"] {
        let flags = ["--tls-version", version];
        let record = server.presents_with("tls", &flags, &json!({ "error": null }));
        assert!(!record["ocsp"].is_null(), "{record:#}");
    }
}

/// A response that calls the server's certificate good, signed by its issuer.
fn ocsp_response(openssl: &Path, setup: &Setup) -> PathBuf {
    let serial = Command::new(openssl)
        .args(["x509", "-noout", "-serial", "-in"])
        .arg(&setup.chain.leaf)
        .output();
    let serial = stdout(&serial.unwrap());
    let serial = serial.trim().trim_start_matches("serial=");
    let index = setup.write(
        "index.txt",
        format!("V\t20991231235959Z\t\t{serial}\tunknown\t/CN=any\n"),
    );
    let (request, response) = (setup.path("request.der"), setup.path("response.der"));
    let issuing = setup.authority.issuing_file();
    let mut ask = Command::new(openssl);
    ask.args(["ocsp", "-sha256", "-issuer"])
        .arg(&issuing)
        .arg("-cert")
        .arg(&setup.chain.leaf);
    run(ask.arg("-reqout").arg(&request));
    let mut answer = Command::new(openssl);
    answer
        .args(["ocsp", "-ndays", "1", "-index"])
        .arg(index)
        .arg("-CA")
        .arg(&issuing);
    answer
        .arg("-rsigner")
        .arg(&issuing)
        .arg("-rkey")
        .arg(setup.authority.issuing_key());
    run(answer
        .arg("-reqin")
        .arg(request)
        .arg("-respout")
        .arg(&response));
    response
}
