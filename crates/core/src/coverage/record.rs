//! Coverage as a record: plain data with stable field names.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use crate::record::{CertificateRecord, ErrorRecord, RevocationRecord, VerifyRecord};
use crate::text::serialize_time;
use crate::whatif::{Answer, UntilRecord};

use super::{Coverage, Judged, StoreEntry, Use};

/// Which servers a store covers, and what of it nothing uses.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageRecord {
    /// The store, or several with commas between them.
    pub trust: String,
    /// The time that counted as now.
    #[serde(serialize_with = "serialize_time")]
    pub at: OffsetDateTime,
    /// One for each line of the list, in its order, also for those that could not be asked.
    pub targets: Vec<CoveredRecord>,
    /// Every anchor of the store, in its order.
    pub entries: Vec<EntryUseRecord>,
    /// Counts.
    pub summary: CoverageSummary,
}

/// A server.
#[derive(Clone, Debug, Serialize)]
pub struct CoveredRecord {
    /// What was asked.
    pub target: String,
    /// The name that had to match; `null` when it was not asked.
    pub server_name: Option<String>,
    /// The client, as in [`VerifyRecord`]; `null` when nothing was judged.
    pub client: Option<&'static str>,
    /// `accepted`, `refused`, `undecided`; `failed` when the server presented nothing.
    pub answer: &'static str,
    /// Whether the server proved that it holds the key of its certificate.
    pub proven: bool,
    /// Where the accepted path ends.
    pub anchor: Option<CertificateRecord>,
    /// Why it is not accepted, or why it could not be asked.
    pub error: Option<ErrorRecord>,
    /// Until when the answer holds; `null` when there is none, or when it is refused for revocation.
    pub until: Option<UntilRecord>,
    /// What is known of revocation; not there when there was nothing to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationRecord>,
}

/// An entry of the store.
#[derive(Clone, Debug, Serialize)]
pub struct EntryUseRecord {
    /// The store that it is in.
    pub store: String,
    /// Its alias; `null` in sets that have none.
    pub alias: Option<String>,
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// Its last second.
    #[serde(serialize_with = "serialize_time")]
    pub not_after: OffsetDateTime,
    /// The best of `used_by`: `carries`, a path that is accepted has it; `spare`, it would carry a server if it were alone;
    /// `related`, a server that is refused names it as an issuer; `null`, nothing uses it.
    #[serde(rename = "use")]
    pub used_as: Option<&'static str>,
    /// The servers by what the entry is to them, as `use` has it.
    pub used_by: BTreeMap<&'static str, Vec<String>>,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CoverageSummary {
    /// Servers in the list.
    pub targets: usize,
    /// Accepted.
    pub accepted: usize,
    /// Refused.
    pub refused: usize,
    /// Not to be judged here.
    pub undecided: usize,
    /// Those that presented nothing.
    pub failed: usize,
    /// Entries of the store.
    pub entries: usize,
    /// Entries that nothing uses.
    pub unused: usize,
}

impl CoveredRecord {
    /// A server that was judged. `verified` is the record of the same verdict.
    pub fn judged(verified: VerifyRecord, judged: &Judged, proven: bool) -> Self {
        let is_revoked = verified.revocation.as_ref().is_some_and(|one| one.refused);
        let until = || UntilRecord::from(&judged.until);
        Self {
            target: verified.subject,
            server_name: Some(verified.server_name),
            client: Some(verified.client),
            answer: match is_revoked {
                true => Answer::Refused.word(),
                false => Answer::of(&judged.verdict).word(),
            },
            proven,
            anchor: match is_revoked {
                true => None,
                false => verified.path.into_iter().last(),
            },
            error: verified.refusal.map(ErrorRecord::from),
            until: (!is_revoked).then(until),
            revocation: verified.revocation,
        }
    }

    /// A server that presented nothing, or a line that is none.
    pub fn failed(target: impl Into<String>, error: ErrorRecord) -> Self {
        Self {
            target: target.into(),
            server_name: None,
            client: None,
            answer: "failed",
            proven: false,
            anchor: None,
            error: Some(error),
            until: None,
            revocation: None,
        }
    }
}

impl CoverageRecord {
    pub(super) fn new(coverage: &Coverage) -> Self {
        let entries = coverage.entries.iter();
        let entries: Vec<EntryUseRecord> = entries
            .map(|(entry, used_by)| EntryUseRecord::new(entry, used_by, &coverage.targets))
            .collect();
        let count = |answer| {
            let targets = coverage.targets.values();
            targets.filter(|target| target.answer == answer).count()
        };
        Self {
            trust: coverage.trust.clone(),
            at: coverage.at,
            summary: CoverageSummary {
                targets: coverage.targets.len(),
                accepted: count("accepted"),
                refused: count("refused"),
                undecided: count("undecided"),
                failed: count("failed"),
                entries: entries.len(),
                unused: entries.iter().filter(|one| one.used_as.is_none()).count(),
            },
            targets: coverage.targets.values().cloned().collect(),
            entries,
        }
    }
}

impl EntryUseRecord {
    fn new(
        entry: &StoreEntry,
        used_by: &BTreeMap<usize, Use>,
        targets: &BTreeMap<usize, CoveredRecord>,
    ) -> Self {
        let mut by_use: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (place, found) in used_by {
            if let Some(target) = targets.get(place) {
                let names = by_use.entry(found.word()).or_default();
                names.push(target.target.clone());
            }
        }
        let certificate = &entry.certificate;
        Self {
            store: entry.store.clone(),
            alias: entry.alias.clone(),
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_after: certificate.not_after(),
            used_as: used_by.values().max().map(|found| found.word()),
            used_by: by_use,
        }
    }
}
