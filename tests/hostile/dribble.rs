//! Sends a flight that is right, one byte now and then, so that it would take a minute.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::chain::Pki;
use super::kit::{Case, serve};
use super::wire::{self, MODERN, TLS12};

const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn dribble(client: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    for byte in bytes {
        client.write_all(std::slice::from_ref(byte))?;
        thread::sleep(PAUSE);
    }
    Ok(())
}

pub(crate) fn cases() -> Vec<Case> {
    let flight = wire::flight(TLS12, MODERN, &Pki::new().chain());
    let tls = serve(move |client| {
        wire::swallow_hello(client)?;
        dribble(client, &flight)
    });
    let banner = serve(|client| dribble(client, &[&b"220-"[..], &[b'x'; 1000]].concat()));
    vec![
        Case::new("tls", tls).fails("timeout"),
        Case::new("smtp", banner).fails("timeout"),
    ]
}

#[test]
fn a_byte_now_and_then_is_no_reprieve() {
    for case in cases() {
        case.holds();
    }
}
