//! Completes a path whose server does not send all issuers, from certificates that others hold.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::Fingerprint;
use crate::trust::TrustAnchors;

use super::search::{self, Outcome};
use super::{Issuer, Root};

/// A path that leads further than what was sent.
pub(super) struct Completion {
    /// What of it was sent, in path order.
    pub(super) path: Vec<Certificate>,
    /// What of it was not, in path order.
    pub(super) issuers: Vec<Issuer>,
    pub(super) root: Option<Root>,
}

/// `None` when what was sent reaches a root, or nothing leads further.
pub(super) fn find(
    presented: &[&Certificate],
    end_entity: &Certificate,
    outcome: &Outcome<'_>,
    roots: &[TrustAnchors],
    issuers: &[Issuer],
    at: OffsetDateTime,
) -> Option<Completion> {
    let last = outcome.path.last()?;
    if outcome.root.is_some() || last.is_self_issued() {
        return None;
    }
    // The sets hold thousands of certificates; only those above the gap are of use.
    let mut origins: HashMap<Fingerprint, &str> = HashMap::new();
    let mut pool = presented.to_vec();
    let mut wanted = vec![*last];
    while let Some(child) = wanted.pop() {
        for (certificate, origin) in candidates(roots, issuers, child) {
            let is_sent = presented.contains(&certificate);
            if is_sent || origins.contains_key(&certificate.fingerprint()) {
                continue;
            }
            origins.insert(certificate.fingerprint(), origin);
            pool.push(certificate);
            if !certificate.is_self_issued() && pool.len() < MOST {
                wanted.push(certificate);
            }
        }
    }
    if origins.is_empty() {
        return None;
    }
    let found = search::best_path(&pool, end_entity, roots, at);
    if found.root.is_none() && found.path.len() <= outcome.path.len() {
        return None;
    }
    let mut completion = Completion {
        path: Vec::new(),
        issuers: Vec::new(),
        root: found.root,
    };
    for certificate in found.path {
        match origins.get(&certificate.fingerprint()) {
            Some(origin) => completion.issuers.push(Issuer {
                certificate: certificate.clone(),
                origin: (*origin).to_owned(),
            }),
            None => completion.path.push(certificate.clone()),
        }
    }
    if let Some(root) = &mut completion.root {
        root.presented = presented
            .iter()
            .any(|sent| sent.is_self_issued() && sent.has_same_holder(&root.certificate));
    }
    Some(completion)
}

/// Who may have issued `child`: CAs of the sets that are no roots, which the search knows already, and what was given.
fn candidates<'a>(
    roots: &'a [TrustAnchors],
    issuers: &'a [Issuer],
    child: &'a Certificate,
) -> impl Iterator<Item = (&'a Certificate, &'a str)> {
    let of_sets = roots.iter().flat_map(|set| {
        let links = set.certificates().iter();
        links
            .filter(|one| one.is_ca() && !one.is_self_issued())
            .map(|one| (one, set.origin()))
    });
    let given = issuers
        .iter()
        .map(|issuer| (&issuer.certificate, issuer.origin.as_str()));
    given
        .chain(of_sets)
        .filter(|(issuer, _)| issuer.subject() == child.issuer())
}

/// Cross-signed hierarchies have a handful; a set made to waste time has thousands.
const MOST: usize = 64;
