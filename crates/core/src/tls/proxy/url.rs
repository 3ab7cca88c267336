//! `http://user:password@host:port` as people and environments write it. No error repeats a part of it: where a
//! text is not understood, nobody knows which part is the password.

use std::str::FromStr;

use crate::endpoint::{parse_port, split_port};

use super::{Credentials, Proxy, ProxyKind};

/// Why a text names no proxy. The text is not in here: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", source_of(.variable.as_deref()))]
pub struct ProxyUrlError {
    /// The environment variable that holds the text, where one does.
    pub variable: Option<&'static str>,
    /// What is wrong with it.
    pub why: &'static str,
}

/// `http://`, `socks5://` or `socks5h://`, then `[user:password@]host[:port]`; without a scheme it is `http://`.
///
/// The port defaults to 80 for `http://`, as in browsers (curl has 1080), and to 1080 for SOCKS (RFC 1928 section 3).
/// User name and password are percent-decoded (RFC 3986 section 3.2.1).
impl FromStr for Proxy {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|why| ProxyUrlError {
            variable: None,
            why,
        })
    }
}

fn source_of(variable: Option<&str>) -> String {
    variable.map_or_else(
        || "the proxy is not understood".to_owned(),
        |name| format!("the proxy in {name} is not understood"),
    )
}

fn parse(text: &str) -> Result<Proxy, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it contains white space or a control character");
    }
    let (kind, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (kind(scheme)?, rest),
        None => (ProxyKind::HttpConnect, text),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if !matches!(path, "" | "/") {
        return Err("after the port nothing may follow; write / ? # in a password as %2F %3F %23");
    }
    let (credentials, place) = match authority.rsplit_once('@') {
        Some((user_information, place)) => (credentials(user_information, kind)?, place),
        None => (None, authority),
    };
    let (host, port) = split_port(place)?;
    let port = match port {
        Some(port) => parse_port(port)?,
        None if kind == ProxyKind::HttpConnect => HTTP_PORT,
        None => SOCKS_PORT,
    };
    Ok(Proxy {
        kind,
        host,
        port,
        credentials,
    })
}

fn kind(scheme: &str) -> Result<ProxyKind, &'static str> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Ok(ProxyKind::HttpConnect),
        "socks5" => Ok(ProxyKind::Socks5 {
            remote_names: false,
        }),
        "socks5h" => Ok(ProxyKind::Socks5 { remote_names: true }),
        "https" => Err(
            "a proxy that is itself reached over TLS (https://) is not supported; \
             most of them also answer to http://",
        ),
        "socks" | "socks4" | "socks4a" => {
            Err("SOCKS 4 is not supported; write socks5:// or socks5h://")
        }
        _ => Err("only the schemes http://, socks5:// and socks5h:// are understood"),
    }
}

fn credentials(text: &str, kind: ProxyKind) -> Result<Option<Credentials>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let (user, password) = (decode(user)?, decode(password)?);
    if user.chars().chain(password.chars()).any(char::is_control) {
        return Err("a control character in the user name or password");
    }
    // RFC 7617 section 2: the colon ends the user name.
    if kind == ProxyKind::HttpConnect && user.contains(':') {
        return Err("an HTTP proxy knows no user name with a colon");
    }
    Ok(Some(Credentials::new(user, password)))
}

/// RFC 3986 section 2.1.
fn decode(text: &str) -> Result<String, &'static str> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let (digits, after) = after.split_at_checked(2).ok_or(BAD_PERCENT)?;
        let digit = |place: usize| {
            let digit = char::from(*digits.get(place)?).to_digit(16)?;
            u8::try_from(digit).ok()
        };
        let (high, low) = digit(0).zip(digit(1)).ok_or(BAD_PERCENT)?;
        decoded.push(high << 4 | low);
        rest = after;
    }
    String::from_utf8(decoded).map_err(|_| "the user name or password is not UTF-8")
}

const BAD_PERCENT: &str =
    "a % in the user name or password starts two hex digits; write the sign itself as %25";

/// RFC 9110 section 4.2.1.
const HTTP_PORT: u16 = 80;
/// RFC 1928 section 3.
const SOCKS_PORT: u16 = 1080;

#[cfg(test)]
mod tests;
