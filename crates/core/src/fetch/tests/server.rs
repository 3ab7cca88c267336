//! Servers on loopback, and what they are made of.

use std::io::Read;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use time::macros::datetime;

use super::*;
use crate::cert::testing;
use crate::demo::DemoPki;

/// A listener whose every connection is served by one closure, on threads of its own.
pub(super) struct Server {
    pub(super) address: SocketAddr,
}

impl Server {
    pub(super) fn start(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).unwrap(), serve)
    }

    pub(super) fn on(
        listener: TcpListener,
        serve: impl Fn(TcpStream) + Clone + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serve = serve.clone();
                thread::spawn(move || serve(stream));
            }
        });
        Self { address }
    }

    /// Asks for `host`, dials this server.
    pub(super) fn target(&self, host: &str) -> Target {
        Target {
            endpoint: Endpoint::new(host, 443),
            server_name: None,
            connect: Some(Endpoint::new(
                self.address.ip().to_string(),
                self.address.port(),
            )),
            certificate_type: None,
        }
    }
}

pub(super) fn tls_server(config: Arc<ServerConfig>) -> Server {
    Server::start(tls(config))
}

/// Serves one handshake and then reads until the client leaves.
pub(super) fn tls(config: Arc<ServerConfig>) -> impl Fn(TcpStream) + Clone + Send + 'static {
    move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection
            .complete_io(&mut stream)
            .is_ok_and(|(read, _)| read > 0)
        {}
    }
}

/// Reads the ClientHello, which is below 16 KiB and comes in one or two pieces.
pub(super) fn swallow(stream: &mut TcpStream) {
    let mut header = [0; 5];
    stream.read_exact(&mut header).unwrap();
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    stream.read_exact(&mut vec![0; length]).unwrap();
}

/// A TLS 1.2 flight without ServerHelloDone, which is a message of four bytes, alone in its record or not.
pub(super) fn without_last_message(flight: &[u8]) -> Vec<u8> {
    const SERVER_HELLO_DONE: [u8; 4] = [14, 0, 0, 0];
    let mut shorter = flight.strip_suffix(&SERVER_HELLO_DONE).unwrap().to_vec();
    let mut header = 0;
    while header + 5 < shorter.len() {
        let length = u16::from_be_bytes([shorter[header + 3], shorter[header + 4]]);
        let next = header + 5 + usize::from(length);
        if next > shorter.len() {
            let left = u16::try_from(shorter.len() - header - 5).unwrap();
            shorter[header + 3..header + 5].copy_from_slice(&left.to_be_bytes());
        }
        header = next;
    }
    // A record that held nothing else is only a header now.
    shorter.truncate(header.min(shorter.len()));
    shorter
}

pub(super) fn config(
    pki: &DemoPki,
    version: &'static SupportedProtocolVersion,
    client_certificate: bool,
) -> Arc<ServerConfig> {
    let certificate = pki.certificate(DemoServer::Api);
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap();
    let builder = if client_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(pki.root().clone()).unwrap();
        builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .unwrap(),
        )
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from(certificate.key.clone_key());
    Arc::new(
        builder
            .with_single_cert(certificate.chain.clone(), key)
            .unwrap(),
    )
}

pub(super) fn chain_of_three() -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let root = testing::root("root.example");
    let upper = testing::ca("upper.example", &root);
    let lower = testing::ca("lower.example", &upper);
    let server = testing::server("three.example", &lower);
    let chain = [&server, &lower, &upper].map(|made| made.certificate.der().clone());
    (chain.to_vec(), server.key.into())
}

pub(super) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

pub(super) fn pki() -> DemoPki {
    DemoPki::new(datetime!(2026-06-01 12:00 UTC)).unwrap()
}

pub(super) fn ders(fetched: &Fetched) -> Vec<CertificateDer<'static>> {
    let chain = fetched.chain.as_ref().unwrap();
    let certificates = chain.certificates.iter();
    certificates
        .map(|certificate| certificate.der().clone())
        .collect()
}

/// A port that was free a moment ago.
pub(super) fn unused_port() -> SocketAddr {
    let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).unwrap();
    listener.local_addr().unwrap()
}

/// For servers that answer: long enough for a busy machine.
pub(super) fn patient() -> FetchOptions {
    within(Duration::from_secs(20))
}

pub(super) fn within(timeout: Duration) -> FetchOptions {
    FetchOptions {
        timeout,
        ..FetchOptions::default()
    }
}
