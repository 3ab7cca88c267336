//! A TLS server on loopback that presents whatever chain it is told to.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Ends when it is dropped.
pub(crate) struct Server {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server with this chain, which rustls does not look into, and the key of its first certificate.
    pub(crate) fn start(chain: Vec<CertificateDer<'static>>, pkcs8: Vec<u8>) -> Self {
        Self::with_config(Arc::new(config(chain, pkcs8, rustls::ALL_VERSIONS)))
    }

    /// With a stapled OCSP response, whatever it is.
    pub(crate) fn stapling(
        chain: Vec<CertificateDer<'static>>,
        pkcs8: Vec<u8>,
        ocsp: Vec<u8>,
    ) -> Self {
        let mut certified = certified(chain, pkcs8);
        certified.ocsp = Some(ocsp);
        Self::with_config(Arc::new(presenting(certified, rustls::ALL_VERSIONS)))
    }

    pub(crate) fn with_config(config: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                for client in listener.incoming() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let _ = client.map(|client| answer(client, Arc::clone(&config)));
                }
            }
        });
        Self {
            address,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What such a server is set to; it speaks these versions.
pub(crate) fn config(
    chain: Vec<CertificateDer<'static>>,
    pkcs8: Vec<u8>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ServerConfig {
    presenting(certified(chain, pkcs8), versions)
}

fn certified(chain: Vec<CertificateDer<'static>>, pkcs8: Vec<u8>) -> CertifiedKey {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pkcs8));
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let signing_key = provider.key_provider.load_private_key(key).unwrap();
    CertifiedKey::new(chain, signing_key)
}

fn presenting(
    certified: CertifiedKey,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Always(Arc::new(certified))))
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl rustls::server::ResolvesServerCert for Always {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn answer(mut client: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut connection = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
    let _ = rustls::Stream::new(&mut connection, &mut client).read(&mut [0; 1024])?;
    connection.send_close_notify();
    connection.complete_io(&mut client).map(drop)
}
