//! Names, addresses and ports: what is dialled, and what is told when nobody is there.

use std::net::{Ipv6Addr, TcpListener};
use std::sync::{Arc, mpsc};

use rustls::ServerConnection;

use super::server::{ders, swallow, tls};
use super::*;

#[test]
fn a_name_that_does_not_exist_is_told() {
    // RFC 6761 section 6.4 promises that this name never resolves; a machine without DNS fails as well.
    let target = Target::new("no-such-host.invalid:443".parse().unwrap());
    let fetched = fetch(&target, &patient());
    let error = fetched.error.unwrap();
    assert!(matches!(error.reason(), "resolve" | "timeout"), "{error}");
    assert!(error.to_string().contains("resolve") || error.to_string().contains("name service"));
    assert_eq!(fetched.address, None);
}

#[test]
fn a_refused_port_is_told() {
    let address = unused_port();
    let target = Target::new(Endpoint::new(address.ip().to_string(), address.port()));
    let fetched = fetch(&target, &patient());
    let error = fetched.error.unwrap();
    assert_eq!(
        error.to_string(),
        format!("{address} refused the connection: nothing listens on that port")
    );
    assert_eq!(fetched.address, Some(address));
}

#[test]
fn the_address_family_is_obeyed() {
    let target = Target::new("127.0.0.1:1".parse().unwrap());
    let options = FetchOptions {
        family: AddressFamily::V6,
        ..patient()
    };
    let error = fetch(&target, &options).error.unwrap();
    assert_eq!(error.to_string(), "127.0.0.1 has no IPv6 address");
    assert_eq!(error.reason(), "no-address-of-family");
}

#[test]
fn the_next_address_is_tried() {
    let server = Server::start(|mut stream| swallow(&mut stream));
    let mut tried = None;
    let deadline = dial::Deadline::after(patient().timeout);
    let addresses = [unused_port(), server.address];
    let stream = dial::connect(&addresses, deadline, &mut tried).unwrap();
    assert_eq!(tried, Some(server.address));
    drop(stream);
    let addresses = [unused_port(), unused_port()];
    let error = dial::connect(&addresses, deadline, &mut tried).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("and so failed the other address"),
        "{error}"
    );
}

#[test]
fn no_time_is_a_timeout_and_endless_time_no_panic() {
    let target = Target::new("127.0.0.1:1".parse().unwrap());
    let error = fetch(&target, &within(Duration::ZERO)).error.unwrap();
    assert_eq!(error.reason(), "timeout");
    let error = fetch(&target, &within(Duration::MAX)).error.unwrap();
    assert_eq!(error.reason(), "refused");
}

#[test]
fn ipv6_works_where_there_is_any() {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return;
    };
    let pki = pki();
    let server = Server::on(listener, tls(pki.server_config(DemoServer::FrontEnd)));
    let endpoint = Endpoint::new("::1", server.address.port());
    let fetched = fetch(&Target::new(endpoint), &patient());
    assert_eq!(fetched.error, None);
    assert_eq!(ders(&fetched).len(), 2);
}

#[test]
fn what_is_dialled_does_not_change_the_name_that_is_asked_for() {
    for (endpoint, name, sni) in [
        ("api.infobip.com:443", None, Some("api.infobip.com")),
        ("API.infobip.com.", None, Some("api.infobip.com")),
        (
            "api.infobip.com",
            Some("other.example"),
            Some("other.example"),
        ),
        ("192.0.2.1:443", None, None),
        (
            "192.0.2.1:443",
            Some("named.example"),
            Some("named.example"),
        ),
    ] {
        let (sender, receiver) = mpsc::channel();
        let config = pki().server_config(DemoServer::Api);
        let server = Server::start(move |mut stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = connection.complete_io(&mut stream);
            let _ = sender.send(connection.server_name().map(str::to_owned));
        });
        let mut target = server.target("unused.example");
        target.endpoint = endpoint.parse().unwrap();
        target.server_name = name.map(|name| ServerName::try_from(name).unwrap());
        assert_eq!(fetch(&target, &patient()).error, None, "{endpoint}");
        assert_eq!(receiver.recv().unwrap().as_deref(), sni, "{endpoint}");
    }
}
