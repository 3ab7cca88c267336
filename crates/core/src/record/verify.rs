//! A verdict: what was presented, what was verified, or why the client refuses.

use serde::Serialize;
use time::OffsetDateTime;

use crate::cert::Fingerprint;
use crate::chain::PresentedChain;
use crate::report::{About, Finding};
use crate::text::serialize_optional_time;
use crate::verify::{Client, Refusal, Verdict};

use super::{CertificateRecord, ErrorRecord, RevocationRecord};

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
    /// The verified path, end entity first, anchor last; empty when the client refuses, but for revocation.
    pub path: Vec<CertificateRecord>,
    /// What the server presented, in its order.
    pub presented: Vec<PresentedRecord>,
    /// Why not.
    pub refusal: Option<RefusalRecord>,
    /// What else should be known.
    pub findings: Vec<Finding>,
    /// What is known of revocation; not there when there was nothing to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationRecord>,
}

/// A certificate that was presented, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct PresentedRecord {
    /// Its place, from one.
    pub place: usize,
    /// `verified`: part of the path; `refused`: the refusal is about it; `unused`; `unreadable`.
    pub role: &'static str,
    /// Whose it is; `null` when it cannot be read.
    pub subject: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub fingerprint: String,
    /// Its last second; `null` when it cannot be read.
    #[serde(serialize_with = "serialize_optional_time")]
    pub not_after: Option<OffsetDateTime>,
}

/// Why a client refuses.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalRecord {
    /// A word from a closed list, such as `expired`.
    pub reason: &'static str,
    /// In words.
    pub message: String,
    /// What the client itself prints, where that is known.
    pub client_says: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The certificate that is wrong, or above which something is missing.
    pub certificate: Option<ConcernedRecord>,
}

/// The certificate that a refusal is about.
#[derive(Clone, Debug, Serialize)]
pub struct ConcernedRecord {
    /// Whose it is, and its SHA-256.
    #[serde(flatten)]
    pub certificate: About,
    /// Its place among those presented, from one; `null` when it is in the store only.
    pub place: Option<usize>,
}

impl VerifyRecord {
    /// From a verdict on `chain`.
    pub fn new(
        subject: &str,
        server_name: &str,
        trust: &str,
        chain: &PresentedChain,
        verdict: &Verdict,
        at: OffsetDateTime,
    ) -> Self {
        let path = verdict.outcome.as_ref().map(|path| path.certificates());
        let record = |certificate| CertificateRecord::new(certificate, at);
        let presented = presented(chain, verdict);
        let refusal = verdict.outcome.as_ref().err();
        Self {
            subject: subject.to_owned(),
            server_name: server_name.to_owned(),
            trust: trust.to_owned(),
            client: verdict.client.word(),
            accepted: verdict.is_accepted(),
            undecided: verdict.is_undecided(),
            path: path.unwrap_or_default().iter().map(record).collect(),
            refusal: refusal.map(|one| RefusalRecord::new(one, verdict.client, &presented)),
            presented,
            findings: verdict.findings.clone(),
            revocation: None,
        }
    }
}

impl RefusalRecord {
    /// Of a refusal by `client`; `presented` says where the certificate stands that it is about.
    pub fn new(refusal: &Refusal, client: Client, presented: &[PresentedRecord]) -> Self {
        let concerned = |certificate| {
            let certificate = About::from(certificate);
            let mut presented = presented.iter();
            let found = presented.find(|one| one.fingerprint == certificate.fingerprint);
            ConcernedRecord {
                place: found.map(|one| one.place),
                certificate,
            }
        };
        Self {
            reason: refusal.reason(),
            message: refusal.to_string(),
            client_says: refusal.words_of(client),
            hint: refusal.hint(),
            certificate: refusal.certificate().map(concerned),
        }
    }
}

impl From<RefusalRecord> for ErrorRecord {
    fn from(refusal: RefusalRecord) -> Self {
        Self {
            reason: refusal.reason,
            message: refusal.message,
            hint: refusal.hint,
        }
    }
}

fn presented(chain: &PresentedChain, verdict: &Verdict) -> Vec<PresentedRecord> {
    let mut readable = chain.certificates.iter();
    let count = chain.certificates.len() + chain.unreadable.len();
    let role = |certificate| match &verdict.outcome {
        Ok(path) if path.certificates().contains(certificate) => "verified",
        Err(refusal) if refusal.certificate() == Some(certificate) => "refused",
        _ => "unused",
    };
    let record = |place| {
        if let Some(one) = chain.unreadable.iter().find(|one| one.place == place) {
            return Some(PresentedRecord {
                place: place + 1,
                role: "unreadable",
                subject: None,
                fingerprint: Fingerprint::of(&one.der).to_string(),
                not_after: None,
            });
        }
        let certificate = readable.next()?;
        Some(PresentedRecord {
            place: place + 1,
            role: role(certificate),
            subject: Some(certificate.subject().to_string()),
            fingerprint: certificate.fingerprint().to_string(),
            not_after: Some(certificate.not_after()),
        })
    };
    (0..count).filter_map(record).collect()
}
