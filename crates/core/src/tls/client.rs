//! A TLS 1.2 or 1.3 handshake for the sake of the server's certificates (RFC 5246, RFC 8446).
//!
//! Works over any stream and knows no clock: who owns the stream makes its reads and writes end.

mod watch;

use std::io::{self, Read, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};

use rustls::client::{Resumption, Tls12Resumption};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::{ClientConfig, ClientConnection, NamedGroup, SupportedCipherSuite};
use rustls_pki_types::ServerName;

use super::compression::decompressors;
use super::flight::End;
use super::identity::ClientIdentity;
use super::offer::{CertificateType, Version};
use crate::tls::danger::{CaptureVerifier, Captured};
use crate::tls::verifier::Verifier;

use watch::{ClientCertificateAsked, Received, Tap, TicketsSeen};

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

/// What a handshake offers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who is asked. An IP address is not sent (RFC 6066 section 3).
    pub server_name: ServerName<'static>,
    /// Whether a host name is sent, too.
    pub sends_name: bool,
    /// TLS 1.2 or 1.3 alone; `None`: both.
    pub version: Option<Version>,
    /// Only certificates of this type are asked for.
    pub certificate_type: Option<CertificateType>,
    /// Whether ML-KEM is offered. The hello that carries it does not fit into one packet, and some appliances stall.
    pub post_quantum: bool,
    /// Application protocols (RFC 7301), best first; none: the extension is not sent.
    pub alpn: Vec<Vec<u8>>,
    /// Shown to a server that wants a client certificate.
    pub identity: Option<ClientIdentity>,
}

impl Settings {
    /// Everything that is understood here.
    pub fn new(server_name: ServerName<'static>) -> Self {
        Self {
            server_name,
            sends_name: true,
            version: None,
            certificate_type: None,
            post_quantum: true,
            alpn: Vec::new(),
            identity: None,
        }
    }
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

impl Session {
    /// Prepares a handshake.
    ///
    /// # Errors
    /// What rustls says of settings that exclude each other, such as ML-DSA with TLS 1.2.
    pub fn new(settings: Settings) -> Result<Self, rustls::Error> {
        let provider = provider_for(&settings);
        let verifier = Arc::new(CaptureVerifier::new(
            provider.signature_verification_algorithms,
            settings.certificate_type,
        ));
        let client_certificate = Arc::new(ClientCertificateAsked {
            identity: settings.identity,
            ..ClientCertificateAsked::default()
        });
        let tickets = Arc::new(TicketsSeen::default());
        let versions: &[_] = match settings.version {
            Some(Version::Tls12) => &[&rustls::version::TLS12],
            Some(Version::Tls13) => &[&rustls::version::TLS13],
            _ => &[&rustls::version::TLS13, &rustls::version::TLS12],
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier(Arc::clone(&verifier))))
            .with_client_cert_resolver(Arc::clone(&client_certificate) as _);
        // A resumed session presents no certificate (RFC 8446 section 2.2): the store keeps nothing.
        config.resumption = Resumption::store(Arc::clone(&tickets) as _)
            .tls12_resumption(Tls12Resumption::Disabled);
        config.cert_decompressors = decompressors();
        config.alpn_protocols = settings.alpn;
        config.enable_sni = settings.sends_name;
        Ok(Self {
            connection: ClientConnection::new(Arc::new(config), settings.server_name)?,
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
        self.protocol() == Some(Version::Tls13)
            && !self.connection.is_handshaking()
            && self.client_certificate().is_some()
    }

    /// What the server presented, and whether it proved to hold the key.
    pub fn captured(&self) -> Captured {
        let mut captured = self.verifier.captured();
        if captured.chain.is_empty() {
            let sent = &self.received.flight.seen().certificates;
            captured.chain = sent.clone().unwrap_or_default();
        }
        captured
    }

    /// The negotiated version, once known.
    pub fn protocol(&self) -> Option<Version> {
        let version = self.connection.protocol_version()?;
        Version::from_code(u16::from(version))
    }

    /// The IANA name of the negotiated suite, once known.
    pub fn cipher_suite(&self) -> Option<String> {
        let suite = self.connection.negotiated_cipher_suite()?;
        let name = format!("{:?}", suite.suite());
        // rustls names TLS 1.3 suites `TLS13_…`; IANA does not.
        Some(match name.strip_prefix("TLS13_") {
            Some(rest) => format!("TLS_{rest}"),
            None => name,
        })
    }

    /// The application protocol that the server chose.
    pub fn alpn(&self) -> Option<Vec<u8>> {
        self.connection.alpn_protocol().map(<[u8]>::to_vec)
    }

    /// The names of the CAs whose client certificates the server wants, each as DER, none meaning any; `None` when it
    /// wants no certificate.
    pub fn client_certificate(&self) -> Option<Vec<Vec<u8>>> {
        self.client_certificate.asked()
    }

    /// What is wrong with that part of the server's flight that came in clear.
    pub(crate) fn broken_rule(&self) -> Option<&'static str> {
        match self.received.flight.end() {
            Some(End::Broken(why)) => Some(why),
            _ => None,
        }
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

/// The provider of every session that needs no other.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

/// The provider with what the settings leave of it.
fn provider_for(settings: &Settings) -> Arc<CryptoProvider> {
    if settings.post_quantum && settings.certificate_type.is_none() {
        return Arc::clone(&PROVIDER);
    }
    let mut provider = PROVIDER.as_ref().clone();
    if !settings.post_quantum {
        let classic = |group: &&dyn SupportedKxGroup| CLASSIC_GROUPS.contains(&group.name());
        provider.kx_groups.retain(classic);
    }
    if let Some(kind) = settings.certificate_type {
        // The suites of TLS 1.3 say nothing about certificates.
        let fits = |suite: &SupportedCipherSuite| {
            suite.tls13().is_some() || kind.has_suite(&format!("{:?}", suite.suite()))
        };
        provider.cipher_suites.retain(fits);
    }
    Arc::new(provider)
}

const CLASSIC_GROUPS: [NamedGroup; 3] = [
    NamedGroup::X25519,
    NamedGroup::secp256r1,
    NamedGroup::secp384r1,
];

/// One provider for all sessions: its tables are the same every time. Its groups are ours: P-521 is left out of
/// the defaults, and a server that is set to it alone presents nothing.
static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));

/// A verdict is one alert or one ticket; a server that sends data unasked shall not keep us.
const MAX_VERDICT_READS: usize = 16;

#[cfg(test)]
mod tests {
    use super::watch::FIRST_BYTES;
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
        Session::new(Settings::new(
            ServerName::try_from("api.example.com").unwrap(),
        ))
        .unwrap()
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
