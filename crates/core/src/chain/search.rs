//! Finds the best path from an end entity upwards, among presented certificates and known roots.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::Fingerprint;
use crate::signature::{self, SignatureCheck};
use crate::trust::TrustAnchors;

use super::Root;

/// What was found.
pub(super) struct Outcome<'a> {
    pub(super) path: Vec<&'a Certificate>,
    pub(super) root: Option<Root>,
    /// Every presented certificate that lies on some path: used, or a cross-signed alternative.
    pub(super) related: HashSet<Fingerprint>,
    /// Certificates of the path whose signature could not be checked with the issuer's key, and the algorithm.
    pub(super) unchecked: Vec<(&'a Certificate, String)>,
    /// The search ended because of [`STEPS`], so alternatives may have been missed.
    pub(super) gave_up: bool,
}

/// The best path from `end_entity`, which is one of `presented`.
pub(super) fn best_path<'a>(
    presented: &[&'a Certificate],
    end_entity: &'a Certificate,
    roots: &'a [TrustAnchors],
    at: OffsetDateTime,
) -> Outcome<'a> {
    let mut search = Search {
        presented,
        roots,
        at,
        checked: HashMap::new(),
        related: HashSet::from([end_entity.fingerprint()]),
        steps: STEPS,
        best: None,
    };
    search.extend(&mut vec![end_entity]);
    let gave_up = search.steps == 0;
    let (path, root) = search
        .best
        .take()
        .map_or((vec![end_entity], None), |(_, path, root)| (path, root));
    let unchecked = match root {
        Some(_) => Vec::new(),
        None => search.unchecked_of(&path),
    };
    Outcome {
        path,
        root,
        related: search.related,
        unchecked,
        gave_up,
    }
}

/// What makes one path better than another, the most important first.
type Score = (bool, bool, bool, bool, Reverse<usize>, bool, Reverse<usize>);

struct Search<'a, 'b> {
    presented: &'b [&'a Certificate],
    roots: &'a [TrustAnchors],
    at: OffsetDateTime,
    checked: HashMap<(Fingerprint, Fingerprint), SignatureCheck>,
    related: HashSet<Fingerprint>,
    steps: u32,
    best: Option<(Score, Vec<&'a Certificate>, Option<Root>)>,
}

impl<'a> Search<'a, '_> {
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) {
        let Some(last) = path.last().copied() else {
            return;
        };
        // only a signature proves whose issuer it is: above a link that cannot be checked no root is established
        if self.is_proven(path) {
            self.end_at_known_roots(path, last);
            if last.is_self_issued() && self.check(last, last) == SignatureCheck::Good {
                self.end_at_presented(path, last);
                return;
            }
        }
        let mut extended = false;
        let presented = self.presented;
        let mut issuers: Vec<&'a Certificate> = presented
            .iter()
            .copied()
            .filter(|candidate| candidate.subject() == last.issuer() && !path.contains(candidate))
            .collect();
        issuers.sort_by_key(|candidate| !identifiers_agree(candidate, last));
        for issuer in issuers {
            if path.len() >= DEPTH || self.steps == 0 {
                break;
            }
            self.steps -= 1;
            if self.check(last, issuer) == SignatureCheck::Bad {
                continue;
            }
            self.related.insert(issuer.fingerprint());
            extended = true;
            path.push(issuer);
            self.extend(path);
            path.pop();
        }
        if !extended {
            self.offer(path.clone(), None);
        }
    }

    fn end_at_known_roots(&mut self, path: &[&'a Certificate], last: &'a Certificate) {
        for (place, set) in self.roots.iter().enumerate() {
            for root in set.certificates() {
                if root.subject() != last.issuer() || !root.is_self_issued() {
                    continue;
                }
                if self.steps == 0 {
                    return;
                }
                self.steps -= 1;
                // the very certificate needs no proof
                if last != root && self.check(last, root) != SignatureCheck::Good {
                    continue;
                }
                // a presented version of the root ends the path; it is not a link of it
                let mut links = path.to_vec();
                if links.len() > 1 && last.has_same_holder(root) {
                    links.pop();
                }
                let found = Root {
                    certificate: root.clone(),
                    origin: Some(set.origin().to_owned()),
                    presented: self.is_presented(root),
                };
                self.offer(links, Some((found, place)));
            }
        }
    }

    fn end_at_presented(&mut self, path: &[&'a Certificate], root: &'a Certificate) {
        let mut links = path.to_vec();
        if links.len() > 1 {
            links.pop();
        }
        let found = Root {
            certificate: root.clone(),
            origin: None,
            presented: true,
        };
        self.offer(links, Some((found, usize::MAX)));
    }

    fn offer(&mut self, path: Vec<&'a Certificate>, root: Option<(Root, usize)>) {
        let valid = path
            .iter()
            .all(|certificate| certificate.is_valid_at(self.at))
            && root
                .as_ref()
                .is_none_or(|(root, _)| root.certificate.is_valid_at(self.at));
        let known = root.as_ref().is_some_and(|(root, _)| root.origin.is_some());
        let set = root.as_ref().map_or(usize::MAX, |(_, set)| *set);
        // without a root the longest path says most about what is missing; with one the shortest does
        let length = if root.is_some() {
            path.len()
        } else {
            usize::MAX - path.len()
        };
        let proven = self.is_proven(&path);
        let score = (
            known && valid,
            known,
            root.is_some() && valid,
            root.is_some(),
            Reverse(set),
            proven,
            Reverse(length),
        );
        if self.best.as_ref().is_none_or(|(best, ..)| *best < score) {
            self.best = Some((score, path, root.map(|(root, _)| root)));
        }
    }

    fn is_presented(&self, root: &Certificate) -> bool {
        self.presented
            .iter()
            .any(|presented| presented.is_self_issued() && presented.has_same_holder(root))
    }

    /// Whether every link of the path has a good signature.
    fn is_proven(&mut self, path: &[&Certificate]) -> bool {
        path.windows(2).all(|pair| match pair {
            [child, issuer] => self.check(child, issuer) == SignatureCheck::Good,
            _ => true,
        })
    }

    /// What of a path was not proven because an algorithm is not supported: links between presented certificates, and
    /// the end below the issuers of the right name.
    fn unchecked_of(&self, path: &[&'a Certificate]) -> Vec<(&'a Certificate, String)> {
        let mut unchecked = Vec::new();
        for (place, child) in path.iter().enumerate() {
            let issuer = path.get(place + 1).map(|issuer| issuer.fingerprint());
            let what = self
                .checked
                .iter()
                .filter(|((of, by), _)| {
                    *of == child.fingerprint() && issuer.is_none_or(|issuer| issuer == *by)
                })
                .filter_map(|(_, check)| match check {
                    SignatureCheck::CannotCheck(what) => Some(what),
                    _ => None,
                })
                .min();
            unchecked.extend(what.map(|what| (*child, what.clone())));
        }
        unchecked
    }

    fn check(&mut self, child: &Certificate, issuer: &Certificate) -> SignatureCheck {
        let pair = (child.fingerprint(), issuer.fingerprint());
        self.checked
            .entry(pair)
            .or_insert_with(|| signature::check(child, issuer))
            .clone()
    }
}

fn identifiers_agree(issuer: &Certificate, child: &Certificate) -> bool {
    let wanted = &child.extensions().authority_key_identifier;
    let found = &issuer.extensions().subject_key_identifier;
    wanted.is_none() || found.is_none() || wanted == found
}

/// Candidates looked at in one search. Real chains need a dozen; a thousand certificates of the same name would need
/// millions, and each may cost a signature check of about 50 µs.
pub(super) const STEPS: u32 = 1_000;

/// No public hierarchy is half as deep.
const DEPTH: usize = 12;
