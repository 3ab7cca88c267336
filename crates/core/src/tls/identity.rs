//! Who we are to a server that wants a client certificate.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A client certificate with its issuers and its key.
#[derive(Clone)]
pub struct ClientIdentity(Arc<CertifiedKey>);

/// Why a key cannot be shown to servers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct IdentityError {
    why: String,
}

impl ClientIdentity {
    /// From the chain, end entity first, and its key as PKCS#8.
    ///
    /// # Errors
    /// A key of a kind that TLS does not sign with here (DSA, small RSA, odd curves), or that does not belong to the
    /// certificate.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        secret_pkcs8: &[u8],
    ) -> Result<Self, IdentityError> {
        let failed = |why: String| IdentityError { why };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(secret_pkcs8));
        // rustls' own words repeat nothing of the key
        let key = any_supported_type(&key)
            .map_err(|_| failed("no TLS client can sign with a key of this kind".to_owned()))?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => Err(
                failed("the key does not belong to the certificate".to_owned()),
            ),
            _ => Ok(Self(Arc::new(certified))),
        }
    }

    /// What a server of ours shows to its clients, too.
    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientIdentity")
    }
}
