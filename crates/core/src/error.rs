//! What can go wrong in this crate. Lower case, no period, facts as fields.

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no certificate.
    #[error("not a readable certificate: {why}")]
    Certificate {
        /// What the parser says.
        why: String,
    },
    /// A container could not be read or written.
    #[error(transparent)]
    KeyStore(#[from] trustpack_keystore::Error),
    /// The bytes are no OCSP response.
    #[error("not a readable OCSP response: {why}")]
    Ocsp {
        /// What is wrong.
        why: &'static str,
    },
    /// The bytes are no certificate request.
    #[error("not a readable certificate request: {why}")]
    Request {
        /// What is wrong.
        why: String,
    },
    /// The bytes are no revocation list.
    #[error("not a readable revocation list: {why}")]
    RevocationList {
        /// What the parser says.
        why: String,
    },
}
