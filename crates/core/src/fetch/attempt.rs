//! One connection: dial, proxy, STARTTLS, handshake.

mod handshake;
mod talk;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rustls_pki_types::{CertificateDer, ServerName};

use super::dial::{self, Deadline};
use super::ladder::{Hello, Rung};
use super::stream::DeadlineStream;
use super::{FetchError, FetchOptions, Fetched, Resolved, Target};
use crate::tls::offer::Version;
use crate::tls::proxy::{ProxyKind, ProxyTarget};

use handshake::Greeting;

/// What one connection showed.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// In the order sent; empty: none.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) proven: bool,
    pub(super) protocol: Option<Version>,
    pub(super) cipher_suite: Option<String>,
    pub(super) alpn: Option<Vec<u8>>,
    pub(super) server_name_sent: bool,
    /// Names of CAs as DER; `None`: no client certificate is wanted.
    pub(super) authorities: Option<Vec<Vec<u8>>>,
    pub(super) ocsp_response: Vec<u8>,
    pub(super) sct_list: Vec<u8>,
}

/// What was seen, and what ended it early.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) facts: Facts,
    pub(super) error: Option<FetchError>,
}

impl From<FetchError> for Outcome {
    fn from(error: FetchError) -> Self {
        Self {
            facts: Facts::default(),
            error: Some(error),
        }
    }
}

/// The addresses to try; none where the proxy resolves names.
pub(super) fn addresses(
    target: &Target,
    options: &FetchOptions,
    deadline: Deadline,
) -> Result<Vec<SocketAddr>, FetchError> {
    let dialled = target.dialled();
    let by_proxy = match options.proxies.for_target(dialled.host(), dialled.port()) {
        Some(proxy) => proxy.resolves_names() && dialled.ip().is_none(),
        None => false,
    };
    let outside = |address| FetchError::Outside {
        host: dialled.host().to_owned(),
        address,
    };
    match (by_proxy, &options.fence) {
        (true, None) => Ok(Vec::new()),
        (true, Some(_)) => Err(outside(None)),
        (false, None) => dial::resolve(dialled, options.family, deadline),
        (false, Some(fence)) => {
            let mut addresses = dial::resolve(dialled, options.family, deadline)?;
            let first = addresses.first().copied();
            addresses.retain(|address| fence.admits(*address));
            match addresses.is_empty() {
                true => Err(outside(first)),
                false => Ok(addresses),
            }
        }
    }
}

/// Connects and shakes hands as the rung says; notes in `fetched` how far it came.
pub(super) fn run(
    resolved: &Resolved,
    options: &FetchOptions,
    rung: &Rung,
    deadline: Deadline,
    fetched: &mut Fetched,
) -> Outcome {
    let target = &resolved.target;
    let mut stream = match connect(resolved, options, deadline, fetched) {
        Ok(stream) => stream,
        Err(error) => return error.into(),
    };
    fetched.engine = Some(rung.engine());
    let start = deadline.elapsed();
    // A host that is no possible name, such as one only the hosts file knows, is asked without SNI.
    let address = fetched.address.map(|address| address.ip());
    let name = target
        .expected_name()
        .unwrap_or_else(|| ServerName::from(address.unwrap_or(UNKNOWN)));
    if rung.is_impatient {
        stream.be_impatient(deadline.half());
    }
    let hello = Greeting {
        rung,
        name,
        options,
        target,
        deadline,
        address: fetched.address,
    };
    let outcome = match rung.hello {
        Hello::Tls { .. } => hello.shake_hands(&mut stream),
        Hello::Probe { .. } => hello.probe(&mut stream),
    };
    fetched.timings.handshake = deadline.elapsed() - start;
    outcome
}

/// A connection on which TLS may begin.
pub(super) fn connect(
    resolved: &Resolved,
    options: &FetchOptions,
    deadline: Deadline,
    fetched: &mut Fetched,
) -> Result<DeadlineStream, FetchError> {
    let target = &resolved.target;
    let dialled = target.dialled();
    let start = deadline.elapsed();
    let (socket, proxy) = match options.proxies.for_target(dialled.host(), dialled.port()) {
        Some(proxy) => {
            fetched.proxy = Some(proxy.to_string());
            let socket = dial::to_proxy(proxy, options.family, deadline)?;
            (socket, Some(proxy))
        }
        None => {
            let socket = dial::connect(&resolved.addresses, deadline, &mut fetched.address)?;
            (socket, None)
        }
    };
    fetched.timings.connect = deadline.elapsed() - start;
    let client = socket.local_addr().ok().map(|address| address.ip());
    let mut stream = DeadlineStream::new(socket, deadline);

    if let Some(proxy) = proxy {
        let start = deadline.elapsed();
        fetched.address = resolved.addresses.first().copied();
        let to = match fetched.address {
            // An HTTP proxy is asked by name all the same: it may decide by it.
            Some(address) if matches!(proxy.kind, ProxyKind::Socks5 { .. }) => {
                ProxyTarget::Address(address)
            }
            _ => ProxyTarget::Name(dialled.host().to_owned(), dialled.port()),
        };
        talk::tunnel(&mut stream, proxy, &to, deadline)?;
        fetched.timings.proxy = deadline.elapsed() - start;
    }
    if target.endpoint.starttls().is_some() {
        let start = deadline.elapsed();
        talk::upgrade(&mut stream, target, client, deadline, fetched.address)?;
        fetched.timings.starttls = deadline.elapsed() - start;
    }
    Ok(stream)
}

/// Stands for a server of which neither name nor address is known; nothing of it is sent.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
