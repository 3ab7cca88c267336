//! rustls-webpki, as a rustls client and a rustls server ask it.

use std::fs;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::{KINDS, Yard};

fn certificate(yard: &Yard, name: &str) -> CertificateDer<'static> {
    let text = fs::read(yard.path(name)).unwrap();
    pem::parse(text).unwrap().into_contents().into()
}

/// As a server of this host.
pub(super) fn assert_accepted(yard: &Yard, root: &str, above: &[&str], own: &str, host: &str) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate(yard, root)).unwrap();
    let servers =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
            .build()
            .unwrap();
    let above: Vec<_> = above.iter().map(|name| certificate(yard, name)).collect();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let own = certificate(yard, own);
    servers
        .verify_server_cert(&own, &above, &name, &[], UnixTime::now())
        .unwrap();
}

#[test]
fn webpki_accepts_servers_and_clients() {
    for kind in KINDS {
        let yard = Yard::hierarchy(kind);
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate(&yard, "root.pem")).unwrap();
        let roots = Arc::new(roots);
        let provider = Arc::new(default_provider());
        let servers =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider)
            .build()
            .unwrap();
        let issuing = [certificate(&yard, "issuing.pem")];
        for (profile, is_server, is_client) in [
            ("server", true, false),
            ("client", false, true),
            ("mutual", true, true),
        ] {
            let own = certificate(&yard, &format!("{profile}.pem"));
            let name = ServerName::try_from(format!("{profile}.example.test")).unwrap();
            let now = UnixTime::now();
            let server = servers.verify_server_cert(&own, &issuing, &name, &[], now);
            assert_eq!(server.is_ok(), is_server, "{kind} {profile}: {server:?}");
            let client = clients.verify_client_cert(&own, &issuing, now);
            assert_eq!(client.is_ok(), is_client, "{kind} {profile}: {client:?}");
        }
    }
}
