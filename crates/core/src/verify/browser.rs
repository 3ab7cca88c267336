//! A browser-like client: the rules of rustls-webpki 0.103 with the algorithms that rustls takes, and for public roots the
//! longest lifetime that Chrome takes.
//!
//! Read from `verify_cert.rs`, `cert.rs` and `subject_name` of rustls-webpki. Against Java and OpenSSL it differs most in
//! that an anchor is a name and a key only (its dates count for nothing), that any other certificate in the store is no
//! anchor for itself, and that the common name never is a host name.

mod certificate;
mod host;

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::webpki_refuses;
use crate::chain::PresentedChain;
use crate::trust::{TrustAnchors, is_public_root};

use super::pkix::{self, Budget};
use super::{Refusal, ServerName, name_constraints};
use certificate::{check_algorithm, check_alone, check_key, check_lifetime, check_parse};

pub(super) use host::check_name;

/// `Budget` of rustls-webpki: "taken from the remediation for golang CVE-2018-16875".
const MAX_SIGNATURES: u32 = 100;

/// The same: "taken from golang crypto/x509's default".
const MAX_COMPARISONS: usize = 250_000;

/// `MAX_SUB_CA_COUNT`
const MAX_INTERMEDIATES: usize = 6;

/// The path that the client would accept: end entity first, anchor last.
pub(super) fn find_path(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
) -> Result<Vec<Certificate>, Refusal> {
    // `EndEntityCert::try_from` parses the first certificate; others are parsed when a path leads to them
    if let Some(unreadable) = chain.unreadable.iter().find(|one| one.place == 0) {
        return Err(Refusal::Unreadable {
            place: unreadable.place,
            why: unreadable.why.clone(),
        });
    }
    let (end_entity, intermediates) = chain
        .certificates
        .split_first()
        .ok_or(Refusal::NoCertificate)?;
    check_parse(end_entity)?;
    let mut search = Search {
        intermediates,
        anchors,
        at,
        budget: Budget::new(),
        signatures: MAX_SIGNATURES,
        comparisons: MAX_COMPARISONS,
        best: None,
        nearest: end_entity,
    };
    let mut path = vec![end_entity.clone()];
    let Some(path) = search.extend(&mut path)? else {
        return Err(Refusal::NoPath {
            certificate: search.nearest.clone(),
            self_signed: search.nearest.is_self_issued(),
            cause: search.best.map(Box::new),
        });
    };
    check_name(end_entity, name)?;
    // the handshake is signed with the end entity's key
    check_key(end_entity)?;
    if path.last().is_some_and(is_public_root) {
        check_lifetime(end_entity)?;
    }
    Ok(path)
}

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a TrustAnchors,
    at: OffsetDateTime,
    budget: Budget,
    /// What is left of the client's own limits.
    signatures: u32,
    comparisons: usize,
    best: Option<Refusal>,
    nearest: &'a Certificate,
}

impl<'a> Search<'a> {
    /// `ChainOptions::build_chain_inner`. `Err` only when the end entity itself is refused, the client gives up, or the
    /// budget is spent: the client's own limit of 200,000 calls is beyond it, and there this program cannot tell.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> Result<Option<Vec<Certificate>>, Refusal> {
        let Some(head) = path.last().cloned() else {
            return Ok(None);
        };
        let checked = check_alone(&head, path.len(), self.at);
        match (checked, path.len()) {
            (Ok(()), _) => {}
            (Err(refusal), 1) => return Err(refusal),
            (Err(refusal), _) => {
                self.note(refusal);
                return Ok(None);
            }
        }
        let anchors = self.anchors;
        for anchor in anchors.named(head.issuer()) {
            // RootCertStore.add_parsable_certificates passes over what it cannot parse
            if anchor.subject().der() != head.issuer().der() || webpki_refuses(anchor) {
                continue;
            }
            self.budget.spend()?;
            match self.check_signed_chain(path, anchor) {
                Ok(()) => return Ok(Some(path.iter().chain([anchor]).cloned().collect())),
                // "Fatal errors should halt any further path building" (`Error::is_fatal`)
                Err(gave_up @ Refusal::ClientLimit { .. }) => return Err(gave_up),
                Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
                Err(refusal) => self.note(refusal),
            }
        }
        let intermediates: &'a [Certificate] = self.intermediates;
        for candidate in intermediates {
            // "Prevent loops; see RFC 4158 section 5.2": the same name and key never twice
            let is_loop = path.iter().any(|one| {
                one.subject().der() == candidate.subject().der()
                    && one.subject_public_key_info() == candidate.subject_public_key_info()
            });
            if candidate.subject().der() != head.issuer().der() || is_loop {
                continue;
            }
            self.budget.spend()?;
            if let Err(refusal) = check_parse(candidate) {
                self.note(refusal);
                continue;
            }
            if path.len() > MAX_INTERMEDIATES {
                self.note(Refusal::PathTooLong {
                    certificate: head.clone(),
                });
                continue;
            }
            self.nearest = candidate;
            path.push(candidate.clone());
            if let Some(found) = self.extend(path)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        Ok(None)
    }

    /// `check_signed_chain` and `check_signed_chain_name_constraints`: from the anchor down.
    fn check_signed_chain(
        &mut self,
        path: &[Certificate],
        anchor: &Certificate,
    ) -> Result<(), Refusal> {
        let mut issuer = anchor;
        for certificate in path.iter().rev() {
            self.signatures = self.signatures.checked_sub(1).ok_or(Refusal::ClientLimit {
                what: "there are more than 100 signatures to check",
            })?;
            check_algorithm(certificate, issuer)?;
            pkix::check_signature(certificate, issuer, &mut self.budget)?;
            issuer = certificate;
        }
        let holders = path.iter().chain([anchor]).enumerate();
        for (place, holder) in holders {
            let Some(constraints) = &holder.extensions().name_constraints else {
                continue;
            };
            for below in path.iter().take(place) {
                let comparisons = name_constraints::comparisons_of_webpki(constraints, below);
                self.comparisons =
                    self.comparisons
                        .checked_sub(comparisons)
                        .ok_or(Refusal::ClientLimit {
                            what: "there are too many names and name constraints to compare",
                        })?;
                if !name_constraints::allow_as_webpki(constraints, below) {
                    return Err(Refusal::NameConstraints {
                        certificate: below.clone(),
                        issuer: holder.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, refusal: Refusal) {
        let rank = self.best.as_ref().map(Refusal::rank);
        if rank.is_none_or(|rank| rank < refusal.rank()) {
            self.best = Some(refusal);
        }
    }
}
