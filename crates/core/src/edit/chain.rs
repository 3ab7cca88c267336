//! The chain of a key: what is put behind it, what is taken off, and whether it belongs to the key.

use trustpack_keystore::{CertificateDer, Entry, EntryKind, KeyStore};

use super::{Action, Change, EditError, Edited};
use crate::Certificate;
use crate::key::{Belongs, belongs};
use crate::pair::issuer_of;

/// With issuers behind the chain of the entry at `place`, each the issuer of the one before, in whatever order they come.
/// Those that are in the chain already are no change.
///
/// # Errors
/// [`EditError::NotAKey`], [`EditError::Unreadable`], and [`EditError::ForeignCertificate`] for one that is no issuer of
/// the chain: nothing is appended then.
pub fn append(
    mut store: KeyStore,
    place: usize,
    issuers: &[Certificate],
) -> Result<Edited, EditError> {
    let entry = &store.entries()[place];
    let alias = entry.alias.to_string();
    let mut chain = certificates_of_key(entry)?;
    let before = chain.len();
    let mut left: Vec<&Certificate> = Vec::new();
    for issuer in issuers {
        if !chain.contains(issuer) && !left.contains(&issuer) {
            left.push(issuer);
        }
    }
    while let Some(last) = chain.last()
        && let Some(issuer) = issuer_of(last, left.iter().copied()).cloned()
    {
        left.retain(|one| **one != issuer);
        chain.push(issuer);
    }
    if let Some(foreign) = left.first() {
        let subject = foreign.subject().to_string();
        return Err(EditError::ForeignCertificate { alias, subject });
    }
    let appended = chain.get(before..).unwrap_or_default();
    let changes = if appended.is_empty() {
        Vec::new()
    } else {
        vec![Change::of(alias, Action::ChainAppended).with(subjects(appended))]
    };
    set_chain(&mut store, place, &chain);
    Ok(Edited { store, changes })
}

/// Without the last `count` certificates of the chain of the entry at `place`; the key's own stays.
///
/// # Errors
/// [`EditError::NotAKey`], [`EditError::TooFew`], [`EditError::Unreadable`].
pub fn trim(mut store: KeyStore, place: usize, count: usize) -> Result<Edited, EditError> {
    let entry = &store.entries()[place];
    let alias = entry.alias.to_string();
    let chain = certificates_of_key(entry)?;
    let issuers = chain.len().saturating_sub(1);
    if count > issuers {
        return Err(EditError::TooFew {
            alias,
            issuers,
            wanted: count,
        });
    }
    let (kept, trimmed) = chain.split_at(chain.len() - count);
    let changes = if trimmed.is_empty() {
        Vec::new()
    } else {
        vec![Change::of(alias, Action::ChainTrimmed).with(subjects(trimmed))]
    };
    set_chain(&mut store, place, kept);
    Ok(Edited { store, changes })
}

/// Whether the open key of an entry is the one of its certificate. A key that is sealed, or of an algorithm that is not
/// known here, is not told.
///
/// # Errors
/// [`EditError::KeyOfAnother`], [`EditError::Unreadable`].
pub fn check_pair(entry: &Entry) -> Result<(), EditError> {
    let EntryKind::PrivateKey { key, chain } = &entry.kind else {
        return Ok(());
    };
    let (Ok(open), Some(own)) = (key.unlock(None), chain.first()) else {
        return Ok(());
    };
    let alias = entry.alias.to_string();
    let own = readable(&alias, own)?;
    match belongs(open.secret_pkcs8(), &own) {
        Belongs::No => Err(EditError::KeyOfAnother {
            alias,
            subject: own.subject().to_string(),
        }),
        Belongs::CannotTell(_) | Belongs::Yes => Ok(()),
    }
}

/// The chain of an entry with a private key.
pub(super) fn certificates_of_key(entry: &Entry) -> Result<Vec<Certificate>, EditError> {
    let alias = entry.alias.to_string();
    let EntryKind::PrivateKey { chain, .. } = &entry.kind else {
        return Err(EditError::NotAKey { alias });
    };
    chain.iter().map(|der| readable(&alias, der)).collect()
}

/// Puts a chain in the place of the one that an entry has.
pub(super) fn set_chain(store: &mut KeyStore, place: usize, chain: &[Certificate]) {
    let chain = chain.iter().map(|one| one.der().clone()).collect();
    let entry = store.entries()[place].clone().with_chain(chain);
    store.replace(place, entry);
}

/// What people call the certificates, in order.
pub(super) fn subjects(certificates: &[Certificate]) -> String {
    let names: Vec<String> = certificates.iter().map(Certificate::display_name).collect();
    names.join(", ")
}

fn readable(alias: &str, der: &CertificateDer<'static>) -> Result<Certificate, EditError> {
    Certificate::from_der(der.clone()).map_err(|error| EditError::Unreadable {
        alias: alias.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{ca, root, server};
    use crate::edit::testing::{key_entry, key_store};

    #[test]
    fn issuers_are_appended_in_their_order_or_not_at_all() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let server = server("h.example", &ca);
        let store = || key_store("k", &server, &[]);
        let issuers = [root.certificate.clone(), ca.certificate.clone()];
        let edited = append(store(), 0, &issuers).unwrap();
        let chain = [&server, &ca, &root].map(|made| made.certificate.der().clone());
        assert_eq!(edited.store.entries()[0].certificates(), chain);
        assert_eq!(edited.changes[0].detail.as_deref(), Some("CA, Root"));
        // again: no change
        let again = append(edited.store, 0, &issuers).unwrap();
        assert_eq!(again.changes, []);

        let stranger = crate::cert::testing::root("Stranger").certificate;
        let error = append(store(), 0, &[ca.certificate.clone(), stranger]).unwrap_err();
        assert!(
            matches!(error, EditError::ForeignCertificate { .. }),
            "{error}"
        );
        // the root alone is not the issuer of the server
        let error = append(store(), 0, &[root.certificate]).unwrap_err();
        assert!(
            matches!(error, EditError::ForeignCertificate { .. }),
            "{error}"
        );
    }

    #[test]
    fn the_end_is_trimmed_and_the_own_certificate_stays() {
        let root = root("Root");
        let server = server("h.example", &root);
        let store = || key_store("k", &server, &[&root]);
        let edited = trim(store(), 0, 1).unwrap();
        assert_eq!(edited.store.entries()[0].certificates().len(), 1);
        assert_eq!(edited.changes[0].detail.as_deref(), Some("Root"));
        let error = trim(store(), 0, 2).unwrap_err();
        assert!(matches!(error, EditError::TooFew { issuers: 1, .. }));
        assert_eq!(trim(store(), 0, 0).unwrap().changes, []);
    }

    #[test]
    fn a_key_belongs_to_its_certificate_or_is_refused() {
        let root = root("Root");
        let (one, two) = (server("one.example", &root), server("two.example", &root));
        assert_eq!(check_pair(&key_entry("k", &one, &one, &[])), Ok(()));
        let error = check_pair(&key_entry("k", &one, &two, &[])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the key of \"k\" is not the key of its certificate CN=two.example"
        );
    }
}
