//! What is told about the pairs.

use serde::Serialize;
use time::OffsetDateTime;

use super::pairing::Pair;
use super::{Content, Item, Role, Side, TrustRecord};
use crate::record::CertificateRecord;
use crate::text::serialize_optional_time;

/// What differs between two sides. As JSON, with these field names:
///
/// ```json
/// { "before": "old.jks", "after": "new.jks", "differs": true,
///   "counts": { "added": 0, "removed": 0, "renewed": 1, "moved": 0, "changed": 0, "unchanged": 3 },
///   "differences": [ { "kind": "renewed", "same_key": true, "before": { … }, "after": { … } } ],
///   "trust": [ { "change": "trust-lost", … } ] }
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct DiffRecord {
    /// The name of the first side.
    pub before: String,
    /// The name of the second side.
    pub after: String,
    /// Whether there is any difference, or any server lost or gained trust.
    pub differs: bool,
    /// How many of which kind.
    pub counts: Counts,
    /// In the order of the first side, then what was added in the order of the second.
    pub differences: Vec<Difference>,
    /// The servers that were judged with both, in the order in which they were named.
    pub trust: Vec<TrustRecord>,
}

/// How many of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the second side only.
    pub added: usize,
    /// In the first side only.
    pub removed: usize,
    /// Another certificate of the same subject, by its key or its issuer.
    pub renewed: usize,
    /// The same under another alias or in another file.
    pub moved: usize,
    /// The same alias with another holder, or the same certificate as another kind of entry.
    pub changed: usize,
    /// In both.
    pub unchanged: usize,
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// What became of it.
    pub kind: DiffKind,
    /// Whether both have the same public key; `null` where one of them has none that is known.
    pub same_key: Option<bool>,
    /// What else is to be known, in words.
    pub detail: Vec<&'static str>,
    /// What was there; `null` when it was added.
    pub before: Option<ItemRecord>,
    /// What is there; `null` when it was removed.
    pub after: Option<ItemRecord>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffKind {
    /// In the second side only.
    Added,
    /// In the first side only.
    Removed,
    /// Another certificate with the same subject and key, or the same subject and issuer.
    Renewed,
    /// The same under another alias or in another file.
    Moved,
    /// The same alias with another holder, or the same certificate as another kind of entry.
    Changed,
}

/// One side of a difference.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRecord {
    /// The file of a folder or bundle, the server of a lock.
    pub place: Option<String>,
    /// The alias, where the container gives one.
    pub alias: Option<String>,
    /// `trusted-certificate`, `private-key`, `chain`, `secret-key`, `certificate`, `presented`.
    pub role: Role,
    /// SHA-256 of the certificate, hex; `null` for a key without one.
    pub fingerprint: Option<String>,
    /// Last second of validity, where it is known.
    #[serde(serialize_with = "serialize_optional_time")]
    pub not_after: Option<OffsetDateTime>,
    /// The certificate, where it can be parsed.
    pub certificate: Option<CertificateRecord>,
}

impl DiffRecord {
    pub(super) fn new(before: &Side, after: &Side, pairs: &[Pair<'_>], at: OffsetDateTime) -> Self {
        let mut counts = Counts::default();
        let mut differences = Vec::new();
        for pair in pairs {
            let Some((kind, detail)) = told(pair) else {
                counts.unchanged += 1;
                continue;
            };
            *match kind {
                DiffKind::Added => &mut counts.added,
                DiffKind::Removed => &mut counts.removed,
                DiffKind::Renewed => &mut counts.renewed,
                DiffKind::Moved => &mut counts.moved,
                DiffKind::Changed => &mut counts.changed,
            } += 1;
            let spki = |item: Option<&Item>| item.and_then(Item::spki);
            differences.push(Difference {
                kind,
                same_key: spki(pair.0)
                    .zip(spki(pair.1))
                    .map(|(one, other)| one == other),
                detail,
                before: pair.0.map(|item| ItemRecord::new(item, at)),
                after: pair.1.map(|item| ItemRecord::new(item, at)),
            });
        }
        Self {
            before: before.name.clone(),
            after: after.name.clone(),
            differs: !differences.is_empty(),
            counts,
            differences,
            trust: Vec::new(),
        }
    }

    /// The same, with what became of the trust in servers.
    #[must_use]
    pub fn with_trust(mut self, trust: Vec<TrustRecord>) -> Self {
        self.differs |= trust.iter().any(TrustRecord::is_difference);
        self.trust = trust;
        self
    }
}

impl ItemRecord {
    fn new(item: &Item, at: OffsetDateTime) -> Self {
        Self {
            place: item.place.clone(),
            alias: item.alias.clone(),
            role: item.role,
            fingerprint: item
                .fingerprint()
                .map(|fingerprint| fingerprint.to_string()),
            not_after: match &item.content {
                Content::Certificate(certificate) => Some(certificate.not_after()),
                Content::LockedLeaf { not_after, .. } => Some(*not_after),
                _ => None,
            },
            certificate: item
                .certificate()
                .map(|one| CertificateRecord::new(one, at)),
        }
    }
}

/// What is to be said about a pair; `None` when nothing is.
fn told(pair: &Pair<'_>) -> Option<(DiffKind, Vec<&'static str>)> {
    let (before, after) = match *pair {
        (Some(before), Some(after)) => (before, after),
        (Some(_), None) => return Some((DiffKind::Removed, Vec::new())),
        (None, Some(_)) => return Some((DiffKind::Added, Vec::new())),
        (None, None) => return None,
    };
    let mut detail = Vec::new();
    let content = content(before, after, &mut detail);
    let moved = is_moved(before, after);
    let other_role = is_other_role(before.role, after.role);
    if other_role {
        detail.push("another kind of entry");
    }
    let kind = match content {
        Some(kind) => {
            if moved {
                detail.push("moved");
            }
            kind
        }
        None if other_role => {
            if moved {
                detail.push("moved");
            }
            DiffKind::Changed
        }
        None if moved => DiffKind::Moved,
        None => return None,
    };
    Some((kind, detail))
}

/// Whether the two are other things, and how.
fn content(before: &Item, after: &Item, detail: &mut Vec<&'static str>) -> Option<DiffKind> {
    match (&before.content, &after.content) {
        (Content::SealedKey(one), Content::SealedKey(other)) => {
            if one == other {
                return None;
            }
            detail.push("a sealed key, which cannot be told from the same one sealed again");
            return Some(DiffKind::Changed);
        }
        (Content::ClearKey(one), Content::ClearKey(other)) if one == other => return None,
        _ => (),
    }
    let fingerprints = (before.fingerprint(), after.fingerprint());
    if fingerprints.0.is_some() && fingerprints.0 == fingerprints.1 {
        return None;
    }
    let same_subject = match (before.certificate(), after.certificate()) {
        (Some(one), Some(other)) => one.subject() == other.subject(),
        // A lock has no subject; its server stands for it.
        _ => before.place.is_some() && before.place == after.place,
    };
    let equal = |one: Option<bool>| one.unwrap_or(false);
    let same_key = before
        .spki()
        .zip(after.spki())
        .map(|(one, other)| one == other);
    let issuers = before.issuer().zip(after.issuer());
    let same_issuer = match (before.certificate(), after.certificate()) {
        (Some(one), Some(other)) => Some(one.issuer() == other.issuer()),
        _ => issuers.map(|(one, other)| one == other),
    };
    if same_subject && (equal(same_key) || equal(same_issuer)) {
        detail.push(if equal(same_key) {
            "same key"
        } else {
            "another key"
        });
        if same_issuer == Some(false) {
            detail.push("another issuer");
        }
        return Some(DiffKind::Renewed);
    }
    detail.push("another holder");
    Some(DiffKind::Changed)
}

/// Java compares aliases without case; a container without them has nothing to move.
fn is_moved(before: &Item, after: &Item) -> bool {
    let other = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one.to_lowercase() != other.to_lowercase(),
        _ => false,
    };
    other(&before.alias, &after.alias) || other(&before.place, &after.place)
}

/// A file without entries does not say that a certificate is trusted, and a server says nothing of its key.
fn is_other_role(before: Role, after: Role) -> bool {
    let listed = |role| matches!(role, Role::TrustedCertificate | Role::Chain);
    match (before, after) {
        (Role::Presented, _) | (_, Role::Presented) => false,
        (Role::Certificate, role) | (role, Role::Certificate) if listed(role) => false,
        (before, after) => before != after,
    }
}
