//! Says more than the go-ahead, as somebody would who sits in between (CVE-2011-0411).

use std::io::Write;

use super::chain::Pki;
use super::kit::{Case, serve, wait};
use super::talk::{Talk, agreeing};
use super::wire::{self, MODERN, TLS12};

/// In the same packet as the go-ahead.
fn at_once(mut talk: Talk, more: &[u8]) -> Case {
    let scheme = talk.scheme;
    talk.says.last_mut().unwrap().extend(more);
    let server = serve(move |client| {
        talk.play(client)?;
        wait(client)
    });
    Case::new(scheme, server).fails("starttls")
}

/// In clear, when TLS has begun; then TLS goes on.
fn later(talk: Talk) -> Case {
    let pki = Pki::new();
    let config = pki.config(&pki.chain(), rustls::ALL_VERSIONS);
    let scheme = talk.scheme;
    let server = serve(move |client| {
        talk.play(client)?;
        let hello = wire::ClientHello::read(client)?;
        client.write_all(b"220 injected\r\n")?;
        wire::shake_hands(client, hello.bytes, &config)
    });
    Case::new(scheme, server).fails("not-tls")
}

pub(crate) fn cases() -> Vec<Case> {
    let flight = wire::flight(TLS12, MODERN, &Pki::new().chain());
    let mut cases = Vec::new();
    for more in [&b"220 injected\r\n"[..], &flight] {
        let all = agreeing().into_iter();
        cases.extend(all.map(|talk| at_once(talk, more)));
    }
    let bare = |talk: &Talk| !["mssql", "mysql"].contains(&talk.scheme);
    cases.extend(agreeing().into_iter().filter(bare).map(later));
    cases
}

#[test]
fn what_follows_the_go_ahead_is_refused() {
    for case in cases() {
        let record = case.holds();
        if record["error"]["reason"] == "starttls" {
            let message = record["error"]["message"].as_str().unwrap();
            assert!(message.contains("injected"), "{}: {message}", case.target);
        }
        assert_eq!(record["connections"], 1, "{}", case.target);
    }
}
