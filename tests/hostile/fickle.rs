//! Another certificate on each connection; the first one may get none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;

use super::chain::NAME;
use super::kit::{Case, Due, serve, sha256};
use super::support::{pki, server};
use super::wire;

fn server(refuses_first: bool) -> Case {
    let made: Vec<pki::Certified> = (0..8).map(|_| pki::server(&[NAME], None, |_| {})).collect();
    let leaves: Vec<CertificateDer<'_>> = made.iter().map(|one| one.der.clone()).collect();
    let config = |one: &pki::Certified| {
        let chain = vec![one.der.clone()];
        Arc::new(server::config(chain, one.pkcs8(), rustls::ALL_VERSIONS))
    };
    let configs: Vec<Arc<ServerConfig>> = made.iter().map(config).collect();
    let count = AtomicUsize::new(0);
    let server = serve(move |client| {
        let place = count.fetch_add(1, Ordering::Relaxed);
        if place == 0 && refuses_first {
            return wire::swallow_hello(client);
        }
        wire::shake_hands(client, Vec::new(), &configs[place % configs.len()])
    });
    Case::new("tls", server).due_is(Due::OneOf(sha256(&leaves)))
}

pub(crate) fn cases() -> Vec<Case> {
    vec![server(false), server(true)]
}

#[test]
fn one_connection_makes_the_record() {
    for (case, connections) in cases().into_iter().zip([1, 2]) {
        assert_eq!(case.holds()["connections"], connections);
        let flags = ["--retries", "3", "--all-addresses"];
        assert_eq!(case.flags(&flags).holds()["possession"], "proven");
    }
}
