//! More certificates than anybody keeps.

use std::io::Write;

use super::chain::{Pki, TLS13};
use super::kit::{Case, findings, serve, wait};
use super::wire::{self, HANDSHAKE, MODERN, OLD, TLS12};

/// The largest message that three octets can announce, and all of it comes.
fn sixteen_megabytes(suite: u16) -> Case {
    let pki = Pki::new();
    let entry = wire::list24(&pki.leaf.der);
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        client.write_all(&wire::records(&wire::server_hello(TLS12, suite)))?;
        client.write_all(&wire::record(
            HANDSHAKE,
            &[11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc],
        ))?;
        let piece = wire::records(&entry.repeat(40));
        for _ in 0..(16 << 20) / piece.len() + 1 {
            client.write_all(&piece)?;
        }
        wait(client)
    });
    Case::new("tls", server).fails("too-large")
}

/// Below our limit, in certificates that are none.
fn a_megabyte() -> Case {
    let chain = vec![vec![0x30; 1000].into(); 1040];
    let flight = wire::flight(TLS12, OLD, &chain);
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        client.write_all(&flight)?;
        wait(client)
    });
    Case::new("tls", server).fails("no-certificate")
}

/// Where TLS 1.3 hides how many there are.
fn encrypted() -> Case {
    let pki = Pki::new();
    let config = pki.config(&vec![pki.leaf.der.clone(); 20_000], TLS13);
    let server = serve(move |client| wire::shake_hands(client, Vec::new(), &config));
    Case::new("tls", server).fails("too-large")
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        sixteen_megabytes(MODERN),
        sixteen_megabytes(OLD),
        encrypted(),
    ]
}

#[test]
fn what_is_too_large_is_not_kept() {
    for case in cases() {
        case.holds();
    }
    let probed = sixteen_megabytes(OLD).flags(&["--engine", "probe"]);
    let message = probed.holds()["error"]["message"].to_string();
    assert!(message.contains("16.0 MiB announced"), "{message}");
}

#[test]
fn a_megabyte_of_nothing_is_no_certificate() {
    let record = a_megabyte().holds();
    assert!(findings(&record).contains(&"CERT-UNREADABLE"));
}
