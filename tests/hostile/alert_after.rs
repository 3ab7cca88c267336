//! Shows its certificates, and ends the handshake then: with an alert, or without a word.

use super::chain::Pki;
use super::kit::{Case, say_and_close, serve};
use super::wire::{self, MODERN, TLS12};

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let server = |end: Vec<u8>| {
        let shown = [
            wire::server_hello(TLS12, MODERN),
            wire::certificate(&pki.chain()),
        ];
        let said = [wire::records(&shown.concat()), end].concat();
        let server = serve(move |client| {
            wire::swallow_hello(client)?;
            say_and_close(client, &said)
        });
        Case::new("tls", server)
    };
    let chain = pki.chain();
    vec![
        server(wire::alert(2, 40)).presents_and_fails(&chain, "alert"),
        server(Vec::new()).presents_and_fails(&chain, "closed"),
        server(wire::records(&wire::SERVER_HELLO_DONE)).presents_and_fails(&chain, "tls"),
    ]
}

#[test]
fn the_chain_is_kept() {
    for case in cases() {
        let record = case.holds();
        assert_eq!(record["engine"], "tls");
        assert_eq!(record["possession"], "unproven");
        assert_eq!(record["connections"], 1);
    }
}
