//! Which certificates belong to which key, and in which order.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::CertificateDer;

use super::assemble::{Bag, BagKind};
use super::attributes::Attributes;
use crate::tbs::Links;
use crate::{At, Note, NoteKind};

/// A key's certificates and what its own certificate's bag says.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) leaf: Attributes,
}

/// Which certificates are whose.
pub(super) struct Matched {
    /// By the place of the key's bag.
    pub(super) chains: HashMap<usize, Chain>,
    /// Places of certificates that are in a chain and are no entry of their own.
    pub(super) consumed: HashSet<usize>,
    pub(super) notes: Vec<Note>,
}

/// The certificates of a file, by everything that finds them.
pub(super) struct Matching<'b> {
    bags: &'b [Bag],
    certificates: Vec<(usize, &'b CertificateDer<'static>, &'b Attributes)>,
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
        self.certificates.push((place, certificate, attributes));
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
    pub(super) fn run(&self, mut copies: usize) -> Matched {
        let mut matched = Matched {
            chains: HashMap::new(),
            consumed: HashSet::new(),
            notes: Vec::new(),
        };
        let mut chained: HashSet<&[u8]> = HashSet::new();
        for (place, bag) in self.bags.iter().enumerate() {
            let BagKind::Key(_) = bag.kind else { continue };
            let Some(leaf) = self.leaf(&bag.attributes) else {
                continue;
            };
            let links = self.chain(leaf);
            let Some(left) = copies.checked_sub(self.size(&links)) else {
                matched.notes.push(Note {
                    kind: NoteKind::Skipped,
                    at: At::Input,
                    message: "chains are left out: the keys share more certificates than fit"
                        .to_owned(),
                });
                break;
            };
            copies = left;
            matched.consumed.insert(leaf);
            let mut chain = Chain::default();
            for certificate in links.iter().filter_map(|link| self.certificate(*link)) {
                chained.insert(certificate);
                chain.certificates.push(certificate.clone());
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
        for (place, certificate, attributes) in &self.certificates {
            if !attributes.trusted && chained.contains(certificate.as_ref()) {
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
            .find(|(_, _, attributes)| attributes.local_key_id.is_none() && !attributes.trusted)
            .map(|(place, ..)| *place)
    }

    /// The octets that a chain copies.
    fn size(&self, links: &[usize]) -> usize {
        let bags = links.iter().filter_map(|link| self.bags.get(*link));
        bags.map(|bag| match &bag.kind {
            BagKind::Certificate(certificate) => certificate.len() + bag.attributes.size(),
            BagKind::Key(_) | BagKind::Secret(_) => 0,
        })
        .sum()
    }

    /// From the leaf to the last issuer that the file has.
    fn chain(&self, leaf: usize) -> Vec<usize> {
        let mut chain = vec![leaf];
        let mut last = leaf;
        while chain.len() < MAX_CHAIN {
            let Some(links) = self.links.get(&last) else {
                break;
            };
            if links.is_self_issued() {
                break;
            }
            let Some(issuer) = self.issuer(links, &chain) else {
                break;
            };
            chain.push(issuer);
            last = issuer;
        }
        chain
    }

    /// The first certificate with the right name, one whose key identifier fits before one whose does not.
    fn issuer(&self, links: &Links<'_>, chain: &[usize]) -> Option<usize> {
        let candidates = self.by_subject.get(links.issuer)?;
        let mut second_best = None;
        // many certificates of one name are many roots of one organisation at most
        for place in candidates.iter().copied().take(MAX_NAMESAKES) {
            let same = self.same.get(&place);
            if chain.iter().any(|link| self.same.get(link) == same) {
                continue;
            }
            let fits = self
                .links
                .get(&place)
                .is_some_and(|issuer| !links.contradicts(issuer));
            if fits {
                return Some(place);
            }
            second_best.get_or_insert(place);
        }
        second_best
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
