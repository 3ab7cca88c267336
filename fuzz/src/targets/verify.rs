//! Any certificates as chain and store, at any time, for any host: every client, and what is asked after its answer.
//!
//! The first octet says whether the certificates come from the input or are good ones with some octets changed.
use std::sync::OnceLock;

use trustpack_core::Certificate;
use trustpack_core::chain::{PresentedChain, analyse};
use trustpack_core::coverage::{StoreEntry, judge};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName};
use trustpack_core::whatif::{Question, after_renewal};

use super::super::input::{Input, ders};

const CLIENTS: [Client; 5] = [
    Client::Java,
    Client::Java21,
    Client::OpenSsl,
    Client::OpenSslPartialChain,
    Client::Browser,
];

const HOSTS: [&str; 6] = [
    "server.test",
    "api.inside.test",
    "a.wild.test",
    "127.0.0.1",
    "::1",
    "no-cn.test",
];

/// Chains that verify, each with its root.
const GOOD: [&str; 4] = [
    include_str!("../../../fixtures/pki/fullchain-server.pem"),
    include_str!("../../../fixtures/pki/fullchain-constrained-inside.pem"),
    include_str!("../../../fixtures/pki/fullchain-ip.pem"),
    include_str!("../../../fixtures/pki/fullchain-no-cn.pem"),
];
const ROOT: &str = include_str!("../../../fixtures/pki/root.pem");

pub(super) fn verify(bytes: &[u8]) {
    let mut input = Input(bytes);
    let is_structured = input.octet() & 1 == 1;
    let host = *input.one_of(&HOSTS);
    let at = input.time();
    let (chain, store) = match is_structured {
        true => changed(&mut input),
        false => split(&mut input),
    };
    let chain = PresentedChain::from_ders(chain.into_iter().map(Into::into));
    let store = store.into_iter().map(Into::into);
    let anchors = TrustAnchors::new(
        "store",
        store
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect(),
    );
    let name = ServerName::try_from(host).expect("a host");
    let _ = analyse(&chain, std::slice::from_ref(&anchors), host, at);
    let entries = StoreEntry::of_anchors(&anchors);
    for client in CLIENTS {
        let question = Question {
            chain: &chain,
            anchors: &anchors,
            name: &name,
            at,
            client,
            subject: host,
        };
        let judged = judge(&question, &entries);
        if let Ok(path) = &judged.verdict.outcome {
            let anchor = path.anchor().expect("an anchor");
            assert!(
                anchors.contains(anchor),
                "{client:?} trusts what is not in the store"
            );
            assert_eq!(path.end_entity(), chain.certificates.first());
        }
        let _ = after_renewal(&question);
    }
}

/// Pieces of the input, each with its length and where it belongs before it.
fn split(input: &mut Input<'_>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut chain, mut store) = (Vec::new(), Vec::new());
    while !input.is_empty() {
        let place = input.octet();
        let length = input.number();
        let piece = input.octets(length);
        if place & 1 == 0 {
            chain.push(piece.to_vec());
        }
        if place & 3 != 0 {
            store.push(piece.to_vec());
        }
    }
    (chain, store)
}

/// A good chain and its root; then octets of either, changed, and certificates that change places.
fn changed(input: &mut Input<'_>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    static PARTS: OnceLock<[Vec<Vec<u8>>; 5]> = OnceLock::new();
    let parts = PARTS.get_or_init(|| {
        let [a, b, c, d] = GOOD.map(ders);
        [a, b, c, d, ders(ROOT)]
    });
    let mut chain = parts[usize::from(input.octet()) % GOOD.len()].clone();
    let mut store = parts[GOOD.len()].clone();
    while !input.is_empty() {
        let (what, which, place, value) =
            (input.octet(), input.octet(), input.number(), input.octet());
        let list = if what & 1 == 0 {
            &mut chain
        } else {
            &mut store
        };
        let length = list.len();
        let Some(one) = list.get_mut(usize::from(which) % length.max(1)) else {
            continue;
        };
        let one_length = one.len().max(1);
        match what >> 1 & 7 {
            0..=3 => one[place % one_length] = value,
            4 => one[place % one_length] ^= 1 << (value & 7),
            5 => {
                let copy = one.clone();
                chain.push(copy);
            }
            6 => {
                let copy = one.clone();
                store.push(copy);
            }
            _ => list.swap(0, usize::from(which) % length),
        }
        if chain.len() + store.len() > 40 {
            break;
        }
    }
    (chain, store)
}
