//! Certificates as records: what every report has, and what only `inspect` shows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Certificate;
use crate::cert::asn1::hex;
use crate::extension::Extension;
use crate::key::KeyFacts;
use crate::signature;
use crate::text::serialize_time;

use super::ExtensionRecord;

/// One certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateRecord {
    /// RFC 4514, control characters made visible.
    pub subject: String,
    /// RFC 4514, control characters made visible.
    pub issuer: String,
    /// Hex.
    pub serial_number: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// First second of validity.
    #[serde(serialize_with = "serialize_time")]
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    #[serde(serialize_with = "serialize_time")]
    pub not_after: OffsetDateTime,
    /// `not_after` minus now; negative when expired.
    pub remaining_seconds: i64,
    /// `RSA 2048`, `EC P-256`.
    pub public_key: String,
    /// Whether it may issue certificates.
    pub is_ca: bool,
    /// Issuer and subject are the same name.
    pub is_self_issued: bool,
    /// DNS names, addresses and others, in order.
    pub subject_alt_names: Vec<String>,
    /// The rest of it, where contents are shown and not only judged; its fields stand beside the others.
    #[serde(flatten)]
    pub details: Option<Box<CertificateDetails>>,
}

/// What stands in a certificate beside its [`CertificateRecord`]; `inspect` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateDetails {
    /// The name that people use for it: subject CN, else first SAN, else whole subject.
    pub display_name: String,
    /// 1, 2 or 3.
    pub version: u32,
    /// What `public_key` says, in parts.
    pub key: KeyFacts,
    /// Base64 of the SHA-256 of `SubjectPublicKeyInfo`: the pin of RFC 7469, also of curl, OkHttp and Android.
    pub spki_sha256: String,
    /// SHA-1 of the DER, hex; not to be relied on.
    pub sha1: String,
    /// MD5 of the DER, hex; not to be relied on.
    pub md5: String,
    /// `SHA256withRSA`; the dotted OID when it has no name here.
    pub signature_algorithm: String,
    /// The octets of the signature, hex.
    pub signature: String,
    /// RFC 5280 section 4.1.2.8, hex; nobody writes one any more.
    pub issuer_unique_id: Option<String>,
    /// The same for the subject.
    pub subject_unique_id: Option<String>,
    /// In order, also those that are broken or not known.
    pub extensions: Vec<ExtensionRecord>,
}

impl CertificateRecord {
    /// The facts of a certificate; `at` counts as now.
    pub fn new(certificate: &Certificate, at: OffsetDateTime) -> Self {
        let names = certificate.extensions().subject_alt_names.iter().flatten();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial_number: certificate.serial().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            remaining_seconds: (certificate.not_after() - at).whole_seconds(),
            public_key: key_in_words(&certificate.key()),
            is_ca: certificate.is_ca(),
            is_self_issued: certificate.is_self_issued(),
            subject_alt_names: names.map(ToString::to_string).collect(),
            details: None,
        }
    }

    /// The same with everything else that stands in the certificate.
    pub fn full(certificate: &Certificate, at: OffsetDateTime) -> Self {
        Self {
            details: Some(Box::new(CertificateDetails::new(certificate))),
            ..Self::new(certificate, at)
        }
    }
}

impl CertificateDetails {
    fn new(certificate: &Certificate) -> Self {
        let der = certificate.der();
        // it was parsed before, so it can be again
        let parsed = X509Certificate::from_der(der).ok();
        let parsed = parsed.as_ref().map(|(_, parsed)| &parsed.tbs_certificate);
        let extensions = parsed.map(|parsed| Extension::all(parsed.extensions()));
        Self {
            display_name: certificate.display_name(),
            version: certificate.version(),
            key: certificate.key(),
            spki_sha256: spki_pin(certificate.subject_public_key_info()),
            sha1: hex(&Sha1::digest(der)),
            md5: hex(&Md5::digest(der)),
            signature_algorithm: signature::algorithm_name(certificate.signature_algorithm()),
            signature: hex(certificate.signature()),
            issuer_unique_id: parsed
                .and_then(|parsed| parsed.issuer_uid.as_ref())
                .map(|id| hex(&id.0.data)),
            subject_unique_id: parsed
                .and_then(|parsed| parsed.subject_uid.as_ref())
                .map(|id| hex(&id.0.data)),
            extensions: ExtensionRecord::all(&extensions.unwrap_or_default()),
        }
    }
}

/// Base64 of the SHA-256 of a `SubjectPublicKeyInfo` (RFC 7469 section 2.4).
pub(super) fn spki_pin(spki: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(spki))
}

/// `RSA 2048`, `EC P-256`, `Ed25519`.
pub(super) fn key_in_words(key: &KeyFacts) -> String {
    match (&key.curve, key.bits) {
        (Some(curve), _) => format!("{} {curve}", key.algorithm),
        (None, Some(bits)) if key.algorithm.starts_with("RSA") || key.algorithm == "DSA" => {
            format!("{} {bits}", key.algorithm)
        }
        _ => key.algorithm.clone(),
    }
}
