//! The texts that mean a server: scheme, host and port, taken apart.

use std::net::{IpAddr, Ipv6Addr};

use rustls_pki_types::DnsName;

use super::{Endpoint, Opening};
use crate::tls::starttls::Protocol;

/// HTTPS (RFC 9110 section 4.2.2).
pub(super) const DEFAULT_PORT: u16 = 443;

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

pub(super) fn parse(text: &str) -> Result<Endpoint, &'static str> {
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
        None if is_network(text) => {
            return Err("it is a network, and one server is meant");
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
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// `10.0.0.0/8`.
fn is_network(text: &str) -> bool {
    let parts = text.split_once('/');
    parts.is_some_and(|(address, length)| {
        address.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok()
    })
}
