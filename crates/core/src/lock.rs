//! What servers presented before: written to a file, and compared with what they present now.
//!
//! Nothing here judges a certificate. A lock tells that something changed, and whether it was a renewal, another key
//! or another issuer; who asked decides what that means.
//!
//! ```text
//! file         Lock to TOML and back          expectation  one certificate or key that must be there
//! compare      Lock and now to findings       digest       the ways in which people write a SHA-256
//! ```

use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::cert::Fingerprint;
use crate::chain::PresentedChain;

mod compare;
mod digest;
mod expectation;
mod file;

pub use compare::compare;
pub use expectation::{Expectation, ExpectationError};
pub use file::{LockError, LockErrorKind};

/// What a number of servers presented. [`Lock::new`] puts them in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// By target, then address, server name and kind of certificate.
    pub servers: Vec<Locked>,
}

/// What one server presented, or one address of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// `host:port`.
    pub target: String,
    /// The address that was asked, where every address of the target was.
    pub address: Option<String>,
    /// The name that was sent, where it was given.
    pub server_name: Option<String>,
    /// The kind of certificate that was asked for (`rsa`, `ecdsa`), where it was given.
    pub cert_type: Option<String>,
    /// The end entity.
    pub leaf: Fingerprint,
    /// SHA-256 of its `SubjectPublicKeyInfo`.
    pub spki: [u8; 32],
    /// RFC 4514, control characters made visible.
    pub issuer: String,
    /// Last second of the end entity's validity.
    pub not_after: OffsetDateTime,
    /// Everything that was sent, in its order, also what is no readable certificate.
    pub chain: Vec<Fingerprint>,
}

impl Lock {
    /// In order; of servers with the same [`Locked::key`], the first counts.
    pub fn new(servers: impl IntoIterator<Item = Locked>) -> Self {
        let mut servers: Vec<Locked> = servers.into_iter().collect();
        servers.sort_by(|one, other| one.key().cmp(&other.key()));
        servers.dedup_by(|later, first| later.key() == first.key());
        Self { servers }
    }
}

impl Locked {
    /// Of a server that was asked by its target alone; set the other fields where more was said. `None` when it
    /// presented no readable certificate.
    pub fn new(target: &str, chain: &PresentedChain) -> Option<Self> {
        let leaf = chain.end_entity()?;
        Some(Self {
            target: target.to_owned(),
            address: None,
            server_name: None,
            cert_type: None,
            leaf: leaf.fingerprint(),
            spki: Sha256::digest(leaf.subject_public_key_info()).into(),
            issuer: leaf.issuer().to_string(),
            not_after: leaf.not_after(),
            chain: as_sent(chain).map(|der| Fingerprint::of(der)).collect(),
        })
    }

    /// What was asked: two entries with the same are about the same server.
    pub fn key(&self) -> (&str, Option<&str>, Option<&str>, Option<&str>) {
        (
            &self.target,
            self.address.as_deref(),
            self.server_name.as_deref(),
            self.cert_type.as_deref(),
        )
    }
}

/// Unreadable certificates at their places.
fn as_sent(chain: &PresentedChain) -> impl Iterator<Item = &CertificateDer<'static>> {
    let mut readable = chain.certificates.iter();
    let mut unreadable = chain.unreadable.iter().peekable();
    let mut place = 0_usize;
    std::iter::from_fn(move || {
        let next = unreadable.next_if(|one| one.place <= place);
        place += 1;
        match next {
            Some(one) => Some(&one.der),
            None => readable
                .next()
                .map(|one| one.der())
                .or_else(|| unreadable.next().map(|one| &one.der)),
        }
    })
}

#[cfg(test)]
mod testing {
    use super::*;
    use crate::cert::testing;

    /// What a server presents that has a certificate by `issuer`, with the key and the dates of `start`.
    pub(super) fn locked(target: &str, issuer: &str, start: i64) -> Locked {
        let leaf = testing::issued("server.test", issuer, false, start, testing::DAY);
        let ca = testing::certificate(issuer, true, 0, 9 * testing::DAY);
        let chain = PresentedChain::from_ders([leaf.der().clone(), ca.der().clone()]);
        Locked::new(target, &chain).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing;

    #[test]
    fn a_chain_is_kept_as_it_was_sent() {
        let leaf = testing::certificate("a", false, 0, 60);
        let ca = testing::certificate("b", true, 0, 60);
        let junk = |byte| CertificateDer::from(vec![byte]);
        let sent = [leaf.der().clone(), junk(2), ca.der().clone(), junk(3)];
        let locked = Locked::new("a:443", &PresentedChain::from_ders(sent.clone())).unwrap();
        assert_eq!(locked.chain, sent.map(|der| Fingerprint::of(&der)));
        assert_eq!(locked.leaf, leaf.fingerprint());
        assert_eq!(locked.issuer, "CN=a");
        // the next one is not the server's own
        let lost = PresentedChain::from_ders([junk(1), ca.der().clone()]);
        assert_eq!(Locked::new("a:443", &lost), None);
        let nothing = PresentedChain::from_ders([junk(1)]);
        assert_eq!(Locked::new("a:443", &nothing), None);
    }

    #[test]
    fn a_lock_is_in_order_and_has_each_server_once() {
        let at = |target: &str, address: Option<&str>, start| Locked {
            address: address.map(ToOwned::to_owned),
            ..super::testing::locked(target, "CA", start)
        };
        let lock = Lock::new([
            at("b:443", None, 0),
            at("a:443", Some("192.0.2.2:443"), 0),
            at("a:443", Some("192.0.2.1:443"), 0),
            at("b:443", None, 9),
        ]);
        let keys: Vec<_> = lock
            .servers
            .iter()
            .map(|one| (one.target.as_str(), one.address.as_deref()))
            .collect();
        assert_eq!(
            keys,
            [
                ("a:443", Some("192.0.2.1:443")),
                ("a:443", Some("192.0.2.2:443")),
                ("b:443", None)
            ]
        );
        assert_eq!(lock.servers[2].not_after, testing::at(testing::DAY - 1));
    }
}
