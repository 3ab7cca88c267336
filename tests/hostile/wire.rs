//! TLS made by hand, as far as the certificates of TLS 1.2 and below (RFC 5246), and where TLS 1.3 begins (RFC 8446).

use std::io::{self, Cursor, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use rustls_pki_types::CertificateDer;

pub(crate) const TLS10: u16 = 0x0301;
pub(crate) const TLS12: u16 = 0x0303;

/// TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.
pub(crate) const MODERN: u16 = 0xc02b;
/// TLS_RSA_WITH_AES_128_CBC_SHA.
pub(crate) const OLD: u16 = 0x002f;

pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;
pub(crate) const APPLICATION_DATA: u8 = 23;

const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;

pub(crate) const SERVER_HELLO_DONE: [u8; 4] = [14, 0, 0, 0];

/// The random of a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What a client offers, as far as a server stumbles over it.
pub(crate) struct ClientHello {
    /// The whole record.
    pub bytes: Vec<u8>,
    pub version: u16,
    pub session_id: Vec<u8>,
    pub has_extensions: bool,
    pub has_name: bool,
}

impl ClientHello {
    /// Reads one, which is in one record; anything else, such as an alert, is an error.
    pub(crate) fn read(client: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = vec![0; 5];
        client.read_exact(&mut bytes)?;
        if bytes[0] == CHANGE_CIPHER_SPEC {
            // comes before a second hello (RFC 8446 appendix D.4)
            client.read_exact(&mut [0])?;
            client.read_exact(&mut bytes)?;
        }
        if bytes[0] != HANDSHAKE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.resize(5 + usize::from(u16_at(&bytes, 3)), 0);
        client.read_exact(&mut bytes[5..])?;
        let version = u16_at(&bytes, 9);
        let session_id = bytes[44..44 + usize::from(bytes[43])].to_vec();
        let suites = 44 + session_id.len();
        let compression = suites + 2 + usize::from(u16_at(&bytes, suites));
        let mut at = compression + 1 + usize::from(bytes[compression]);
        let has_extensions = at < bytes.len();
        let mut has_name = false;
        at += 2;
        while at < bytes.len() {
            has_name |= u16_at(&bytes, at) == 0;
            at += 4 + usize::from(u16_at(&bytes, at + 2));
        }
        Ok(Self {
            version,
            session_id,
            has_extensions,
            has_name,
            bytes,
        })
    }
}

/// Only so that nothing unread turns a close into a reset.
pub(crate) fn swallow_hello(client: &mut TcpStream) -> io::Result<()> {
    ClientHello::read(client).map(drop)
}

/// A record of any kind, which says TLS 1.2.
pub(crate) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &length16(body)[..], body].concat()
}

/// The bytes in as many handshake records as they need.
pub(crate) fn records(bytes: &[u8]) -> Vec<u8> {
    let pieces = bytes.chunks(1 << 14);
    pieces.flat_map(|piece| record(HANDSHAKE, piece)).collect()
}

pub(crate) fn alert(level: u8, code: u8) -> Vec<u8> {
    record(ALERT, &[level, code])
}

pub(crate) fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &list24(body)[..]].concat()
}

/// As TLS 1.2 and below have it, without extensions.
pub(crate) fn server_hello(version: u16, suite: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    handshake(SERVER_HELLO, &body)
}

/// As TLS 1.3 has it: with its version and a key share, which nobody has the key of.
pub(crate) fn server_hello_13(hello: &ClientHello) -> Vec<u8> {
    let x25519 = [&[0, 29, 0, 32], &[9; 32][..]].concat();
    hello_13(hello, [7; 32], &x25519)
}

/// A HelloRetryRequest for P-256.
pub(crate) fn retry_request(hello: &ClientHello) -> Vec<u8> {
    hello_13(hello, RETRY, &[0, 23])
}

fn hello_13(hello: &ClientHello, random: [u8; 32], share: &[u8]) -> Vec<u8> {
    let mut body = TLS12.to_be_bytes().to_vec();
    body.extend(random);
    body.push(u8::try_from(hello.session_id.len()).unwrap());
    body.extend(&hello.session_id);
    // TLS_AES_128_GCM_SHA256, no compression
    body.extend([0x13, 0x01, 0]);
    let extensions = [&[0, 43, 0, 2, 3, 4, 0, 51], &list16(share)[..]].concat();
    body.extend(list16(&extensions));
    handshake(SERVER_HELLO, &body)
}

/// A Certificate message of TLS 1.2 and below.
pub(crate) fn certificate(chain: &[CertificateDer<'_>]) -> Vec<u8> {
    let list: Vec<u8> = chain.iter().flat_map(|der| list24(der)).collect();
    handshake(CERTIFICATE, &list24(&list))
}

/// All that a server says in a handshake where the client sends the key, or will not come so far.
pub(crate) fn flight(version: u16, suite: u16, chain: &[CertificateDer<'_>]) -> Vec<u8> {
    let messages = [
        server_hello(version, suite),
        certificate(chain),
        SERVER_HELLO_DONE.to_vec(),
    ];
    records(&messages.concat())
}

pub(crate) fn list16(bytes: &[u8]) -> Vec<u8> {
    [&length16(bytes), bytes].concat()
}

pub(crate) fn list24(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[1..], bytes].concat()
}

fn length16(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap().to_be_bytes()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// A whole handshake by rustls, of which `read` was read before; then reads until the client leaves.
pub(crate) fn shake_hands(
    client: &mut TcpStream,
    read: Vec<u8>,
    config: &Arc<ServerConfig>,
) -> io::Result<()> {
    let mut stream = Rewound(Cursor::new(read), client);
    let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    while connection.complete_io(&mut stream)?.0 > 0 {}
    Ok(())
}

/// A stream whose first bytes were read before.
pub(crate) struct Rewound<'a>(pub Cursor<Vec<u8>>, pub &'a mut TcpStream);

impl Read for Rewound<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => self.1.read(buffer),
            count => Ok(count),
        }
    }
}

impl Write for Rewound<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.1.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.flush()
    }
}
