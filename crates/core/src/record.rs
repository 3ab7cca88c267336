//! What commands report about certificates, chains, verdicts and containers: plain data with stable field names.
//!
//! A record is built once from the rich types; [`report`](crate::report) renders it as text, serde as JSON.
//!
//! `trustpack inspect --json` prints `{ "files": [`[`ContentsRecord`]`, …], "servers": [`[`FetchRecord`]`, …] }`; the
//! certificates in it have the fields of [`CertificateRecord`] and, beside them, those of [`CertificateDetails`].

mod certificate;
mod contents;
mod crl;
mod extension;
mod fetched;
mod field;
mod request;
mod stapled;
#[cfg(test)]
mod tests;

use serde::Serialize;
use time::OffsetDateTime;

use crate::report::Finding;
use crate::verify::Verdict;

pub use certificate::{CertificateDetails, CertificateRecord};
pub use contents::{ContentsRecord, EntryRecord, InvisibleRecord, PublicKeyRecord};
pub use crl::{CrlRecord, RevokedRecord};
pub use extension::{AttributeRecord, ExtensionRecord};
pub use fetched::{AiaRecord, CompletedRecord, FetchRecord, RootRecord, TimingsRecord};
pub use field::{Field, Line, UnknownField};
pub use request::RequestRecord;
pub use stapled::{OcspAnswerRecord, OcspRecord, SctRecord, SctSource};

/// Why something failed.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRecord {
    /// A word from a closed list.
    pub reason: &'static str,
    /// In words.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Whether a client accepts a server with a store.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyRecord {
    /// The server or file that was judged.
    pub subject: String,
    /// The name that had to match.
    pub server_name: String,
    /// The trust store.
    pub trust: String,
    /// `java`, `java21`, `openssl`, `openssl-partial-chain` or `browser`.
    pub client: &'static str,
    /// The answer.
    pub accepted: bool,
    /// Neither yes nor no: something that the client can check cannot be checked here.
    pub undecided: bool,
    /// The accepted path, end entity first, anchor last.
    pub path: Vec<CertificateRecord>,
    /// Why not.
    pub refusal: Option<ErrorRecord>,
    /// What else should be known.
    pub findings: Vec<Finding>,
}

impl VerifyRecord {
    /// From a verdict.
    pub fn new(
        subject: &str,
        server_name: &str,
        trust: &str,
        verdict: &Verdict,
        at: OffsetDateTime,
    ) -> Self {
        let path = verdict
            .outcome
            .as_ref()
            .map(|path| path.certificates())
            .unwrap_or_default();
        Self {
            subject: subject.to_owned(),
            server_name: server_name.to_owned(),
            trust: trust.to_owned(),
            client: verdict.client.word(),
            accepted: verdict.is_accepted(),
            undecided: verdict.is_undecided(),
            path: path
                .iter()
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            refusal: verdict.outcome.as_ref().err().map(|refusal| ErrorRecord {
                reason: refusal.reason(),
                message: refusal.told_by(verdict.client),
                hint: refusal.hint(),
            }),
            findings: verdict.findings.clone(),
        }
    }
}
