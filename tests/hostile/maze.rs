//! Certificates that all may have issued each other: as many paths as there are orders of them.

use rcgen::KeyPair;
use rustls_pki_types::CertificateDer;

use super::chain::NAME;
use super::kit::{Case, say_and_close, serve};
use super::support::pki;
use super::wire::{self, OLD, TLS12};

const SIZE: usize = 200;

/// Each has the same name and key, and is signed by it: every one fits as the issuer of every other.
fn chain() -> Vec<CertificateDer<'static>> {
    let first = pki::ca("Maze", None, |_| {});
    let leaf = pki::server_with(KeyPair::generate().unwrap(), &[NAME], Some(&first), |_| {});
    let mut chain = vec![leaf.der];
    for days in 0..i64::try_from(SIZE).unwrap() {
        chain.push(first.again(|parameters| pki::days(parameters, -days - 1, days + 1)));
    }
    chain
}

pub(crate) fn cases() -> Vec<Case> {
    let chain = chain();
    let flight = wire::flight(TLS12, OLD, &chain);
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        say_and_close(client, &flight)
    });
    vec![Case::new("tls", server).presents(&chain)]
}

#[test]
fn nobody_is_lost_in_it() {
    for case in cases() {
        case.holds();
    }
}
