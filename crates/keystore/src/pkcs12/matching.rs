//! Which certificates belong to which key, and in which order.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::CertificateDer;

use super::assemble::{Bag, BagKind};
use super::attributes::Attributes;
use crate::At;
use crate::note::Notes;
use crate::tbs::Links;

/// A key's certificates and what its own certificate's bag says.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// Where the bag of the key's own certificate stands.
    pub(super) place: Option<usize>,
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) leaf: Attributes,
}

/// Which certificates are whose.
pub(super) struct Matched {
    /// By the place of the key's bag.
    pub(super) chains: HashMap<usize, Chain>,
    /// Places of certificates that are in a chain and are no entry of their own.
    pub(super) consumed: HashSet<usize>,
}

/// The certificates of a file, by everything that finds them.
pub(super) struct Matching<'b> {
    bags: &'b [Bag],
    certificates: Vec<(usize, &'b Attributes)>,
    /// The first place of each certificate, and of every copy of it, so that none are compared again.
    first: HashMap<&'b [u8], usize>,
    same: HashMap<usize, usize>,
    links: HashMap<usize, Links<'b>>,
    by_subject: HashMap<&'b [u8], Vec<usize>>,
    by_key_id: HashMap<&'b [u8], usize>,
    by_key_id_and_name: HashMap<(&'b [u8], String), usize>,
    by_name: HashMap<String, usize>,
    keys: usize,
}

impl<'b> Matching<'b> {
    /// Indexes the certificates of a file.
    pub(super) fn new(bags: &'b [Bag]) -> Self {
        let mut matching = Self {
            bags,
            certificates: Vec::new(),
            first: HashMap::new(),
            same: HashMap::new(),
            links: HashMap::new(),
            by_subject: HashMap::new(),
            by_key_id: HashMap::new(),
            by_key_id_and_name: HashMap::new(),
            by_name: HashMap::new(),
            keys: 0,
        };
        for (place, bag) in bags.iter().enumerate() {
            match &bag.kind {
                BagKind::Certificate(certificate) => {
                    matching.index(place, certificate, &bag.attributes);
                }
                BagKind::Key(_) => matching.keys += 1,
                BagKind::Secret(_) => {}
            }
        }
        matching
    }

    fn index(
        &mut self,
        place: usize,
        certificate: &'b CertificateDer<'static>,
        attributes: &'b Attributes,
    ) {
        self.certificates.push((place, attributes));
        self.same
            .insert(place, *self.first.entry(certificate).or_insert(place));
        if let Some(links) = Links::of(certificate) {
            self.links.insert(place, links);
            self.by_subject
                .entry(links.subject)
                .or_default()
                .push(place);
        }
        let name = attributes
            .friendly_name
            .as_ref()
            .map(|name| name.to_lowercase());
        if let Some(identifier) = &attributes.local_key_id {
            self.by_key_id.entry(identifier).or_insert(place);
            if let Some(name) = name.clone() {
                let both = (identifier.as_slice(), name);
                self.by_key_id_and_name.entry(both).or_insert(place);
            }
        }
        // a certificate that is an entry of its own shares no name with a key
        if let (Some(name), false) = (name, attributes.trusted) {
            self.by_name.entry(name).or_insert(place);
        }
    }

    /// Finds every key's chain, copying at most `copies` octets.
    pub(super) fn run(&self, mut copies: usize, notes: &mut Notes) -> Matched {
        let mut matched = Matched {
            chains: HashMap::new(),
            consumed: HashSet::new(),
        };
        let mut issuers = HashMap::new();
        let mut chained: HashSet<usize> = HashSet::new();
        for (place, bag) in self.bags.iter().enumerate() {
            let BagKind::Key(_) = bag.kind else { continue };
            let Some(leaf) = self.leaf(&bag.attributes) else {
                continue;
            };
            let mut chain = Chain {
                place: Some(leaf),
                ..Chain::default()
            };
            for link in self.chain(leaf, &mut issuers) {
                let Some(certificate) = self.certificate(link) else {
                    continue;
                };
                let Some(left) = copies.checked_sub(certificate.len()) else {
                    let message = "the chains repeat more certificates than fit; they are cut";
                    notes.skipped(At::Input, message);
                    break;
                };
                copies = left;
                chained.extend(self.same.get(&link));
                chain.certificates.push(certificate.clone());
            }
            if !chain.certificates.is_empty() {
                matched.consumed.insert(leaf);
            }
            if let Some(bag) = self.bags.get(leaf)
                && let Some(left) = copies.checked_sub(bag.attributes.size())
            {
                copies = left;
                chain.leaf = bag.attributes.clone();
            }
            matched.chains.insert(place, chain);
        }
        // a certificate in a chain, and every copy of it, is no entry unless it says so itself
        for (place, attributes) in &self.certificates {
            let same = self.same.get(place);
            if !attributes.trusted && same.is_some_and(|same| chained.contains(same)) {
                matched.consumed.insert(*place);
            }
        }
        matched
    }

    /// A key's own certificate: the same localKeyID and name, the same localKeyID, the same name; and when the only
    /// key of the file has no localKeyID, the first certificate that has none either.
    fn leaf(&self, key: &Attributes) -> Option<usize> {
        let name = key.friendly_name.as_ref().map(|name| name.to_lowercase());
        if let Some(identifier) = key.local_key_id.as_deref()
            && let Some(first) = self.by_key_id.get(identifier)
        {
            let named = name.and_then(|name| self.by_key_id_and_name.get(&(identifier, name)));
            return named.or(Some(first)).copied();
        }
        if let Some(place) = name.and_then(|name| self.by_name.get(&name)) {
            return Some(*place);
        }
        if key.local_key_id.is_some() || self.keys != 1 {
            return None;
        }
        self.certificates
            .iter()
            .find(|(_, attributes)| attributes.local_key_id.is_none() && !attributes.trusted)
            .map(|(place, ..)| *place)
    }

    /// From the leaf to the last issuer that the file has; `issuers` is what was found out before.
    fn chain(&self, leaf: usize, issuers: &mut HashMap<usize, Vec<usize>>) -> Vec<usize> {
        let mut chain = vec![leaf];
        let mut last = leaf;
        while chain.len() < MAX_CHAIN {
            let candidates = issuers.entry(last).or_insert_with(|| self.issuers(last));
            let is_new = |place: &&usize| {
                let same = self.same.get(place);
                !chain.iter().any(|link| self.same.get(link) == same)
            };
            let Some(issuer) = candidates.iter().find(is_new).copied() else {
                break;
            };
            chain.push(issuer);
            last = issuer;
        }
        chain
    }

    /// The certificates with the name of the issuer: those whose key identifier fits, then those whose does not.
    fn issuers(&self, place: usize) -> Vec<usize> {
        let Some(links) = self
            .links
            .get(&place)
            .filter(|links| !links.is_self_issued())
        else {
            return Vec::new();
        };
        let candidates = self.by_subject.get(links.issuer).into_iter().flatten();
        // many certificates of one name are many roots of one organisation at most
        let candidates = candidates.copied().take(MAX_NAMESAKES);
        let (fit, others): (Vec<usize>, Vec<usize>) = candidates.partition(|place| {
            let issuer = self.links.get(place);
            issuer.is_some_and(|issuer| !links.contradicts(issuer))
        });
        [fit, others].concat()
    }

    fn certificate(&self, place: usize) -> Option<&'b CertificateDer<'static>> {
        match &self.bags.get(place)?.kind {
            BagKind::Certificate(certificate) => Some(certificate),
            BagKind::Key(_) | BagKind::Secret(_) => None,
        }
    }
}

/// Real chains have at most a handful.
const MAX_CHAIN: usize = 32;
/// Candidates that are looked at for one issuer.
const MAX_NAMESAKES: usize = 64;
