//! What is trusted, and who said so.

use rustls_pki_types::CertificateDer;
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
        let parse = |der: &CertificateDer<'static>| Certificate::from_der(der.clone()).ok();
        let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(parse)
            .collect();
        Self::new("Mozilla roots", certificates)
    }

    /// Every certificate that Java would take as an anchor from this store: trusted entries, and of each key entry
    /// the end entity, but not the rest of its chain (`TrustStoreUtil.getTrustedCerts`). Unreadable ones are left out.
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

    /// Whether exactly this certificate is one of them.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.certificates.contains(certificate)
    }

    /// The same set without the certificates that `drop` picks.
    pub(crate) fn without(&self, drop: impl Fn(&Certificate) -> bool) -> Self {
        let kept = self.certificates.iter().filter(|anchor| !drop(anchor));
        Self::new(self.origin.clone(), kept.cloned().collect())
    }
}

/// Whether a certificate is one of Mozilla's roots, without parsing them all.
pub(crate) fn is_public_root(certificate: &Certificate) -> bool {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.contains(certificate.der())
}
