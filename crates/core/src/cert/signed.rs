//! Signatures that were found good, so that they are not checked again for the next question.

use std::sync::OnceLock;

use super::{Certificate, Fingerprint};

/// What one certificate remembers. Good signatures only, so nobody who cannot make one can fill it, and for exactly
/// these bytes. Nothing is ever replaced: reading it takes no lock.
#[derive(Default)]
pub(super) struct Signed {
    /// An issuer whose key made the signature on this certificate.
    by: OnceLock<Fingerprint>,
    /// CA certificates with a signature by the key of this one. The certificates of servers are not among them: a store
    /// sees each of those once, and they would crowd out the others.
    authorities: OnceLock<Box<[OnceLock<Fingerprint>; AUTHORITIES]>>,
}

impl Certificate {
    /// Whether its signature is known to be good with the key of `issuer`. `false` says nothing.
    pub(crate) fn is_known_signed_by(&self, issuer: &Self) -> bool {
        let (own, theirs) = (&self.0.signed, &issuer.0.signed);
        let is_listed = || {
            let listed = theirs.authorities.get()?.iter();
            let mut known = listed.map_while(OnceLock::get);
            known.find(|known| **known == self.fingerprint())
        };
        own.by.get() == Some(&issuer.fingerprint()) || is_listed().is_some()
    }

    /// Remembers that its signature is good with the key of `issuer`, as long as there is room.
    pub(crate) fn remember_signed_by(&self, issuer: &Self) {
        // a certificate with a second issuer keeps the first
        let _ = self.0.signed.by.set(issuer.fingerprint());
        if !self.is_ca() {
            return;
        }
        let authorities = &issuer.0.signed.authorities;
        let places = authorities.get_or_init(|| Box::new([const { OnceLock::new() }; AUTHORITIES]));
        let _ = places
            .iter()
            .find(|place| place.set(self.fingerprint()).is_ok());
    }
}

/// Roots of public CAs have signed about ten that are in use.
const AUTHORITIES: usize = 32;

#[cfg(test)]
mod tests {
    use crate::cert::testing::{ca, new_key, root, self_sign, server};

    use super::*;

    #[test]
    fn only_what_was_remembered_is_known() {
        let (one, two) = (root("One"), root("Two"));
        let server = server("h.example", &one).certificate;
        let below = ca("CA", &one).certificate;
        for child in [&server, &below] {
            assert!(!child.is_known_signed_by(&one.certificate));
            child.remember_signed_by(&one.certificate);
            assert!(child.is_known_signed_by(&one.certificate));
            assert!(!child.is_known_signed_by(&two.certificate));
            assert!(!one.certificate.is_known_signed_by(child));
        }
    }

    #[test]
    fn a_copy_of_a_ca_is_known_as_well_and_other_bytes_are_not() {
        let root = root("Root");
        let made = ca("CA", &root).certificate;
        made.remember_signed_by(&root.certificate);
        let copy = Certificate::from_der(made.der().clone()).unwrap();
        assert!(copy.is_known_signed_by(&root.certificate));
        let mut changed = made.der().to_vec();
        *changed.last_mut().unwrap() ^= 1;
        let changed = Certificate::from_der(changed.into()).unwrap();
        assert!(!changed.is_known_signed_by(&root.certificate));
    }

    #[test]
    fn a_full_memory_forgets_nothing_and_takes_no_more() {
        let root = root("Root");
        let made: Vec<Certificate> = (0..=AUTHORITIES)
            .map(|number| ca(&format!("CA {number}"), &root).certificate)
            .collect();
        for child in &made {
            child.remember_signed_by(&root.certificate);
        }
        let known = made.iter().filter(|child| {
            let copy = Certificate::from_der(child.der().clone()).unwrap();
            copy.is_known_signed_by(&root.certificate)
        });
        assert_eq!(known.count(), AUTHORITIES);
    }

    #[test]
    fn servers_take_no_room() {
        let params = crate::cert::testing::ca_params("Root");
        let root = self_sign(params, new_key());
        server("h.example", &root)
            .certificate
            .remember_signed_by(&root.certificate);
        assert!(root.certificate.0.signed.authorities.get().is_none());
    }
}
