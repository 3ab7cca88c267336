//! Lengths that are not those of what they stand before: of the record, the message, the list, its entries.

use rustls_pki_types::CertificateDer;

use super::chain::Pki;
use super::kit::{Case, say_and_close, serve, wait};
use super::wire::{self, HANDSHAKE, MODERN, TLS12};

const CERTIFICATE: u8 = 11;

/// Says it, then hangs up.
fn server(said: Vec<u8>) -> Case {
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        say_and_close(client, &said)
    });
    Case::new("tls", server)
}

/// Says it, then waits.
fn patient(said: Vec<u8>) -> Case {
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        std::io::Write::write_all(client, &said)?;
        wait(client)
    });
    Case::new("tls", server)
}

/// ServerHello, a message that claims to be so much longer, ServerHelloDone.
fn with_length(kind: u8, body: &[u8], more: i64) -> Vec<u8> {
    let length = i64::try_from(body.len()).unwrap() + more;
    let length = u32::try_from(length).unwrap().to_be_bytes();
    let message = [&[kind], &length[1..], body].concat();
    with_message(&message)
}

fn with_message(message: &[u8]) -> Vec<u8> {
    let hello = wire::server_hello(TLS12, MODERN);
    wire::records(&[&hello, message, &wire::SERVER_HELLO_DONE].concat())
}

fn with_record_length(length: u16, body: &[u8]) -> Vec<u8> {
    [&[HANDSHAKE, 3, 3], &length.to_be_bytes()[..], body].concat()
}

/// A Certificate message whose list has these bytes, and claims to have so many.
fn with_list(list: &[u8], length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap().to_be_bytes();
    with_message(&wire::handshake(
        CERTIFICATE,
        &[&length[1..], list].concat(),
    ))
}

fn entry(der: &[u8], length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap().to_be_bytes();
    [&length[1..], der].concat()
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let [leaf, issuer] = [&pki.leaf.der, &pki.issuing.der];
    let hello = wire::server_hello(TLS12, MODERN);
    let list = [wire::list24(leaf), wire::list24(issuer)].concat();
    let body = wire::list24(&list);
    let only_leaf: &[CertificateDer<'_>] = std::slice::from_ref(leaf);
    let with_entry = |length| {
        let list = [wire::list24(leaf), entry(issuer, length)].concat();
        with_list(&list, list.len())
    };
    let first_entry = with_list(&entry(leaf, 0xff_ffff), leaf.len() + 3);
    let mut session_id = hello.clone();
    session_id[38] = 255;
    vec![
        server(with_record_length(0x4000, &hello)).fails("closed"),
        patient(with_record_length(0x4000, &hello)).fails("timeout"),
        server(with_record_length(0xffff, &hello)).fails("tls"),
        server(with_record_length(20, &hello)).fails("tls"),
        server(wire::records(&session_id)).fails("tls"),
        server(with_length(CERTIFICATE, &body, 100)).fails("closed"),
        patient(with_length(CERTIFICATE, &body, 100)).fails("timeout"),
        server(with_length(CERTIFICATE, &body, -1)).fails("tls"),
        server(with_length(
            CERTIFICATE,
            &body,
            0xff_ffff - i64::try_from(body.len()).unwrap(),
        ))
        .fails("too-large"),
        server(with_list(&list, list.len() + 1)).fails("tls"),
        server(with_list(&list, 0xff_ffff)).fails("tls"),
        server(with_list(&list, 2)).fails("tls"),
        server(first_entry).fails("tls"),
        // what came before the lie is a certificate
        server(with_list(&list, list.len() - 1)).presents_and_fails(only_leaf, "tls"),
        server(with_entry(issuer.len() + 1)).presents_and_fails(only_leaf, "tls"),
        server(with_entry(0xff_ffff)).presents_and_fails(only_leaf, "tls"),
        server(with_entry(issuer.len() - 1)).presents_and_fails(only_leaf, "tls"),
    ]
}

#[test]
fn no_lie_is_believed() {
    for (place, case) in cases().into_iter().enumerate() {
        eprintln!("lie {place}");
        case.holds();
    }
}
