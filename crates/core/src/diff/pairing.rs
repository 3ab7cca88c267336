//! Who on one side is who on the other: greedy, and the same for the same input.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use trustpack_keystore::SealedKey;

use super::{Content, Item, Role};
use crate::Certificate;
use crate::cert::Fingerprint;
use crate::name::Name;

/// Two items that belong together, or one that nothing belongs to; in the order of the first side, then of the second.
pub(super) type Pair<'a> = (Option<&'a Item>, Option<&'a Item>);

pub(super) fn pair<'a>(before: &'a [Item], after: &'a [Item]) -> Vec<Pair<'a>> {
    let mut pairing = Pairing {
        before: before.iter().map(Known::new).collect(),
        after: after.iter().map(Known::new).collect(),
        partner: vec![None; before.len()],
        taken: vec![false; after.len()],
    };
    pairing.closest_first(|known| known.identity.clone());
    pairing.closest_first(|known| known.holder.clone());
    pairing.closest_first(|known| known.locked_key.clone());
    pairing.closest_first(|known| known.lineage.clone());
    pairing.closest_first(|known| known.locked_issuer.clone());
    pairing.round(Known::name);
    let taken = pairing.taken;
    let paired = before.iter().zip(&pairing.partner);
    let paired = paired.map(|(item, partner)| (Some(item), partner.and_then(|at| after.get(at))));
    let alone = after.iter().zip(taken).filter(|(_, taken)| !taken);
    paired
        .chain(alone.map(|(item, _)| (None, Some(item))))
        .collect()
}

/// What an item is found by, worked out once.
struct Known<'a> {
    item: &'a Item,
    alias: Option<String>,
    identity: Option<Identity<'a>>,
    holder: Option<(Name, Vec<u8>)>,
    lineage: Option<(Name, Name)>,
    /// A lock does not know the subject; the server that is locked stands for it.
    locked_key: Option<(String, [u8; 32])>,
    locked_issuer: Option<(String, String)>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Identity<'a> {
    Certificate(Fingerprint),
    Key([u8; 32]),
    SealedKey(&'a SealedKey),
}

/// The entry of a store; the certificates of a key's chain share an alias with the key and are not it.
type EntryName<'a> = (Option<&'a str>, &'a str);

impl<'a> Known<'a> {
    fn new(item: &'a Item) -> Self {
        let certificate = item.certificate();
        let server = (item.role == Role::Presented)
            .then_some(item.place.as_ref())
            .flatten();
        let is_ca = certificate.is_some_and(Certificate::is_ca);
        let server = server.filter(|_| !is_ca);
        Self {
            item,
            alias: item.alias.as_ref().map(|alias| alias.to_lowercase()),
            identity: match &item.content {
                Content::ClearKey(digest) => Some(Identity::Key(*digest)),
                Content::SealedKey(key) => Some(Identity::SealedKey(key)),
                _ => item.fingerprint().map(Identity::Certificate),
            },
            holder: certificate.map(|one| {
                let key = one.subject_public_key_info().to_vec();
                (one.subject().clone(), key)
            }),
            // Nobody's certificates are not versions of one another.
            lineage: certificate
                .filter(|one| !one.subject().is_empty())
                .map(|one| (one.subject().clone(), one.issuer().clone())),
            locked_key: server.cloned().zip(item.spki()),
            locked_issuer: server.cloned().zip(item.issuer()),
        }
    }

    fn name(&self) -> Option<EntryName<'_>> {
        let place = self.item.place.as_deref();
        let alias = self.alias.as_deref()?;
        (self.item.role != Role::Chain).then_some((place, alias))
    }
}

struct Pairing<'a> {
    before: Vec<Known<'a>>,
    after: Vec<Known<'a>>,
    partner: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl<'a> Pairing<'a> {
    /// Pairs by a key: first what also stands at the same place in the same way, then less and less of that.
    fn closest_first<K: Hash + Eq>(&mut self, key: impl Fn(&Known<'a>) -> Option<K>) {
        type Near = (Option<String>, Option<String>, Option<Role>);
        let nearness: [fn(&Known<'_>) -> Near; 5] = [
            |one| {
                (
                    one.item.place.clone(),
                    one.alias.clone(),
                    Some(one.item.role),
                )
            },
            |one| (one.item.place.clone(), one.alias.clone(), None),
            |one| (one.item.place.clone(), None, Some(one.item.role)),
            |one| (None, None, Some(one.item.role)),
            |_| (None, None, None),
        ];
        for near in nearness {
            self.round(|known| Some((key(known)?, near(known))));
        }
    }

    /// Pairs those with equal keys, in their order.
    fn round<'s, K: Hash + Eq>(&'s mut self, key: impl Fn(&'s Known<'a>) -> Option<K>) {
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, known) in self.after.iter().enumerate() {
            if self.taken.get(index) == Some(&false)
                && let Some(key) = key(known)
            {
                free.entry(key).or_default().push_back(index);
            }
        }
        for (known, partner) in self.before.iter().zip(&mut self.partner) {
            if partner.is_none()
                && let Some(key) = key(known)
                && let Some(index) = free.get_mut(&key).and_then(VecDeque::pop_front)
            {
                *partner = Some(index);
                if let Some(taken) = self.taken.get_mut(index) {
                    *taken = true;
                }
            }
        }
    }
}
