//! A handshake of TLS 1.3 that is right, and then no end of messages: tickets, data.

use std::io::{self, Write};
use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::chain::{Pki, TLS13};
use super::kit::{Case, serve};
use super::wire;

fn tickets(pki: &Pki) -> Case {
    let mut config = Arc::unwrap_or_clone(pki.config(&pki.chain(), TLS13));
    config.send_tls13_tickets = 20_000;
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().unwrap();
    let config = Arc::new(config);
    let server = serve(move |client| wire::shake_hands(client, Vec::new(), &config));
    Case::new("tls", server).presents(&pki.chain())
}

/// Asks for a client certificate, so that the client waits for its verdict; sends no ticket, but data.
fn data(pki: &Pki) -> Case {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(pki.root.der.clone()).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pki.leaf.pkcs8()));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(TLS13)
        .unwrap()
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        .with_single_cert(pki.chain(), key)
        .unwrap();
    config.send_tls13_tickets = 0;
    let config = Arc::new(config);
    let server = serve(move |client| {
        let mut connection =
            ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        let mut stream = rustls::Stream::new(&mut connection, client);
        loop {
            stream.write_all(&[b'x'; 4096])?;
        }
    });
    Case::new("tls", server).presents(&pki.chain())
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    vec![tickets(&pki), data(&pki)]
}

#[test]
fn what_comes_after_the_handshake_is_left_alone() {
    for case in cases() {
        let record = case.holds();
        assert_eq!(record["possession"], "proven");
    }
}
