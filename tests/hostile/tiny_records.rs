//! One byte in each record, and each record in a packet of its own.

use std::io::Write;

use super::chain::Pki;
use super::kit::{Case, serve, wait};
use super::wire::{self, HANDSHAKE, MODERN, OLD, TLS12};

fn server(suite: u16) -> (Case, Pki) {
    let pki = Pki::new();
    let messages = [
        wire::server_hello(TLS12, suite),
        wire::certificate(&pki.chain()),
        wire::SERVER_HELLO_DONE.to_vec(),
    ]
    .concat();
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        for byte in &messages {
            client.write_all(&wire::record(HANDSHAKE, &[*byte]))?;
        }
        wait(client)
    });
    (Case::new("tls", server), pki)
}

pub(crate) fn cases() -> Vec<Case> {
    let (modern, first) = server(MODERN);
    let (old, second) = server(OLD);
    vec![
        // which never proves its key
        modern.presents_and_fails(&first.chain(), "tls"),
        old.presents(&second.chain()),
    ]
}

#[test]
fn the_chain_is_put_together() {
    for (case, engine) in cases().into_iter().zip(["tls", "probe"]) {
        assert_eq!(case.holds()["engine"], engine);
    }
}
