//! Whether a server that was accepted with the one store is accepted with the other.

use serde::Serialize;

use crate::verify::Verdict;

/// One server, judged with both stores.
#[derive(Clone, Debug, Serialize)]
pub struct TrustRecord {
    /// The server, or the file with its chain.
    pub subject: String,
    /// The name that had to match.
    pub server_name: String,
    /// What became of it.
    pub change: TrustChange,
    /// Whether a default Java client accepts it with the first store.
    pub accepted_before: bool,
    /// Whether it does with the second.
    pub accepted_after: bool,
    /// Why not with the first.
    pub refusal_before: Option<String>,
    /// Why not with the second.
    pub refusal_after: Option<String>,
}

/// What became of the trust in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrustChange {
    /// Accepted with the first store, refused with the second.
    TrustLost,
    /// Refused with the first store, accepted with the second.
    TrustGained,
    /// Accepted with both.
    StillTrusted,
    /// Refused with both.
    StillRefused,
    /// One of the two cannot be judged here.
    Undecided,
}

impl TrustRecord {
    /// From both verdicts.
    pub fn new(subject: &str, server_name: &str, before: &Verdict, after: &Verdict) -> Self {
        let why = |verdict: &Verdict| verdict.outcome.as_ref().err().map(ToString::to_string);
        let change = match (before.is_accepted(), after.is_accepted()) {
            _ if before.is_undecided() || after.is_undecided() => TrustChange::Undecided,
            (true, true) => TrustChange::StillTrusted,
            (true, false) => TrustChange::TrustLost,
            (false, true) => TrustChange::TrustGained,
            (false, false) => TrustChange::StillRefused,
        };
        Self {
            subject: subject.to_owned(),
            server_name: server_name.to_owned(),
            change,
            accepted_before: before.is_accepted(),
            accepted_after: after.is_accepted(),
            refusal_before: why(before),
            refusal_after: why(after),
        }
    }

    /// Whether the stores differ for this server.
    pub fn is_difference(&self) -> bool {
        matches!(
            self.change,
            TrustChange::TrustLost | TrustChange::TrustGained
        )
    }
}
