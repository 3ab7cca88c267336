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
mod field;
mod request;
mod stapled;
#[cfg(test)]
mod tests;

use serde::Serialize;
use time::OffsetDateTime;

use crate::chain::ChainAnalysis;
use crate::fetch::{Fetched, Possession};
use crate::report::Finding;
use crate::verify::{Client, Verdict};

pub use certificate::{CertificateDetails, CertificateRecord};
pub use contents::{ContentsRecord, EntryRecord, InvisibleRecord, PublicKeyRecord};
pub use crl::{CrlRecord, RevokedRecord};
pub use extension::{AttributeRecord, ExtensionRecord};
pub use field::{Field, Line, UnknownField};
pub use request::RequestRecord;
pub use stapled::{OcspAnswerRecord, OcspRecord, SctRecord, SctSource};

/// What came of asking one server. `chain` and `error` are independent: both may be there.
#[derive(Clone, Debug, Serialize)]
pub struct FetchRecord {
    /// What the user named, as `host:port`.
    pub target: String,
    /// The name that was expected, when it is not the target's host.
    pub server_name: Option<String>,
    /// The address that answered, or was tried last.
    pub address: Option<String>,
    /// `TLSv1.3`, `TLSv1.2`.
    pub protocol: Option<String>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// `proven` or `unproven`: whether the server showed that it holds the private key.
    pub possession: &'static str,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// What was sent, in path order where there is one.
    pub chain: Vec<CertificateRecord>,
    /// The end of the path, sent or known.
    pub root: Option<RootRecord>,
    /// Order, duplicates, missing intermediates.
    pub findings: Vec<Finding>,
    /// What ended the fetch early.
    pub error: Option<ErrorRecord>,
    /// For the whole fetch.
    pub elapsed_ms: u64,
}

/// The root of a chain.
#[derive(Clone, Debug, Serialize)]
pub struct RootRecord {
    /// The certificate.
    pub certificate: CertificateRecord,
    /// Who trusts it: `system store`, `Mozilla roots`, a file; `null` when nobody who was asked does.
    pub origin: Option<String>,
    /// Whether the server sent it.
    pub presented: bool,
}

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

impl FetchRecord {
    /// From an answer and, when it holds a chain, the analysis of it.
    pub fn new(fetched: &Fetched, analysis: Option<&ChainAnalysis>, at: OffsetDateTime) -> Self {
        Self {
            target: fetched.target.endpoint.to_string(),
            server_name: fetched
                .target
                .server_name
                .as_ref()
                .map(|name| name.to_str().into_owned()),
            address: fetched.address.map(|address| address.to_string()),
            protocol: fetched.protocol.clone(),
            cipher_suite: fetched.cipher_suite.clone(),
            possession: match fetched.possession {
                Possession::Proven => "proven",
                Possession::Unproven => "unproven",
            },
            client_certificate_requested: fetched.client_certificate_requested,
            chain: analysis
                .iter()
                .flat_map(|analysis| &analysis.path)
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            root: analysis
                .and_then(|analysis| analysis.root.as_ref())
                .map(|root| RootRecord {
                    certificate: CertificateRecord::new(&root.certificate, at),
                    origin: root.origin.clone(),
                    presented: root.presented,
                }),
            findings: analysis
                .map(|analysis| analysis.findings.clone())
                .unwrap_or_default(),
            error: fetched.error.as_ref().map(|error| ErrorRecord {
                reason: error.reason(),
                message: error.to_string(),
                hint: error.hint(),
            }),
            elapsed_ms: u64::try_from(fetched.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl FetchRecord {
    /// With everything that stands in the certificates.
    #[must_use]
    pub fn with_details(mut self, analysis: Option<&ChainAnalysis>, at: OffsetDateTime) -> Self {
        let Some(analysis) = analysis else {
            return self;
        };
        let path = analysis.path.iter();
        self.chain = path
            .map(|certificate| CertificateRecord::full(certificate, at))
            .collect();
        if let (Some(record), Some(root)) = (&mut self.root, &analysis.root) {
            record.certificate = CertificateRecord::full(&root.certificate, at);
        }
        self
    }
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
    /// `java`.
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
            client: match verdict.client {
                Client::Java => "java",
            },
            accepted: verdict.is_accepted(),
            undecided: verdict.is_undecided(),
            path: path
                .iter()
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            refusal: verdict.outcome.as_ref().err().map(|refusal| ErrorRecord {
                reason: refusal.reason(),
                message: refusal.to_string(),
                hint: refusal.hint(),
            }),
            findings: verdict.findings.clone(),
        }
    }
}
