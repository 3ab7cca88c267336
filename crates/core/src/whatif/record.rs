//! What-if answers as records: plain data with stable field names.

use serde::Serialize;
use time::OffsetDateTime;

use crate::record::ErrorRecord;
use crate::text::{serialize_optional_time, serialize_time};

use super::{Dated, Scenario, Until};

/// What `verify --until --after-renewal` adds to a verdict; each field is there when it was asked for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WhatIfRecord {
    /// Until when the answer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<UntilRecord>,
    /// What becomes of it: `new-certificate`, `other-intermediate`, `new-root`, in this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_renewal: Option<Vec<ScenarioRecord>>,
}

/// Until when an answer holds, as long as server and store stay as they are.
#[derive(Clone, Debug, Serialize)]
pub struct UntilRecord {
    /// `changes`; `never`: no date changes it; `at-least`: there are too many dates to tell what comes at `at`.
    pub state: &'static str,
    /// The first second with another answer; `null` when there is none.
    #[serde(serialize_with = "serialize_optional_time")]
    pub at: Option<OffsetDateTime>,
    /// What changes then; `null` unless `state` is `changes`.
    pub change: Option<ChangeRecord>,
}

/// A change of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeRecord {
    /// The new answer: `accepted`, `refused` or `undecided`.
    pub answer: &'static str,
    /// Whose dates these are.
    pub certificates: Vec<DatedRecord>,
    /// Why the server is not accepted from then on.
    pub refusal: Option<ErrorRecord>,
}

/// A certificate that begins or ends.
#[derive(Clone, Debug, Serialize)]
pub struct DatedRecord {
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// `starts` or `expires`.
    pub what: &'static str,
    /// Its first or last second.
    #[serde(serialize_with = "serialize_time")]
    pub date: OffsetDateTime,
}

/// What becomes of an answer after an event.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioRecord {
    /// `new-certificate`, `other-intermediate` or `new-root`.
    pub event: &'static str,
    /// `holds`, `breaks`, `depends` (the reason says on what) or `unknown`.
    pub outlook: &'static str,
    /// Why.
    pub reason: String,
    /// What to do before it happens.
    pub hint: Option<String>,
    /// SHA-256 of the certificates in the store that it hangs on, hex.
    pub fingerprints: Vec<String>,
}

impl From<&Until> for UntilRecord {
    fn from(until: &Until) -> Self {
        let (state, at, change) = match until {
            Until::Changes(change) => {
                let record = ChangeRecord {
                    answer: change.answer.word(),
                    certificates: change.causes.iter().map(DatedRecord::from).collect(),
                    refusal: change.refusal.as_ref().map(|refusal| ErrorRecord {
                        reason: refusal.reason(),
                        message: refusal.to_string(),
                        hint: refusal.hint(),
                    }),
                };
                ("changes", Some(change.at), Some(record))
            }
            Until::Never => ("never", None, None),
            Until::AtLeast(moment) => ("at-least", Some(*moment), None),
        };
        Self { state, at, change }
    }
}

impl From<&Dated> for DatedRecord {
    fn from(dated: &Dated) -> Self {
        let certificate = &dated.certificate;
        Self {
            subject: certificate.subject().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            what: dated.turn.word(),
            date: match dated.turn {
                super::Turn::Starts => certificate.not_before(),
                super::Turn::Expires => certificate.not_after(),
            },
        }
    }
}

impl From<&Scenario> for ScenarioRecord {
    fn from(scenario: &Scenario) -> Self {
        let fingerprints = scenario.certificates.iter().map(|one| one.fingerprint());
        Self {
            event: scenario.event.word(),
            outlook: scenario.outlook.word(),
            reason: scenario.reason.clone(),
            hint: scenario.hint.clone(),
            fingerprints: fingerprints.map(|one| one.to_string()).collect(),
        }
    }
}
