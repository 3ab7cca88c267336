//! What is known of the revocation of a path, as a record.

use serde::Serialize;
use time::OffsetDateTime;

use super::{ConcernedRecord, PresentedRecord, RefusalRecord, VerifyRecord};
use crate::fetch::revocation::RevocationRequest;
use crate::report::{About, Finding};
use crate::revocation::{CheckedCertificate, Revocation, RevocationStatus, advice};
use crate::text::{date_and_time, serialize_optional_time};

/// What is known of the revocation of the path that a client accepts but for it.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationRecord {
    /// Whether it makes the answer a refusal: something is revoked, or under `hard` unknown.
    pub refused: bool,
    /// What follows when nothing is known: `soft`, a note; `hard`, a refusal; `passive`, nothing, since nobody asked for
    /// more than a look at the stapled OCSP response.
    pub mode: &'static str,
    /// In path order, without the anchor, which nobody can revoke but its store.
    pub certificates: Vec<RevocationStatusRecord>,
    /// Requests for lists and responses, in order.
    pub requests: Vec<RevocationRequestRecord>,
    /// What should be known.
    pub findings: Vec<Finding>,
}

/// What is known of one certificate.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationStatusRecord {
    /// RFC 4514.
    pub subject: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// `good`, `revoked` or `unknown`.
    pub status: &'static str,
    /// Since when it is revoked.
    #[serde(serialize_with = "serialize_optional_time")]
    pub revoked_at: Option<OffsetDateTime>,
    /// `keyCompromise`, … (RFC 5280 section 5.3.1), where one is given.
    pub reason: Option<String>,
    /// Who says so; `null` when it is unknown.
    pub source: Option<RevocationSourceRecord>,
    /// Why it is unknown.
    pub why: Option<String>,
    /// Whether it has to be known: not for short-lived certificates that point nowhere.
    pub needed: bool,
}

/// Who tells of revocation.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationSourceRecord {
    /// `crl` or `ocsp`.
    pub kind: &'static str,
    /// The file or address.
    pub origin: String,
}

/// A request for a list or a response.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationRequestRecord {
    /// `crl` or `ocsp`.
    pub kind: &'static str,
    /// Whom.
    pub url: String,
    /// Why nothing came, or nothing that can be read.
    pub error: Option<String>,
    /// Whether the answer to an earlier request of this run was used.
    pub cached: bool,
    /// How long it took.
    pub elapsed_ms: u64,
}

impl RevocationRecord {
    /// From an answer, and the requests that it took.
    pub fn new(revocation: &Revocation, requests: &[RevocationRequest]) -> Self {
        Self {
            refused: revocation.is_refused(),
            mode: revocation.mode().word(),
            certificates: revocation.certificates.iter().map(Into::into).collect(),
            requests: requests.iter().map(Into::into).collect(),
            findings: revocation.findings.clone(),
        }
    }

    /// Why a client that checks revocation refuses the path that was `presented` so.
    fn refusal(&self, presented: &[PresentedRecord]) -> Option<RefusalRecord> {
        let revoked = |one: &&RevocationStatusRecord| one.status == "revoked";
        let unknown = |one: &&RevocationStatusRecord| one.status == "unknown" && one.needed;
        let certificates = || self.certificates.iter().filter(|_| self.refused);
        let one = certificates()
            .find(revoked)
            .or_else(|| certificates().find(unknown))?;
        let (reason, message, hint) = match one.revoked_at {
            Some(since) => {
                let since = date_and_time(since);
                let told = one.reason.as_ref();
                let told = told.map_or_else(String::new, |reason| format!(" ({reason})"));
                let message = format!("was revoked on {since}{told}");
                ("revoked", message, advice(one.reason.as_deref()))
            }
            None => {
                let message = "may be revoked, nothing tells".to_owned();
                let hint = "give a current revocation list of its issuer";
                ("revocation-unknown", message, hint)
            }
        };
        let mut presented = presented.iter();
        let found = presented.find(|shown| shown.fingerprint == one.fingerprint);
        Some(RefusalRecord {
            reason,
            message: format!("the certificate {} {message}", one.subject),
            // it has no words for it: left to its defaults it does not look
            client_says: None,
            hint: Some(hint.to_owned()),
            certificate: Some(ConcernedRecord {
                certificate: About {
                    subject: one.subject.clone(),
                    fingerprint: one.fingerprint.clone(),
                },
                place: found.map(|shown| shown.place),
            }),
        })
    }
}

impl VerifyRecord {
    /// The answer of a client that is like the one that was asked and checks revocation too: what is revoked is refused,
    /// and `path` stays what was accepted but for that.
    #[must_use]
    pub fn with_revocation(mut self, revocation: RevocationRecord) -> Self {
        if let Some(refusal) = revocation.refusal(&self.presented) {
            let place = refusal.certificate.as_ref().and_then(|one| one.place);
            for one in &mut self.presented {
                if Some(one.place) == place {
                    one.role = "refused";
                }
            }
            self.accepted = false;
            self.refusal = Some(refusal);
        }
        self.revocation = Some(revocation);
        self
    }
}

impl From<&CheckedCertificate> for RevocationStatusRecord {
    fn from(checked: &CheckedCertificate) -> Self {
        let (source, why) = match &checked.status {
            RevocationStatus::Good { source } | RevocationStatus::Revoked { source, .. } => {
                let (kind, origin) = (source.kind.word(), source.origin.clone());
                (Some(RevocationSourceRecord { kind, origin }), None)
            }
            RevocationStatus::Unknown { why } => (None, Some(why.clone())),
        };
        let (revoked_at, reason) = match &checked.status {
            RevocationStatus::Revoked { when, reason, .. } => (Some(*when), reason.clone()),
            RevocationStatus::Good { .. } | RevocationStatus::Unknown { .. } => (None, None),
        };
        Self {
            subject: checked.certificate.subject().to_string(),
            fingerprint: checked.certificate.fingerprint().to_string(),
            status: checked.status.word(),
            revoked_at,
            reason,
            source,
            why,
            needed: checked.needed,
        }
    }
}

impl From<&RevocationRequest> for RevocationRequestRecord {
    fn from(request: &RevocationRequest) -> Self {
        Self {
            kind: request.kind.word(),
            url: request.url.clone(),
            error: request.outcome.as_ref().err().cloned(),
            cached: request.cached,
            elapsed_ms: u64::try_from(request.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests;
