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
mod tests {
    use super::*;
    use crate::cert::testing;
    use rcgen::CustomExtension;

    /// One of version 1, one of version 2.
    fn list() -> Vec<u8> {
        let mut first = vec![0];
        first.extend([7; 32]);
        first.extend(1_767_225_600_123_u64.to_be_bytes());
        first.extend([0, 0, 4, 3, 0, 2, 9, 9]);
        let mut items = Vec::new();
        for item in [first, vec![1, 5, 5]] {
            items.extend(u16::try_from(item.len()).unwrap().to_be_bytes());
            items.extend(item);
        }
        let mut list = u16::try_from(items.len()).unwrap().to_be_bytes().to_vec();
        list.extend(items);
        list
    }

    #[test]
    fn promises_in_json() {
        let records = SctRecord::read_list(SctSource::Tls, &list()).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&records).unwrap(), @r#"
        [
          {
            "source": "tls",
            "version": 1,
            "log_id": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
            "timestamp": "2026-01-01T00:00:00.123Z"
          },
          {
            "source": "tls",
            "version": 2,
            "log_id": null,
            "timestamp": null
          }
        ]
        "#);
        assert_eq!(SctRecord::read_list(SctSource::Tls, b"\x00\x02\x00"), None);
        assert_eq!(
            SctRecord::read_list(SctSource::Ocsp, &[0, 0]),
            Some(Vec::new())
        );
    }

    #[test]
    fn promises_inside_a_certificate_are_wrapped() {
        let mut params = testing::params("a.test");
        let list = list();
        let wrapped = [&[4, u8::try_from(list.len()).unwrap()], &list[..]].concat();
        for (contents, count) in [(wrapped, Some(2)), (list, None)] {
            let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];
            params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, contents)];
            let made = testing::self_sign(params.clone(), testing::new_key());
            let records = SctRecord::of_certificate(&made.certificate);
            assert_eq!(records.map(|records| records.len()), count);
        }
        let none = testing::certificate("b.test", false, 0, 60);
        assert_eq!(SctRecord::of_certificate(&none), Some(Vec::new()));
    }

    #[test]
    fn a_response_in_json() {
        let der = include_bytes!("../../../../fixtures/tls/ocsp-three.der");
        let mut response = OcspResponse::from_der(der).unwrap();
        response.answers.truncate(2);
        let at = time::macros::datetime!(2026-11-26 0:00 UTC);
        let record = OcspRecord::new(&response, at);
        insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap(), @r#"
        {
          "status": "successful",
          "produced_at": "2026-11-25T02:37:04Z",
          "responder": "CN=trustpack test issuing CA,O=trustpack test",
          "signature_algorithm": "SHA256withRSA",
          "answers": [
            {
              "serial_number": "10",
              "status": "good",
              "revoked_at": null,
              "revocation_reason": null,
              "this_update": "2026-11-25T02:37:04Z",
              "next_update": null,
              "remaining_seconds": null
            },
            {
              "serial_number": "11",
              "status": "revoked",
              "revoked_at": "2026-02-01T00:00:00Z",
              "revocation_reason": "keyCompromise",
              "this_update": "2026-11-25T02:37:04Z",
              "next_update": null,
              "remaining_seconds": null
            }
          ]
        }
        "#);
        let der = include_bytes!("../../../../fixtures/tls/ocsp-good.der");
        let good = OcspRecord::new(&OcspResponse::from_der(der).unwrap(), at);
        assert_eq!(good.answers[0].remaining_seconds, Some(527_824));
    }
}
