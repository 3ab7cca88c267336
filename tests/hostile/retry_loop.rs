//! Answers every ClientHello of TLS 1.3 with the wish for another one.

use std::io::Write;
use std::time::Duration;

use super::kit::{Case, serve};
use super::wire::{self, ClientHello};

pub(crate) fn cases() -> Vec<Case> {
    let server = serve(|client| {
        loop {
            let hello = ClientHello::read(client)?;
            client.write_all(&wire::records(&wire::retry_request(&hello)))?;
        }
    });
    let case = Case::new("tls", server).fails("tls");
    // the probe waits until then for what it could understand
    vec![case.within(Duration::from_secs(2))]
}

#[test]
fn the_second_wish_is_refused() {
    for case in cases() {
        case.holds();
        let strict = case.flags(&["--tls-version", "1.3"]);
        assert_eq!(strict.holds()["connections"], 1);
    }
}
