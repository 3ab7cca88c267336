//! CAs that have all certified each other: as many paths as there are orders of them, and no way out.

use rustls_pki_types::CertificateDer;

use super::chain::{NAME, TLS13};
use super::kit::{Case, presented, serve, sha256};
use super::support::pki::{self, Certified};
use super::support::server;
use super::wire;

/// There are 12! orders of so many.
const SIZE: usize = 12;

fn start() -> (Case, CertificateDer<'static>) {
    let name = |place: usize| format!("Maze {place}");
    let all: Vec<Certified> = (0..SIZE)
        .map(|place| pki::ca(&name(place), None, |_| {}))
        .collect();
    let leaf = pki::server(&[NAME], Some(&all[0]), |_| {});
    let mut chain = vec![leaf.der.clone()];
    for (place, one) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, _)| *other != place);
        chain.extend(others.map(|(_, other)| one.cross_signed(other)));
    }
    let config = server::config(chain, leaf.pkcs8(), TLS13).into();
    let server = serve(move |client| wire::shake_hands(client, Vec::new(), &config));
    (Case::named("https", NAME, server), leaf.der)
}

#[test]
fn nobody_is_lost_in_it() {
    let (case, leaf) = start();
    let record = case.ask();
    assert_eq!(presented(&record).first(), sha256(&[leaf]).first());
    assert_eq!(record["root"], serde_json::Value::Null);
    assert_eq!(record["error"], serde_json::Value::Null);
}
