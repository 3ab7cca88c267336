//! Resolution and connection under one deadline.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{AddressFamily, FetchError, Phase};
use crate::endpoint::Endpoint;
use crate::tls::proxy::Proxy;

/// An absolute end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    start: Instant,
    end: Instant,
}

impl Deadline {
    pub(super) fn after(timeout: Duration) -> Self {
        let start = Instant::now();
        // `Instant + Duration` panics on overflow; nobody waits longer than a day for a handshake.
        let end = start.checked_add(timeout.min(A_DAY)).unwrap_or(start);
        Self { start, end }
    }

    /// Moves the end, for time in which nothing was asked of anybody.
    pub(super) fn extend(&mut self, by: Duration) {
        self.start += by;
        self.end += by;
    }

    /// The same end, or an earlier one: half of what is left.
    pub(super) fn half(&self) -> Self {
        let left = self.end.saturating_duration_since(Instant::now());
        Self {
            end: self.end - left / 2,
            ..*self
        }
    }

    /// Ends in at most `wait` from now, never later than before.
    pub(super) fn shorten(&mut self, wait: Duration) {
        self.end = self.end.min(Self::after(wait).end);
    }

    /// Ends when both have.
    pub(super) fn earlier(&self, other: Self) -> Self {
        Self {
            end: self.end.min(other.end),
            ..*self
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// What is left, never zero: a zero socket timeout means "for ever" or is refused.
    pub(super) fn remaining(&self) -> io::Result<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left.max(Duration::from_millis(1)))
    }

    pub(super) fn timeout(&self, phase: Phase, address: Option<SocketAddr>) -> FetchError {
        FetchError::Timeout {
            phase,
            after: self.elapsed(),
            address,
        }
    }
}

/// The addresses to try, in the resolver's order (RFC 6724), each once.
pub(super) fn resolve(
    endpoint: &Endpoint,
    family: AddressFamily,
    deadline: Deadline,
) -> Result<Vec<SocketAddr>, FetchError> {
    let host = endpoint.host();
    let found = match endpoint.ip() {
        Some(address) => vec![SocketAddr::new(address, endpoint.port())],
        None => look_up(endpoint, deadline)?,
    };
    let mut addresses = Vec::new();
    for address in &found {
        let wanted = match family {
            AddressFamily::Any => true,
            AddressFamily::V4 => address.is_ipv4(),
            AddressFamily::V6 => address.is_ipv6(),
        };
        if wanted && !addresses.contains(address) {
            addresses.push(*address);
        }
    }
    if found.is_empty() {
        return Err(FetchError::Resolve {
            host: host.to_owned(),
            why: "it has no address".to_owned(),
        });
    }
    if addresses.is_empty() {
        return Err(FetchError::NoAddressOfFamily {
            host: host.to_owned(),
            family,
        });
    }
    Ok(addresses)
}

/// `getaddrinfo` honours the hosts file and nsswitch but has no timeout, so it runs on a thread of its own
/// that is left behind when it takes too long; the resolver's own limits end it.
fn look_up(endpoint: &Endpoint, deadline: Deadline) -> Result<Vec<SocketAddr>, FetchError> {
    let failed = |error: &io::Error| FetchError::Resolve {
        host: endpoint.host().to_owned(),
        why: resolver_words(error),
    };
    let timeout = || deadline.timeout(Phase::Resolve, None);
    let (sender, receiver) = mpsc::channel();
    let (host, port) = (endpoint.host().to_owned(), endpoint.port());
    // The default stack: name service modules of the system run on it.
    thread::Builder::new()
        .spawn(move || {
            let found = (host.as_str(), port).to_socket_addrs();
            let _ = sender.send(found.map(Iterator::collect::<Vec<_>>));
        })
        .map_err(|error| failed(&error))?;
    let left = deadline.remaining().map_err(|_| timeout())?;
    match receiver.recv_timeout(left) {
        Ok(found) => found.map_err(|error| failed(&error)),
        Err(RecvTimeoutError::Timeout) => Err(timeout()),
        Err(RecvTimeoutError::Disconnected) => Err(failed(&io::Error::other("no answer"))),
    }
}

/// Connects to a proxy.
pub(super) fn to_proxy(
    proxy: &Proxy,
    family: AddressFamily,
    deadline: Deadline,
) -> Result<TcpStream, FetchError> {
    let endpoint = Endpoint::new(proxy.host.clone(), proxy.port);
    resolve(&endpoint, family, deadline)
        .and_then(|addresses| connect(&addresses, deadline, &mut None))
        .map_err(|error| FetchError::ProxyUnreachable {
            proxy: proxy.to_string(),
            error: Box::new(error),
        })
}

/// Connects to the first address that takes the connection; what is left of the time is shared fairly among
/// the addresses still to try, so that one that drops packets leaves room for the next.
pub(super) fn connect(
    addresses: &[SocketAddr],
    deadline: Deadline,
    tried: &mut Option<SocketAddr>,
) -> Result<TcpStream, FetchError> {
    let mut worst: Option<FetchError> = None;
    for (index, &address) in addresses.iter().enumerate() {
        let Ok(left) = deadline.remaining() else {
            break;
        };
        *tried = Some(address);
        let shares = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        let share = (left / shares).max(Duration::from_millis(1));
        match TcpStream::connect_timeout(&address, share) {
            Ok(stream) => {
                // Small flights, each waited for: Nagle's algorithm would only delay them.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => {
                let error = connect_error(&error, address, addresses.len(), deadline);
                if worst
                    .as_ref()
                    .is_none_or(|known| rank(&error) >= rank(known))
                {
                    worst = Some(error);
                }
            }
        }
    }
    Err(worst.unwrap_or_else(|| deadline.timeout(Phase::Connect, *tried)))
}

fn connect_error(
    error: &io::Error,
    address: SocketAddr,
    addresses: usize,
    deadline: Deadline,
) -> FetchError {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            deadline.timeout(Phase::Connect, Some(address))
        }
        io::ErrorKind::ConnectionRefused => FetchError::Refused { address, addresses },
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::NetworkDown => FetchError::Unreachable { address, addresses },
        _ => FetchError::Connect {
            address,
            why: os_words(error),
        },
    }
}

/// Of several failures the one that says most: somebody answered, then nobody did, then there is no way.
fn rank(error: &FetchError) -> u8 {
    match error {
        FetchError::Refused { .. } => 3,
        FetchError::Timeout { .. } => 2,
        FetchError::Connect { .. } => 1,
        _ => 0,
    }
}

/// `getaddrinfo`'s own words, without what std puts before them.
fn resolver_words(error: &io::Error) -> String {
    let text = os_words(error);
    let text = text.strip_prefix("failed to lookup address information: ");
    text.map_or_else(|| os_words(error), lower_first)
}

/// Without `(os error 24)`, and in lower case as all messages.
pub(super) fn os_words(error: &io::Error) -> String {
    let text = error.to_string();
    lower_first(text.split(" (os error").next().unwrap_or(&text))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
