//! Decides what happens to each entry, against what the destination will hold by then.

use std::collections::{HashMap, HashSet};

use trustpack_keystore::{Alias, CertificateDer, Entry, EntryKind, KeyStore};

use super::remark::{self, Item};
use super::{
    Action, AliasPolicy, CreatedPolicy, Incoming, MergeOptions, OnConflict, Outcome, Plan,
    Resolution, Step,
};
use crate::alias::Aliases;
use crate::report::Finding;

pub(super) fn plan(destination: &KeyStore, incoming: &[Incoming], options: &MergeOptions) -> Plan {
    let items: Vec<Item<'_>> = incoming.iter().map(Item::of).collect();
    let mut planner = Planner::new(destination, &items, options);
    let actions = (0..items.len())
        .map(|index| planner.action(index))
        .collect();
    Plan {
        actions,
        steps: planner.steps,
    }
}

/// The destination as it will be after the steps so far.
struct Planner<'a> {
    options: &'a MergeOptions,
    items: &'a [Item<'a>],
    entries: Vec<Slot<'a>>,
    aliases: Aliases,
    /// By alias as spelled, and by alias without case: places in `entries`.
    spelled: HashMap<String, usize>,
    folded: HashMap<String, usize>,
    /// The places of trusted certificates and of keys.
    certificates: HashMap<&'a CertificateDer<'static>, Vec<usize>>,
    keys: Vec<usize>,
    /// What the input brings: none of it is replaced, or merging twice would not give the same as merging once.
    wanted: HashSet<&'a CertificateDer<'static>>,
    steps: Vec<Step>,
}

/// An entry of the destination, now or after a step.
struct Slot<'a> {
    alias: String,
    entry: &'a Entry,
    /// Who brought it; `None`: it was there.
    item: Option<&'a Item<'a>>,
}

impl<'a> Planner<'a> {
    fn new(destination: &'a KeyStore, items: &'a [Item<'a>], options: &'a MergeOptions) -> Self {
        let wanted = items.iter().filter_map(|item| trusted(item.entry));
        let mut planner = Self {
            options,
            items,
            entries: Vec::with_capacity(destination.len()),
            aliases: Aliases::of_store(destination),
            spelled: HashMap::new(),
            folded: HashMap::new(),
            certificates: HashMap::new(),
            keys: Vec::new(),
            wanted: wanted.collect(),
            steps: Vec::new(),
        };
        for entry in destination.entries() {
            planner.enter(Slot {
                alias: entry.alias.as_str().to_owned(),
                entry,
                item: None,
            });
        }
        planner
    }

    fn action(&mut self, index: usize) -> Action {
        let items = self.items;
        let item = &items[index];
        let mut findings = remark::findings(item, self.options.at);
        let outcome = self.outcome(item, &mut findings);
        Action {
            source: item.source.to_owned(),
            alias: item.given.map(str::to_owned),
            display_name: item.display_name.clone(),
            kind: item.kind,
            fingerprint: item.fingerprint.clone(),
            outcome,
            findings,
        }
    }

    fn outcome(&mut self, item: &'a Item<'a>, findings: &mut Vec<Finding>) -> Outcome {
        if let Some(slot) = self.same(item) {
            if slot.entry.certificates() != item.entry.certificates() {
                findings.push(remark::chain_differs(item, &slot.alias));
            }
            let alias = slot.alias.clone();
            return match slot.item {
                None => Outcome::AlreadyThere { alias },
                Some(before) => Outcome::DuplicateInput {
                    of: before.source.to_owned(),
                    alias,
                },
            };
        }
        if item.unreadable.is_some() || (item.not_java.is_some() && self.options.for_java) {
            return Outcome::LeftOut;
        }
        let given = match self.options.aliases {
            AliasPolicy::Given => item.given,
            AliasPolicy::Scheme => None,
        };
        let Some(given) = given else {
            let alias = self.add(item, &item.scheme);
            return Outcome::Add { alias };
        };
        let holder = self.spelled.get(given);
        match holder
            .or_else(|| self.folded.get(&given.to_lowercase()))
            .copied()
        {
            None => Outcome::Add {
                alias: self.add(item, given),
            },
            Some(place) => Outcome::Conflict {
                alias: self.entries[place].alias.clone(),
                resolution: self.resolve(item, given, place, findings),
            },
        }
    }

    fn resolve(
        &mut self,
        item: &'a Item<'a>,
        given: &str,
        place: usize,
        findings: &mut Vec<Finding>,
    ) -> Resolution {
        match self.options.on_conflict {
            OnConflict::Fail => return Resolution::Refused,
            OnConflict::Keep => return Resolution::Kept,
            OnConflict::Rename => {}
            OnConflict::Replace => {
                let holder = &self.entries[place];
                if trusted(item.entry).is_some() && trusted(holder.entry).is_none() {
                    let why = "it holds a key, which a certificate never replaces";
                    findings.push(remark::not_replaced(item, &holder.alias, why));
                    return Resolution::Refused;
                }
                if holder.item.is_some() {
                    let why = "it came with the same input";
                    findings.push(remark::not_replaced(item, &holder.alias, why));
                } else if self.is_wanted(holder) {
                    let why = "the input brings that entry as well";
                    findings.push(remark::not_replaced(item, &holder.alias, why));
                } else {
                    self.replace(item, place);
                    return Resolution::Replaced;
                }
            }
        }
        Resolution::Renamed {
            to: self.add(item, given),
        }
    }

    /// The entry that is the same: the certificate under any alias; the key with the same end entity, under any alias too (a
    /// key that was sealed anew has other bytes); the key without a certificate, and the secret key, with the same bytes.
    fn same(&self, item: &Item<'_>) -> Option<&Slot<'a>> {
        if let Some(der) = trusted(item.entry) {
            let place = self.certificates.get(der)?.first()?;
            return self.entries.get(*place);
        }
        let mut slots = self.keys.iter().map(|place| &self.entries[*place]);
        slots.find(|slot| same_key(item.entry, slot.entry))
    }

    /// Whether any incoming entry is the same as this one.
    fn is_wanted(&self, slot: &Slot<'_>) -> bool {
        if let Some(der) = trusted(slot.entry) {
            return self.wanted.contains(der);
        }
        let mut items = self.items.iter();
        items.any(|item| same_key(item.entry, slot.entry))
    }

    fn add(&mut self, item: &'a Item<'a>, wanted: &str) -> String {
        let alias = self.aliases.unique(wanted);
        self.steps.push(Step::Add(self.entry(item, &alias)));
        self.enter(Slot {
            alias: alias.clone(),
            entry: item.entry,
            item: Some(item),
        });
        alias
    }

    fn replace(&mut self, item: &'a Item<'a>, place: usize) {
        let old = &self.entries[place];
        let alias = old.alias.clone();
        if let Some(places) = trusted(old.entry).and_then(|der| self.certificates.get_mut(der)) {
            places.retain(|other| *other != place);
        }
        self.keys.retain(|other| *other != place);
        self.steps.push(Step::Replace(self.entry(item, &alias)));
        self.entries[place] = Slot {
            alias,
            entry: item.entry,
            item: Some(item),
        };
        self.index(place);
    }

    fn enter(&mut self, slot: Slot<'a>) {
        let place = self.entries.len();
        self.spelled.insert(slot.alias.clone(), place);
        self.folded
            .entry(slot.alias.to_lowercase())
            .or_insert(place);
        self.entries.push(slot);
        self.index(place);
    }

    fn index(&mut self, place: usize) {
        match trusted(self.entries[place].entry) {
            Some(der) => self.certificates.entry(der).or_default().push(place),
            None => self.keys.push(place),
        }
    }

    fn entry(&self, item: &Item<'_>, alias: &str) -> Entry {
        let mut entry = item.entry.clone();
        entry.alias = Alias::new(alias);
        match self.options.created {
            CreatedPolicy::Fixed(created) => entry.created = Some(created),
            CreatedPolicy::NotBefore => {
                if let Some(certificate) = &item.certificate {
                    entry.created = Some(super::not_before(certificate));
                }
            }
        }
        entry
    }
}

fn trusted(entry: &Entry) -> Option<&CertificateDer<'static>> {
    match &entry.kind {
        EntryKind::TrustedCertificate(der) => Some(der),
        _ => None,
    }
}

fn same_key(a: &Entry, b: &Entry) -> bool {
    match (&a.kind, &b.kind) {
        (
            EntryKind::PrivateKey {
                key: a,
                chain: a_chain,
            },
            EntryKind::PrivateKey {
                key: b,
                chain: b_chain,
            },
        ) => {
            // a certificate is for one key only, under whatever alias and seal
            let end_entity = a_chain.first();
            end_entity == b_chain.first() && (a == b || end_entity.is_some())
        }
        (EntryKind::SecretKey(a), EntryKind::SecretKey(b)) => a == b,
        _ => false,
    }
}
