//! The certificates that the servers present.

use std::sync::Arc;

use rustls::{ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::CertificateDer;

use super::support::pki::{self, Certified};
use super::support::server;

pub(crate) const NAME: &str = "server.trustpack.test";

/// A server's certificate, its issuer and the root.
pub(crate) struct Pki {
    pub root: Certified,
    pub issuing: Certified,
    pub leaf: Certified,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let root = pki::ca("Root", None, |_| {});
        let issuing = pki::ca("Issuing", Some(&root), |_| {});
        let leaf = pki::server(&[NAME, "127.0.0.1"], Some(&issuing), |_| {});
        Self {
            root,
            issuing,
            leaf,
        }
    }

    /// The leaf and its issuer.
    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![self.leaf.der.clone(), self.issuing.der.clone()]
    }

    /// A rustls server with the key of the leaf and whatever chain.
    pub(crate) fn config(
        &self,
        chain: &[CertificateDer<'static>],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let mut config = server::config(chain.to_vec(), self.leaf.pkcs8(), versions);
        // Megabytes would keep the server busy for longer than anybody waits.
        config.cert_compressors = Vec::new();
        Arc::new(config)
    }
}

/// TLS 1.2 alone, and TLS 1.3 alone.
pub(crate) const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
pub(crate) const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
