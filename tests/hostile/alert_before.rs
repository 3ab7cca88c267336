//! Ends every handshake with an alert before it has shown a certificate.

use super::kit::{Case, say_and_close, serve};
use super::wire::{self, MODERN, TLS12};

fn server(said: Vec<u8>) -> Case {
    let server = serve(move |client| {
        wire::swallow_hello(client)?;
        say_and_close(client, &said)
    });
    Case::new("tls", server).fails("alert")
}

pub(crate) fn cases() -> Vec<Case> {
    let hello = wire::records(&wire::server_hello(TLS12, MODERN));
    vec![
        server(wire::alert(2, 40)),
        server(wire::alert(2, 80)),
        // of no RFC
        server(wire::alert(2, 250)),
        server([hello, wire::alert(2, 40)].concat()),
    ]
}

#[test]
fn an_alert_is_told_by_its_name() {
    let named = [
        "handshake_failure",
        "internal_error",
        "number 250",
        "handshake_failure",
    ];
    for (case, name) in cases().into_iter().zip(named) {
        let record = case.holds();
        let message = record["error"]["message"].as_str().unwrap();
        assert!(message.contains(name), "{message}");
    }
}
