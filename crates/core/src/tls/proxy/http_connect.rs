//! CONNECT (RFC 9110 section 9.3.6) over HTTP/1.1 (RFC 9112).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::text;

use super::{Credentials, Progress, ProxyError, ProxyTarget, authority, printable};

/// The client's side.
pub(super) struct HttpConnect {
    output: Zeroizing<Vec<u8>>,
    input: Vec<u8>,
    received: usize,
    has_credentials: bool,
}

impl HttpConnect {
    pub(super) fn new(
        target: &ProxyTarget,
        credentials: Option<&Credentials>,
    ) -> Result<Self, ProxyError> {
        let target = match target {
            ProxyTarget::Address(address) => address.to_string(),
            ProxyTarget::Name(name, port) => authority(name, *port),
        };
        let mut output = Zeroizing::new(Vec::with_capacity(MAX_REQUEST));
        output.extend(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").bytes());
        if let Some(credentials) = credentials {
            output.extend(b"Proxy-Authorization: Basic ");
            output.extend(basic(credentials)?.bytes());
            output.extend(b"\r\n");
        }
        output.extend(b"\r\n");
        Ok(Self {
            output,
            input: Vec::new(),
            received: 0,
            has_credentials: credentials.is_some(),
        })
    }

    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut *self.output)
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Progress, ProxyError> {
        self.input.extend_from_slice(bytes);
        self.received = self.received.saturating_add(bytes.len());
        loop {
            let start = self.input.get(..PROTOCOL.len()).unwrap_or(&self.input);
            if !PROTOCOL.starts_with(start) {
                return Err(self.not_a_proxy());
            }
            let Some(length) = head_length(&self.input) else {
                return match self.received > MAX_HEAD {
                    true => Err(ProxyError::TooMuch { bytes: MAX_HEAD }),
                    false => Ok(Progress::Talking),
                };
            };
            let early = self.input.split_off(length);
            match status(&self.input) {
                // Section 15.2: any number of interim answers, except for a change of the protocol, come before the
                // final one.
                Some(100 | 102..=199) => self.input = early,
                // Section 9.3.6: Content-Length and Transfer-Encoding mean nothing here.
                Some(200..=299) => return Ok(Progress::Connected { early }),
                Some(code) => return Err(self.refusal(code)),
                None => return Err(self.not_a_proxy()),
            }
        }
    }

    pub(super) fn closed(&self) -> ProxyError {
        match status(&self.input) {
            Some(code) if self.input.contains(&b'\n') && !(100..=299).contains(&code) => {
                self.refusal(code)
            }
            _ => ProxyError::Closed,
        }
    }

    fn refusal(&self, code: u16) -> ProxyError {
        let why = status_line(&self.input);
        if code != AUTHENTICATION_REQUIRED {
            return ProxyError::Refused { why };
        }
        let schemes = schemes(&self.input);
        if !schemes.is_empty() && !schemes.iter().any(|one| one.eq_ignore_ascii_case("basic")) {
            let schemes = text::escape(&schemes.join(", "));
            return ProxyError::Refused {
                why: format!("{why}; it offers {schemes}, and only Basic is spoken here"),
            };
        }
        match self.has_credentials {
            true => ProxyError::AuthenticationRefused,
            false => ProxyError::AuthenticationRequired,
        }
    }

    fn not_a_proxy(&self) -> ProxyError {
        ProxyError::NotAProxy {
            expected: "HTTP",
            first_bytes: printable(&self.input),
        }
    }
}

/// RFC 7617 section 2, in UTF-8.
fn basic(credentials: &Credentials) -> Result<Zeroizing<String>, ProxyError> {
    if credentials.user().contains(':') {
        return Err(ProxyError::Unfit {
            what: "the user name",
            why: "HTTP knows none with a colon",
        });
    }
    let mut plain = Zeroizing::new(String::with_capacity(MAX_REQUEST));
    for part in [credentials.user(), ":", credentials.expose_password()] {
        plain.push_str(part);
    }
    Ok(Zeroizing::new(STANDARD.encode(plain.as_bytes())))
}

/// Up to and with the empty line. RFC 9112 section 2.2: a lone LF ends a line too.
fn head_length(bytes: &[u8]) -> Option<usize> {
    let mut length = 0_usize;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        length = length.saturating_add(line.len());
        if matches!(line, b"\n" | b"\r\n") {
            return Some(length);
        }
    }
    None
}

/// `HTTP/1.1 200 reason`; the reason may be absent (RFC 9112 section 4).
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(PROTOCOL)?;
    let [b'1', b'.', b'0'..=b'9', b' ', a, b, c, after, ..] = rest else {
        return None;
    };
    if !matches!(after, b' ' | b'\r' | b'\n') || ![a, b, c].iter().all(|one| one.is_ascii_digit()) {
        return None;
    }
    let digits = [a, b, c].map(|digit| u16::from(digit.saturating_sub(b'0')));
    let code = digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    (code >= 100).then_some(code)
}

/// Without the protocol: `403 Forbidden`.
fn status_line(head: &[u8]) -> String {
    let from_code = head.get(PROTOCOL.len() + "1.1 ".len()..);
    printable(from_code.unwrap_or_default())
        .trim_end()
        .to_owned()
}

/// What Proxy-Authenticate offers (RFC 9110 section 11.7.1): the first word of each such field.
fn schemes(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields
        .filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authenticate"))
        .filter_map(|(_, value)| value.split_whitespace().next())
        .map(|scheme| scheme.trim_end_matches(',').chars().take(20).collect())
        .take(10)
        .collect()
}

const PROTOCOL: &[u8] = b"HTTP/";
const AUTHENTICATION_REQUIRED: u16 = 407;

/// curl stops at 100 KiB of header, most servers at 8 or 16.
const MAX_HEAD: usize = 64 * 1024;
/// Room for usual requests, so that no credentials stay behind in memory when a buffer grows.
const MAX_REQUEST: usize = 2048;

#[cfg(test)]
mod tests;
