//! What is known of the revocation of a path, as a record.

use serde::Serialize;
use time::OffsetDateTime;

use super::{ErrorRecord, VerifyRecord};
use crate::fetch::revocation::RevocationRequest;
use crate::report::Finding;
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

    /// Why a client that checks revocation refuses the path.
    fn refusal(&self) -> Option<ErrorRecord> {
        let revoked = |one: &&RevocationStatusRecord| one.status == "revoked";
        let unknown = |one: &&RevocationStatusRecord| one.status == "unknown" && one.needed;
        if !self.refused {
            return None;
        }
        let certificates = || self.certificates.iter();
        if let Some(one) = certificates().find(revoked) {
            let since = one.revoked_at.map(date_and_time).unwrap_or_default();
            let reason = one.reason.as_ref();
            let told = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            return Some(ErrorRecord {
                reason: "revoked",
                message: format!(
                    "the certificate {} was revoked on {since}{told}",
                    one.subject
                ),
                hint: Some(advice(one.reason.as_deref()).to_owned()),
            });
        }
        let one = certificates().find(unknown)?;
        Some(ErrorRecord {
            reason: "revocation-unknown",
            message: format!(
                "whether the certificate {} is revoked is not known",
                one.subject
            ),
            hint: Some("give a current revocation list of its issuer".to_owned()),
        })
    }
}

impl VerifyRecord {
    /// The answer of a client that is like the one that was asked and checks revocation too: what is revoked is refused,
    /// and `path` stays what was accepted but for that.
    #[must_use]
    pub fn with_revocation(mut self, revocation: RevocationRecord) -> Self {
        if let Some(refusal) = revocation.refusal() {
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
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cert::testing::{self, NOW};
    use crate::revocation::{Evidence, RevocationMode, SourceKind, check};

    #[test]
    fn what_is_unknown_in_json() {
        let root = testing::root("root");
        let path = [
            testing::server("a.test", &root).certificate,
            root.certificate.clone(),
        ];
        let mut evidence = Evidence::default();
        evidence.add_failure(
            &path[0],
            SourceKind::Crl,
            "http://a.test/",
            "HTTP status 404",
        );
        let request = RevocationRequest {
            kind: SourceKind::Crl,
            url: "http://a.test/".to_owned(),
            outcome: Err("HTTP status 404".to_owned()),
            cached: true,
            elapsed: Duration::from_millis(7),
        };
        let known = check(&path, &evidence, NOW, RevocationMode::HardFail, "a.test");
        let mut record = RevocationRecord::new(&known, &[request]);
        let refusal = record.refusal().unwrap();
        assert_eq!(refusal.reason, "revocation-unknown");
        "0".clone_into(&mut record.certificates[0].fingerprint);
        insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap(), @r#"
        {
          "refused": true,
          "mode": "hard",
          "certificates": [
            {
              "subject": "CN=a.test",
              "fingerprint": "0",
              "status": "unknown",
              "revoked_at": null,
              "reason": null,
              "source": null,
              "why": "http://a.test/: HTTP status 404",
              "needed": true
            }
          ],
          "requests": [
            {
              "kind": "crl",
              "url": "http://a.test/",
              "error": "HTTP status 404",
              "cached": true,
              "elapsed_ms": 7
            }
          ],
          "findings": [
            {
              "id": "REVOCATION-UNKNOWN",
              "severity": "critical",
              "subject": "a.test",
              "message": "whether a.test is revoked is not known: http://a.test/: HTTP status 404",
              "hint": "give a current revocation list of its issuer"
            }
          ]
        }
        "#);
    }
}
