//! Which servers a store covers, until when, and which of its entries nothing uses.
//!
//! ```text
//! store ─entries─┐
//! servers ──judge──▶ Judged ─add─▶ Coverage ─record─▶ CoverageRecord
//! ```

use std::collections::{BTreeMap, HashSet};

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use trustpack_keystore::{Entry, KeyStore};

use crate::Certificate;
use crate::cert::Fingerprint;
use crate::trust::TrustAnchors;
use crate::verify::Verdict;
use crate::whatif::{Question, Until, until};

mod record;
#[cfg(test)]
mod tests;

pub use record::{CoverageRecord, CoverageSummary, CoveredRecord, EntryUseRecord};

/// An entry of a trust store.
#[derive(Clone, Debug)]
pub struct StoreEntry {
    /// The store that it is in.
    pub store: String,
    /// Its alias; `None` in sets that have none, such as the system's roots.
    pub alias: Option<String>,
    /// The anchor.
    pub certificate: Certificate,
}

impl StoreEntry {
    /// The entries that [`TrustAnchors::from_store`] takes anchors from, in their order.
    pub fn of_store(origin: &str, store: &KeyStore) -> Vec<Self> {
        let entries = store.entries().iter();
        let anchors = entries.filter_map(|entry| {
            let der = entry.certificates().first()?;
            Some(Self {
                store: origin.to_owned(),
                alias: Some(entry.alias.as_str().to_owned()),
                certificate: Certificate::from_der(der.clone()).ok()?,
            })
        });
        anchors.collect()
    }

    /// The entries that [`TrustAnchors::from_every_certificate`] takes anchors from, in their order; those of one chain have
    /// one alias.
    pub fn of_every_certificate(origin: &str, store: &KeyStore) -> Vec<Self> {
        let mut seen = HashSet::new();
        let entries = store.entries().iter();
        let all =
            entries.flat_map(|entry| entry.certificates().iter().map(move |der| (entry, der)));
        let one = |(entry, der): (&Entry, &CertificateDer<'static>)| {
            let certificate = Certificate::from_der(der.clone()).ok()?;
            seen.insert(certificate.fingerprint()).then(|| Self {
                store: origin.to_owned(),
                alias: Some(entry.alias.as_str().to_owned()),
                certificate,
            })
        };
        all.filter_map(one).collect()
    }

    /// The anchors of a set without aliases.
    pub fn of_anchors(anchors: &TrustAnchors) -> Vec<Self> {
        let one = |certificate: &Certificate| Self {
            store: anchors.origin().to_owned(),
            alias: None,
            certificate: certificate.clone(),
        };
        anchors.certificates().iter().map(one).collect()
    }
}

/// What an entry is to a server. The greatest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// The server is refused, and the entry has the name of an issuer in its chain: once what stands in the way is mended,
    /// it may be used. Or there were too many such entries to try each.
    Related,
    /// It would carry the server if it were alone in the store; today the path ends elsewhere.
    Spare,
    /// It is on the path that is accepted.
    Carries,
}

impl Use {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Spare => "spare",
            Self::Carries => "carries",
        }
    }
}

/// A server, judged with a store.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The answer of today.
    pub verdict: Verdict,
    /// Until when it holds.
    pub until: Until,
    /// By their places: the entries that mean something to the server.
    pub uses: BTreeMap<usize, Use>,
}

/// Judges one server. `entries` are those of the store that the question is about.
///
/// A root beside an intermediate is no waste, although a client stops at the intermediate: it is what remains when the
/// intermediate is changed. So every entry that may have a say is tried alone, of a store made to hold us up the first
/// `MAX_ALONE`; the others stay [related](Use::Related).
pub fn judge(question: &Question<'_>, entries: &[StoreEntry]) -> Judged {
    let verdict = question.ask();
    let path = verdict.outcome.as_ref().map(|path| path.certificates());
    let related = question.related().into_iter();
    let related: HashSet<Fingerprint> = related.map(Certificate::fingerprint).collect();
    let mut tried = 0;
    let uses = entries.iter().enumerate().filter_map(|(place, entry)| {
        let certificate = &entry.certificate;
        let found = match path {
            Ok(path) if path.contains(certificate) => Some(Use::Carries),
            _ if !related.contains(&certificate.fingerprint()) => None,
            Ok(_) if tried < MAX_ALONE => {
                tried += 1;
                carries_alone(question, certificate).then_some(Use::Spare)
            }
            Ok(_) | Err(_) => Some(Use::Related),
        };
        Some((place, found?))
    });
    Judged {
        uses: uses.collect(),
        until: until(question),
        verdict,
    }
}

fn carries_alone(question: &Question<'_>, certificate: &Certificate) -> bool {
    let origin = question.anchors.origin();
    let alone = TrustAnchors::new(origin, vec![certificate.clone()]);
    let question = Question {
        anchors: &alone,
        ..*question
    };
    question.ask().is_accepted()
}

/// What is known about a store so far.
#[derive(Clone, Debug)]
pub struct Coverage {
    trust: String,
    at: OffsetDateTime,
    entries: Vec<(StoreEntry, BTreeMap<usize, Use>)>,
    targets: BTreeMap<usize, CoveredRecord>,
}

impl Coverage {
    /// Of a store, before any server was asked.
    pub fn new(trust: impl Into<String>, entries: Vec<StoreEntry>, at: OffsetDateTime) -> Self {
        let entries = entries.into_iter().map(|entry| (entry, BTreeMap::new()));
        Self {
            trust: trust.into(),
            at,
            entries: entries.collect(),
            targets: BTreeMap::new(),
        }
    }

    /// Adds a server, judged or not, at its place in the list; any order will do.
    ///
    /// `uses` are those of [`Judged`].
    pub fn add(&mut self, place: usize, target: CoveredRecord, uses: &BTreeMap<usize, Use>) {
        for (entry, found) in uses {
            if let Some((_, used_by)) = self.entries.get_mut(*entry) {
                used_by.insert(place, *found);
            }
        }
        self.targets.insert(place, target);
    }

    /// All of it, servers in the order of the list, entries in that of the store.
    pub fn record(&self) -> CoverageRecord {
        CoverageRecord::new(self)
    }
}

/// A server has a handful of issuers, and each is asked with a verification of its own.
const MAX_ALONE: usize = 200;
