//! What a handshake carries beside the chain: a stapled OCSP response (RFC 6066 section 8), and the promises of
//! Certificate Transparency logs (RFC 6962 section 3.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::decode::transparency::{self, Body, Timestamp};
use crate::extension::Extension;
use crate::ocsp::{CertificateStatus, OcspAnswer, OcspResponse};
use crate::text::{serialize_optional_time, serialize_time};
use crate::{Certificate, signature};

/// An OCSP response. Its signature was not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OcspRecord {
    /// `successful`, `malformed_request`, `internal_error`, `try_later`, `sig_required`, `unauthorized`.
    pub status: &'static str,
    /// When the responder signed it.
    #[serde(serialize_with = "serialize_optional_time")]
    pub produced_at: Option<OffsetDateTime>,
    /// RFC 4514 name of the responder, or the hash of its key, hex.
    pub responder: Option<String>,
    /// `SHA256withRSA`; the dotted OID when it has no name here; `null` without an answer.
    pub signature_algorithm: Option<String>,
    /// One per certificate, in order.
    pub answers: Vec<OcspAnswerRecord>,
}

/// What a response says of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OcspAnswerRecord {
    /// Hex.
    pub serial_number: String,
    /// `good`, `revoked`, `unknown`.
    pub status: &'static str,
    /// Since when it is revoked.
    #[serde(serialize_with = "serialize_optional_time")]
    pub revoked_at: Option<OffsetDateTime>,
    /// `keyCompromise`, …; `null` when none is given.
    pub revocation_reason: Option<String>,
    /// When the responder knew this.
    #[serde(serialize_with = "serialize_time")]
    pub this_update: OffsetDateTime,
    /// When it will know more.
    #[serde(serialize_with = "serialize_optional_time")]
    pub next_update: Option<OffsetDateTime>,
    /// `next_update` minus now; negative when it is due.
    pub remaining_seconds: Option<i64>,
}

/// A log's promise to show a certificate. Its signature was not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SctRecord {
    /// How it came: `certificate`, `tls`, `ocsp`.
    pub source: SctSource,
    /// 1; later versions have nothing else that could be read.
    pub version: u64,
    /// SHA-256 of the log's key, base64, as lists of logs write it.
    pub log_id: Option<String>,
    /// When the log promised.
    #[serde(serialize_with = "serialize_optional_time")]
    pub timestamp: Option<OffsetDateTime>,
}

/// The three ways of RFC 6962 section 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SctSource {
    /// An extension of the certificate.
    Certificate,
    /// An extension of an OCSP answer.
    Ocsp,
    /// An extension of the handshake.
    Tls,
}

impl OcspRecord {
    /// The facts of a response; `at` counts as now.
    pub fn new(response: &OcspResponse, at: OffsetDateTime) -> Self {
        let algorithm = response.signature_algorithm.as_slice();
        Self {
            status: response.status.word(),
            produced_at: response.produced_at,
            responder: response.responder.clone(),
            signature_algorithm: (!algorithm.is_empty())
                .then(|| signature::algorithm_name(algorithm)),
            answers: response
                .answers
                .iter()
                .map(|answer| OcspAnswerRecord::new(answer, at))
                .collect(),
        }
    }
}

impl OcspAnswerRecord {
    fn new(answer: &OcspAnswer, at: OffsetDateTime) -> Self {
        let (revoked_at, revocation_reason) = match &answer.status {
            CertificateStatus::Revoked { at, reason } => (Some(*at), reason.clone()),
            CertificateStatus::Good | CertificateStatus::Unknown => (None, None),
        };
        Self {
            serial_number: answer.serial.clone(),
            status: answer.status.word(),
            revoked_at,
            revocation_reason,
            this_update: answer.this_update,
            next_update: answer.next_update,
            remaining_seconds: answer.next_update.map(|next| (next - at).whole_seconds()),
        }
    }
}

impl SctRecord {
    /// Reads a `SignedCertificateTimestampList` in TLS encoding, as the handshake has it and
    /// [`OcspAnswer::timestamps`] holds it. `None` when the bytes are none.
    pub fn read_list(source: SctSource, list: &[u8]) -> Option<Vec<Self>> {
        let list = transparency::list(list)?;
        Some(list.iter().map(|one| Self::new(source, one)).collect())
    }

    /// Those inside a certificate; empty when it has none. `None` when the extension is broken.
    pub fn of_certificate(certificate: &Certificate) -> Option<Vec<Self>> {
        // it was parsed before, so it can be again
        let (_, parsed) = X509Certificate::from_der(certificate.der()).ok()?;
        let extensions = Extension::all(parsed.extensions());
        match extensions.iter().find(|one| one.oid == IN_CERTIFICATE) {
            Some(extension) => Self::read_list(
                SctSource::Certificate,
                transparency::inside(&extension.value)?,
            ),
            None => Some(Vec::new()),
        }
    }

    fn new(source: SctSource, timestamp: &Timestamp<'_>) -> Self {
        Self {
            source,
            version: timestamp.version,
            log_id: match timestamp.body {
                Body::V1 { log, .. } => Some(STANDARD.encode(log)),
                Body::Other(_) => None,
            },
            timestamp: timestamp.moment(),
        }
    }
}

/// RFC 6962 section 3.3.
const IN_CERTIFICATE: &str = "1.3.6.1.4.1.11129.2.4.2";

#[cfg(test)]
mod tests;
