//! A TLS 1.2 or 1.3 handshake for the sake of the server's certificates (RFC 5246, RFC 8446).
//!
//! Works over any stream and knows no clock: who owns the stream makes its reads and writes end.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rustls::client::{
    ClientSessionStore, ResolvesClientCert, Resumption, Tls12ClientSessionValue, Tls12Resumption,
    Tls13ClientSessionValue,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::CertifiedKey;
use rustls::{
    CipherSuite, ClientConfig, ClientConnection, NamedGroup, ProtocolVersion, SignatureScheme,
};
use rustls_pki_types::ServerName;

use super::plain::PlainCertificates;
use crate::tls::danger::{CaptureVerifier, Captured};

/// One handshake: [`handshake`](Self::handshake), then [`finish`](Self::finish), then look at what was seen.
/// What was seen stays, whichever step ended with an error.
#[derive(Debug)]
pub struct Session {
    connection: ClientConnection,
    verifier: Arc<CaptureVerifier>,
    client_certificate: Arc<ClientCertificateAsked>,
    tickets: Arc<TicketsSeen>,
    received: Received,
}

/// Why a handshake ended early.
#[derive(Debug)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The stream ended: a TCP FIN.
    Closed,
    /// The stream failed: a reset, a time-out.
    Io(io::Error),
    /// The server sent an alert, or something that is no TLS, or broke a rule.
    Tls(rustls::Error),
}

/// That a client certificate was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientCertificateRequest {
    /// How many acceptable CAs the server named; none means any.
    pub authorities: usize,
}

impl Session {
    /// Prepares a handshake that asks for `server_name`. An IP address is not sent (RFC 6066 section 3).
    ///
    /// # Errors
    /// What rustls says; none is known.
    pub fn new(server_name: ServerName<'static>) -> Result<Self, rustls::Error> {
        let provider = Arc::clone(&PROVIDER);
        let verifier = Arc::new(CaptureVerifier::new(
            provider.signature_verification_algorithms,
        ));
        let client_certificate = Arc::new(ClientCertificateAsked::default());
        let tickets = Arc::new(TicketsSeen::default());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_client_cert_resolver(Arc::clone(&client_certificate) as _);
        // A resumed session presents no certificate (RFC 8446 section 2.2): the store keeps nothing.
        config.resumption = Resumption::store(Arc::clone(&tickets) as _)
            .tls12_resumption(Tls12Resumption::Disabled);
        let connection = ClientConnection::new(Arc::new(config), server_name)?;
        Ok(Self {
            connection,
            verifier,
            client_certificate,
            tickets,
            received: Received::default(),
        })
    }

    /// Runs the handshake to its end on our side.
    ///
    /// # Errors
    /// Any; what was seen before stays available.
    pub fn handshake<S: Read + Write>(&mut self, stream: &mut S) -> Result<(), HandshakeError> {
        loop {
            if let Err(error) = self.flush(stream) {
                // The server may have said why before it stopped listening.
                return Err(match self.receive(stream) {
                    Err(told @ HandshakeError::Tls(_)) => told,
                    _ => HandshakeError::Io(error),
                });
            }
            if !self.connection.is_handshaking() {
                return Ok(());
            }
            if self.receive(stream)? == 0 {
                return Err(HandshakeError::Closed);
            }
        }
    }

    /// Sends `close_notify` and, where the server's verdict is still open, waits for it.
    ///
    /// In TLS 1.3 the client is done before the server has looked at the client's certificate, so that a
    /// refusal arrives after the handshake (RFC 8446 section 4.4.2.4). Only an alert counts as one: to a
    /// `close_notify` servers answer in kind, by closing, or not at all. A ticket means that it was accepted.
    ///
    /// # Errors
    /// The alert.
    pub fn finish<S: Read + Write>(&mut self, stream: &mut S) -> Result<(), HandshakeError> {
        self.connection.send_close_notify();
        let sent = self.flush(stream);
        if !self.awaits_verdict() {
            return Ok(());
        }
        // After a failed write there may still be an alert to read, and nothing more.
        let mut reads = if sent.is_ok() { MAX_VERDICT_READS } else { 1 };
        while reads > 0 && !self.tickets.seen.load(Ordering::Relaxed) {
            match self.receive(stream) {
                Ok(0) | Err(HandshakeError::Closed | HandshakeError::Io(_)) => break,
                Err(alert @ HandshakeError::Tls(rustls::Error::AlertReceived(_))) => {
                    return Err(alert);
                }
                Err(HandshakeError::Tls(_)) => break,
                Ok(_) => reads -= 1,
            }
        }
        Ok(())
    }

    /// Whether [`finish`](Self::finish) will wait for the server.
    pub fn awaits_verdict(&self) -> bool {
        self.protocol() == Some(ProtocolVersion::TLSv1_3)
            && !self.connection.is_handshaking()
            && self.client_certificate().is_some()
    }

    /// What the server presented, and whether it proved to hold the key.
    pub fn captured(&self) -> Captured {
        let mut captured = self.verifier.captured();
        if captured.chain.is_empty() {
            captured.chain = self.received.plain.chain().to_vec();
        }
        captured
    }

    /// The negotiated version, once known.
    pub fn protocol(&self) -> Option<ProtocolVersion> {
        self.connection.protocol_version()
    }

    /// The negotiated suite, once known.
    pub fn cipher_suite(&self) -> Option<CipherSuite> {
        let suite = self.connection.negotiated_cipher_suite();
        suite.map(|suite| suite.suite())
    }

    /// Whether the server asked for a client certificate.
    pub fn client_certificate(&self) -> Option<ClientCertificateRequest> {
        let asked = &self.client_certificate;
        let authorities = asked.authorities.load(Ordering::Relaxed);
        asked
            .asked
            .load(Ordering::Relaxed)
            .then_some(ClientCertificateRequest { authorities })
    }

    /// How many bytes came.
    pub fn received_bytes(&self) -> u64 {
        self.received.count
    }

    /// The first of them, for telling what speaks there when it is no TLS.
    pub fn first_bytes(&self) -> &[u8] {
        &self.received.first
    }

    fn flush<S: Write>(&mut self, stream: &mut S) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(stream) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        stream.flush()
    }

    /// Reads once; 0 is the end of the stream.
    fn receive<S: Read + Write>(&mut self, stream: &mut S) -> Result<usize, HandshakeError> {
        let count = loop {
            let mut tap = Tap {
                stream,
                received: &mut self.received,
            };
            match self.connection.read_tls(&mut tap) {
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(HandshakeError::Io(error)),
            }
        };
        match self.connection.process_new_packets() {
            Ok(_) => Ok(count),
            Err(error) => {
                // Tells the server why we leave; it may be gone already.
                let _ = self.flush(stream);
                Err(HandshakeError::Tls(error))
            }
        }
    }
}

/// What came in, as far as it is wanted beside rustls.
#[derive(Debug, Default)]
struct Received {
    first: Vec<u8>,
    count: u64,
    plain: PlainCertificates,
}

/// Looks at the bytes that pass.
struct Tap<'a, S> {
    stream: &'a mut S,
    received: &'a mut Received,
}

impl<S: Read> Read for Tap<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let room = FIRST_BYTES.saturating_sub(self.received.first.len());
        let bytes = buffer.get(..count).unwrap_or_default();
        self.received.first.extend(bytes.iter().take(room));
        self.received.plain.feed(bytes);
        self.received.count = self.received.count.saturating_add(count as u64);
        Ok(count)
    }
}

/// Has no certificate, but is asked for one.
#[derive(Debug, Default)]
struct ClientCertificateAsked {
    asked: AtomicBool,
    authorities: AtomicUsize,
}

impl ResolvesClientCert for ClientCertificateAsked {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        _: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.authorities
            .store(root_hint_subjects.len(), Ordering::Relaxed);
        None
    }

    /// Not true, but without it rustls does not call [`resolve`](Self::resolve).
    fn has_certs(&self) -> bool {
        true
    }
}

/// Keeps no session, but sees that the server offers one.
#[derive(Debug, Default)]
struct TicketsSeen {
    seen: AtomicBool,
}

impl ClientSessionStore for TicketsSeen {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {
        self.seen.store(true, Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// One provider for all sessions: its tables are the same every time.
static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));

/// A banner or a status line, with room.
const FIRST_BYTES: usize = 256;

/// A verdict is one alert or one ticket; a server that sends data unasked shall not keep us.
const MAX_VERDICT_READS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is given, whatever it hears.
    struct Deaf<'a>(&'a [u8]);

    impl Read for Deaf<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Deaf<'_> {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn session() -> Session {
        Session::new(ServerName::try_from("api.example.com").unwrap()).unwrap()
    }

    #[test]
    fn the_end_of_the_stream_is_no_error_of_tls() {
        let mut session = session();
        let outcome = session.handshake(&mut Deaf(b""));
        assert!(matches!(outcome, Err(HandshakeError::Closed)));
        assert_eq!(session.received_bytes(), 0);
        assert!(session.captured().chain.is_empty());
        assert!(!session.awaits_verdict());
    }

    #[test]
    fn the_first_bytes_are_kept_and_no_more() {
        let mut session = session();
        let answer = b"HTTP/1.1 400 Bad Request\r\n".repeat(100);
        let outcome = session.handshake(&mut Deaf(&answer));
        assert!(matches!(outcome, Err(HandshakeError::Tls(_))));
        assert_eq!(session.first_bytes(), &answer[..FIRST_BYTES]);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics(
            kind in 20_u8..=24,
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        ) {
            let length = u8::try_from(body.len()).unwrap();
            let record = [&[kind, 3, 3, 0, length], &body[..]].concat();
            let mut session = session();
            assert!(session.handshake(&mut Deaf(&record)).is_err());
            let _ = session.finish(&mut Deaf(&record));
        }
    }
}
