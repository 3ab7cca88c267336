//! What is trusted, and who said so.

use trustpack_keystore::KeyStore;

use crate::Certificate;

/// A set of certificates that count as trust anchors, with the name of where they come from.
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    origin: String,
    certificates: Vec<Certificate>,
}

impl TrustAnchors {
    /// Anchors under a name for messages, such as a file name or `system store`.
    pub fn new(origin: impl Into<String>, certificates: Vec<Certificate>) -> Self {
        Self {
            origin: origin.into(),
            certificates,
        }
    }

    /// Mozilla's roots as bundled with this version (`webpki-root-certs`).
    pub fn mozilla() -> Self {
        let parse = |der: &rustls_pki_types::CertificateDer<'static>| {
            Certificate::from_der(der.clone()).ok()
        };
        let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(parse)
            .collect();
        Self::new("Mozilla roots", certificates)
    }

    /// Every certificate that Java would take as an anchor from this store: trusted entries and the chains of
    /// key entries' end entities (`TrustStoreUtil.getTrustedCerts`). Unreadable ones are left out.
    pub fn from_store(origin: impl Into<String>, store: &KeyStore) -> Self {
        let certificates = store
            .entries()
            .iter()
            .filter_map(|entry| entry.certificates().first())
            .filter_map(|der| Certificate::from_der(der.clone()).ok())
            .collect();
        Self::new(origin, certificates)
    }

    /// Who says that these are trusted.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The anchors in store order.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}
