//! Whether a chain is good enough for a store: what was expected came, or the server proved that it holds the key.

use trustpack_core::fetch::{Fetched, Possession};
use trustpack_core::lock::{Expectation, Locked};

use crate::args::Proof;
use crate::hint::Hinted;

/// Why a chain does not go into a store.
pub(crate) enum Doubt {
    /// The certificate is another one than was expected.
    Unexpected(Hinted),
    /// Nothing shows that the server holds the key.
    Unproven(Hinted),
}

impl Proof {
    /// Whether the user said which certificate or key must come.
    pub(crate) fn expects(&self) -> bool {
        !self.expect_fingerprint.is_empty() || !self.expect_spki.is_empty()
    }

    /// What was expected and did not come.
    pub(crate) fn unexpected(&self, fetched: &Fetched) -> Option<Hinted> {
        // One that cannot be read is none that anybody expects.
        let end_entity = fetched.chain.as_ref()?.end_entity();
        let matches = |one: &Expectation| end_entity.is_some_and(|found| one.matches(found));
        let fails =
            |expected: &[Expectation]| !expected.is_empty() && !expected.iter().any(matches);
        let what = match (fails(&self.expect_fingerprint), fails(&self.expect_spki)) {
            (true, _) => "certificate",
            (false, true) => "key",
            (false, false) => return None,
        };
        let locked = fetched
            .chain
            .as_ref()
            .and_then(|chain| Locked::new("", chain));
        let found = match (end_entity, locked) {
            (Some(_), Some(locked)) if what == "key" => {
                Expectation::PublicKey(locked.spki).to_string()
            }
            (Some(found), _) => format!("sha256 {}", found.fingerprint()),
            (None, _) => "a certificate that cannot be read".to_owned(),
        };
        Some(Hinted::new(
            format!("this is not the expected {what}: the server presents {found}"),
            "ask whoever runs the server whether it was renewed; an attacker in between looks the same",
        ))
    }
}

/// Why what came must not go into a store; nothing when it may.
pub(crate) fn doubt(fetched: &Fetched, proof: &Proof) -> Option<Doubt> {
    if let Some(error) = proof.unexpected(fetched) {
        return Some(Doubt::Unexpected(error));
    }
    let is_unproven = fetched.chain.is_some() && fetched.possession == Possession::Unproven;
    if !is_unproven || proof.accept_unproven || proof.expects() {
        return None;
    }
    Some(Doubt::Unproven(Hinted::new(
        "the server did not prove that it holds the key of its certificate, so anybody may have sent this chain",
        "compare its fingerprint over another way and name it with --expect-fingerprint, or add --accept-unproven",
    )))
}
