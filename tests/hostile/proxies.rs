//! Proxies that are none, or do not do what they say.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::chain::NAME;
use super::dribble::dribble;
use super::kit::{Case, flood, serve, wait};

/// Asked for a server through this proxy.
fn proxy(
    kind: &str,
    answer: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> Case {
    let server = serve(move |client| {
        let _ = client.read(&mut [0; 4096])?;
        answer(client)
    });
    let url = format!("{kind}://{}", server.address);
    Case::of(format!("https://{NAME}"), server).flags(&["--proxy", &url])
}

fn tunnel(client: &mut TcpStream) -> io::Result<()> {
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
}

fn socks_tunnel(client: &mut TcpStream) -> io::Result<()> {
    client.write_all(b"\x05\0")?;
    let _ = client.read(&mut [0; 4096])?;
    client.write_all(b"\x05\0\0\x01\0\0\0\0\0\0")
}

fn http() -> Vec<Case> {
    const GARBAGE: &[u8] = b"\x00\xff\x1b[2J garbage\r\n\r\n";
    let garbage = |client: &mut TcpStream| client.write_all(GARBAGE);
    let headers = |client: &mut TcpStream| {
        client.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            client.write_all(b"X-Filler: no end\r\n")?;
            thread::sleep(Duration::from_millis(20));
        }
    };
    let flooded = |client: &mut TcpStream| {
        client.write_all(b"HTTP/1.1 200 OK\r\n")?;
        flood(client, b"X-Filler: no end\r\n")
    };
    let interim = |client: &mut TcpStream| flood(client, b"HTTP/1.1 100 Continue\r\n\r\n");
    let then_garbage = |client: &mut TcpStream| {
        tunnel(client)?;
        let _ = client.read(&mut [0; 4096])?;
        client.write_all(GARBAGE)?;
        wait(client)
    };
    vec![
        proxy("http", garbage).fails("proxy"),
        proxy("http", |_| Ok(())).fails("proxy"),
        proxy("http", wait).fails("timeout"),
        proxy("http", headers).fails("timeout"),
        proxy("http", |client| dribble(client, &[b'H'; 1])).fails("proxy"),
        proxy("http", flooded).fails("proxy"),
        proxy("http", interim).fails("proxy"),
        proxy("http", tunnel).fails("closed"),
        proxy("http", then_garbage).fails("not-tls"),
    ]
}

fn socks(kind: &str) -> Vec<Case> {
    let flooded = |client: &mut TcpStream| flood(client, b"\x05");
    let slow = |client: &mut TcpStream| {
        client.write_all(b"\x05\0")?;
        let _ = client.read(&mut [0; 4096])?;
        // a bound name of 255 octets
        dribble(client, &[&b"\x05\0\0\x03\xff"[..], &[b'x'; 257]].concat())
    };
    let refused = |client: &mut TcpStream| {
        client.write_all(b"\x05\0")?;
        let _ = client.read(&mut [0; 4096])?;
        client.write_all(b"\x05\x99")
    };
    vec![
        proxy(kind, |client| client.write_all(b"HTTP/1.1 400 no\r\n\r\n")).fails("proxy"),
        proxy(kind, |_| Ok(())).fails("proxy"),
        proxy(kind, wait).fails("timeout"),
        proxy(kind, slow).fails("timeout"),
        proxy(kind, flooded).fails("proxy"),
        proxy(kind, refused).fails("proxy"),
        proxy(kind, socks_tunnel).fails("closed"),
    ]
}

#[test]
fn a_bad_http_proxy_is_told() {
    for (place, case) in http().into_iter().enumerate() {
        eprintln!("http {place}");
        case.holds();
    }
}

#[test]
fn a_bad_socks_proxy_is_told() {
    for (place, case) in socks("socks5h").into_iter().enumerate() {
        eprintln!("socks {place}");
        case.holds();
    }
}
