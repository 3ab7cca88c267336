//! A file that was read, as a subject: its certificates and revocation lists, and what is wrong with how it keeps them.

use time::OffsetDateTime;
use trustpack_keystore::{Contents, Entry, EntryKind, Format, Note, NoteKind};

use crate::Certificate;
use crate::chain::{PresentedChain, analyse};
use crate::crl::RevocationList;
use crate::key::{Belongs, belongs};
use crate::report::{Finding, Role, Severity, State};

use super::split_chains::split_chains;
use super::{Item, Subject};

/// No server sends a longer chain; what is longer is a collection.
const MAX_CHAIN: usize = 16;

impl Subject {
    /// A file or a member of one. Entries with aliases are a [store](Self::from_store), others a
    /// [list](Self::from_certificates).
    ///
    /// | id | severity | when |
    /// |---|---|---|
    /// | `CHECK-UNREADABLE` | critical | a part of it cannot be read |
    /// | `CERT-LEAF-ONLY` | warning | a trust store holds only certificates of servers, which end with their renewal |
    /// | `CERT-KEY-MISMATCH` | critical | a key lies beside certificates, and is the key of none of them |
    /// | `CHAIN-ORDER` and others of [`analyse`] | theirs | the file is a chain |
    /// | `STORE-CHAIN-SPLIT` | warning | the chain of a key goes on in another entry |
    /// | `STORE-PROTECTION` | warning, note | what seals its keys can be broken |
    ///
    /// What of a chain is on no path from its end entity is [extra](Item::extra), as it is in what a server presents.
    pub fn from_contents(name: &str, contents: &Contents, at: OffsetDateTime) -> Self {
        let store = &contents.store;
        let has_aliases = contents.format.has_aliases();
        let mut subject = if has_aliases {
            Self::from_store(name, store)
        } else {
            Self::from_certificates(name, store.entries().iter().flat_map(Entry::certificates))
        };
        subject.add_lists(contents);
        if has_aliases {
            subject.findings.extend(leaf_only(&subject, contents, at));
            let split = split_chains(&subject, contents);
            subject.findings.extend(split);
        } else {
            subject.put_in_order(at);
        }
        subject.match_keys(contents);
        subject.findings.extend(protection(name, contents));
        subject.add_skipped(&contents.notes);
        subject
    }

    /// What a reader left out is a finding each.
    pub fn add_skipped(&mut self, notes: &[Note]) {
        for note in notes.iter().filter(|note| note.kind == NoteKind::Skipped) {
            let unreadable = Self::unreadable(&self.name, note);
            self.findings.extend(unreadable.findings);
        }
    }

    /// The revocation lists of a file, after its certificates.
    pub fn add_lists(&mut self, contents: &Contents) {
        for (place, der) in contents.others.crls.iter().enumerate() {
            let label = format!("crl {}", place + 1);
            match RevocationList::without_entries(der) {
                Ok((list, _)) => self.items.push(Item::revocation_list(label, list)),
                Err(error) => self.note_unreadable(&label, error),
            }
        }
    }

    /// The order of a chain, and what does not belong to it. Its roots are not asked for: a file need not hold them.
    fn put_in_order(&mut self, at: OffsetDateTime) {
        let certificates: Vec<&Certificate> =
            self.items.iter().filter_map(Item::certificate).collect();
        let end_entities = certificates.iter().filter(|one| !one.is_ca()).count();
        if end_entities != 1 || !(2..=MAX_CHAIN).contains(&certificates.len()) {
            return;
        }
        let chain = PresentedChain {
            certificates: certificates.into_iter().cloned().collect(),
            ..PresentedChain::default()
        };
        let analysis = analyse(&chain, &[], &self.name, at);
        let is_on_path = |certificate: &Certificate| {
            let root = analysis.root.as_ref().map(|root| &root.certificate);
            analysis.path.contains(certificate) || root == Some(certificate)
        };
        for item in &mut self.items {
            item.extra = item.certificate().is_some_and(|one| !is_on_path(one));
        }
        self.findings
            .extend(analysis.findings.into_iter().filter(|finding| {
                matches!(
                    finding.id.as_ref(),
                    "CHAIN-ORDER" | "CHAIN-DUPLICATE" | "CHAIN-EXTRA"
                )
            }));
    }

    /// Finds out whose the open keys of a file are. A key that is sealed is not unlocked for this: that takes as long as
    /// the whole file did. Where one key fits, others beside it do no harm.
    fn match_keys(&mut self, contents: &Contents) {
        let mut strangers = Vec::new();
        let mut has_owner = false;
        for entry in contents.store.entries() {
            match self.owner_of(entry) {
                Owner::Unknown => {}
                Owner::Item(place) => {
                    has_owner = true;
                    if let Some(item) = self.items.get_mut(place) {
                        item.has_key = true;
                    }
                }
                Owner::None(candidates) => {
                    let place = format!("{}: {}", self.name, entry.alias.as_str());
                    let finding = self.mismatch("the private key", &candidates);
                    strangers.push((place, finding));
                }
            }
        }
        match contents.format.has_aliases() {
            // each entry stands for itself
            true => self
                .findings
                .extend(strangers.into_iter().map(|(place, finding)| Finding {
                    subject: place,
                    ..finding
                })),
            false if has_owner => {}
            false => self
                .findings
                .extend(strangers.into_iter().take(1).map(|(_, finding)| finding)),
        }
    }

    /// `CERT-KEY-MISMATCH` when the key of another file, which by its name belongs to this one, is the key of none of its
    /// certificates.
    pub fn match_key_of(&mut self, key_name: &str, contents: &Contents) {
        let mut stranger = None;
        for entry in contents.store.entries() {
            match self.owner_of(entry) {
                Owner::Unknown => {}
                Owner::Item(place) => {
                    if let Some(item) = self.items.get_mut(place) {
                        item.has_key = true;
                    }
                    return;
                }
                Owner::None(candidates) => {
                    stranger =
                        Some(self.mismatch(&format!("the private key in {key_name}"), &candidates));
                }
            }
        }
        self.findings.extend(stranger);
    }

    /// Of the certificates that the entry is about, or of all that are no CA, the one that its open key belongs to.
    fn owner_of(&self, entry: &Entry) -> Owner {
        let EntryKind::PrivateKey { key, chain } = &entry.kind else {
            return Owner::Unknown;
        };
        if key.is_sealed() {
            return Owner::Unknown;
        }
        let Ok(open) = key.unlock(None) else {
            return Owner::Unknown;
        };
        let candidates: Vec<usize> = match chain.first() {
            Some(der) => self.places_of(|certificate| certificate.der() == der),
            None => self.places_of(|certificate| !certificate.is_ca()),
        };
        let answers: Vec<Belongs> = candidates
            .iter()
            .filter_map(|place| self.items.get(*place)?.certificate())
            .map(|certificate| belongs(open.secret_pkcs8(), certificate))
            .collect();
        let owner = answers.iter().position(|answer| *answer == Belongs::Yes);
        match owner.and_then(|owner| candidates.get(owner)) {
            Some(place) => Owner::Item(*place),
            None if answers.is_empty() || answers.iter().any(|answer| *answer != Belongs::No) => {
                Owner::Unknown
            }
            None => Owner::None(candidates),
        }
    }

    fn places_of(&self, fits: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        let places = self.items.iter().enumerate();
        places
            .filter(|(_, item)| item.certificate().is_some_and(&fits))
            .map(|(place, _)| place)
            .collect()
    }

    fn mismatch(&self, key: &str, candidates: &[usize]) -> Finding {
        let names: Vec<String> = candidates
            .iter()
            .filter_map(|place| self.items.get(*place)?.certificate())
            .map(Certificate::display_name)
            .collect();
        let message = format!(
            "{key} is not the key of {}; no server starts with them",
            names.join(", ")
        );
        let hint = "put the key beside its own certificate: `trustpack inspect` shows the public key of each";
        Finding::new("CERT-KEY-MISMATCH", Severity::Critical, &self.name, message).with_hint(hint)
    }
}

/// Whose a key is.
enum Owner {
    /// The certificate at this place.
    Item(usize),
    /// None of those at these places.
    None(Vec<usize>),
    /// It is sealed, or of a kind that cannot be compared, or there is no certificate.
    Unknown,
}

/// Whoever trusts a server by its own certificate stops trusting it when that is renewed.
fn leaf_only(subject: &Subject, contents: &Contents, at: OffsetDateTime) -> Option<Finding> {
    let mut entries = contents.store.entries().iter();
    let is_trust_store =
        entries.all(|entry| matches!(entry.kind, EntryKind::TrustedCertificate(_)));
    let certificates: Vec<&Certificate> =
        subject.items.iter().filter_map(Item::certificate).collect();
    let is_replaced =
        |certificate: &&Certificate| !certificate.is_ca() && !certificate.is_self_issued();
    if !is_trust_store || certificates.is_empty() || !certificates.iter().all(is_replaced) {
        return None;
    }
    let first = certificates.first()?;
    let is_over = |certificate: &&&Certificate| State::at(certificate, at) == State::Expired;
    let over = certificates.iter().filter(is_over).count();
    let message = match (certificates.len(), over) {
        (1, 0) => format!(
            "it trusts nothing but {} itself, which holds until the next renewal",
            first.display_name()
        ),
        (1, _) => format!(
            "it trusts nothing but {} itself, which has expired",
            first.display_name()
        ),
        (count, 0) => format!(
            "it trusts nothing but {count} server certificates, each of which holds until its next renewal"
        ),
        (count, over) if count == over => {
            format!("it trusts nothing but {count} server certificates, all of which have expired")
        }
        (count, over) => format!(
            "it trusts nothing but {count} server certificates, {over} of which expired; the others hold until their next renewal"
        ),
    };
    let hint = format!("add the CA {} to the store", first.issuer());
    Some(Finding::new("CERT-LEAF-ONLY", Severity::Warning, &subject.name, message).with_hint(hint))
}

/// Only what seals keys counts: certificates are public.
fn protection(name: &str, contents: &Contents) -> Vec<Finding> {
    let hint = "write it again with a strong password: `trustpack convert … --format pkcs12`";
    let finding = |severity, place: String, message: String| {
        Finding::new("STORE-PROTECTION", severity, place, message).with_hint(hint)
    };
    let mut findings = Vec::new();
    if contents.format == Format::Bks && contents.facts.version == Some(1) {
        findings.push(finding(
            Severity::Warning,
            name.to_owned(),
            "BKS version 1 has a MAC of 16 bits, which can be forged and tells the password (CVE-2018-5382)".to_owned(),
        ));
    }
    for entry in contents.store.entries() {
        let EntryKind::PrivateKey { key, .. } = &entry.kind else {
            continue;
        };
        let scheme = key.protection();
        let place = format!("{name}: {}", entry.alias.as_str());
        if let Some((severity, why)) = broken(&scheme) {
            findings.push(finding(
                severity,
                place,
                format!("its key is sealed by {scheme}: {why}"),
            ));
        }
    }
    findings
}

/// What is known of a scheme, by the words of [`SealedKey::protection`](trustpack_keystore::SealedKey::protection).
fn broken(scheme: &str) -> Option<(Severity, &'static str)> {
    let is = |part: &str| scheme.contains(part);
    if is("RC2-40") || is("RC4-40") || is("RC2 40") || is("RC4 40") {
        Some((Severity::Warning, "40 bits are tried out in minutes"))
    } else if is("DES") && !is("3DES") && !is("DES-EDE") {
        Some((Severity::Warning, "56 bits are tried out in a day"))
    } else if scheme == "JKS key protector" {
        Some((
            Severity::Note,
            "one SHA-1 for each password that is tried, so only a long one holds",
        ))
    } else if is(", 1 iteration") {
        Some((
            Severity::Note,
            "one MD5 for each password that is tried, so only a long one holds",
        ))
    } else {
        None
    }
}

/// Of what a label says, `crl` is a revocation list; the rest are certificates.
pub(super) fn noun(role: Role) -> &'static str {
    match role {
        Role::Crl => "the revocation list of ",
        Role::Anchor | Role::EndEntity | Role::Intermediate => "",
    }
}
