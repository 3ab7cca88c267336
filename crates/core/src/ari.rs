//! ACME Renewal Information (RFC 9773): when the issuer of a certificate wants it to be renewed.
//!
//! What is here is bytes and values: which server to ask, what for, what its answers mean.
//! [`fetch::ari`](crate::fetch::ari) asks.

mod directories;
mod retry;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Certificate;
use crate::text;

pub use directories::{AcmeDirectories, NamedDirectory};
pub(crate) use retry::retry_after;

/// When the issuer wants a certificate to be renewed (RFC 9773 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalWindow {
    /// From then on.
    #[serde(with = "text::moment")]
    pub start: OffsetDateTime,
    /// Until then.
    #[serde(with = "text::moment")]
    pub end: OffsetDateTime,
    /// A page that says why the window is what it is, such as an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation_url: Option<String>,
}

/// Why an answer of an ACME server is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AriError {
    /// It is not the JSON object that the standard asks for.
    #[error("it is no {what}: {why}")]
    Json {
        /// Which object.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The server does not know the extension (RFC 9773 section 3).
    #[error("the directory has no renewalInfo, so this server gives no renewal information")]
    NoRenewalInfo,
    /// A date that is none.
    #[error("the {which} of the window is {found:?}, which is no time of RFC 3339")]
    Time {
        /// `start` or `end`.
        which: &'static str,
        /// The text, cut short.
        found: String,
    },
    /// A URL that is not asked.
    #[error("the directory's renewalInfo is {found:?}, which is no https:// URL")]
    Url {
        /// The text, cut short.
        found: String,
    },
    /// A window that ends before it starts.
    #[error("the window ends at {end} and starts at {start}")]
    WrongWayRound {
        /// As RFC 3339.
        start: String,
        /// As RFC 3339.
        end: String,
    },
}

/// What the server knows a certificate by: `base64url(keyIdentifier).base64url(serial)` (RFC 9773 section 4.1); `None`
/// without an authority key identifier.
pub fn certificate_id(certificate: &Certificate) -> Option<String> {
    let key = certificate.extensions().authority_key_identifier.as_ref()?;
    Some(identifier(key, certificate.serial().octets()))
}

/// The serial number is the value of the DER INTEGER, with its leading zero octet where it has one.
fn identifier(key_identifier: &[u8], serial: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}", encode(key_identifier), encode(serial))
}

/// Where to ask about a certificate.
pub(crate) fn request_url(renewal_info: &str, identifier: &str) -> String {
    format!("{}/{identifier}", renewal_info.trim_end_matches('/'))
}

/// The URL `renewalInfo` of a directory (RFC 8555 section 7.1.1, RFC 9773 section 3). Plain HTTP is taken only from a
/// directory that was asked by it.
///
/// # Errors
/// When the server gives no renewal information, or points to what is not asked.
pub fn parse_directory(bytes: &[u8], is_plain: bool) -> Result<String, AriError> {
    #[derive(Deserialize)]
    struct Directory {
        #[serde(rename = "renewalInfo")]
        renewal_info: Option<String>,
    }
    let directory: Directory = parse("ACME directory", bytes)?;
    let url = directory.renewal_info.ok_or(AriError::NoRenewalInfo)?;
    match is_askable(&url, is_plain) {
        true => Ok(url),
        false => Err(AriError::Url { found: cut(&url) }),
    }
}

/// The window of a RenewalInfo object (RFC 9773 section 4.2). An explanation that is no web page is left out.
///
/// # Errors
/// When there is no window that can be told from it.
pub fn parse_renewal_info(bytes: &[u8]) -> Result<RenewalWindow, AriError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct RenewalInfo {
        suggested_window: Window,
        // whatever stands there must not cost the window
        #[serde(rename = "explanationURL", default)]
        explanation_url: serde_json::Value,
    }
    #[derive(Deserialize)]
    struct Window {
        start: String,
        end: String,
    }
    let info: RenewalInfo = parse("RenewalInfo object", bytes)?;
    let window = info.suggested_window;
    let (start, end) = (moment("start", &window.start)?, moment("end", &window.end)?);
    if end <= start {
        return Err(AriError::WrongWayRound {
            start: text::rfc3339(start),
            end: text::rfc3339(end),
        });
    }
    let explanation = info.explanation_url.as_str();
    Ok(RenewalWindow {
        start,
        end,
        explanation_url: explanation
            .filter(|url| is_askable(url, true))
            .map(str::to_owned),
    })
}

/// Whether something may be asked at all, and by TLS unless it may be plain.
pub(crate) fn is_askable(url: &str, may_be_plain: bool) -> bool {
    let rest = url.strip_prefix("https://");
    let rest = rest.or_else(|| url.strip_prefix("http://").filter(|_| may_be_plain));
    let is_visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    rest.is_some_and(|rest| !rest.is_empty() && url.len() <= MAX_URL && is_visible(rest))
}

fn parse<T: for<'de> Deserialize<'de>>(what: &'static str, bytes: &[u8]) -> Result<T, AriError> {
    serde_json::from_slice(bytes).map_err(|error| AriError::Json {
        what,
        why: error.to_string(),
    })
}

fn moment(which: &'static str, text: &str) -> Result<OffsetDateTime, AriError> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| AriError::Time {
        which,
        found: cut(text),
    })
}

/// What a message repeats of a text that a server made up.
fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Browsers stop there too.
const MAX_URL: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing;

    /// RFC 9773 section 4.1.
    #[test]
    fn the_identifier_of_the_standard() {
        let key = [
            0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3, 0x7b, 0x84, 0x7b, 0xa0,
            0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4,
        ];
        let serial = [0x00, 0x87, 0x65, 0x43, 0x21];
        assert_eq!(
            identifier(&key, &serial),
            "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
        );
        assert_eq!(
            request_url("https://acme.example/renewal-info/", "a.b"),
            "https://acme.example/renewal-info/a.b"
        );
    }

    #[test]
    fn the_identifier_is_made_of_what_the_certificate_has() {
        let root = testing::root("Root");
        let server = testing::server("a.test", &root).certificate;
        let key = root.certificate.extensions().subject_key_identifier.clone();
        let expected = identifier(&key.unwrap(), server.serial().octets());
        assert_eq!(certificate_id(&server), Some(expected));
        let mut params = testing::server_params("a.test");
        params.use_authority_key_identifier_extension = false;
        let without = testing::issue(params, testing::new_key(), &root).certificate;
        assert_eq!(certificate_id(&without), None);
    }

    /// RFC 9773 section 4.2, with what a client does not know.
    #[test]
    fn a_window() {
        let answer = br#"{
            "suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00+02:00"},
            "explanationURL": "https://acme.example.com/docs/ari", "more": [1]
        }"#;
        let window = parse_renewal_info(answer).unwrap();
        assert_eq!(text::rfc3339(window.start), "2025-01-02T04:00:00Z");
        assert_eq!(text::rfc3339(window.end), "2025-01-03T02:00:00Z");
        let url = window.explanation_url.as_deref();
        assert_eq!(url, Some("https://acme.example.com/docs/ari"));
    }

    #[test]
    fn an_explanation_that_is_no_page_does_not_cost_the_window() {
        for odd in [
            "7",
            "null",
            "\"javascript:alert(1)\"",
            "\"https://a b\"",
            "{}",
        ] {
            let answer = format!(
                r#"{{"suggestedWindow": {{"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00Z"}},
                "explanationURL": {odd}}}"#
            );
            let window = parse_renewal_info(answer.as_bytes()).unwrap();
            assert_eq!(window.explanation_url, None, "{odd}");
        }
    }

    #[test]
    fn what_is_no_window_is_an_error_that_says_why() {
        let window = |start: &str, end: &str| {
            let text = format!(r#"{{"suggestedWindow": {{"start": "{start}", "end": "{end}"}}}}"#);
            parse_renewal_info(text.as_bytes()).unwrap_err().to_string()
        };
        assert_eq!(
            window("2025-01-03T04:00:00Z", "2025-01-02T04:00:00Z"),
            "the window ends at 2025-01-02T04:00:00Z and starts at 2025-01-03T04:00:00Z"
        );
        assert!(window("yesterday", "2025-01-02T04:00:00Z").contains("the start of the window"));
        assert!(window("2025-01-02T04:00:00Z", &"9".repeat(9000)).len() < 200);
        for other in [
            &b""[..],
            b"[]",
            b"{}",
            b"{\"suggestedWindow\": 1}",
            b"<html>",
            &[0xff; 9],
        ] {
            assert!(matches!(
                parse_renewal_info(other),
                Err(AriError::Json { .. })
            ));
        }
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        assert!(parse_renewal_info(&deep).is_err());
    }

    #[test]
    fn a_directory_points_to_https_unless_it_was_plain_itself() {
        let directory = |url: &str, is_plain| {
            let text = format!(r#"{{"newNonce": "x", "renewalInfo": "{url}"}}"#);
            parse_directory(text.as_bytes(), is_plain)
        };
        assert_eq!(directory("https://a/ri", false).unwrap(), "https://a/ri");
        assert_eq!(directory("http://a/ri", true).unwrap(), "http://a/ri");
        for url in [
            "http://a/ri",
            "file:///etc/passwd",
            "https://",
            "https://a b",
        ] {
            assert!(matches!(directory(url, false), Err(AriError::Url { .. })));
        }
        assert_eq!(parse_directory(b"{}", false), Err(AriError::NoRenewalInfo));
    }
}
