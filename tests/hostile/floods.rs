//! Sends without end what means nothing, as fast as it is read: warnings, ChangeCipherSpec, empty records, the same
//! message again.

use std::io::Write;

use super::chain::Pki;
use super::kit::{Case, flood, serve};
use super::wire::{
    self, APPLICATION_DATA, CHANGE_CIPHER_SPEC, ClientHello, HANDSHAKE, MODERN, OLD, TLS12,
};

/// The first once, the second for ever.
fn server(first: fn(&ClientHello) -> Vec<u8>, again: Vec<u8>) -> Case {
    let server = serve(move |client| {
        let hello = ClientHello::read(client)?;
        let first = first(&hello);
        if !first.is_empty() {
            client.write_all(&wire::records(&first))?;
        }
        flood(client, &again)
    });
    Case::new("tls", server).fails("tls")
}

fn nothing(_: &ClientHello) -> Vec<u8> {
    Vec::new()
}

fn modern(_: &ClientHello) -> Vec<u8> {
    wire::server_hello(TLS12, MODERN)
}

fn old(_: &ClientHello) -> Vec<u8> {
    wire::server_hello(TLS12, OLD)
}

pub(crate) fn cases() -> Vec<Case> {
    let warning = wire::alert(1, 90);
    let ccs = wire::record(CHANGE_CIPHER_SPEC, &[1]);
    let empty = wire::record(HANDSHAKE, &[]);
    let hello_request = wire::records(&wire::handshake(0, &[]));
    let hello = wire::records(&wire::server_hello(TLS12, OLD));
    let key_exchange = wire::records(&wire::handshake(12, &[0; 1000]));
    let status = wire::records(&wire::handshake(22, &[1, 0, 0, 1, 0]));
    let ciphertext = wire::record(APPLICATION_DATA, &[0x5a; 100]);
    let no_data = wire::record(APPLICATION_DATA, &[]);
    vec![
        server(nothing, warning.clone()),
        server(modern, warning),
        server(nothing, ccs.clone()),
        server(modern, ccs.clone()),
        server(wire::server_hello_13, ccs),
        server(nothing, empty.clone()),
        server(modern, empty.clone()),
        server(wire::server_hello_13, empty),
        server(nothing, hello_request.clone()),
        server(modern, hello_request),
        server(nothing, hello),
        server(old, key_exchange),
        server(old, status),
        server(wire::server_hello_13, ciphertext),
        server(wire::server_hello_13, no_data),
    ]
}

#[test]
fn no_flood_is_endured() {
    for (place, case) in cases().into_iter().enumerate() {
        eprintln!("flood {place}");
        case.holds();
    }
}

#[test]
fn the_probe_endures_none_either() {
    for (place, case) in cases().into_iter().enumerate() {
        eprintln!("flood {place}");
        let record = case.flags(&["--engine", "probe"]).ask();
        let reason = record["error"]["reason"].as_str().unwrap();
        assert!(["tls", "no-certificate"].contains(&reason), "{record:#}");
    }
}

#[test]
fn a_flood_after_the_certificates_costs_little() {
    let pki = Pki::new();
    let chain = pki.chain();
    for again in [
        wire::alert(1, 90),
        wire::records(&wire::handshake(0, &[])),
        wire::records(&wire::certificate(&chain)),
    ] {
        let shown = [wire::server_hello(TLS12, OLD), wire::certificate(&chain)].concat();
        let server = || {
            let (shown, again) = (wire::records(&shown), again.clone());
            serve(move |client| {
                wire::swallow_hello(client)?;
                client.write_all(&shown)?;
                flood(client, &again)
            })
        };
        let by_rustls = Case::new("tls", server());
        by_rustls.presents_and_fails(&chain, "tls").holds();
        let by_probe = Case::new("tls", server()).flags(&["--engine", "probe"]);
        by_probe.presents(&chain).holds();
    }
}
