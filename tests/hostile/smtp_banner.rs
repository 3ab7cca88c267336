//! A mail server that is asked for TLS at once.

use std::io::Write;

use super::kit::{Case, say_and_close, serve};
use super::wire::swallow_hello;

pub(crate) fn cases() -> Vec<Case> {
    let polite = serve(|client| {
        client.write_all(b"220 mail.example ESMTP\r\n")?;
        swallow_hello(client)?;
        say_and_close(client, b"500 5.5.2 unrecognized command\r\n")
    });
    // does not even read what it is told
    let gone = serve(|client| client.write_all(b"220 mail.example ESMTP\r\n"));
    vec![
        Case::new("tls", polite).fails("not-tls"),
        Case::new("tls", gone).fails("not-tls"),
    ]
}

#[test]
fn a_banner_is_recognised() {
    for case in cases() {
        let record = case.holds();
        let hint = record["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("smtp://"), "{hint}");
    }
}
