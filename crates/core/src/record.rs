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
mod revocation;
mod stapled;
#[cfg(test)]
mod tests;
mod verify;

use serde::Serialize;

pub use certificate::{CertificateDetails, CertificateRecord};
pub use contents::{ContentsRecord, EntryRecord, InvisibleRecord, PublicKeyRecord};
pub use crl::{CrlRecord, RevokedRecord};
pub use extension::{AttributeRecord, ExtensionRecord};
pub use fetched::{AiaRecord, CompletedRecord, FetchRecord, RootRecord, TimingsRecord};
pub use field::{Field, Line, UnknownField};
pub use request::RequestRecord;
pub use revocation::{
    RevocationRecord, RevocationRequestRecord, RevocationSourceRecord, RevocationStatusRecord,
};
pub use stapled::{OcspAnswerRecord, OcspRecord, SctRecord, SctSource};
pub use verify::{ConcernedRecord, PresentedRecord, RefusalRecord, VerifyRecord};

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
