//! Hangs up on hellos that came after its time.

use super::chain::{NAME, Pki};
use super::kit::{Case, Server, say_and_close, serve};
use super::wire::{self, ClientHello, OLD, TLS10};

/// On hellos that do not fit into one packet, as those with ML-KEM.
fn of_long_hellos(pki: &Pki) -> Server {
    let config = pki.config(&pki.chain(), rustls::ALL_VERSIONS);
    serve(move |client| {
        let hello = ClientHello::read(client)?;
        match hello.bytes.len() > 1400 {
            true => Ok(()),
            false => wire::shake_hands(client, hello.bytes, &config),
        }
    })
}

/// On everything that is newer than TLS 1.0, or for which `fits` is not so.
fn of_new_versions(pki: &Pki, fits: fn(&ClientHello) -> bool) -> Server {
    let flight = wire::flight(TLS10, OLD, &pki.chain());
    serve(move |client| {
        let hello = ClientHello::read(client)?;
        match hello.version == TLS10 && fits(&hello) {
            true => say_and_close(client, &flight),
            false => Ok(()),
        }
    })
}

/// On extensions, in whatever version.
fn of_extensions(pki: &Pki) -> Server {
    let chain = pki.chain();
    serve(move |client| {
        let hello = ClientHello::read(client)?;
        match hello.has_extensions {
            true => Ok(()),
            false => say_and_close(client, &wire::flight(hello.version, OLD, &chain)),
        }
    })
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    let servers = || {
        [
            of_long_hellos(&pki),
            of_new_versions(&pki, |_| true),
            of_new_versions(&pki, |hello| !hello.has_extensions),
            of_extensions(&pki),
        ]
    };
    let chain = pki.chain();
    let by_name = servers().map(|server| Case::named("tls", NAME, server).presents(&chain));
    let by_address = servers().map(|server| Case::new("tls", server).presents(&chain));
    by_name.into_iter().chain(by_address).collect()
}

#[test]
fn each_is_asked_as_it_can_bear() {
    let engines = ["tls", "probe", "probe", "probe"];
    let versions = ["TLSv1.3", "TLSv1", "TLSv1", "SSLv3"];
    for (place, case) in cases().into_iter().enumerate() {
        let record = case.holds();
        let place = place % engines.len();
        assert_eq!(record["engine"], engines[place], "{record:#}");
        if place < 3 {
            assert_eq!(record["protocol"], versions[place], "{record:#}");
        }
    }
}
