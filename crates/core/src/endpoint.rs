//! Where a server is: what the user writes, parsed once.

mod network;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use rustls_pki_types::{DnsName, ServerName};

use crate::tls::starttls::Protocol;

pub use network::Network;

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

/// Dials another address than the target names, as curl's `--connect-to` does: `[HOST:PORT=]ADDR:PORT`.
///
/// Name in messages, SNI and the expected identity stay those of the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectRule {
    /// The target it applies to; `None`: all.
    pub target: Option<Endpoint>,
    /// What is dialled instead.
    pub connect: Endpoint,
}

impl FromStr for ConnectRule {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, connect) = match text.split_once('=') {
            Some((target, connect)) => (Some(target.parse()?), connect),
            None => (None, text),
        };
        // Without `=` a lone host is more likely a mistake than a wish for port 443.
        if !connect.contains(':') {
            return Err(EndpointError {
                text: without_credentials(text),
                why: "a connect rule is [HOST:PORT=]ADDR:PORT, and the port is missing",
                line: None,
            });
        }
        Ok(Self {
            target,
            connect: connect.parse()?,
        })
    }
}

impl fmt::Display for ConnectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(formatter, "{target}={}", self.connect),
            None => self.connect.fmt(formatter),
        }
    }
}

/// What to dial for `endpoint`; the first rule that applies wins.
pub fn connect_for(rules: &[ConnectRule], endpoint: &Endpoint) -> Option<Endpoint> {
    rules
        .iter()
        .find(|rule| {
            let target = rule.target.as_ref();
            target.is_none_or(|target| target.is_same_place(endpoint))
        })
        .map(|rule| rule.connect.clone())
}

fn parse(text: &str) -> Result<Endpoint, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it contains white space or a control character");
    }
    let (authority, scheme) = match text.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            (authority, Some(Scheme::parse(scheme)?))
        }
        None if text.contains(['/', '\\']) => {
            return Err("a path needs https:// before the host");
        }
        None => (text, None),
    };
    if authority.contains('@') {
        return Err("user information is not allowed here");
    }
    let (host, port) = split_port(authority)?;
    let default = scheme.map_or(Some(DEFAULT_PORT), |scheme| scheme.port);
    let port = match (port, default) {
        (Some(port), _) => parse_port(port)?,
        (None, Some(port)) => port,
        (None, None) => return Err("tls:// has no default port; write tls://host:port"),
    };
    let opening = match scheme {
        None => Opening::ByPort,
        Some(scheme) => scheme
            .starttls
            .map_or_else(|| Opening::at_once(port), Opening::Told),
    };
    Ok(Endpoint {
        host,
        port,
        opening,
        has_scheme: scheme.is_some(),
    })
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

/// What a URL scheme says.
#[derive(Clone, Copy)]
struct Scheme {
    starttls: Option<Protocol>,
    port: Option<u16>,
}

impl Scheme {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(protocol) = Protocol::for_scheme(text) {
            return Ok(Self {
                starttls: Some(protocol),
                port: Some(protocol.default_port()),
            });
        }
        let is_meant = |(name, _): &&(&str, u16)| text.eq_ignore_ascii_case(name);
        let known = TLS_SCHEMES.iter().find(is_meant);
        match known {
            Some((_, port)) => Ok(Self {
                starttls: None,
                port: Some(*port),
            }),
            None if text.eq_ignore_ascii_case("tls") => Ok(Self {
                starttls: None,
                port: None,
            }),
            None if text.eq_ignore_ascii_case("http") => {
                Err("http:// has no certificate; write https://host or host:port")
            }
            None => Err("this scheme is not known"),
        }
    }
}

/// Takes `host`, `host:port`, `v4:port`, `[v6]`, `[v6]:port` and bare IPv6 apart (RFC 3986 section 3.2.2).
pub(crate) fn split_port(authority: &str) -> Result<(String, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or("the bracket is not closed")?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port),
            None if rest.is_empty() => None,
            None => return Err("after the bracket only :port may follow"),
        };
        return Ok((parse_v6(address)?, port));
    }
    match authority.split_once(':') {
        None => Ok((parse_host(authority)?, None)),
        Some((_, port)) if port.contains(':') => Ok((parse_v6(authority)?, None)),
        Some((host, port)) => Ok((parse_host(host)?, Some(port))),
    }
}

fn parse_v6(text: &str) -> Result<String, &'static str> {
    // A zone names an interface of this machine (RFC 4007); no certificate and no other machine knows it.
    if text.contains('%') {
        return Err("an IPv6 address with a zone (%) is not understood");
    }
    text.parse::<Ipv6Addr>()
        .map(|address| address.to_string())
        .map_err(|_| "this is no IPv6 address")
}

fn parse_host(host: &str) -> Result<String, &'static str> {
    if host.is_empty() {
        return Err("the host is missing");
    }
    if !host.is_ascii() {
        // UTS 46, as browsers do; strict, since a certificate holds the strict form.
        let ascii = idna::domain_to_ascii_strict(host);
        let ascii = ascii.map_err(|_| "this is no internationalised host name (UTS 46)")?;
        return parse_host(&ascii);
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let last = host.trim_end_matches('.').rsplit('.').next();
    if last.is_some_and(|label| {
        // getaddrinfo would take 127.1 and 0x7f.1 for addresses; no certificate can name them.
        label.bytes().all(|byte| byte.is_ascii_digit())
    }) {
        return Err("this is neither an IPv4 address nor a host name");
    }
    match DnsName::try_from(host) {
        Ok(_) => Ok(host.to_ascii_lowercase()),
        Err(_) => Err("this is no host name"),
    }
}

pub(crate) fn parse_port(port: &str) -> Result<u16, &'static str> {
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the port is no number");
    }
    match port.parse() {
        Ok(0) | Err(_) => Err("the port must be a number from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

/// RFC 3986 section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// HTTPS (RFC 9110 section 4.2.2).
const DEFAULT_PORT: u16 = 443;

/// Schemes in which TLS begins at once, and their ports (IANA).
const TLS_SCHEMES: [(&str, u16); 14] = [
    ("amqps", 5671),
    ("ftps", 990),
    ("https", 443),
    ("imaps", 993),
    ("ircs", 6697),
    ("ldaps", 636),
    ("mqtts", 8883),
    ("nntps", 563),
    ("pop3s", 995),
    ("rediss", 6379),
    ("sips", 5061),
    ("smtps", 465),
    ("wss", 443),
    ("xmpps", 5223),
];

#[cfg(test)]
mod tests;
