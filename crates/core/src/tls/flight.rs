//! What a server sends in clear: all of its first flight up to TLS 1.2, its ServerHello in TLS 1.3
//! (RFC 5246 section 7.3, RFC 6101 section 5.5).
//!
//! The probe lives by it. Beside rustls it reads along: rustls hands a TLS 1.2 chain to its verifier only with
//! ServerHelloDone, and a server that goes away or breaks a rule before has presented its certificates all the same.

mod message;

use rustls_pki_types::CertificateDer;

use message::{authorities, certificate_list, server_hello, status_response};

/// Reads records, joins the handshake messages in them, and keeps what tells something.
#[derive(Debug)]
pub(crate) struct Flight {
    records: Vec<u8>,
    messages: Vec<u8>,
    seen: Seen,
    end: Option<End>,
    idle: usize,
    limit: usize,
}

/// What has come so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What the server chose; `None` until it came.
    pub hello: Option<ServerHello>,
    /// In the order sent; `None` until the message came.
    pub certificates: Option<Vec<CertificateDer<'static>>>,
    /// The stapled OCSP response (RFC 6066 section 8), empty when there is none.
    pub ocsp_response: Vec<u8>,
    /// The names of the CAs whose client certificates are wanted, each as DER; `None`: no certificate is wanted.
    pub authorities: Option<Vec<Vec<u8>>>,
}

/// What the server chose (RFC 5246 section 7.4.1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// As on the wire: 0x0300 is SSLv3, 0x0303 is TLS 1.2.
    pub version: u16,
    /// Its number (IANA).
    pub cipher_suite: u16,
    /// RFC 7301.
    pub alpn: Option<Vec<u8>>,
    /// A SignedCertificateTimestampList (RFC 6962 section 3.3), empty when there is none.
    pub sct_list: Vec<u8>,
}

/// Why no more is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// A fatal alert, by its number.
    Alert(u8),
    /// No TLS, or a rule of it broken.
    Broken(&'static str),
    /// What follows is encrypted.
    Encrypted,
    /// The server's part of the flight is complete.
    HelloDone,
    /// The certificates are announced to take more than the limit, in bytes.
    TooLarge(usize),
}

impl Flight {
    /// Keeps no message above `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            records: Vec::new(),
            messages: Vec::new(),
            seen: Seen::default(),
            end: None,
            idle: 0,
            limit,
        }
    }

    /// The bytes of the stream, cut anywhere.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.end.is_some() {
            return;
        }
        // Taken out while it is read, put back without what was used: a byte is copied once, however it is cut.
        let mut records = std::mem::take(&mut self.records);
        records.extend_from_slice(bytes);
        let mut rest = records.as_slice();
        while self.end.is_none() {
            match take_record(rest) {
                Ok(Some((kind, body, after))) => {
                    rest = after;
                    self.take(kind, body);
                }
                Ok(None) => break,
                Err(why) => self.end = Some(End::Broken(why)),
            }
        }
        if self.end.is_some() {
            self.messages = Vec::new();
            return;
        }
        let used = records.len() - rest.len();
        records.drain(..used);
        self.records = records;
    }

    /// What has come so far.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Why no more is read; `None` while there may be more.
    pub(crate) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    fn take(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            (HANDSHAKE, [_, ..]) => {
                self.messages.extend_from_slice(body);
                self.read_messages();
            }
            (ALERT, &[FATAL, code]) => self.end = Some(End::Alert(code)),
            (ALERT | HANDSHAKE, _) => self.count_idle(),
            // From here on everything is encrypted; in TLS 1.3 that is right after ServerHello.
            (CHANGE_CIPHER_SPEC | APPLICATION_DATA, _) => self.end = Some(End::Encrypted),
            _ => self.end = Some(End::Broken("a record of an unknown type")),
        }
    }

    fn read_messages(&mut self) {
        let mut messages = std::mem::take(&mut self.messages);
        let mut rest = messages.as_slice();
        while let Some((kind, length, body)) = message::head(rest) {
            if length > self.limit {
                self.end = Some(match kind {
                    CERTIFICATE => End::TooLarge(length),
                    _ => End::Broken("a handshake message longer than any can be"),
                });
                return;
            }
            let Some((body, after)) = body.split_at_checked(length) else {
                break;
            };
            rest = after;
            self.read_message(kind, body);
            if self.end.is_some() {
                return;
            }
        }
        let used = messages.len() - rest.len();
        messages.drain(..used);
        self.messages = messages;
    }

    fn read_message(&mut self, kind: u8, body: &[u8]) {
        // A flight has six at most; one that repeats them would otherwise go on until the time is up.
        self.count_idle();
        let seen = &mut self.seen;
        let read = match kind {
            SERVER_HELLO => server_hello(body).map(|hello| seen.hello = Some(hello)),
            // A second one would replace what the first one showed.
            CERTIFICATE if seen.certificates.is_none() => {
                certificate_list(body).map(|list| seen.certificates = Some(list))
            }
            CERTIFICATE_STATUS => {
                status_response(body).map(|response| seen.ocsp_response = response)
            }
            CERTIFICATE_REQUEST => {
                let version = seen.hello.as_ref().map_or(0, |hello| hello.version);
                authorities(body, version).map(|names| seen.authorities = Some(names))
            }
            SERVER_HELLO_DONE => {
                self.end = Some(End::HelloDone);
                Some(())
            }
            SERVER_KEY_EXCHANGE => Some(()),
            // RFC 5246 section 7.4.1.1: asks the client to begin, which it does.
            HELLO_REQUEST => Some(()),
            _ => None,
        };
        // After the certificates an oddity costs nothing any more.
        if read.is_none() && self.seen.certificates.is_none() && self.end.is_none() {
            self.end = Some(End::Broken(match kind {
                SERVER_HELLO => "its ServerHello is malformed",
                CERTIFICATE => "its certificate message is malformed",
                _ => "a handshake message out of place",
            }));
        }
    }

    /// Warnings such as unrecognized_name, empty records, any message: harmless, but not for ever.
    fn count_idle(&mut self) {
        self.idle += 1;
        if self.idle > MAX_IDLE {
            self.end = Some(End::Broken(
                "it sends warnings, empty records or messages without end",
            ));
        }
    }
}

/// Type, body, and what follows.
type Record<'a> = (u8, &'a [u8], &'a [u8]);

/// Type and body of the first record and what follows it, once all of it is there (RFC 5246 section 6.2.1).
fn take_record(bytes: &[u8]) -> Result<Option<Record<'_>>, &'static str> {
    let [kind, major, rest @ ..] = bytes else {
        return Ok(None);
    };
    if *major != 3 || !(CHANGE_CIPHER_SPEC..=HEARTBEAT).contains(kind) {
        return Err("no TLS record");
    }
    let [_, high, low, rest @ ..] = rest else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > MAX_RECORD {
        return Err("a record longer than TLS allows");
    }
    let split = rest.split_at_checked(length);
    Ok(split.map(|(body, after)| (*kind, body, after)))
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const HEARTBEAT: u8 = 24;

const FATAL: u8 = 2;

const HELLO_REQUEST: u8 = 0;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const CERTIFICATE_REQUEST: u8 = 13;
const SERVER_HELLO_DONE: u8 = 14;
const CERTIFICATE_STATUS: u8 = 22;

/// RFC 5246 section 6.2.3: 2^14 and room for what encryption adds.
const MAX_RECORD: usize = (1 << 14) + 2048;

/// One warning is usual, two have been seen.
const MAX_IDLE: usize = 32;

#[cfg(test)]
mod tests;
