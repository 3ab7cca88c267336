//! What a report says of the way a chain was obtained.

use time::OffsetDateTime;
use trustpack_core::fetch::Fetched;
use trustpack_core::report::{Connection, Wanted};
use trustpack_core::verify::{Client, verify};

use crate::servers::Judging;

/// The facts of a connection; the chain by which the first root set that does so accepts the server.
pub(super) fn connection(fetched: &Fetched, judging: &Judging, at: OffsetDateTime) -> Connection {
    let name = fetched.target.expected_name();
    let accepted = fetched.chain.as_ref().zip(name).and_then(|(chain, name)| {
        let mut sets = judging.roots.iter();
        sets.find_map(|roots| {
            verify(chain, roots, &name, at, Client::Browser, "")
                .outcome
                .ok()
        })
    });
    let fingerprints = |certificates: &[trustpack_core::Certificate]| {
        let each = certificates.iter();
        each.map(|certificate| certificate.fingerprint().to_string())
            .collect()
    };
    let presented = fetched.chain.as_ref();
    Connection {
        address: fetched.address,
        protocol: fetched.protocol.map(|version| version.name().to_owned()),
        cipher_suite: fetched.cipher_suite.clone(),
        elapsed_ms: u64::try_from(fetched.elapsed.as_millis()).unwrap_or(u64::MAX),
        presented: presented.map_or_else(Vec::new, |chain| fingerprints(&chain.certificates)),
        verified_chains: accepted
            .iter()
            .map(|path| fingerprints(path.certificates()))
            .collect(),
        wanted: Wanted::Accepted,
    }
}
