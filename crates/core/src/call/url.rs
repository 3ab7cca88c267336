//! Where calls go: the address of an API.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::channel;

/// `https://host[:port][/path]`; `http://` on this machine only, where a Bot API server of one's own listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
}

/// Why a text is no address of an API. It is not repeated: a token may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(&'static str);

impl Address {
    /// The origin of an `https://` URL: scheme, host and port.
    pub(super) fn origin_of(url: &str) -> Option<Self> {
        let start = url.get(..8)?;
        if !start.eq_ignore_ascii_case("https://") {
            return None;
        }
        let rest = url.get(8..)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        format!("https://{}", &rest[..end]).parse().ok()
    }

    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether what is sent there travels in clear; only on this machine.
    pub fn is_plain(&self) -> bool {
        self.text.starts_with("http://")
    }
}

/// Whether a text can be called as a callback URL: `https://`, without user information, query and fragment.
///
/// # Errors
/// Why not, without the text.
pub fn check_callback(text: &str) -> Result<(), AddressError> {
    channel::https_parts(text).map_err(AddressError)?;
    match channel::carries_credentials(text) {
        true => Err(AddressError("it carries a token or user information")),
        false => Ok(()),
    }
}

/// Whether a host is this machine and no other, by its name.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_end_matches('/');
        let plain = text.strip_prefix("http://");
        let judged = match plain {
            Some(rest) => channel::https_parts(&format!("https://{rest}")),
            None => channel::https_parts(text),
        };
        let (host, _, path) = judged.map_err(AddressError)?;
        if channel::carries_credentials(text) {
            return Err(AddressError("it carries a token or user information"));
        }
        if plain.is_some() && !is_this_machine(&host) {
            return Err(AddressError(
                "http:// is for this machine only: a secret would travel in clear",
            ));
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.~".contains(&byte);
        if !path.bytes().all(fits) {
            return Err(AddressError(
                "its path has other characters than letters, digits, hyphens, dots and slashes",
            ));
        }
        Ok(Self {
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_stays_on_this_machine() {
        for text in [
            "https://api.telegram.org",
            "https://10.0.0.7:28090/",
            "http://127.0.0.1:8081",
            "http://localhost:8081/",
            "http://[::1]:8081",
        ] {
            assert!(text.parse::<Address>().is_ok(), "{text}");
        }
        for (text, why) in [
            ("http://10.0.0.7", "in clear"),
            ("http://localhost.example.com", "in clear"),
            ("ftp://a.example", "https://"),
            ("https://u:p@a.example", "user information"),
            ("https://a.example/?x=1", "other"),
            ("https://a.example/a b", "white space"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        let token = format!("https://a.example/bot123456789:{}", "A".repeat(35));
        let error = token.parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("token"), "{error}");
    }

    #[test]
    fn an_origin_has_no_path() {
        let origin = |url| Address::origin_of(url).map(|address| address.text);
        let url = "https://10.0.0.7:28090/apiaccess/rest/ccmessaging";
        assert_eq!(origin(url).as_deref(), Some("https://10.0.0.7:28090"));
        assert_eq!(origin("http://a"), None);
    }
}
