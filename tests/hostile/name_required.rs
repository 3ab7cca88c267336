//! Wants to be asked by a name, and by one that it knows.

use std::io::Write;

use super::chain::{NAME, Pki};
use super::kit::{Case, say_and_close, serve};
use super::wire::{self, ClientHello};

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const UNRECOGNIZED_NAME: u8 = 112;

fn strict(pki: &Pki) -> super::kit::Server {
    let config = pki.config(&pki.chain(), rustls::ALL_VERSIONS);
    serve(move |client| {
        let hello = ClientHello::read(client)?;
        match hello.has_name {
            true => wire::shake_hands(client, hello.bytes, &config),
            false => say_and_close(client, &wire::alert(FATAL, UNRECOGNIZED_NAME)),
        }
    })
}

/// Complains, and goes on (RFC 6066 section 3).
fn grumbling(pki: &Pki) -> super::kit::Server {
    let config = pki.config(&pki.chain(), super::chain::TLS12);
    serve(move |client| {
        let hello = ClientHello::read(client)?;
        client.write_all(&wire::alert(WARNING, UNRECOGNIZED_NAME))?;
        wire::shake_hands(client, hello.bytes, &config)
    })
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let chain = pki.chain();
    vec![
        Case::new("tls", strict(&pki)).fails("alert"),
        Case::named("tls", NAME, strict(&pki)).presents(&chain),
        Case::new("tls", grumbling(&pki)).presents(&chain),
        Case::named("tls", NAME, grumbling(&pki)).presents(&chain),
    ]
}

#[test]
fn a_name_is_asked_for_and_a_warning_is_none_of_ours() {
    let mut records = cases().into_iter().map(|case| case.holds());
    let refused = records.next().unwrap();
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("wants to be asked by name"), "{message}");
    for record in records {
        assert_eq!(record["possession"], "proven");
    }
}
