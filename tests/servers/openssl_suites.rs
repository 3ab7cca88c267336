//! Every version and suite that this openssl still has, each in an `s_server` of its own.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::certificates::Chain;
use super::kit::{Process, Setup, judge};
use super::openssl::{EVERYTHING, s_server};
use super::record::{differences, fetch_all};
use super::support::{run, stdout};

struct Case {
    what: String,
    server: Process,
    port: u16,
    chain: Option<Chain>,
    fields: Value,
}

/// A suite by IANA's name and openssl's, and how its server authenticates.
struct Suite {
    iana: String,
    openssl: String,
    authentication: String,
}

/// What openssl would offer in this version; suites of pre-shared keys and passwords know no certificate.
fn suites(openssl: &Path, version: &str) -> Vec<Suite> {
    let all = format!("{EVERYTHING}:!PSK:!SRP");
    let list = run(Command::new(openssl).args(["ciphers", "-s", "-v", "-stdname", version, &all]));
    // TLS_RSA_WITH_NULL_SHA - NULL-SHA SSLv3 Kx=RSA Au=RSA Enc=None Mac=SHA1
    let text = stdout(&list);
    let parse = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let authentication = words.iter().find_map(|word| word.strip_prefix("Au="));
        Suite {
            iana: words[0].to_owned(),
            openssl: words[2].to_owned(),
            authentication: authentication.unwrap().to_owned(),
        }
    };
    text.lines().map(parse).collect()
}

/// Whether rustls finishes the handshake.
fn is_modern(iana: &str) -> bool {
    let is_tls_1_3 = !iana.contains("_WITH_");
    let is_aead =
        iana.contains("_128_GCM") || iana.contains("_256_GCM") || iana.contains("_CHACHA20");
    let is_aes = iana.contains("AES") || iana.contains("CHACHA20");
    is_tls_1_3 || (iana.starts_with("TLS_ECDHE_") && is_aead && is_aes)
}

#[test]
fn openssl_presents_its_chain_in_every_version_and_suite() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    let mut setup = Setup::new();
    let (rsa, ecdsa) = (setup.chain.clone(), setup.authority.ecdsa("ecdsa"));
    let parameters = setup.path("dsa.params");
    run(Command::new(&openssl)
        .args(["dsaparam", "-out"])
        .arg(&parameters)
        .arg("1024"));
    let dsa = format!("dsa:{}", parameters.display());
    let dsa = setup.authority.by_openssl(&openssl, "dsa", &[&dsa]);
    let mut cases = Vec::new();
    for (version, protocol) in [
        ("-tls1", "TLSv1"),
        ("-tls1_1", "TLSv1.1"),
        ("-tls1_2", "TLSv1.2"),
        ("-tls1_3", "TLSv1.3"),
    ] {
        for suite in suites(&openssl, version) {
            let is_tls_1_3 = !suite.iana.contains("_WITH_");
            if is_tls_1_3 != (version == "-tls1_3") {
                continue;
            }
            let chain = match suite.authentication.as_str() {
                "RSA" | "any" => Some(&rsa),
                "ECDSA" => Some(&ecdsa),
                "DSS" => Some(&dsa),
                _ => None,
            };
            let port = setup.port();
            let mut command = s_server(&openssl, chain.unwrap_or(&rsa), &setup.authority, port);
            command.arg(version);
            if is_tls_1_3 {
                command.args(["-ciphersuites", &suite.openssl]);
            } else {
                command.args(["-cipher", &format!("{}:@SECLEVEL=0", suite.openssl)]);
            }
            let (engine, possession) = match is_modern(&suite.iana) {
                true => ("tls", "proven"),
                false => ("probe", "unproven"),
            };
            cases.push(Case {
                what: format!("{protocol} {}", suite.iana),
                server: Process::start(&mut command, &setup.path(&format!("log-{port}"))),
                port,
                chain: chain.cloned(),
                fields: json!({
                    "protocol": protocol, "cipher_suite": suite.iana, "engine": engine, "possession": possession,
                }),
            });
        }
    }
    for case in &cases {
        case.server.wait_for([case.port]);
    }
    let urls: Vec<String> = cases
        .iter()
        .map(|case| format!("tls://127.0.0.1:{}", case.port))
        .collect();
    let records = fetch_all(&urls);
    let mut wrong = Vec::new();
    for (case, record) in cases.iter().zip(&records) {
        let differences = match &case.chain {
            Some(chain) => differences(record, chain, &case.fields),
            // an anonymous server has nothing to present, and that is an error that is told
            None if record["error"].is_null() => vec!["no error".to_owned()],
            None => Vec::new(),
        };
        wrong.extend(
            differences
                .into_iter()
                .map(|text| format!("{}: {text}", case.what)),
        );
    }
    eprintln!("{} versions with a suite", cases.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}
