//! Where a server is: what the user writes, parsed once.

mod connect;
mod network;
mod parse;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use rustls_pki_types::ServerName;

use crate::tls::starttls::Protocol;

pub use connect::{ConnectRule, connect_for};
pub use network::Network;
use parse::{is_scheme, parse};
pub(crate) use parse::{parse_port, split_port};

/// A server to be asked: `https://host`, `tls://host:port`, `smtp://host`, `host:port`, `[v6]:port`, `host`; the port
/// defaults to that of the scheme, else to 443.
///
/// ```
/// use trustpack_core::endpoint::Endpoint;
///
/// let mail: Endpoint = "smtp://mail.example.org".parse()?;
/// assert_eq!((mail.host(), mail.port()), ("mail.example.org", 25));
/// assert!("https://".parse::<Endpoint>().is_err());
/// # Ok::<(), trustpack_core::endpoint::EndpointError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Endpoint {
    host: String,
    port: u16,
    opening: Opening,
    /// Whether a scheme said it; two endpoints are the same whoever said what they are.
    has_scheme: bool,
}

impl PartialEq for Endpoint {
    fn eq(&self, other: &Self) -> bool {
        self.is_same_place(other) && self.opening == other.opening
    }
}

impl Eq for Endpoint {}

impl Hash for Endpoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.host, self.port, self.opening).hash(state);
    }
}

/// How TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Opening {
    /// At once, although the port is well known for another way.
    AtOnce,
    /// The port says: at once, or as its well-known protocol does.
    ByPort,
    /// The scheme says.
    Told(Protocol),
}

impl Endpoint {
    /// From parts; `host` is a DNS name or an IP address without brackets. TLS begins at once.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            opening: Opening::at_once(port),
            has_scheme: false,
        }
    }

    /// Whether it was written with a scheme, which says what comes before TLS.
    pub fn has_scheme(&self) -> bool {
        self.has_scheme
    }

    /// With what comes before TLS, whatever the port says; `None`: nothing.
    #[must_use]
    pub fn with_starttls(mut self, protocol: Option<Protocol>) -> Self {
        self.opening = protocol.map_or_else(|| Opening::at_once(self.port), Opening::Told);
        self
    }

    /// What is spoken before TLS; `None` when TLS begins at once.
    pub fn starttls(&self) -> Option<Protocol> {
        match self.opening {
            Opening::AtOnce => None,
            Opening::ByPort => Protocol::for_port(self.port),
            Opening::Told(protocol) => Some(protocol),
        }
    }

    /// Whether only the port tells what is spoken before TLS.
    pub fn is_guessed(&self) -> bool {
        self.opening == Opening::ByPort && self.starttls().is_some()
    }

    /// The same way on another host and port.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        self.host == other.host && self.port == other.port
    }

    /// Whether an argument that could also be a path means a server: `scheme://…`, `host:port` with a numeric
    /// port, or `[v6]…`. A plain word is always a path, since a typed file name must never be looked up in DNS.
    ///
    /// Says nothing about validity: `gopher://host` and `host:99999` look like endpoints so that parsing them
    /// explains what is wrong.
    pub fn looks_like(text: &str) -> bool {
        if let Some((scheme, _)) = text.split_once("://") {
            return is_scheme(scheme);
        }
        if text.contains(['/', '\\']) {
            return false;
        }
        if text.starts_with('[') || text.parse::<Ipv6Addr>().is_ok() {
            return true;
        }
        text.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    /// DNS name or IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host as an IP address, when it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The identity that the certificate must carry; `None` when the host is no possible name.
    ///
    /// The dot that ends an absolute name belongs to DNS, not to the identity (RFC 6066 section 3).
    pub fn server_name(&self) -> Option<ServerName<'static>> {
        let name = self.host.strip_suffix('.').unwrap_or(&self.host);
        ServerName::try_from(name.to_owned()).ok()
    }
}

impl Opening {
    /// At once; where the port says nothing else, that needs no saying.
    fn at_once(port: u16) -> Self {
        match Protocol::for_port(port) {
            Some(_) => Self::AtOnce,
            None => Self::ByPort,
        }
    }
}

/// As `host:port` without a scheme means it.
fn by_port(host: String, port: u16) -> Endpoint {
    Endpoint {
        host,
        port,
        opening: Opening::ByPort,
        has_scheme: false,
    }
}

/// With a scheme only where the port does not say the same.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.opening {
            Opening::AtOnce => formatter.write_str("tls://")?,
            Opening::ByPort => {}
            Opening::Told(protocol) => write!(formatter, "{protocol}://")?,
        }
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{text:?} is no endpoint: {why}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct EndpointError {
    /// What was written, without user information and query.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// Where it stands in a list, from one.
    pub line: Option<usize>,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|why| EndpointError {
            text: without_credentials(text),
            why,
            line: None,
        })
    }
}

/// An address as it may be shown: a password stands before the `@`, a token behind the `?` (RFC 3986 section 3.2.1).
fn without_credentials(text: &str) -> String {
    let shown = text.split(['?', '#']).next().unwrap_or_default();
    match shown.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            let separator = if scheme.is_empty() { "" } else { "://" };
            format!("{scheme}{separator}…@{host}")
        }
        None => shown.to_owned(),
    }
}

#[cfg(test)]
mod tests;
