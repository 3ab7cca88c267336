//! Ten thousand servers far away: one thread on every address of loopback, that lets each client wait before it answers.
//!
//! The machine does the servers' work, too, so it has to be little: a key on P-256, a turn for each flight, no thread
//! for each client. As all wait equally long, whoever came first is answered first.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::certificates::NAME;
use crate::support::pki;

/// What clients hear.
#[derive(Clone)]
enum Answer {
    /// The same bytes, whatever they say.
    Canned(Arc<[u8]>),
    /// TLS 1.2 and 1.3.
    Tls(Arc<ServerConfig>),
}

/// Runs until it is dropped.
pub(crate) struct Slow {
    port: u16,
    stop: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Slow {
    /// Whole handshakes, a pause before each flight of the server.
    pub(crate) fn tls(pause: Duration, has_dead: bool) -> Self {
        Self::start(Answer::Tls(config(&[])), pause, has_dead)
    }

    /// A flight of TLS 1.2 up to ServerHelloDone that was made once: for who reads no further.
    pub(crate) fn canned(pause: Duration, has_dead: bool) -> Self {
        Self::start(Answer::Canned(flight().into()), pause, has_dead)
    }

    fn start(answer: Answer, pause: Duration, has_dead: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        // more than std's 128 knock at the same time
        rustix::net::listen(&listener, 4096).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, clients) = mpsc::channel();
        thread::spawn(move || attend(&clients, &answer, pause, has_dead));
        let is_over = Arc::clone(&stop);
        let acceptor = thread::spawn(move || {
            for client in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                if sender.send((Instant::now(), client)).is_err() {
                    return;
                }
            }
        });
        Self {
            port,
            stop,
            acceptor: Some(acceptor),
        }
    }

    /// So many targets, each with an address of its own.
    pub(crate) fn targets(&self, count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|number| {
            let [.., b, c, d] = u32::try_from(number).unwrap().to_be_bytes();
            format!("tls://127.{}.{c}.{d}:{}", b + 1, self.port)
        })
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// One in twenty addresses is that of a dead server.
pub(crate) const DEAD: usize = 20;

fn is_dead(client: &TcpStream) -> bool {
    match client.local_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => u32::from(address) as usize % DEAD == 7,
        _ => false,
    }
}

/// How many of the targets are dead.
pub(crate) fn count_dead(count: usize) -> usize {
    let first = u32::from(Ipv4Addr::new(127, 1, 0, 0)) as usize;
    (first..first + count)
        .filter(|address| address % DEAD == 7)
        .count()
}

/// A client whose turn comes.
struct Client {
    due: Instant,
    stream: TcpStream,
    session: Option<ServerConnection>,
}

fn attend(
    clients: &Receiver<(Instant, TcpStream)>,
    answer: &Answer,
    pause: Duration,
    has_dead: bool,
) {
    let mut waiting: VecDeque<Client> = VecDeque::new();
    let mut forgotten: VecDeque<Client> = VecDeque::new();
    loop {
        let now = Instant::now();
        while forgotten.front().is_some_and(|client| client.due <= now) {
            forgotten.pop_front();
        }
        let until = waiting
            .front()
            .map_or(IDLE, |client| client.due.saturating_duration_since(now));
        let come = match until.is_zero() {
            true => clients.try_recv().ok(),
            false => match clients.recv_timeout(until) {
                Ok(come) => Some(come),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            },
        };
        if let Some((since, stream)) = come {
            stream.set_nonblocking(true).unwrap();
            let _ = stream.set_nodelay(true);
            let is_forgotten = has_dead && is_dead(&stream);
            let (queue, wait) = match is_forgotten {
                true => (&mut forgotten, FORGOTTEN),
                false => (&mut waiting, pause),
            };
            queue.push_back(Client {
                due: since + wait,
                stream,
                session: None,
            });
        }
        if waiting
            .front()
            .is_some_and(|client| client.due <= Instant::now())
            && let Some(mut client) = waiting.pop_front()
            && client.turn(answer).unwrap_or(false)
        {
            client.due = Instant::now() + pause;
            waiting.push_back(client);
        }
    }
}

impl Client {
    /// Whether there will be another turn.
    fn turn(&mut self, answer: &Answer) -> io::Result<bool> {
        let config = match answer {
            Answer::Tls(config) => config,
            Answer::Canned(flight) => {
                return match self.stream.read(&mut [0; 4096]) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
                    // the goodbye comes next
                    Ok(1..) => self.stream.write_all(flight).map(|()| true),
                    _ => Ok(false),
                };
            }
        };
        if self.session.is_none() {
            let session = ServerConnection::new(Arc::clone(config));
            self.session = Some(session.map_err(io::Error::other)?);
        }
        let Some(session) = &mut self.session else {
            return Ok(false);
        };
        match session.read_tls(&mut self.stream) {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
            Err(error) => return Err(error),
        }
        session.process_new_packets().map_err(io::Error::other)?;
        while session.wants_write() {
            session.write_tls(&mut self.stream)?;
        }
        Ok(true)
    }
}

/// The chain and key that the servers have.
fn config(versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<ServerConfig> {
    let root = pki::ca("Root", None, |_| {});
    let issuing = pki::ca("Issuing", Some(&root), |_| {});
    let server = pki::server(&[NAME], Some(&issuing), |_| {});
    let chain: Vec<CertificateDer<'static>> = vec![server.der.clone(), issuing.der.clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.pkcs8()));
    let versions = match versions {
        [] => rustls::ALL_VERSIONS,
        some => some,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.send_tls13_tickets = 0;
    // nginx, Apache and Java compress no certificates
    config.cert_compressors = Vec::new();
    Arc::new(config)
}

/// What a server of TLS 1.2 says first.
fn flight() -> Vec<u8> {
    let versions = &[&rustls::version::TLS12];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let mut client = ClientConnection::new(Arc::new(client), NAME.try_into().unwrap()).unwrap();
    let mut server = ServerConnection::new(config(versions)).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    server.read_tls(&mut hello.as_slice()).unwrap();
    server.process_new_packets().unwrap();
    let mut flight = Vec::new();
    while server.wants_write() {
        server.write_tls(&mut flight).unwrap();
    }
    flight
}

/// Dead servers keep the connection longer than anybody waits for them.
const FORGOTTEN: Duration = Duration::from_secs(3);

/// Without clients.
const IDLE: Duration = Duration::from_millis(100);
