//! HTTP servers that answer by what they are asked, over TLS or in clear.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use rustls::{ServerConnection, StreamOwned};
use rustls_pki_types::CertificateDer;

use super::pki::Certified;
use super::server::config;

/// A request, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header; empty without it.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A listener that serves until the test process ends, and keeps what it is asked.
pub(crate) struct Api {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Request>>>,
}

type Answer = dyn Fn(&Request, &mut dyn Write) + Send + Sync;

impl Api {
    /// Over TLS, with a certificate and what is sent beside it.
    pub(crate) fn tls(
        certified: &Certified,
        others: &[CertificateDer<'static>],
        answer: impl Fn(&Request, &mut dyn Write) + Send + Sync + 'static,
    ) -> Self {
        let chain = std::iter::once(certified.der.clone()).chain(others.iter().cloned());
        let versions = rustls::ALL_VERSIONS;
        let config = config(chain.collect(), certified.pkcs8(), versions);
        Self::start(Some(Arc::new(config)), Box::new(answer))
    }

    /// In clear.
    pub(crate) fn plain(answer: impl Fn(&Request, &mut dyn Write) + Send + Sync + 'static) -> Self {
        Self::start(None, Box::new(answer))
    }

    fn start(tls: Option<Arc<rustls::ServerConfig>>, answer: Box<Answer>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (said, answer) = (Arc::clone(&heard), Arc::new(answer));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (said, answer, tls) = (Arc::clone(&said), Arc::clone(&answer), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(client, &said, &**answer),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, client), &said, &**answer);
                    }
                });
            }
        });
        Self { address, heard }
    }

    /// What it was asked so far.
    pub(crate) fn heard(&self) -> Vec<Request> {
        self.heard.lock().unwrap().clone()
    }
}

fn serve(mut stream: impl Read + Write, heard: &Mutex<Vec<Request>>, answer: &Answer) {
    if let Some(request) = read(&mut stream) {
        heard.lock().unwrap().push(request.clone());
        answer(&request, &mut stream);
        let _ = stream.flush();
    }
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        read_some(stream, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        read_some(stream, &mut body)?;
    }
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}

fn read_some(stream: &mut impl Read, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
    bytes.extend(&buffer[..count]);
    Some(())
}

/// A whole answer.
pub(crate) fn reply(out: &mut dyn Write, status: &str, media_type: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let _ = out.write_all(head.as_bytes());
    let _ = out.write_all(body.as_bytes());
}

/// A whole answer in JSON.
pub(crate) fn json(out: &mut dyn Write, status: &str, body: &str) {
    reply(out, status, "application/json", body);
}
