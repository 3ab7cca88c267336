//! From bags to entries: which certificate belongs to which key, in which order a chain stands, and what is left.
//!
//! The rules are Java's (`sun.security.pkcs12.PKCS12KeyStore`, `engineLoad` and `findMatchedCertificate`), except that
//! what Java would drop is returned, with a note.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::CertificateDer;

use super::attributes::Attributes;
use crate::tbs::Links;
use crate::{Alias, At, Attribute, Entry, EntryKind, KeyStore, Note, NoteKind, SealedKey};

/// One bag that was read.
#[derive(Clone, Debug)]
pub(super) struct Bag {
    pub(super) kind: BagKind,
    pub(super) attributes: Attributes,
}

#[derive(Clone, Debug)]
pub(super) enum BagKind {
    Certificate(CertificateDer<'static>),
    Key(SealedKey),
    Secret(SealedKey),
}

/// Entries in the order of their bags, and what is to be said about them.
pub(super) struct Assembled {
    pub(super) store: KeyStore,
    pub(super) notes: Vec<Note>,
}

/// Makes entries; `input_len` bounds how much is copied for chains that share certificates.
pub(super) fn assemble(bags: Vec<Bag>, input_len: usize) -> Assembled {
    let matched = Matching::new(&bags).run(input_len.saturating_mul(MAX_COPIES));
    let mut entries = Entries {
        store: KeyStore::new(),
        notes: matched.notes,
        taken: HashSet::new(),
        suffixes: HashMap::new(),
        next_visible: 1,
        next_invisible: 1 + visible_and_nameless(&bags, &matched.chains),
    };
    for (place, bag) in bags.into_iter().enumerate() {
        let attributes = bag.attributes;
        match bag.kind {
            BagKind::Key(key) => {
                let chain = matched.chains.get(&place).cloned().unwrap_or_default();
                entries.private_key(key, attributes, chain);
            }
            BagKind::Secret(key) => {
                let kind = EntryKind::SecretKey(key);
                entries.push(kind, &attributes, attributes.other.clone());
            }
            BagKind::Certificate(certificate) => {
                if !matched.consumed.contains(&place) {
                    entries.trusted(certificate, attributes);
                }
            }
        }
    }
    Assembled {
        store: entries.store,
        notes: entries.notes,
    }
}

/// How many entries Java would number, because they have no name; what Java does not see is numbered after them, so that
/// every entry that Java shows has the alias that Java shows.
fn visible_and_nameless(bags: &[Bag], chains: &HashMap<usize, Chain>) -> usize {
    let nameless = |(place, bag): &(usize, &Bag)| match bag.kind {
        BagKind::Certificate(_) => bag.attributes.trusted && bag.attributes.friendly_name.is_none(),
        BagKind::Key(_) | BagKind::Secret(_) => {
            let leaf = chains.get(place).map(|chain| &chain.leaf);
            bag.attributes.friendly_name.is_none()
                && leaf.is_none_or(|leaf| leaf.friendly_name.is_none())
        }
    };
    bags.iter().enumerate().filter(nameless).count()
}

/// A key's certificates and what its own certificate's bag says.
#[derive(Clone, Debug, Default)]
struct Chain {
    certificates: Vec<CertificateDer<'static>>,
    leaf: Attributes,
}

struct Matched {
    /// By the place of the key's bag.
    chains: HashMap<usize, Chain>,
    /// Places of certificates that are in a chain and are no entry of their own.
    consumed: HashSet<usize>,
    notes: Vec<Note>,
}

/// The certificates of a file, by everything that finds them.
struct Matching<'b> {
    bags: &'b [Bag],
    certificates: Vec<(usize, &'b CertificateDer<'static>, &'b Attributes)>,
    links: HashMap<usize, Links<'b>>,
    by_subject: HashMap<&'b [u8], Vec<usize>>,
    by_key_id: HashMap<&'b [u8], Vec<usize>>,
    by_name: HashMap<String, usize>,
    keys: usize,
}

impl<'b> Matching<'b> {
    fn new(bags: &'b [Bag]) -> Self {
        let mut matching = Self {
            bags,
            certificates: Vec::new(),
            links: HashMap::new(),
            by_subject: HashMap::new(),
            by_key_id: HashMap::new(),
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
        if let Some(links) = Links::of(certificate) {
            self.links.insert(place, links);
            self.by_subject
                .entry(links.subject)
                .or_default()
                .push(place);
        }
        if let Some(identifier) = &attributes.local_key_id {
            self.by_key_id.entry(identifier).or_default().push(place);
        }
        // a certificate that is an entry of its own shares no name with a key
        if let (Some(name), false) = (&attributes.friendly_name, attributes.trusted) {
            self.by_name.entry(name.to_lowercase()).or_insert(place);
        }
    }

    fn run(&self, mut copies: usize) -> Matched {
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
            matched.consumed.insert(leaf);
            let mut chain = Chain::default();
            for link in self.chain(leaf) {
                let Some(certificate) = self.certificate(link) else {
                    continue;
                };
                chained.insert(certificate);
                let Some(left) = copies.checked_sub(certificate.len()) else {
                    matched.notes.push(Note {
                        kind: NoteKind::Skipped,
                        at: At::Input,
                        message: "the chains repeat more certificates than fit; they are cut"
                            .to_owned(),
                    });
                    break;
                };
                copies = left;
                chain.certificates.push(certificate.clone());
            }
            if let Some(bag) = self.bags.get(leaf) {
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
        let same_id = key.local_key_id.as_deref();
        if let Some(places) = same_id.and_then(|identifier| self.by_key_id.get(identifier)) {
            let named = places.iter().find(|place| {
                let bag = self.bags.get(**place);
                let found = bag.and_then(|bag| bag.attributes.friendly_name.as_ref());
                name.is_some() && found.map(|name| name.to_lowercase()) == name
            });
            return named.or_else(|| places.first()).copied();
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
            let certificate = self.certificate(place);
            if chain
                .iter()
                .any(|link| self.certificate(*link) == certificate)
            {
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

/// The entries so far, and the names in use.
struct Entries {
    store: KeyStore,
    notes: Vec<Note>,
    taken: HashSet<String>,
    suffixes: HashMap<String, usize>,
    /// The numbers that the next nameless entries get.
    next_visible: usize,
    next_invisible: usize,
}

impl Entries {
    fn private_key(&mut self, key: SealedKey, mut attributes: Attributes, chain: Chain) {
        let leaf = chain.leaf;
        let clear = !key.is_sealed();
        // OpenSSL names key and certificate alike, Windows sometimes only one of them
        attributes.friendly_name = attributes.friendly_name.or(leaf.friendly_name);
        let mut other = attributes.other.clone();
        for attribute in leaf.other {
            if !other.contains(&attribute) {
                other.push(attribute);
            }
        }
        let kind = EntryKind::PrivateKey {
            key,
            chain: chain.certificates,
        };
        let alias = self.push(kind, &attributes, other);
        if clear {
            self.warn(&alias, "invisible to Java: the key is not encrypted");
        }
        if leaf.trusted {
            self.warn(
                &alias,
                "without its chain for Java: trustedKeyUsage attribute on the key's own certificate",
            );
        }
    }

    fn trusted(&mut self, certificate: CertificateDer<'static>, attributes: Attributes) {
        let kind = EntryKind::TrustedCertificate(certificate);
        let alias = self.push(kind, &attributes, attributes.other.clone());
        if !attributes.trusted {
            self.warn(&alias, "invisible to Java: no trustedKeyUsage attribute");
        }
    }

    /// Under its friendly name, or as Java counts the nameless; returns the alias in use.
    fn push(&mut self, kind: EntryKind, attributes: &Attributes, other: Vec<Attribute>) -> String {
        let invisible = matches!(kind, EntryKind::TrustedCertificate(_)) && !attributes.trusted;
        let alias = match &attributes.friendly_name {
            Some(name) => Alias::new(name),
            None => {
                let next = if invisible {
                    &mut self.next_invisible
                } else {
                    &mut self.next_visible
                };
                *next += 1;
                Alias::positional(*next - 1)
            }
        };
        let wanted = alias.as_str().to_owned();
        let free = self.free_name(&wanted);
        let alias = if free == wanted {
            alias
        } else {
            Alias::new(free)
        };
        let entry = Entry {
            alias,
            created: attributes.created(),
            kind,
            attributes: other,
        };
        let used = self.store.push_renamed(entry).as_str().to_owned();
        if used != wanted {
            self.notes.push(Note {
                kind: NoteKind::Oddity,
                at: At::Entry(used.clone()),
                message: format!("renamed, the alias {wanted:?} occurs more than once"),
            });
        }
        used
    }

    /// The name, or the first free one with a number; counts on from the last one, so that a file of nothing but
    /// namesakes costs no more than any other.
    fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        if self.taken.contains(&name) {
            let suffix = self.suffixes.entry(name).or_insert(2);
            loop {
                name = format!("{wanted}-{suffix}");
                *suffix += 1;
                if !self.taken.contains(&name) {
                    break;
                }
            }
        }
        self.taken.insert(name.clone());
        name
    }

    fn warn(&mut self, alias: &str, message: &str) {
        self.notes.push(Note {
            kind: NoteKind::Warning,
            at: At::Entry(alias.to_owned()),
            message: message.to_owned(),
        });
    }
}

/// Real chains have at most a handful.
const MAX_CHAIN: usize = 32;
/// Candidates that are looked at for one issuer.
const MAX_NAMESAKES: usize = 64;
/// How often, on average, a byte of the input may be copied into chains; two hundred keys of one CA need three.
const MAX_COPIES: usize = 16;
