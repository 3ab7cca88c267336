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

/// The chain of a key with those of the candidates behind it that issued what it ends with, as far as there are any.
pub fn completed(
    chain: &[CertificateDer<'static>],
    candidates: &[CertificateDer<'static>],
) -> Vec<CertificateDer<'static>> {
    let read = |der: &CertificateDer<'static>| Certificate::from_der(der.clone()).ok();
    let mut whole = chain.to_vec();
    if let Some(last) = chain.last().and_then(read) {
        let is_new = |der: &&CertificateDer<'static>| !chain.contains(der);
        let candidates: Vec<Certificate> =
            candidates.iter().filter(is_new).filter_map(read).collect();
        whole.extend(chain_of(&last, &candidates).into_iter().skip(1));
    }
    whole
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
mod tests;
