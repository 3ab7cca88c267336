//! Gets the chain that a server presents. The only file of this crate that opens sockets.

use std::net::SocketAddr;
use std::time::Duration;

use rustls_pki_types::ServerName;

use crate::chain::PresentedChain;
use crate::endpoint::Endpoint;

/// Whom to ask, and how to reach it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the user named; its host is the name in messages, and the default for SNI.
    pub endpoint: Endpoint,
    /// Sent as SNI and expected in the certificate instead of the endpoint's host.
    pub server_name: Option<ServerName<'static>>,
    /// Dialled instead of the endpoint's host and port.
    pub connect: Option<Endpoint>,
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct FetchOptions {
    /// For the whole fetch: name resolution, connection, handshake.
    pub timeout: Duration,
    /// Which addresses to use.
    pub family: AddressFamily,
}

/// Which addresses to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressFamily {
    /// In the order in which the resolver gives them.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// What came of one target: chain and error are independent, both may be there.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Who was asked.
    pub target: Target,
    /// What the server presented, also when the handshake failed afterwards.
    pub chain: Option<PresentedChain>,
    /// The address that answered, or was tried last.
    pub address: Option<SocketAddr>,
    /// `TLSv1.3`, `TLSv1.2`.
    pub protocol: Option<String>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// Whether the server proved that it holds the end entity's key.
    pub possession: Possession,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// What ended the fetch early; with a chain present it came after the certificates.
    pub error: Option<FetchError>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Whether the server proved that it holds the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    /// Its signature over the handshake was checked.
    Proven,
    /// The certificates came, the proof did not.
    Unproven,
}

/// Why a fetch ended early. [`reason`](FetchError::reason) is the stable word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The name has no address.
    #[error("the name {host} does not resolve: {why}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        why: String,
    },
}

impl FetchError {
    /// A word from a closed list, for scripts: `resolve`, `connect`, `timeout`, `not-tls`, `alert`, …
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Resolve { .. } => "resolve",
        }
    }
}

/// Fetches one chain. Never panics, never takes longer than `options.timeout` (plus scheduling).
pub fn fetch(target: &Target, options: &FetchOptions) -> Fetched {
    let _ = options;
    Fetched {
        target: target.clone(),
        chain: None,
        address: None,
        protocol: None,
        cipher_suite: None,
        possession: Possession::Unproven,
        client_certificate_requested: false,
        error: Some(FetchError::Resolve {
            host: target.endpoint.host().to_owned(),
            why: "not asked".to_owned(),
        }),
        elapsed: Duration::ZERO,
    }
}
