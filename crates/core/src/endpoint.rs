//! Where a server is: what the user writes, parsed once.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use rustls_pki_types::{DnsName, ServerName};

/// A server to be asked: `https://host`, `tls://host:port`, `host:port`, `[v6]:port`, `host`; the port defaults to 443.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// From parts; `host` is a DNS name or an IP address without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }

    /// Whether an argument that could also be a path means a server: `scheme://…`, `host:port` with a numeric
    /// port, or `[v6]…`. A plain word is always a path, since a typed file name must never be looked up in DNS.
    ///
    /// Says nothing about validity: `smtp://host` and `host:99999` look like endpoints so that parsing them
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

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no endpoint: {why}")]
pub struct EndpointError {
    /// What was written, without user information and query.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|why| EndpointError {
            text: without_credentials(text),
            why,
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
        .find(|rule| rule.target.as_ref().is_none_or(|target| target == endpoint))
        .map(|rule| rule.connect.clone())
}

fn parse(text: &str) -> Result<Endpoint, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it contains white space or a control character");
    }
    let (authority, needs_port) = match text.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            if scheme.eq_ignore_ascii_case("https") {
                (authority, false)
            } else if scheme.eq_ignore_ascii_case("tls") {
                (authority, true)
            } else {
                return Err("only the schemes https:// and tls:// are understood");
            }
        }
        None if text.contains(['/', '\\']) => {
            return Err("a path needs https:// before the host");
        }
        None => (text, false),
    };
    if authority.contains('@') {
        return Err("user information is not allowed here");
    }
    let (host, port) = split_port(authority)?;
    let port = match port {
        Some(port) => parse_port(port)?,
        None if needs_port => return Err("tls:// has no default port; write tls://host:port"),
        None => DEFAULT_PORT,
    };
    Ok(Endpoint { host, port })
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
        return Err("write an internationalised name in its ASCII form (xn--…)");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_repeats_a_credential() {
        for text in [
            "https://u:SECRET@host:1/",
            "u:SECRET@host:1",
            "https://host:1x/?t=SECRET",
            "ftp://a@SECRET:b@host",
            "https://u:SEC/RET:SECRET@h",
        ] {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(!error.contains("SECRET"), "{text}: {error}");
        }
    }

    #[test]
    fn what_people_write_becomes_one_canonical_text() {
        for (text, canonical) in [
            ("api.infobip.com", "api.infobip.com:443"),
            ("API.Infobip.COM:8443", "api.infobip.com:8443"),
            ("https://api.infobip.com", "api.infobip.com:443"),
            (
                "HTTPS://api.infobip.com:8443/a/b?c#d",
                "api.infobip.com:8443",
            ),
            ("https://api.infobip.com?x=1@2", "api.infobip.com:443"),
            ("tls://mail.example.com:465", "mail.example.com:465"),
            ("api.example.com.", "api.example.com.:443"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example:443"),
            ("my_host:443", "my_host:443"),
            ("127.0.0.1", "127.0.0.1:443"),
            ("127.0.0.1:8443", "127.0.0.1:8443"),
            ("[::1]", "[::1]:443"),
            ("[0:0::0001]:8443", "[::1]:8443"),
            ("::1", "[::1]:443"),
            ("2001:db8::1", "[2001:db8::1]:443"),
            ("https://[2001:db8::1]/x", "[2001:db8::1]:443"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), canonical, "{text}");
            assert_eq!(canonical.parse::<Endpoint>().unwrap(), endpoint, "{text}");
            assert!(endpoint.server_name().is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint_says_why() {
        for (text, why) in [
            ("", "empty"),
            ("a b", "white space"),
            ("host\n", "white space"),
            ("smtp://mail.example.com", "https:// and tls://"),
            ("http://example.com", "https:// and tls://"),
            ("tls://host", "default port"),
            ("https://", "host is missing"),
            (":443", "host is missing"),
            ("https://user:secret@host", "user information"),
            ("user@host:443", "user information"),
            ("host:", "from 1 to 65535"),
            ("host:0", "from 1 to 65535"),
            ("host:65536", "from 1 to 65535"),
            ("host:99999999999999999999", "from 1 to 65535"),
            ("host:https", "no number"),
            ("host:+443", "no number"),
            ("host/path", "https://"),
            ("C:\\store.jks", "https://"),
            ("bücher.example", "xn--"),
            ("300.1.1.1", "neither"),
            ("127.1", "neither"),
            ("1.2.3.4.:443", "neither"),
            ("-a.example", "no host name"),
            ("a..b", "no host name"),
            (".", "neither"),
            ("*.example.com", "no host name"),
            ("[::1", "not closed"),
            ("[::1]443", "after the bracket"),
            ("[127.0.0.1]:443", "no IPv6"),
            ("a:b:c", "no IPv6"),
            ("[fe80::1%eth0]:443", "zone"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(error.why.contains(why), "{text}: {error}");
            assert_eq!(error.text, without_credentials(text));
        }
    }

    #[test]
    fn a_plain_word_is_a_path() {
        for text in [
            "api.infobip.com:443",
            "localhost:8443",
            "host:99999",
            "[::1]",
            "[::1]:443",
            "[broken",
            "::1",
            "https://host",
            "smtp://host",
        ] {
            assert!(Endpoint::looks_like(text), "{text}");
        }
        for text in [
            "",
            "-",
            ":443",
            "host",
            "api.infobip.com",
            "store.jks",
            "./store:443",
            "a/b:443",
            "C:\\a.pem",
            "C:a.pem",
            "host:https",
            "host:",
            "://x",
            "a b://x",
        ] {
            assert!(!Endpoint::looks_like(text), "{text}");
        }
    }

    #[test]
    fn a_trailing_dot_is_no_part_of_the_identity() {
        let endpoint: Endpoint = "api.example.com.".parse().unwrap();
        assert_eq!(endpoint.host(), "api.example.com.");
        assert_eq!(endpoint.server_name().unwrap().to_str(), "api.example.com");
    }

    #[test]
    fn the_first_connect_rule_that_applies_wins() {
        let rules: Vec<ConnectRule> = ["API.example.com:443=10.0.0.1:8443", "[::1]:9"]
            .iter()
            .map(|rule| rule.parse().unwrap())
            .collect();
        let dialled = |target: &str| connect_for(&rules, &target.parse().unwrap()).unwrap();
        assert_eq!(dialled("api.example.com").to_string(), "10.0.0.1:8443");
        assert_eq!(dialled("api.example.com:8443").to_string(), "[::1]:9");
        assert_eq!(connect_for(&[], &"a.example".parse().unwrap()), None);
        assert_eq!(rules[0].to_string(), "api.example.com:443=10.0.0.1:8443");
    }

    #[test]
    fn a_connect_rule_needs_an_address_with_a_port() {
        for text in [
            "",
            "=",
            "a=",
            "a:443=10.0.0.1",
            "10.0.0.1",
            "a:443=b:c",
            "a b=c:1",
        ] {
            assert!(text.parse::<ConnectRule>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = (text.parse::<Endpoint>(), text.parse::<ConnectRule>(), Endpoint::looks_like(&text));
        }
    }
}
