//! Brings keys and certificates together that a container without entries, such as PEM, holds side by side.

use trustpack_keystore::{CertificateDer, Entry, EntryKind, KeyStore};

use crate::Certificate;
use crate::key::{Belongs, belongs};
use crate::signature::{SignatureCheck, check};

/// Longer than any chain in use; ends a loop of certificates that certify each other.
const MAX_CHAIN: usize = 16;

/// Gives every open key without a chain its certificate and that one's issuers, as far as they are in the store.
///
/// What becomes part of a chain is no longer a trusted entry of its own. A key that is still locked, or that no
/// certificate belongs to, stays as it is.
pub fn pair(store: KeyStore) -> KeyStore {
    let certificates = trusted(&store);
    let mut entries = store.into_entries();
    let mut used: Vec<CertificateDer<'static>> = Vec::new();
    for entry in &mut entries {
        let EntryKind::PrivateKey { key, chain } = &mut entry.kind else {
            continue;
        };
        if !chain.is_empty() {
            continue;
        }
        let Ok(open) = key.unlock(None) else { continue };
        let owner = certificates
            .iter()
            .find(|certificate| belongs(open.secret_pkcs8(), certificate) == Belongs::Yes);
        if let Some(owner) = owner {
            *chain = chain_of(owner, &certificates);
            used.extend(chain.iter().cloned());
        }
    }
    let mut paired = KeyStore::new();
    for entry in entries {
        if !matches!(&entry.kind, EntryKind::TrustedCertificate(der) if used.contains(der)) {
            paired.push_renamed(entry);
        }
    }
    paired
}

fn trusted(store: &KeyStore) -> Vec<Certificate> {
    let single = |entry: &Entry| match &entry.kind {
        EntryKind::TrustedCertificate(der) => Certificate::from_der(der.clone()).ok(),
        _ => None,
    };
    store.entries().iter().filter_map(single).collect()
}

/// From an end entity on, each followed by the candidate that issued it, as far as there is one.
pub(crate) fn chain_of(
    end_entity: &Certificate,
    candidates: &[Certificate],
) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![end_entity.clone()];
    while let Some(last) = chain.last()
        && chain.len() < MAX_CHAIN
        && let Some(issuer) = issuer_of(last, candidates.iter().filter(|one| !chain.contains(one)))
    {
        chain.push(issuer.clone());
    }
    chain
        .into_iter()
        .map(|certificate| certificate.der().clone())
        .collect()
}

/// The candidate that issued a certificate, by name and signature; one whose signature cannot be checked here counts when
/// there is no better one. Nobody but itself issued a self-issued one.
pub(crate) fn issuer_of<'c>(
    certificate: &Certificate,
    candidates: impl Iterator<Item = &'c Certificate>,
) -> Option<&'c Certificate> {
    if certificate.is_self_issued() {
        return None;
    }
    let mut perhaps = None;
    for candidate in candidates.filter(|one| one.subject() == certificate.issuer()) {
        match check(certificate, candidate) {
            SignatureCheck::Good => return Some(candidate),
            SignatureCheck::CannotCheck(_) => perhaps = perhaps.or(Some(candidate)),
            SignatureCheck::Bad => (),
        }
    }
    perhaps
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;
    use trustpack_keystore::{Alias, SealedKey};

    use super::*;
    use crate::cert::testing::{Made, ca, new_key, root, server};

    fn certificate(made: &Made) -> Entry {
        Entry::trusted(Alias::positional(1), made.certificate.der().clone())
    }

    fn key_entry(key: SealedKey) -> Entry {
        Entry {
            alias: Alias::positional(1),
            created: None,
            kind: EntryKind::PrivateKey {
                key,
                chain: Vec::new(),
            },
            attributes: Vec::new(),
        }
    }

    fn key(key: &KeyPair) -> Entry {
        key_entry(SealedKey::from_pkcs8(key.serialize_der().into()))
    }

    fn paired(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
        let mut store = KeyStore::new();
        for entry in entries {
            store.push_renamed(entry);
        }
        pair(store).into_entries()
    }

    fn is_key(entry: &Entry) -> bool {
        matches!(entry.kind, EntryKind::PrivateKey { .. })
    }

    fn chain(made: &[&Made]) -> Vec<CertificateDer<'static>> {
        let ders = made.iter().map(|made| made.certificate.der().clone());
        ders.collect()
    }

    #[test]
    fn a_key_takes_its_certificate_and_issuers_in_any_order() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let server = server("h.example", &ca);
        let parts = [
            key(&server.key),
            certificate(&server),
            certificate(&ca),
            certificate(&root),
        ];
        let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
        for order in orders {
            let entries = paired(order.map(|place| parts[place].clone()));
            assert_eq!(entries.len(), 1, "{order:?}");
            assert!(is_key(&entries[0]));
            assert_eq!(entries[0].certificates(), chain(&[&server, &ca, &root]));
        }
    }

    #[test]
    fn what_belongs_to_no_chain_stays_trusted() {
        let (own, other) = (root("Own"), root("Other"));
        let server = server("h.example", &own);
        // The name of the issuer, and not its key.
        let namesake = root("Own");
        let entries = paired([
            certificate(&namesake),
            certificate(&other),
            key(&server.key),
            certificate(&server),
        ]);
        let kinds: Vec<bool> = entries.iter().map(is_key).collect();
        assert_eq!(kinds, [false, false, true]);
        assert_eq!(entries[0].certificates(), chain(&[&namesake]));
        assert_eq!(entries[1].certificates(), chain(&[&other]));
        assert_eq!(entries[2].certificates(), chain(&[&server]));
    }

    #[test]
    fn two_keys_share_their_issuers() {
        let root = root("Root");
        let (one, two) = (server("one.example", &root), server("two.example", &root));
        let entries = paired([
            key(&one.key),
            key(&two.key),
            certificate(&root),
            certificate(&two),
            certificate(&one),
        ]);
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].certificates(), chain(&[&one, &root]));
        assert_eq!(entries[1].certificates(), chain(&[&two, &root]));
    }

    #[test]
    fn a_key_without_a_certificate_stays_as_it_is() {
        let stranger = root("Root");
        let before = [key(&new_key()), certificate(&stranger)];
        let after = paired(before.clone());
        assert!(is_key(&after[0]) && after[0].certificates().is_empty());
        assert_eq!(after[0].kind, before[0].kind);
        assert_eq!(after[1].certificates(), chain(&[&stranger]));
    }

    #[test]
    fn a_locked_key_stays_as_it_is_and_takes_nothing() {
        let server = server("h.example", &root("Root"));
        let locked = SealedKey::from_encrypted_pkcs8(vec![0x30, 0]);
        assert!(locked.is_sealed());
        let after = paired([key_entry(locked.clone()), certificate(&server)]);
        let EntryKind::PrivateKey { key, chain } = &after[0].kind else {
            panic!("{after:?}");
        };
        assert!(*key == locked && chain.is_empty());
        assert_eq!(after[1].certificates(), self::chain(&[&server]));
    }

    #[test]
    fn a_chain_that_is_there_is_not_touched() {
        let root = root("Root");
        let server = server("h.example", &root);
        let mut whole = key(&server.key);
        if let EntryKind::PrivateKey { chain, .. } = &mut whole.kind {
            chain.push(server.certificate.der().clone());
        }
        let after = paired([whole, certificate(&root)]);
        assert_eq!(after[0].certificates(), chain(&[&server]));
        assert_eq!(after.len(), 2);
    }
}
