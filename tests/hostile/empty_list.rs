//! A list of certificates with none in it.

use super::chain::{Pki, TLS13};
use super::kit::{Case, say_and_close, serve};
use super::wire::{self, MODERN, TLS12};

pub(crate) fn cases() -> Vec<Case> {
    let old = serve(|client| {
        wire::swallow_hello(client)?;
        say_and_close(client, &wire::flight(TLS12, MODERN, &[]))
    });
    let config = Pki::new().config(&[], TLS13);
    let new = serve(move |client| wire::shake_hands(client, Vec::new(), &config));
    vec![
        Case::new("tls", old).fails("no-certificate"),
        Case::new("tls", new)
            .flags(&["--tls-version", "1.3"])
            .fails("no-certificate"),
    ]
}

#[test]
fn no_certificate_is_told() {
    for case in cases() {
        case.holds();
    }
}
