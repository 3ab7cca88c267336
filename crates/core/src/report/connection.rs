//! What a report says of the connection to a server.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// How a server answered. Certificates are named by their fingerprints, as in
/// [`CertificateReport`](super::CertificateReport).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The address that answered, or was tried last.
    pub address: Option<SocketAddr>,
    /// `SSLv3`, `TLSv1` to `TLSv1.3`; `None` before the server had chosen one.
    pub protocol: Option<String>,
    /// By its IANA name.
    pub cipher_suite: Option<String>,
    /// How long all of it took.
    pub elapsed_ms: u64,
    /// What the server sent, in its order.
    pub presented: Vec<String>,
    /// The paths by which a browser-like client accepts the server, end entity first, anchor last; empty when it does not.
    pub verified_chains: Vec<Vec<String>>,
    /// What it was asked for.
    #[serde(default, skip_serializing_if = "Wanted::is_default")]
    pub wanted: Wanted,
}

/// What a server is asked for, and must do to be fine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Certificates that a browser-like client accepts.
    #[default]
    Accepted,
    /// A connection; nothing is said on it.
    Connected,
    /// Certificates, whoever accepts them.
    Presented,
}

impl Wanted {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
