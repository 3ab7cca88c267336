//! The JDK's trust manager: `PKIXValidator.engineValidate` and the path builder behind it, as of JDK 17.

use std::collections::HashSet;

use time::OffsetDateTime;

use crate::Certificate;
use crate::trust::TrustAnchors;

use super::Refusal;
use super::pkix::{self, Budget};

/// The path that the JDK would accept: end entity first, anchor last.
///
/// 1. The end entity is in the store: accepted at once; no date, purpose or constraint is looked at.
/// 2. A later certificate is in the store, or has subject and key of one that is: the chain ends below it.
/// 3. A certificate with the name of the last one's issuer is in the store: the whole chain is validated, and when the
///    key does not fit, no other path is searched.
/// 4. Otherwise, and as soon as the order is wrong, a path is searched among everything presented.
///
/// (JDK 17.0.15 looks at no signature in step 3, `isSignatureValid` does so for browser plug-ins only; and it takes "subject and key of one that is" only from the second certificate on: a renewed end entity with
/// the old key is refused. Read from `PKIXValidator.engineValidate` and tried.)
pub(super) fn find_path(
    chain: &[Certificate],
    anchors: &TrustAnchors,
    at: OffsetDateTime,
) -> Result<Vec<Certificate>, Refusal> {
    let end_entity = chain.first().ok_or(Refusal::NoCertificate)?;
    if anchors.contains(end_entity) {
        return Ok(vec![end_entity.clone()]);
    }
    let search = Search {
        chain,
        anchors,
        at,
        budget: Budget::new(),
        best: None,
        nearest: end_entity,
    };
    for (place, pair) in chain.windows(2).enumerate() {
        let [below, certificate] = pair else { continue };
        if !certificate.subject().is_same_for_java(below.issuer()) {
            return search.build();
        }
        if anchors.contains(certificate) || is_replaced(certificate, anchors) {
            let cut = chain.get(..=place).unwrap_or(chain);
            return search.validate(cut);
        }
    }
    let last = chain.last().unwrap_or(end_entity);
    let by_anchor = anchors
        .named(last.issuer())
        .any(|anchor| is_issuer_name(anchor, last));
    if by_anchor {
        search.validate(chain)
    } else {
        search.build()
    }
}

/// "has the same dn and public key as a cert inside trustedCerts": a CA that renewed its certificate.
fn is_replaced(certificate: &Certificate, anchors: &TrustAnchors) -> bool {
    anchors.named(certificate.subject()).any(|anchor| {
        anchor.subject_public_key_info() == certificate.subject_public_key_info()
            && anchor.subject().is_same_for_java(certificate.subject())
    })
}

struct Search<'a> {
    chain: &'a [Certificate],
    anchors: &'a TrustAnchors,
    at: OffsetDateTime,
    budget: Budget,
    /// The most telling reason so far.
    best: Option<Refusal>,
    /// The last certificate that the builder reached.
    nearest: &'a Certificate,
}

impl<'a> Search<'a> {
    /// `PKIXValidator.doValidate`. Java tries matching anchors in the order of a hash set, which changes from start to
    /// start, and looks at the first whose key fits only: all of those have to do.
    fn validate(mut self, path: &[Certificate]) -> Result<Vec<Certificate>, Refusal> {
        let last = path.last().ok_or(Refusal::NoCertificate)?;
        let mut found = Fitting::default();
        // TrustAnchors are a set: what is in the store twice is tried once
        let mut seen = HashSet::new();
        for anchor in self.anchors.named(last.issuer()) {
            if !is_issuer_name(anchor, last)
                || !matches_identifiers(anchor, last)
                || !seen.insert(anchor.fingerprint())
            {
                continue;
            }
            match pkix::validate(path, anchor, self.at, &mut self.budget) {
                Ok(()) => found.add(anchor),
                Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
                Err(refusal) => self.note(refusal),
            }
        }
        match found.decide() {
            Ok(Some(anchor)) => return Ok(join(path, anchor)),
            Ok(None) => {}
            Err(ambiguous @ Refusal::AnchorAmbiguous { .. }) => return Err(ambiguous),
            Err(refusal) => self.note(refusal),
        }
        Err(self.best.unwrap_or_else(|| Refusal::NotByAnchor {
            certificate: last.clone(),
        }))
    }

    /// `PKIXValidator.doBuild`: the order of the chain no longer matters, and extras do no harm.
    fn build(mut self) -> Result<Vec<Certificate>, Refusal> {
        let Some(end_entity) = self.chain.first() else {
            return Err(Refusal::NoCertificate);
        };
        // ForwardBuilder selects the target among the certificates in force
        let found = pkix::check_dates(end_entity, self.at).and_then(|()| {
            let mut path = vec![end_entity.clone()];
            self.extend(&mut path, 0)
        });
        match found {
            Ok(Some(anchor_path)) => return Ok(anchor_path),
            Ok(None) => {}
            Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
            Err(ambiguous @ Refusal::AnchorAmbiguous { .. }) => return Err(ambiguous),
            Err(refusal) => self.note(refusal),
        }
        Err(Refusal::NoPath {
            certificate: self.nearest.clone(),
            self_signed: self.nearest.is_self_issued(),
            cause: self.best.map(Box::new),
        })
    }

    /// `SunCertPathBuilder.depthFirstSearchForward`, with one difference that changes no verdict: signatures are checked
    /// on the way and not at the end. `Err` only when the budget is spent or chance decides.
    fn extend(
        &mut self,
        path: &mut Vec<Certificate>,
        intermediates: usize,
    ) -> Result<Option<Vec<Certificate>>, Refusal> {
        let Some(last) = path.last().cloned() else {
            return Ok(None);
        };
        let anchors = self.anchors;
        let mut candidates: Vec<&Certificate> = anchors
            .named(last.issuer())
            .filter(|anchor| is_issuer_name(anchor, &last))
            .collect();
        let mut seen = HashSet::new();
        candidates
            .retain(|anchor| covers_if_old(anchor, &last) && seen.insert(anchor.fingerprint()));
        // PKIXCertComparator tries a matching key identifier first
        candidates.sort_by_key(|anchor| !matches_identifiers(anchor, &last));
        let mut found = Fitting::default();
        for anchor in candidates {
            self.budget.spend()?;
            // ForwardBuilder.getMatchingCACerts keeps its selector, and with it the date that it set after its first
            // look at the anchors: from the second issuer on, the builder wants an anchor in force (tried: 17.0.15)
            if path.len() > 1
                && let Err(refusal) = pkix::check_dates(anchor, self.at)
            {
                self.note(refusal);
                continue;
            }
            match pkix::validate(path, anchor, self.at, &mut self.budget) {
                // Java builds one path and then looks at its anchor
                Ok(()) => found.add(anchor),
                Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
                Err(refusal) => self.note(refusal),
            }
        }
        match found.decide() {
            Ok(Some(anchor)) => return Ok(Some(join(path, anchor))),
            Ok(None) => {}
            Err(ambiguous @ Refusal::AnchorAmbiguous { .. }) => return Err(ambiguous),
            Err(refusal) => self.note(refusal),
        }
        // PKIXBuilderParameters.getMaxPathLength is 5: that many intermediates that are not self-issued
        if intermediates >= MAX_INTERMEDIATES {
            return Ok(None);
        }
        let chain: &'a [Certificate] = self.chain;
        for candidate in chain {
            if !is_issuer_name(candidate, &last) || path.contains(candidate) {
                continue;
            }
            self.budget.spend()?;
            match self.check_candidate(candidate, &last, intermediates) {
                Ok(()) => {}
                Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
                Err(refusal) => {
                    self.note(refusal);
                    continue;
                }
            }
            self.nearest = candidate;
            path.push(candidate.clone());
            let counted = intermediates + usize::from(!pkix::is_self_issued(candidate));
            if let Some(found) = self.extend(path, counted)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        Ok(None)
    }

    /// `ForwardBuilder.getMatchingCACerts` and `verifyCert`
    fn check_candidate(
        &mut self,
        candidate: &Certificate,
        child: &Certificate,
        intermediates: usize,
    ) -> Result<(), Refusal> {
        match pkix::check_signature(child, candidate, &mut self.budget) {
            // noted when the whole path is validated
            Ok(()) | Err(Refusal::CannotCheckSignature { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
        if !pkix::has_ca_bit(candidate) {
            return Err(Refusal::NotCa {
                certificate: candidate.clone(),
            });
        }
        let path_len = candidate
            .extensions()
            .basic_constraints
            .and_then(|b| b.path_len);
        if path_len
            .and_then(|length| usize::try_from(length).ok())
            .is_some_and(|length| length < intermediates)
        {
            return Err(Refusal::PathTooLong {
                certificate: child.clone(),
            });
        }
        pkix::check_key_usage(candidate)?;
        pkix::check_dates(candidate, self.at)
    }

    fn note(&mut self, refusal: Refusal) {
        if self
            .best
            .as_ref()
            .is_none_or(|best| best.rank() < refusal.rank())
        {
            self.best = Some(refusal);
        }
    }
}

/// The anchors below which a path is valid. Java takes one of them by chance: of two, either was taken by about half of
/// the trust managers made from one store, in step 3 as in step 4 (tried: 17.0.15).
#[derive(Default)]
struct Fitting<'a> {
    good: Option<&'a Certificate>,
    bad: Option<(&'a Certificate, Refusal)>,
}

impl<'a> Fitting<'a> {
    fn add(&mut self, anchor: &'a Certificate) {
        match pkix::check_anchor(anchor) {
            Ok(()) => self.good = self.good.or(Some(anchor)),
            Err(refusal) => {
                self.bad.get_or_insert((anchor, refusal));
            }
        }
    }

    fn decide(self) -> Result<Option<&'a Certificate>, Refusal> {
        match (self.good, self.bad) {
            (Some(_), Some((anchor, refusal))) => {
                let reason = refusal.to_string();
                Err(Refusal::AnchorAmbiguous {
                    certificate: anchor.clone(),
                    why: format!("{reason} (SHA-256 {})", anchor.fingerprint()),
                })
            }
            (None, Some((_, refusal))) => Err(refusal),
            (good, None) => Ok(good),
        }
    }
}

fn is_issuer_name(candidate: &Certificate, child: &Certificate) -> bool {
    candidate.subject().is_same_for_java(child.issuer())
}

/// `AdaptableX509CertSelector.setValidityPeriod`: the builder takes an anchor of version 1 or 2 only when it is in force
/// for the child's whole life.
fn covers_if_old(anchor: &Certificate, child: &Certificate) -> bool {
    let covers = |time| anchor.is_valid_at(time);
    anchor.version() > 2 || (covers(child.not_before()) && covers(child.not_after()))
}

/// `AdaptableX509CertSelector.match`: identifiers of the child that the anchor carries must agree.
fn matches_identifiers(anchor: &Certificate, child: &Certificate) -> bool {
    let (ours, theirs) = (child.extensions(), anchor.extensions());
    let key = match (
        &ours.authority_key_identifier,
        &theirs.subject_key_identifier,
    ) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    };
    let serial = match &ours.authority_serial {
        Some(wanted) if anchor.version() > 2 => wanted == anchor.serial(),
        _ => true,
    };
    key && serial
}

fn join(path: &[Certificate], anchor: &Certificate) -> Vec<Certificate> {
    path.iter().chain([anchor]).cloned().collect()
}

const MAX_INTERMEDIATES: usize = 5;
