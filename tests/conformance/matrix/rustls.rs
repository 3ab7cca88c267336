//! rustls with aws-lc-rs: its verifier for every cell, a handshake for some.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};
use rustls_pki_types::{ServerName, UnixTime};

use super::Answer;
use super::cells::Cell;
use super::servers::Servers;

/// Every which cell is asked by a handshake, too.
const SAMPLE: usize = 5;

/// What the verifier of rustls' default client says.
pub(crate) fn ask(cells: &[Cell]) -> Vec<Answer> {
    cells.iter().map(verify).collect()
}

fn verify(cell: &Cell) -> Answer {
    let verifier = verifier(cell)?;
    let name = ServerName::try_from(cell.host.as_str()).unwrap();
    let (end_entity, others) = cell.chain.split_first().unwrap();
    verifier
        .verify_server_cert(end_entity, others, &name, &[], time(cell))
        .map(drop)
        .map_err(|error| error.to_string())
}

/// The verifier stands for a TLS client, so a handshake must end the same where it is tried.
pub(crate) fn assert_that_handshakes_agree(cells: &[Cell], servers: &Servers, verify: &[Answer]) {
    let mut wrong = Vec::new();
    let sample = || cells.iter().zip(verify).step_by(SAMPLE);
    for (cell, verify) in sample() {
        let client = shake_hands(cell, servers.port(cell));
        if client.is_ok() != verify.is_ok() {
            wrong.push(format!(
                "{}\n    verifier {verify:?}\n    handshake {client:?}",
                cell.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "rustls differs from itself:\n{}",
        wrong.join("\n")
    );
    eprintln!("rustls' handshake agrees in {} cells", sample().count());
}

fn shake_hands(cell: &Cell, port: u16) -> Answer {
    let config = ClientConfig::builder_with_details(
        Arc::new(default_provider()),
        Arc::new(Fixed(time(cell))),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_webpki_verifier(verifier(cell)?)
    .with_no_client_auth();
    let name = ServerName::try_from(cell.host.clone()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(b"x").map_err(|error| error.to_string())
}

/// As clients load a store: what is no anchor is left out.
fn verifier(cell: &Cell) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(cell.trusted.iter().cloned());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .build()
        .map_err(|error| error.to_string())
}

fn time(cell: &Cell) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(
        cell.at.unix_timestamp().try_into().unwrap(),
    ))
}

#[derive(Debug)]
struct Fixed(UnixTime);

impl TimeProvider for Fixed {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}
