//! Stumbles over the extension with its name.

use std::io::{self, Write};
use std::net::TcpStream;

use super::chain::{NAME, Pki, TLS12, TLS13};
use super::kit::{Case, findings, serve};
use super::wire::{self, ClientHello};

fn server(
    pki: &Pki,
    versions: &[&'static rustls::SupportedProtocolVersion],
    refuse: fn(&mut TcpStream) -> io::Result<()>,
) -> Case {
    let config = pki.config(&pki.chain(), versions);
    let server = serve(move |client| {
        let hello = ClientHello::read(client)?;
        match hello.has_name {
            true => refuse(client),
            false => wire::shake_hands(client, hello.bytes, &config),
        }
    });
    Case::named("tls", NAME, server).presents(&pki.chain())
}

fn alert(client: &mut TcpStream) -> io::Result<()> {
    client.write_all(&wire::alert(2, 112))
}

fn other_alert(client: &mut TcpStream) -> io::Result<()> {
    client.write_all(&wire::alert(2, 40))
}

fn close(_: &mut TcpStream) -> io::Result<()> {
    Ok(())
}

pub(crate) fn cases() -> Vec<Case> {
    let pki = Pki::new();
    vec![
        server(&pki, TLS13, alert),
        server(&pki, TLS12, alert),
        server(&pki, TLS12, other_alert),
        server(&pki, TLS12, close),
        server(&pki, TLS13, close),
    ]
}

#[test]
fn it_is_asked_without_the_name() {
    for case in cases() {
        let record = case.holds();
        assert!(findings(&record).contains(&"FETCH-NAME-REFUSED"));
        assert_eq!(record["server_name_sent"], false);
    }
}
