//! Gets the chain that a server presents. The only module of this crate that opens sockets and reads a clock.
//!
//! One absolute deadline covers name resolution, connection and handshake, and every read and write recomputes
//! what is left of it: a server that sends one byte a second ends as one that sends none.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place for sockets and for the clock that ends their waiting"
)]

mod dial;
mod error;
#[cfg(test)]
mod tests;
mod words;

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustls_pki_types::ServerName;

use crate::chain::PresentedChain;
use crate::endpoint::Endpoint;
use crate::tls::client::{HandshakeError, Session};

use dial::{Deadline, DeadlineStream};

pub use error::{FetchError, Phase};

/// Whom to ask, and how to reach it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the user named; its host is the name in messages, and the default for SNI.
    pub endpoint: Endpoint,
    /// Sent as SNI and expected in the certificate instead of the endpoint's host.
    pub server_name: Option<ServerName<'static>>,
    /// Dialled instead of the endpoint's host and port.
    pub connect: Option<Endpoint>,
}

impl Target {
    /// The endpoint as it is.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            server_name: None,
            connect: None,
        }
    }

    /// The identity that is asked for: the override, else the endpoint's host.
    pub fn expected_name(&self) -> Option<ServerName<'static>> {
        let named = self.server_name.clone();
        named.or_else(|| self.endpoint.server_name())
    }
}

impl From<Endpoint> for Target {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct FetchOptions {
    /// For the whole fetch: name resolution, connection, handshake.
    pub timeout: Duration,
    /// Which addresses to use.
    pub family: AddressFamily,
}

impl Default for FetchOptions {
    /// Ten seconds, any address.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            family: AddressFamily::Any,
        }
    }
}

/// Which addresses to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressFamily {
    /// In the order in which the resolver gives them.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// What came of one target: chain and error are independent, both may be there.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Who was asked.
    pub target: Target,
    /// What the server presented, also when the handshake failed afterwards.
    pub chain: Option<PresentedChain>,
    /// The address that answered, or was tried last.
    pub address: Option<SocketAddr>,
    /// `TLSv1.3`, `TLSv1.2`.
    pub protocol: Option<String>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// Whether the server proved that it holds the end entity's key.
    pub possession: Possession,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// What ended the fetch early; with a chain present it came after the certificates.
    pub error: Option<FetchError>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Whether the server proved that it holds the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    /// Its signature over the handshake was checked.
    Proven,
    /// The certificates came, the proof did not.
    Unproven,
}

/// Fetches one chain. Never panics, never takes longer than `options.timeout` (plus scheduling).
pub fn fetch(target: &Target, options: &FetchOptions) -> Fetched {
    let deadline = Deadline::after(options.timeout);
    let mut fetched = Fetched {
        target: target.clone(),
        chain: None,
        address: None,
        protocol: None,
        cipher_suite: None,
        possession: Possession::Unproven,
        client_certificate_requested: false,
        error: None,
        elapsed: Duration::ZERO,
    };
    fetched.error = ask(&mut fetched, options.family, deadline).err();
    fetched.elapsed = deadline.elapsed();
    fetched
}

/// Fetches many, `parallel` at a time, and hands each result over as soon as it is there, with its place in
/// `targets`. Every target gets exactly one result, in any failure.
///
/// `on_result` runs on the calling thread; while it works, at most `parallel` more results wait.
pub fn fetch_all(
    targets: &[Target],
    options: &FetchOptions,
    parallel: usize,
    on_result: &mut dyn FnMut(usize, Fetched),
) {
    let workers = parallel.clamp(1, MAX_PARALLEL).min(targets.len());
    let Some(workers) = NonZeroUsize::new(workers) else {
        return;
    };
    let next = AtomicUsize::new(0);
    let (results, finished) = mpsc::sync_channel(workers.get());
    let work = |results: &mpsc::SyncSender<(usize, Fetched)>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(index) else {
                return;
            };
            if results.send((index, fetch(target, options))).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let finished = finished;
        let mut running = 0_usize;
        for _ in 0..workers.get() {
            let results = results.clone();
            let thread = thread::Builder::new().stack_size(WORKER_STACK);
            // A system that is out of threads still gets its work done by those that there are.
            if thread.spawn_scoped(scope, move || work(&results)).is_err() {
                break;
            }
            running += 1;
        }
        drop(results);
        if running == 0 {
            for (index, target) in targets.iter().enumerate() {
                on_result(index, fetch(target, options));
            }
        }
        for (index, fetched) in finished {
            on_result(index, fetched);
        }
    });
}

/// Resolves, connects, shakes hands; fills in `fetched` as far as it comes.
fn ask(fetched: &mut Fetched, family: AddressFamily, deadline: Deadline) -> Result<(), FetchError> {
    let target = fetched.target.clone();
    let dialled = target.connect.as_ref().unwrap_or(&target.endpoint);
    let addresses = dial::resolve(dialled, family, deadline)?;
    let stream = dial::connect(&addresses, deadline, &mut fetched.address)?;
    let address = fetched.address;

    // A host that is no possible name, such as one only the hosts file knows, is asked without SNI.
    let name = target
        .expected_name()
        .or_else(|| address.map(|address| ServerName::from(address.ip())))
        .ok_or(FetchError::NoCertificate)?;
    let mut session = Session::new(name.clone()).map_err(|error| FetchError::Tls {
        why: error.to_string(),
    })?;
    let mut stream = DeadlineStream::new(stream, deadline);
    let mut outcome = session.handshake(&mut stream);
    if outcome.is_ok() {
        stream.shorten(VERDICT_WAIT);
        outcome = session.finish(&mut stream);
    }

    let captured = session.captured();
    if captured.proven {
        fetched.possession = Possession::Proven;
    }
    let has_chain = !captured.chain.is_empty();
    if has_chain {
        fetched.chain = Some(PresentedChain::from_ders(captured.chain));
    }
    fetched.protocol = session.protocol().map(|version| match version {
        rustls::ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        rustls::ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        other => format!("{other:?}"),
    });
    fetched.cipher_suite = session.cipher_suite().map(iana_name);
    fetched.client_certificate_requested = session.client_certificate().is_some();
    match outcome {
        Ok(()) if has_chain => Ok(()),
        Ok(()) => Err(FetchError::NoCertificate),
        Err(error) => Err(translate(error, &session, &name, address, deadline)),
    }
}

fn translate(
    error: HandshakeError,
    session: &Session,
    name: &ServerName<'_>,
    address: Option<SocketAddr>,
    deadline: Deadline,
) -> FetchError {
    let after_certificates = !session.captured().chain.is_empty();
    let client_certificate_requested = session.client_certificate().is_some();
    let received = session.received_bytes();
    if !after_certificates && words::is_not_tls(session.first_bytes()) {
        return FetchError::not_tls(session.first_bytes());
    }
    let closed = |reset| FetchError::Closed {
        received,
        after_certificates,
        client_certificate_requested,
        reset,
    };
    match error {
        HandshakeError::Closed => closed(false),
        HandshakeError::Io(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchError::Timeout {
                phase: Phase::Handshake { received },
                after: deadline.elapsed(),
                address,
            },
            io::ErrorKind::UnexpectedEof => closed(false),
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => closed(true),
            _ => FetchError::Tls {
                why: error.to_string(),
            },
        },
        HandshakeError::Tls(rustls::Error::AlertReceived(alert)) => FetchError::Alert {
            alert: words::alert_name(alert),
            server_name: match name {
                ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
                _ => None,
            },
            after_certificates,
            client_certificate_requested,
        },
        HandshakeError::Tls(rustls::Error::NoCertificatesPresented) => FetchError::NoCertificate,
        HandshakeError::Tls(error) => FetchError::tls(&error),
    }
}

/// rustls names TLS 1.3 suites `TLS13_…`; IANA does not.
fn iana_name(suite: rustls::CipherSuite) -> String {
    let name = format!("{suite:?}");
    match name.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}"),
        None => name,
    }
}

/// Enough for 10,000 servers in seconds; more only exhausts ports and conntrack tables.
const MAX_PARALLEL: usize = 1024;

/// Measured in a debug build: a handshake takes below 48 KiB, checking an ML-DSA-87 signature below 96 KiB more.
/// The rest is margin; only touched pages cost memory.
const WORKER_STACK: usize = 512 * 1024;

/// How long a TLS 1.3 server may take to refuse a missing client certificate: one round trip, with room.
const VERDICT_WAIT: Duration = Duration::from_secs(2);
