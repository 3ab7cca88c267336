//! The two ways to see certificates: a whole handshake, and one that leaves with the certificates.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rustls_pki_types::ServerName;

use super::{Facts, Outcome};
use crate::fetch::dial::Deadline;
use crate::fetch::ladder::{Hello, Rung};
use crate::fetch::stream::{DeadlineStream, is_timeout};
use crate::fetch::{FetchError, FetchOptions, Phase, Target, words};
use crate::tls::client::{HandshakeError, Session, Settings};
use crate::tls::offer::Version;
use crate::tls::probe::{Offer, Probe, ProbeError, Progress};

/// What a handshake needs to know.
pub(super) struct Greeting<'a> {
    pub(super) rung: &'a Rung,
    pub(super) name: ServerName<'static>,
    pub(super) options: &'a FetchOptions,
    pub(super) target: &'a Target,
    pub(super) deadline: Deadline,
    pub(super) address: Option<SocketAddr>,
}

impl Greeting<'_> {
    /// A whole handshake by rustls.
    pub(super) fn shake_hands(&self, stream: &mut DeadlineStream) -> Outcome {
        let Hello::Tls {
            version,
            post_quantum,
        } = self.rung.hello
        else {
            return Outcome::default();
        };
        let settings = Settings {
            sends_name: self.rung.sends_name,
            version,
            certificate_type: self.target.certificate_type,
            post_quantum,
            alpn: self.alpn(),
            identity: self.options.identity.clone(),
            ..Settings::new(self.name.clone())
        };
        let mut session = match Session::new(settings) {
            Ok(session) => session,
            Err(error) => return FetchError::tls(&error).into(),
        };
        let mut outcome = session.handshake(stream);
        if outcome.is_ok() {
            stream.shorten(VERDICT_WAIT);
            outcome = session.finish(stream);
        }
        let captured = session.captured();
        let error = match outcome {
            Ok(()) if captured.chain.is_empty() => Some(FetchError::NoCertificate),
            Ok(()) => None,
            Err(error) => Some(self.translate(error, &session)),
        };
        let facts = Facts {
            chain: captured.chain,
            proven: captured.proven,
            protocol: session.protocol(),
            cipher_suite: session.cipher_suite(),
            alpn: session.alpn(),
            server_name_sent: self.rung.sends_name,
            authorities: session.client_certificate(),
            ocsp_response: captured.ocsp_response,
            sct_list: Vec::new(),
        };
        Outcome { facts, error }
    }

    /// As far as the certificates.
    pub(super) fn probe(&self, stream: &mut DeadlineStream) -> Outcome {
        let Hello::Probe {
            version,
            exactly,
            extensions,
        } = self.rung.hello
        else {
            return Outcome::default();
        };
        let server_name = match &self.name {
            ServerName::DnsName(name) if self.rung.sends_name => Some(name.as_ref().to_owned()),
            _ => None,
        };
        let mut probe = Probe::new(Offer {
            version,
            exactly,
            server_name,
            certificate_type: self.target.certificate_type,
            extensions,
            alpn: self.alpn(),
            random: random(),
        });
        let mut received = Received::default();
        let error = self.read_flight(stream, &mut probe, &mut received).err();
        let seen = probe.seen().clone();
        let hello = seen.hello.unwrap_or_default();
        let facts = Facts {
            chain: seen.certificates.unwrap_or_default(),
            proven: false,
            protocol: probe.version(),
            cipher_suite: probe.cipher_suite(),
            alpn: hello.alpn,
            server_name_sent: self.rung.sends_name,
            authorities: seen.authorities,
            ocsp_response: seen.ocsp_response,
            sct_list: hello.sct_list,
        };
        Outcome { facts, error }
    }

    /// Sends the hello and reads until the probe has enough. What follows the certificates comes in the same flight:
    /// it is waited for shortly, and missed without regret.
    fn read_flight(
        &self,
        stream: &mut DeadlineStream,
        probe: &mut Probe,
        received: &mut Received,
    ) -> Result<(), FetchError> {
        let failed =
            |error: &io::Error, received: &Received| self.broken_off(error, received, false);
        if let Err(error) = stream.write_all(&probe.hello()) {
            return Err(failed(&error, received));
        }
        let mut has_chain = false;
        loop {
            let bytes = match stream.read_some() {
                Ok(bytes) => bytes,
                Err(_) if has_chain => return Ok(()),
                Err(error) => return Err(failed(&error, received)),
            };
            received.add(&bytes);
            match probe.receive(&bytes) {
                Progress::More => {}
                Progress::Enough if has_chain => {}
                Progress::Enough => {
                    has_chain = true;
                    stream.shorten(FLIGHT_WAIT);
                }
                Progress::Done => {
                    // Says why we leave; the server may be gone already.
                    let _ = stream.write_all(&USER_CANCELED);
                    return Ok(());
                }
                Progress::Failed(error) => return Err(self.probe_error(error, received)),
            }
        }
    }

    fn alpn(&self) -> Vec<Vec<u8>> {
        // After STARTTLS the protocol is known already.
        match self.rung.sends_alpn && self.target.endpoint.starttls().is_none() {
            true => self.options.alpn.clone(),
            false => Vec::new(),
        }
    }

    fn probe_error(&self, error: ProbeError, received: &Received) -> FetchError {
        match error {
            ProbeError::Alert(code) => self.alert(code, false, false),
            ProbeError::Broken(_) if words::is_not_tls(&received.first) => {
                FetchError::not_tls(&received.first)
            }
            ProbeError::Broken(why) => FetchError::Tls {
                why: why.to_owned(),
            },
            ProbeError::NoCertificate => FetchError::NoCertificate,
            ProbeError::TooLarge(bytes) => FetchError::TooLarge { bytes: Some(bytes) },
            ProbeError::OtherVersion(code) => FetchError::OtherVersion {
                chosen: Version::from_code(code)
                    .map_or_else(|| format!("0x{code:04x}"), |version| version.to_string()),
            },
        }
    }

    fn alert(
        &self,
        code: u8,
        after_certificates: bool,
        client_certificate_requested: bool,
    ) -> FetchError {
        FetchError::Alert {
            alert: words::alert_name(code),
            server_name: match &self.name {
                ServerName::DnsName(name) if self.rung.sends_name => Some(name.as_ref().to_owned()),
                _ => None,
            },
            after_certificates,
            client_certificate_requested,
        }
    }

    fn broken_off(
        &self,
        error: &io::Error,
        received: &Received,
        client_certificate_requested: bool,
    ) -> FetchError {
        let closed = |reset| FetchError::Closed {
            received: received.count,
            after_certificates: received.after_certificates,
            client_certificate_requested,
            reset,
        };
        match error.kind() {
            _ if is_timeout(error) => self.deadline.timeout(
                Phase::Handshake {
                    received: received.count,
                },
                self.address,
            ),
            io::ErrorKind::UnexpectedEof => closed(false),
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => closed(true),
            _ => FetchError::Tls {
                why: error.to_string(),
            },
        }
    }

    fn translate(&self, error: HandshakeError, session: &Session) -> FetchError {
        let received = Received {
            first: session.first_bytes().to_vec(),
            count: session.received_bytes(),
            after_certificates: !session.captured().chain.is_empty(),
        };
        let client_certificate_requested = session.client_certificate().is_some();
        if !received.after_certificates && words::is_not_tls(&received.first) {
            return FetchError::not_tls(&received.first);
        }
        match error {
            HandshakeError::Closed => {
                let end = io::Error::from(io::ErrorKind::UnexpectedEof);
                self.broken_off(&end, &received, client_certificate_requested)
            }
            HandshakeError::Io(error) => {
                self.broken_off(&error, &received, client_certificate_requested)
            }
            HandshakeError::Tls(rustls::Error::AlertReceived(alert)) => self.alert(
                u8::from(alert),
                received.after_certificates,
                client_certificate_requested,
            ),
            HandshakeError::Tls(rustls::Error::NoCertificatesPresented) => {
                FetchError::NoCertificate
            }
            HandshakeError::Tls(error) => match session.broken_rule() {
                // rustls does not say of which message or record it is that it is too long.
                Some(why) if words::is_too_large(&error) => FetchError::Tls {
                    why: why.to_owned(),
                },
                _ => FetchError::tls(&error),
            },
        }
    }
}

/// What came, for telling what went wrong.
#[derive(Debug, Default)]
struct Received {
    first: Vec<u8>,
    count: u64,
    after_certificates: bool,
}

impl Received {
    fn add(&mut self, bytes: &[u8]) {
        let room = FIRST_BYTES.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(room));
        self.count = self.count.saturating_add(bytes.len() as u64);
    }
}

/// Another one each time; std's hasher is seeded by the system, and nothing secret hangs on it.
fn random() -> [u8; 32] {
    let seed = RandomState::new();
    let mut random = [0; 32];
    for (place, part) in random.chunks_mut(8).enumerate() {
        part.copy_from_slice(&seed.hash_one(place).to_be_bytes());
    }
    random
}

/// A banner or a status line, with room.
const FIRST_BYTES: usize = 256;

/// A fatal alert: user_canceled (RFC 5246 section 7.2.2) in a TLS 1.0 record, which every version takes.
const USER_CANCELED: [u8; 7] = [21, 3, 1, 0, 2, 2, 90];

/// How long a TLS 1.3 server may take to refuse a missing client certificate: one round trip, with room.
const VERDICT_WAIT: Duration = Duration::from_secs(2);

/// How long the rest of a flight may take whose certificates are here.
const FLIGHT_WAIT: Duration = Duration::from_millis(250);
