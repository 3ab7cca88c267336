//! `openssl s_server` with keys and groups that no other server here has.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::certificates::{Authority, Chain};
use super::kit::{Server, Setup, judge};
use super::support::run;

/// What `-cipher` takes to allow everything.
pub(crate) const EVERYTHING: &str = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

/// A server with its options beside certificate and port.
pub(crate) fn start_with(
    mut setup: Setup,
    openssl: &Path,
    chain: Chain,
    options: impl FnOnce(&mut Command),
) -> Server {
    let [port] = setup.ports();
    let mut command = s_server(openssl, &chain, &setup.authority, port);
    options(&mut command);
    setup.chain = chain;
    setup.start(&mut command, &[("tls", port)])
}

pub(crate) fn s_server(openssl: &Path, chain: &Chain, authority: &Authority, port: u16) -> Command {
    let mut command = Command::new(openssl);
    command.args(["s_server", "-quiet", "-cipher", EVERYTHING, "-accept"]);
    command.arg(format!("127.0.0.1:{port}"));
    command
        .arg("-cert")
        .arg(&chain.leaf)
        .arg("-key")
        .arg(&chain.key);
    command.arg("-cert_chain").arg(authority.issuing_file());
    command
}

/// The engine and what follows from it.
fn by(engine: &str, protocol: &str) -> Value {
    let possession = if engine == "tls" {
        "proven"
    } else {
        "unproven"
    };
    json!({ "engine": engine, "possession": possession, "protocol": protocol, "starttls": null, "error": null })
}

#[test]
fn openssl_presents_every_kind_of_key() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    for (name, new_key, fields) in [
        ("rsa2048", "rsa:2048", by("tls", "TLSv1.3")),
        ("rsa1024", "rsa:1024", by("tls", "TLSv1.3")),
        ("ed25519", "ed25519", by("tls", "TLSv1.3")),
        // asked for in TLS 1.3, and nobody here checks its signature
        (
            "ed448",
            "ed448",
            json!({ "engine": "tls", "possession": "unproven", "protocol": "TLSv1.3", "error": null }),
        ),
        // rustls verifies no signature of these
        ("dsa", "dsa", by("probe", "TLSv1.2")),
        (
            "p256",
            "ec -pkeyopt ec_paramgen_curve:P-256",
            by("tls", "TLSv1.3"),
        ),
        (
            "p521",
            "ec -pkeyopt ec_paramgen_curve:P-521",
            by("tls", "TLSv1.3"),
        ),
        (
            "secp256k1",
            "ec -pkeyopt ec_paramgen_curve:secp256k1",
            by("probe", "TLSv1.2"),
        ),
        (
            "brainpool",
            "ec -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            by("probe", "TLSv1.2"),
        ),
        (
            "pss",
            "rsa-pss -pkeyopt rsa_keygen_bits:2048",
            by("tls", "TLSv1.3"),
        ),
    ] {
        let setup = Setup::new();
        let new_key = match name {
            "dsa" => dsa(&openssl, &setup),
            _ => new_key.to_owned(),
        };
        let words: Vec<&str> = new_key.split(' ').collect();
        let chain = setup.authority.by_openssl(&openssl, name, &words);
        // curves that are not offered by themselves; `auto` would offer the usual ones only
        let server = start_with(setup, &openssl, chain, |command| {
            let groups = match name {
                "secp256k1" => "secp256k1:X25519:P-256",
                "brainpool" => "brainpoolP256r1:X25519:P-256",
                _ => return,
            };
            command.args(["-groups", groups]);
        });
        eprintln!("{name}");
        server.presents_with("tls", &[], &fields);
    }
}

/// The argument of `-newkey` for DSA, whose parameters come from a file.
fn dsa(openssl: &Path, setup: &Setup) -> String {
    let parameters = setup.path("dsa.params");
    run(Command::new(openssl)
        .args(["dsaparam", "-out"])
        .arg(&parameters)
        .arg("1024"));
    format!("dsa:{}", parameters.display())
}

#[test]
fn openssl_presents_its_chain_over_every_group() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    for (groups, fields) in [
        ("X25519", by("tls", "TLSv1.3")),
        ("P-256", by("tls", "TLSv1.3")),
        ("P-384", by("tls", "TLSv1.3")),
        // what rustls does not offer leaves TLS 1.2 to the probe
        ("P-521", by("probe", "TLSv1.2")),
        ("X448", by("probe", "TLSv1.2")),
        ("brainpoolP384r1", by("probe", "TLSv1.2")),
        ("ffdhe2048", by("probe", "TLSv1.2")),
    ] {
        let setup = Setup::new();
        let chain = setup.chain.clone();
        let server = start_with(setup, &openssl, chain, |command| {
            command.args(["-groups", groups]);
        });
        eprintln!("{groups}");
        server.presents_with("tls", &[], &fields);
    }
}
