//! From bags to entries: which certificate belongs to which key, in which order a chain stands, and what is left.
//!
//! The rules are Java's (`sun.security.pkcs12.PKCS12KeyStore`, `engineLoad` and `findMatchedCertificate`), except that
//! what Java would drop is returned, with a note.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::CertificateDer;

use super::attributes::Attributes;
use super::matching::{Chain, Matching};
use crate::note::Notes;
use crate::{Alias, At, Attribute, Entry, EntryKind, KeyStore, SealedKey};

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

/// Makes entries; `input_len` bounds how much is copied for chains that share certificates.
pub(super) fn assemble(bags: Vec<Bag>, input_len: usize, notes: &mut Notes) -> KeyStore {
    let copies = input_len.saturating_mul(MAX_COPIES);
    let mut matched = Matching::new(&bags).run(copies, notes);
    let mut entries = Entries {
        found: Vec::new(),
        rank: 0,
        notes,
        taken: HashSet::new(),
        suffixes: HashMap::new(),
        next_visible: 1,
        next_invisible: 1 + visible_and_nameless(&bags, &matched.chains),
    };
    let mut is_behind_key = false;
    for (place, bag) in bags.into_iter().enumerate() {
        let is_key = !matches!(bag.kind, BagKind::Certificate(_));
        let chain = matched.chains.remove(&place).unwrap_or_default();
        // writers put keys in front of all certificates; an entry stands where its own certificate stands, and a key
        // without one behind the key before it
        match chain.place {
            Some(leaf) => entries.rank = leaf,
            None if is_key && is_behind_key => (),
            None => entries.rank = place,
        }
        is_behind_key = is_key;
        let attributes = bag.attributes;
        match bag.kind {
            BagKind::Key(key) => entries.private_key(key, attributes, chain),
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
    let mut found = entries.found;
    found.sort_by_key(|(rank, _)| *rank);
    let mut store = KeyStore::new();
    for (_, entry) in found {
        store.push_renamed(entry);
    }
    store
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

/// The entries so far, and the names in use.
struct Entries<'n> {
    /// Each with its rank in the order of the store.
    found: Vec<(usize, Entry)>,
    /// That of the next one.
    rank: usize,
    notes: &'n mut Notes,
    taken: HashSet<String>,
    suffixes: HashMap<String, usize>,
    /// The numbers that the next nameless entries get.
    next_visible: usize,
    next_invisible: usize,
}

impl Entries<'_> {
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
            self.invisible(&alias, "invisible to Java: the key is not encrypted");
        }
        if leaf.trusted {
            self.invisible(
                &alias,
                "without its chain for Java: trustedKeyUsage attribute on the key's own certificate",
            );
        }
    }

    fn trusted(&mut self, certificate: CertificateDer<'static>, attributes: Attributes) {
        let kind = EntryKind::TrustedCertificate(certificate);
        let alias = self.push(kind, &attributes, attributes.other.clone());
        if !attributes.trusted {
            self.invisible(&alias, "invisible to Java: no trustedKeyUsage attribute");
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
        let used = entry.alias.as_str().to_owned();
        self.found.push((self.rank, entry));
        if used != wanted {
            let message = format!("renamed, the alias {wanted:?} occurs more than once");
            self.notes.oddity(At::Entry(used.clone()), message);
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

    fn invisible(&mut self, alias: &str, message: &str) {
        self.notes.invisible(At::Entry(alias.to_owned()), message);
    }
}

/// How often, on average, a byte of the input may be copied into chains; two hundred keys of one CA need three.
const MAX_COPIES: usize = 16;
