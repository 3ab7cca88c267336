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
mod tests {
    use super::super::{Conversation, Proxy};
    use super::*;

    fn talk(proxy: &str) -> Conversation {
        let target = ProxyTarget::Name("server.example.com".to_owned(), 443);
        Conversation::new(&proxy.parse::<Proxy>().unwrap(), &target).unwrap()
    }

    fn answer(proxy: &str, answer: &[u8], step: usize) -> Result<Progress, ProxyError> {
        let mut talk = talk(proxy);
        let mut early = Vec::new();
        let mut connected = false;
        for bytes in answer.chunks(step) {
            if let Progress::Connected { early: more } = talk.receive(bytes)? {
                connected = true;
                early.extend(more);
            }
        }
        Ok(match connected {
            true => Progress::Connected { early },
            false => Progress::Talking,
        })
    }

    #[test]
    fn the_request_is_that_of_the_rfc() {
        let request = |proxy: &str| String::from_utf8(talk(proxy).take_output()).unwrap();
        assert_eq!(
            request("http://p"),
            "CONNECT server.example.com:443 HTTP/1.1\r\nHost: server.example.com:443\r\n\r\n"
        );
        // RFC 7617 section 2 and, for UTF-8, 2.1
        assert!(
            request("Aladdin:open%20sesame@p")
                .contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")
        );
        assert!(request("test:123%C2%A3@p").contains("Basic dGVzdDoxMjPCow==\r\n"));
    }

    #[test]
    fn addresses_are_written_with_brackets() {
        let proxy: Proxy = "p".parse().unwrap();
        for (name, line) in [
            ("::1", "CONNECT [::1]:25 "),
            ("192.0.2.1", "CONNECT 192.0.2.1:25 "),
        ] {
            let target = ProxyTarget::Name(name.to_owned(), 25);
            let output = Conversation::new(&proxy, &target).unwrap().take_output();
            assert!(output.starts_with(line.as_bytes()));
        }
    }

    #[test]
    fn answers_may_be_cut_anywhere() {
        for (head, early) in [
            ("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n", ""),
            ("HTTP/1.0 200\n\n", "220 mail ESMTP\r\n"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "data"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 299 x\r\n\r\n",
                "\r\n",
            ),
        ] {
            let stream = [head, early].concat();
            let expected = Ok(Progress::Connected {
                early: early.as_bytes().to_vec(),
            });
            for step in [1, 2, 7, stream.len()] {
                assert_eq!(answer("p", stream.as_bytes(), step), expected, "{head:?}");
            }
        }
        let cut = b"HTTP/1.1 200 OK\r\n\r";
        assert_eq!(answer("p", cut, 1), Ok(Progress::Talking));
    }

    #[test]
    fn refusals_are_told_apart() {
        let required = b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\nbody";
        let negotiate =
            b"HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n\r\n";
        let refused = |why: &str| ProxyError::Refused {
            why: why.to_owned(),
        };
        for (proxy, stream, error) in [
            ("p", &required[..], ProxyError::AuthenticationRequired),
            ("u:w@p", required, ProxyError::AuthenticationRefused),
            (
                "u:w@p",
                negotiate,
                refused("407 x; it offers Negotiate, NTLM, and only Basic is spoken here"),
            ),
            (
                "p",
                b"HTTP/1.1 403 For\x1bbidden\r\n\r\n",
                refused("403 For\\x1bbidden"),
            ),
            (
                "p",
                b"HTTP/1.1 101 Switching\r\n\r\n",
                refused("101 Switching"),
            ),
            ("p", b"HTTP/1.1 502\n\n", refused("502")),
        ] {
            for step in [1, stream.len()] {
                assert_eq!(answer(proxy, stream, step), Err(error.clone()));
            }
        }
    }

    #[test]
    fn what_is_no_http_is_named() {
        for stream in [
            &b"SSH-2.0-OpenSSH_9\r\n"[..],
            b"\x15\x03\x01\x00\x02\x02\x46",
            b"\x05\xff",
            b"HTTP/2 200 \r\n\r\n",
            b"HTTP/1.1 2000 \r\n\r\n",
            b"HTTP/1.1 abc \r\n\r\n",
            b"HTTP/1.1 099 \r\n\r\n",
        ] {
            for step in [1, stream.len()] {
                let error = answer("p", stream, step).unwrap_err();
                assert!(matches!(error, ProxyError::NotAProxy { .. }));
            }
        }
        let error = answer("p", b"SSH-2.0-OpenSSH_9\r\n", 100).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no HTTP proxy answers; it says \"SSH-2.0-OpenSSH_9\""
        );
    }

    #[test]
    fn an_echo_does_not_bring_the_credentials_into_the_error() {
        let mut talk = talk("robot:SECRET@p");
        let request = talk.take_output();
        let error = talk.receive(&request).unwrap_err().to_string();
        assert!(
            !error.contains("Basic") && error.contains("CONNECT"),
            "{error}"
        );
    }

    #[test]
    fn headers_have_an_end() {
        let stream = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; MAX_HEAD]].concat();
        let error = ProxyError::TooMuch { bytes: MAX_HEAD };
        assert_eq!(answer("p", &stream, 1000), Err(error.clone()));
        let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(4000);
        assert_eq!(answer("p", &interim, 999), Err(error));
    }

    #[test]
    fn a_connection_that_ends_may_have_said_why() {
        let closed = |bytes: &[u8]| {
            let mut talk = talk("p");
            talk.receive(bytes).unwrap();
            talk.closed().to_string()
        };
        assert_eq!(
            closed(b"HTTP/1.1 503 Busy\r\n"),
            "the proxy refuses: 503 Busy"
        );
        assert_eq!(
            closed(b"HTTP/1.1 200 OK\r\n"),
            ProxyError::Closed.to_string()
        );
        assert_eq!(closed(b""), ProxyError::Closed.to_string());
    }
}
