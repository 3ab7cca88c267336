//! gnutls-serv with one version at a time.

use std::process::Command;

use serde_json::{Value, json};

use super::kit::{Server, Setup, judge};
use super::record::modern;

/// A server with GnuTLS's words for its versions, suites and groups.
pub(crate) fn start(priority: &str) -> Option<Server> {
    let program = judge("gnutls-serv")?;
    let mut setup = Setup::new();
    let [port] = setup.ports();
    let mut command = Command::new(program);
    command
        .args([
            "--http",
            "--quiet",
            "--port",
            &port.to_string(),
            "--priority",
            priority,
        ])
        .arg("--x509certfile")
        .arg(&setup.chain.file)
        .arg("--x509keyfile")
        .arg(&setup.chain.key);
    Some(setup.start(&mut command, &[("https", port)]))
}

fn probed(protocol: &str, suite: &str) -> Value {
    json!({
        "engine": "probe", "possession": "unproven", "protocol": protocol, "cipher_suite": suite, "error": null,
    })
}

#[test]
fn gnutls_presents_its_chain_in_every_version() {
    let old = |version: &str| {
        format!("NONE:+VERS-{version}:+RSA:+AES-256-CBC:+SHA1:+SIGN-ALL:+COMP-NULL")
    };
    for (priority, fields) in [
        ("NORMAL".to_owned(), modern(None)),
        (
            old("TLS1.0"),
            probed("TLSv1", "TLS_RSA_WITH_AES_256_CBC_SHA"),
        ),
        (
            old("TLS1.1"),
            probed("TLSv1.1", "TLS_RSA_WITH_AES_256_CBC_SHA"),
        ),
        (
            old("TLS1.2"),
            probed("TLSv1.2", "TLS_RSA_WITH_AES_256_CBC_SHA"),
        ),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-CIPHER-ALL:+CAMELLIA-256-GCM"
                .to_owned(),
            probed("TLSv1.2", "TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384"),
        ),
    ] {
        let Some(server) = start(&priority) else {
            return;
        };
        server.presents_with("https", &[], &fields);
    }
}
