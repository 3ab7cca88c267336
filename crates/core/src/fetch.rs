//! Gets the chain that a server presents. The only module of this crate that opens sockets and reads a clock.
//!
//! One absolute deadline covers name resolution, connection, proxy, STARTTLS and handshake, and every read and write
//! recomputes what is left of it: a server that sends one byte a second ends as one that sends none.
//!
//! ```text
//! Target ─resolve─▶ addresses ─┐
//!                              ▼  again for each rung of the ladder, until one brings a chain
//!                        dial ─▶ proxy ─▶ STARTTLS ─▶ rustls | probe ─▶ Fetched
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "the one place for sockets and for the clock that ends their waiting"
)]

pub mod aia;
pub mod ari;
pub mod call;
pub mod revocation;

mod attempt;
mod dial;
mod error;
mod fence;
mod findings;
mod http;
mod ladder;
mod pace;
mod permits;
mod pool;
mod resolved;
mod stream;
#[cfg(test)]
mod tests;
mod words;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustls_pki_types::ServerName;

use crate::chain::PresentedChain;
use crate::endpoint::Endpoint;
use crate::report::Finding;
use crate::tls::identity::ClientIdentity;
use crate::tls::offer::{CertificateType, Version};
use crate::tls::proxy::ProxyRules;

use attempt::Facts;
use resolved::Resolved;

pub use error::{FetchError, Phase};
pub use fence::Fence;
pub use ladder::EngineChoice;
pub use pace::Pace;
pub use pool::{Crew, fetch_all, fetch_stream};

/// Whom to ask, and how to reach it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the user named; its host is the name in messages, and the default for SNI.
    pub endpoint: Endpoint,
    /// Sent as SNI and expected in the certificate instead of the endpoint's host.
    pub server_name: Option<ServerName<'static>>,
    /// Dialled instead of the endpoint's host and port.
    pub connect: Option<Endpoint>,
    /// Which certificate to ask for, of a server that has several.
    pub certificate_type: Option<CertificateType>,
}

impl Target {
    /// The endpoint as it is.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            server_name: None,
            connect: None,
            certificate_type: None,
        }
    }

    /// The identity that is asked for: the override, else the endpoint's host.
    pub fn expected_name(&self) -> Option<ServerName<'static>> {
        let named = self.server_name.clone();
        named.or_else(|| self.endpoint.server_name())
    }

    fn dialled(&self) -> &Endpoint {
        self.connect.as_ref().unwrap_or(&self.endpoint)
    }
}

impl From<Endpoint> for Target {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

/// How to ask.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// For one try of a whole fetch: name resolution, connection, proxy, STARTTLS, handshake.
    pub timeout: Duration,
    /// Which addresses to use.
    pub family: AddressFamily,
    /// What asks.
    pub engine: EngineChoice,
    /// This version of TLS and no other.
    pub version: Option<Version>,
    /// Application protocols to offer (RFC 7301), where TLS begins at once; none: the extension is not sent.
    pub alpn: Vec<Vec<u8>>,
    /// Shown to a server that wants a client certificate.
    pub identity: Option<ClientIdentity>,
    /// Through which proxy, if any.
    pub proxies: ProxyRules,
    /// Which addresses may be dialled; `None`: every one. A proxy that looks names up itself is not asked then, and proxies
    /// themselves are dialled wherever they are.
    pub fence: Option<Arc<Fence>>,
    /// How often a target that gave nothing is asked again.
    pub retries: u32,
    /// Every address of a name is asked, not only the first that answers.
    pub all_addresses: bool,
    /// How fast connections may be opened, all threads together.
    pub pace: Option<Arc<Pace>>,
    /// Once true, no connection is opened any more; those that are there are finished.
    pub stop: Arc<AtomicBool>,
}

impl Default for FetchOptions {
    /// Ten seconds, any address, every engine and version, no proxy, no retry.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            family: AddressFamily::Any,
            engine: EngineChoice::Auto,
            version: None,
            alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            identity: None,
            proxies: ProxyRules::none(),
            fence: None,
            retries: 0,
            all_addresses: false,
            pace: None,
            stop: Arc::default(),
        }
    }
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
    /// The address that answered, or was tried last; that of the proxy is not told, nor what it resolved.
    pub address: Option<SocketAddr>,
    /// The proxy on the way, without its credentials.
    pub proxy: Option<String>,
    /// What answered, or was tried last; `None` when no handshake began.
    pub engine: Option<Engine>,
    /// The version, once the server had chosen it.
    pub protocol: Option<Version>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// The application protocol that the server chose.
    pub alpn: Option<Vec<u8>>,
    /// Whether the server proved that it holds the end entity's key.
    pub possession: Possession,
    /// Whether the server's name was sent to it. It is left out for addresses, and for servers that refuse it.
    pub server_name_sent: bool,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// The names of the CAs whose client certificates the server takes, each as DER.
    pub client_certificate_authorities: Vec<Vec<u8>>,
    /// The stapled OCSP response, empty when there is none.
    pub ocsp_response: Vec<u8>,
    /// The SignedCertificateTimestampList that came beside the certificates, empty when there is none.
    pub sct_list: Vec<u8>,
    /// What ended the fetch early; with a chain present it came after the certificates.
    pub error: Option<FetchError>,
    /// Why the full handshake gave nothing, where the probe or another hello then did.
    pub refused: Option<FetchError>,
    /// What should be known about the way the chain was obtained.
    pub findings: Vec<Finding>,
    /// How many connections it took.
    pub connections: u32,
    /// What the last connection spent its time on.
    pub timings: Timings,
    /// How long all of it took.
    pub elapsed: Duration,
}

/// Where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking up the name.
    pub resolve: Duration,
    /// Connecting, to the server or to its proxy.
    pub connect: Duration,
    /// The talk with the proxy.
    pub proxy: Duration,
    /// The talk before TLS.
    pub starttls: Duration,
    /// TLS.
    pub handshake: Duration,
}

/// What speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// rustls: a whole handshake, TLS 1.2 and 1.3.
    Tls,
    /// Our own ClientHello that reads as far as the certificates, SSLv3 to TLS 1.2.
    Probe,
}

impl Engine {
    /// The word in records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Probe => "probe",
        }
    }
}

/// Whether the server proved that it holds the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    /// Its signature over the handshake was checked.
    Proven,
    /// The certificates came, the proof did not.
    Unproven,
}

impl Fetched {
    fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            chain: None,
            address: None,
            proxy: None,
            engine: None,
            protocol: None,
            cipher_suite: None,
            alpn: None,
            possession: Possession::Unproven,
            server_name_sent: false,
            client_certificate_requested: false,
            client_certificate_authorities: Vec::new(),
            ocsp_response: Vec::new(),
            sct_list: Vec::new(),
            error: None,
            refused: None,
            findings: Vec::new(),
            connections: 0,
            timings: Timings::default(),
            elapsed: Duration::ZERO,
        }
    }

    fn keep(&mut self, facts: Facts) {
        if !facts.chain.is_empty() {
            self.chain = Some(PresentedChain::from_ders(facts.chain));
        }
        self.protocol = facts.protocol;
        self.cipher_suite = facts.cipher_suite;
        self.alpn = facts.alpn;
        self.possession = match facts.proven {
            true => Possession::Proven,
            false => Possession::Unproven,
        };
        self.server_name_sent = facts.server_name_sent;
        self.client_certificate_requested = facts.authorities.is_some();
        self.client_certificate_authorities = facts.authorities.unwrap_or_default();
        self.ocsp_response = facts.ocsp_response;
        self.sct_list = facts.sct_list;
    }
}

/// Opens a connection and closes it, without a word: whether anything listens. What comes before TLS, if anything, is spoken.
pub fn connect(target: &Target, options: &FetchOptions) -> Fetched {
    match Resolved::new(target, options) {
        Ok(resolved) => resolved.connect(options),
        Err(failed) => *failed,
    }
}

/// Fetches one chain from the first address that answers. Never panics, never takes longer than `options.timeout`
/// (plus scheduling) for each try.
pub fn fetch(target: &Target, options: &FetchOptions) -> Fetched {
    match Resolved::new(target, options) {
        Ok(resolved) => resolved.ask(options),
        Err(failed) => *failed,
    }
}
