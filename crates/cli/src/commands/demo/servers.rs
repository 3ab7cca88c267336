//! Loopback TLS servers that stand for the hosts of a rehearsal, and that can renew their certificates.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::{ServerConfig, ServerConnection};

/// A client that stays silent must not hold up the next one for long.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(5);

/// One server on a free port of 127.0.0.1; it ends when it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    config: Arc<RwLock<Arc<ServerConfig>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it.
    pub(super) fn start(config: Arc<ServerConfig>) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let config = Arc::new(RwLock::new(config));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (config, stop) = (Arc::clone(&config), Arc::clone(&stop));
            move || serve(&listener, &config, &stop)
        });
        Ok(Self {
            address,
            config,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it presents another certificate.
    pub(super) fn renew(&self, config: Arc<ServerConfig>) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The server sleeps in accept; one more connection wakes it.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, config: &RwLock<Arc<ServerConfig>>, stop: &AtomicBool) {
    for client in listener.incoming() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let config = Arc::clone(&config.read().unwrap_or_else(PoisonError::into_inner));
        if let Ok(client) = client {
            // What goes wrong with one client is that client's business.
            let _ = answer(client, config);
        }
    }
}

/// Completes the handshake, answers one HTTP request if there is one, and says goodbye.
fn answer(mut client: TcpStream, config: Arc<ServerConfig>) -> Result<()> {
    client.set_read_timeout(Some(CLIENT_TIMEOUT))?;
    client.set_write_timeout(Some(CLIENT_TIMEOUT))?;
    let mut connection = ServerConnection::new(config)?;
    let mut stream = rustls::Stream::new(&mut connection, &mut client);
    let mut request = [0; 4096];
    if stream.read(&mut request)? > 0 {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")?;
    }
    connection.send_close_notify();
    connection.complete_io(&mut client)?;
    Ok(())
}
