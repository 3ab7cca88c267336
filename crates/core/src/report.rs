//! The report model: findings about subjects. Renderers import only this.

use serde::Serialize;
use time::OffsetDateTime;

/// One thing that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable identifier, such as `CERT-LEAF-ONLY`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a server, a file, an entry.
    pub subject: String,
    /// What was found, in lower case and without a period.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Will hurt.
    Warning,
    /// Hurts now.
    Critical,
}

/// The result of a check: every subject that was looked at, with its certificates and findings.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The time that counted as now.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// One per input, endpoint or entry, also for those that failed.
    pub subjects: Vec<SubjectReport>,
}

/// One subject of a report.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectReport {
    /// What it is: `host:443`, `store.jks`, `chain.pem`.
    pub subject: String,
    /// Its certificates, in order.
    pub certificates: Vec<CertificateReport>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What a report says of one certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateReport {
    /// Alias or place within the subject: `1`, `digicert-g2`.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// RFC 4514.
    pub subject: String,
    /// RFC 4514.
    pub issuer: String,
    /// Hex.
    pub serial_number: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// First second of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// not_after - not_before + 1 s.
    pub lifetime_seconds: i64,
    /// not_after - now; negative when expired.
    pub remaining_seconds: i64,
    /// Of the lifetime, 0 when expired.
    pub remaining_percent: u8,
}

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The certificate of a server or client.
    EndEntity,
    /// A CA certificate within a chain.
    Intermediate,
    /// A certificate that is trusted by being in a store.
    Anchor,
}

impl Report {
    /// The worst finding of all.
    pub fn worst(&self) -> Option<Severity> {
        let findings = self.subjects.iter().flat_map(|subject| &subject.findings);
        findings.map(|finding| finding.severity).max()
    }
}
