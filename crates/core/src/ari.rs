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
mod tests;
