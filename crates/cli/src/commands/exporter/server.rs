//! The HTTP front: takes connections, bounds what each may cost, and ends in order. The only asynchronous code there is.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, watch};
use tokio::{task, time};
use tokio_rustls::TlsAcceptor;

use super::patient::Patient;
use super::reply::Answered;
use super::routes::Site;
use crate::hint::Hinted;
use crate::render::told;

/// Sockets that are bound, so that what cannot be had is told before anything else begins.
pub(super) struct Server {
    listeners: Vec<TcpListener>,
}

/// Turns true when it is to end.
pub(super) type Ending = watch::Receiver<bool>;

/// A request's head, or the next request on a connection, has to come within it; so has a TLS handshake.
const HEAD_TIME: Duration = Duration::from_secs(15);

/// What a head may have; Prometheus sends some 300 bytes.
const HEAD_BYTES: usize = 16 << 10;
const HEADERS: usize = 64;

/// What is under way when it is to end has so long.
const GRACE: Duration = Duration::from_secs(5);

/// After an error of accepting, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

impl Server {
    /// # Errors
    /// An address that cannot be had.
    pub(super) fn bind(addresses: &[SocketAddr]) -> Result<Self> {
        let bind = |address: &SocketAddr| {
            let listener = TcpListener::bind(address).map_err(|error| {
                let message = format!("cannot listen on {address}: {}", told(&error.into()));
                Hinted::new(
                    message,
                    "name another address or port with --listen; ports below 1024 need rights",
                )
            })?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let listeners = addresses.iter().map(bind).collect::<Result<_>>()?;
        Ok(Self { listeners })
    }

    /// Where it listens; a port that was left open is known here.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let bound = self.listeners.iter();
        bound
            .filter_map(|listener| listener.local_addr().ok())
            .collect()
    }

    /// Serves until it is to end, and what is under way then has a moment. `threads`: how many requests may block at once.
    ///
    /// # Errors
    /// That of a system that lets nothing be served.
    pub(super) fn run(
        self,
        site: Arc<Site>,
        connections: usize,
        threads: usize,
        ending: Ending,
    ) -> Result<()> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(threads)
            .build()?;
        runtime.block_on(self.serve(site, connections, ending))?;
        // probes that still run know their end, and nobody waits for them
        runtime.shutdown_background();
        Ok(())
    }

    async fn serve(self, site: Arc<Site>, connections: usize, ending: Ending) -> Result<()> {
        let places = Arc::new(Semaphore::new(connections));
        let mut tasks = Vec::new();
        for listener in self.listeners {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let accepting = accept(
                listener,
                Arc::clone(&site),
                Arc::clone(&places),
                ending.clone(),
            );
            tasks.push(task::spawn(accepting));
        }
        for accepting in tasks {
            let _ = accepting.await;
        }
        // every place is free again when all connections are at their end
        let all = u32::try_from(connections).unwrap_or(u32::MAX);
        let _ = time::timeout(GRACE, places.acquire_many(all)).await;
        Ok(())
    }
}

/// Takes connections while there is a place for them; the system keeps a few more waiting.
async fn accept(
    listener: tokio::net::TcpListener,
    site: Arc<Site>,
    places: Arc<Semaphore>,
    mut ending: Ending,
) {
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let taken = tokio::select! {
            _ = ending.wait_for(|is_over| *is_over) => return,
            taken = next => taken,
        };
        match taken {
            None => return,
            Some((place, Ok((stream, _)))) => {
                let (site, ending) = (Arc::clone(&site), ending.clone());
                task::spawn(async move {
                    // what goes wrong on a connection is over with it
                    let _ = converse(stream, site, ending).await;
                    drop(place);
                });
            }
            Some((_, Err(_))) => time::sleep(PAUSE).await,
        }
    }
}

async fn converse(stream: TcpStream, site: Arc<Site>, ending: Ending) -> io::Result<()> {
    let _ = stream.set_nodelay(true);
    match site.configuration().tls.clone() {
        None => talk(stream, site, ending).await,
        Some(tls) => {
            let handshake = TlsAcceptor::from(tls).accept(stream);
            let stream = time::timeout(HEAD_TIME, handshake).await??;
            talk(stream, site, ending).await
        }
    }
}

/// Requests and answers of one connection.
async fn talk<S>(stream: S, site: Arc<Site>, mut ending: Ending) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| {
        let site = Arc::clone(&site);
        async move { Answered::Ok(site.answer(&request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    let mut connection = pin!(connection);
    let ended = until(&mut ending, connection.as_mut()).await;
    let result = match ended {
        Some(result) => result,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    result.map_err(io::Error::other)
}

/// What comes of it, unless it is to end before.
async fn until<F: Future + Unpin>(ending: &mut Ending, future: F) -> Option<F::Output> {
    tokio::select! {
        output = future => Some(output),
        _ = ending.wait_for(|is_over| *is_over) => None,
    }
}
