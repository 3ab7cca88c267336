//! The addresses of the two documents: `https://…` BaseUrls, `IP address:Port number`, callback URLs.

use std::net::{Ipv4Addr, Ipv6Addr};

use rustls_pki_types::ServerName;

/// The parts of an `https://` URL. User information never gets here: such a text is withheld when it is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HttpsUrl<'a> {
    /// Without brackets.
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    /// With its leading slash; empty when there is none.
    pub(super) path: &'a str,
    /// `?…` or `#…`.
    pub(super) has_extra: bool,
}

impl HttpsUrl<'_> {
    pub(super) fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(443)
    }

    pub(super) fn is_ipv6(&self) -> bool {
        self.host.parse::<Ipv6Addr>().is_ok()
    }

    pub(super) fn ipv4(&self) -> Option<Ipv4Addr> {
        self.host.parse().ok()
    }
}

/// Takes an `https://` URL apart; the error is the reason in words, without the text.
pub(super) fn https(text: &str) -> Result<HttpsUrl<'_>, &'static str> {
    if text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err("it contains white space");
    }
    if text.contains('\\') {
        return Err("it contains a backslash");
    }
    let rest = strip_https(text).ok_or("it must start with https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.contains('@') {
        return Err("it contains user information");
    }
    let (host, port) = host_and_port(authority)?;
    let extra = tail.find(['?', '#']);
    Ok(HttpsUrl {
        host,
        port,
        path: &tail[..extra.unwrap_or(tail.len())],
        has_extra: extra.is_some(),
    })
}

/// Host, port and path of an `https://` URL without query and fragment; the error is the reason in words, without the text.
pub(crate) fn https_parts(text: &str) -> Result<(String, u16, String), &'static str> {
    let url = https(text)?;
    if url.has_extra {
        return Err("it has a query or a fragment, or other parts that do not belong here");
    }
    let host = url.host.to_ascii_lowercase();
    Ok((host, url.port_or_default(), url.path.to_owned()))
}

/// `https://<IPv4>:<port>` and nothing else, as the documents of Telegram and Instagram ask for the address of the product's
/// own front end (domain notes 7, A2).
pub(super) fn front_end(text: &str) -> Result<(), NoFrontEnd> {
    use NoFrontEnd::{Ipv6, Other};
    let url = https(text).map_err(Other)?;
    if url.is_ipv6() {
        return Err(Ipv6);
    }
    if url.ipv4().is_none() {
        return Err(Other("a domain name is not supported"));
    }
    if url.path == "/" && !url.has_extra {
        return Err(Other("the trailing slash must go"));
    }
    if !url.path.is_empty() || url.has_extra {
        return Err(Other("nothing may follow the port"));
    }
    url.port.map(drop).ok_or(Other("the port is missing"))
}

/// Why a text is no address of a front end.
pub(super) enum NoFrontEnd {
    Ipv6,
    Other(&'static str),
}

/// The same as a pattern of ECMA 262.
pub(super) const FRONT_END: &str =
    r"^[hH][tT][tT][pP][sS]://[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}$";

/// Any `https://` URL without user information, query and fragment, as a pattern of ECMA 262.
pub(super) const ANY: &str = r"^[hH][tT][tT][pP][sS]://[^/@?#\s]+(/[^?#\s]*)?$";

/// Whether a host is a domain or lies under it.
pub(super) fn is_under(host: &str, domain: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn strip_https(text: &str) -> Option<&str> {
    let scheme = text.get(..8)?;
    scheme.eq_ignore_ascii_case("https://").then(|| &text[8..])
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
pub(super) fn host_and_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or("a bracket is not closed")?;
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Err("there is text between the address and the port"),
            }
        }
        None => match text.split_once(':') {
            Some((_, rest)) if rest.contains(':') => {
                return Err("an IPv6 address needs brackets");
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return Err("there is no host");
    }
    if host.contains('*') {
        return Err("the asterisks of the example must be replaced by your own value");
    }
    if looks_like_ipv4(host) && host.parse::<Ipv4Addr>().is_err() {
        return Err("it is no IPv4 address: four numbers from 0 to 255 without leading zeros");
    }
    if ServerName::try_from(host).is_err() {
        return Err("the host is neither a DNS name nor an IP address");
    }
    let port = match port {
        None => None,
        Some(digits) => Some(port_number(digits)?),
    };
    Ok((host, port))
}

fn looks_like_ipv4(host: &str) -> bool {
    host.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn port_number(digits: &str) -> Result<u16, &'static str> {
    // `parse` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the port is no number");
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err("the port is no number from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = https("HTTPS://api.infobip.com:8443/a/b?c#d").unwrap();
        assert_eq!(
            (url.host, url.port, url.path, url.has_extra),
            ("api.infobip.com", Some(8443), "/a/b", true)
        );
        let url = https("https://[2001:db8::1]").unwrap();
        assert!(url.is_ipv6() && url.path.is_empty() && url.port_or_default() == 443);
    }

    #[test]
    fn hosts_lie_under_their_domain() {
        assert!(
            is_under("a.api-us.INFOBIP.com", "infobip.com")
                && is_under("infobip.com", "infobip.com")
        );
        assert!(!is_under("evilinfobip.com", "infobip.com"));
        assert!(!is_under("infobip.com.example.org", "infobip.com"));
    }

    #[test]
    fn bad_urls_say_why() {
        for (text, why) in [
            ("http://a", "start with https"),
            ("https://", "no host"),
            ("https://u:p@a", "user information"),
            ("https://a b", "white space"),
            ("https://*.*.*.*:28090", "asterisks"),
            ("https://***.api-us.infobip.com/", "asterisks"),
            ("https://1.2.3.256", "no IPv4"),
            ("https://1.2.3.04", "no IPv4"),
            ("https://1.2.3.4:0", "1 to 65535"),
            ("https://1.2.3.4:70000", "1 to 65535"),
            ("https://1.2.3.4:+80", "no number"),
            ("https://1.2.3.4:", "1 to 65535"),
            ("https://a_b!c", "neither"),
            ("https://::1", "brackets"),
            ("https://[::1", "bracket"),
            ("https://a\\b", "backslash"),
        ] {
            let error = https(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
