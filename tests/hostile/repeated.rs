//! The same certificate a thousand times.

use super::chain::Pki;
use super::kit::{Case, findings, say_and_close, serve};
use super::wire::{self, OLD, TLS12};

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let chain = vec![pki.leaf.der.clone(); 1000];
    let flight = wire::flight(TLS12, OLD, &chain);
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        say_and_close(client, &flight)
    });
    vec![Case::new("tls", server).presents(&chain[..1])]
}

#[test]
fn a_thousand_copies_are_one_and_a_finding() {
    for case in cases() {
        let record = case.holds();
        assert!(
            findings(&record).contains(&"CHAIN-DUPLICATE"),
            "{:?}",
            findings(&record)
        );
    }
}
