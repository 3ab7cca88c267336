//! Servers that answer every connection with bytes made before: an old TLS server that proves nothing, an HTTP server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls_pki_types::CertificateDer;

/// A listener that serves until the test process ends, and keeps what clients say first.
pub(crate) struct Canned {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Reads once, then lets `serve` answer.
    pub(crate) fn start(serve: impl Fn(TcpStream, &[u8]) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (said, serve) = (Arc::clone(&heard), Arc::new(serve));
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let (said, serve) = (Arc::clone(&said), Arc::clone(&serve));
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    let count = client.read(&mut buffer).unwrap_or(0);
                    let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
                    said.lock().unwrap().push(text);
                    serve(client, &buffer[..count]);
                });
            }
        });
        Self { address, heard }
    }

    /// A TLS 1.0 server with this chain: the flight up to ServerHelloDone in clear, no proof of anything.
    pub(crate) fn old_tls(chain: &[CertificateDer<'static>]) -> Self {
        let flight = flight(chain);
        Self::start(move |mut client, _| {
            let _ = client.write_all(&flight);
            let _ = client.read(&mut [0; 64]);
        })
    }

    /// An HTTP server that has one body at every path.
    pub(crate) fn http(body: Vec<u8>) -> Self {
        Self::serve(move || body.clone())
    }

    /// An HTTP server that has at every path what `body` then says.
    pub(crate) fn serve(body: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(move |mut client, _| {
            let body = body();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = client.write_all(head.as_bytes());
            let _ = client.write_all(&body);
        })
    }

    /// What each connection said first.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// ServerHello with TLS_RSA_WITH_AES_128_CBC_SHA, Certificate, ServerHelloDone (RFC 2246 section 7.4).
fn flight(chain: &[CertificateDer<'static>]) -> Vec<u8> {
    let mut hello = vec![3, 1];
    hello.extend([0x5a; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    let list: Vec<u8> = chain.iter().flat_map(|der| sized(der)).collect();
    let messages = [
        [&[2][..], &sized(&hello)].concat(),
        [&[11][..], &sized(&sized(&list))].concat(),
        vec![14, 0, 0, 0],
    ]
    .concat();
    let length = u16::try_from(messages.len()).unwrap().to_be_bytes();
    [&[22, 3, 1][..], &length, &messages].concat()
}

/// Three octets of length, then the bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length, bytes].concat()
}
