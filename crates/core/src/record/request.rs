//! Certificate requests as records.

use serde::Serialize;
use trustpack_keystore::Request;

use crate::Error;
use crate::cert::asn1::{Reader, SET, hex};
use crate::key::KeyFacts;
use crate::request::{CertificateRequest, RequestKind};
use crate::signature::{self, SignatureCheck};
use crate::text;

use super::certificate::{key_in_words, spki_pin};
use super::{AttributeRecord, ExtensionRecord};

/// One request for a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// `pkcs10` or `spkac`.
    pub kind: &'static str,
    /// RFC 4514, control characters made visible; `null` for SPKAC, which names nobody.
    pub subject: Option<String>,
    /// `RSA 2048`, `EC P-256`.
    pub public_key: String,
    /// The same in parts.
    pub key: KeyFacts,
    /// Base64 of the SHA-256 of `SubjectPublicKeyInfo`.
    pub spki_sha256: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// `SHA256withRSA`; the dotted OID when it has no name here.
    pub signature_algorithm: String,
    /// Whether the signature was made with the key that is asked for: `good`, `bad` or `cannot-check`.
    pub signature: &'static str,
    /// Why it cannot be checked.
    pub signature_remark: Option<String>,
    /// What the CA gave to be sent back; SPKAC only.
    pub challenge: Option<String>,
    /// The extensions that are asked for.
    pub extensions: Vec<ExtensionRecord>,
    /// Whatever else was put into it.
    pub attributes: Vec<AttributeRecord>,
}

impl RequestRecord {
    /// Parses a request and checks its signature.
    ///
    /// # Errors
    /// [`Error::Request`] when the bytes are no request.
    pub fn new(request: &Request) -> Result<Self, Error> {
        let request = CertificateRequest::new(request)?;
        let key = KeyFacts::from_spki(&request.subject_public_key_info);
        let (signature, signature_remark) = match request.check_signature() {
            SignatureCheck::Bad => ("bad", None),
            SignatureCheck::CannotCheck(what) => {
                ("cannot-check", Some(format!("{what} is not supported")))
            }
            SignatureCheck::Good => ("good", None),
        };
        let attributes = request.attributes.iter().map(|(oid, values)| {
            let values = Reader::inside(values, SET).into_iter().flatten();
            AttributeRecord::new(oid, values.map(|value| value.raw))
        });
        Ok(Self {
            kind: match request.kind {
                RequestKind::Pkcs10 => "pkcs10",
                RequestKind::Spkac => "spkac",
            },
            subject: request.subject.as_ref().map(ToString::to_string),
            public_key: key_in_words(&key),
            key,
            spki_sha256: spki_pin(&request.subject_public_key_info),
            fingerprint: hex(&request.sha256),
            signature_algorithm: signature::algorithm_name(&request.signature_algorithm),
            signature,
            signature_remark,
            challenge: request.challenge.as_deref().map(text::escape),
            extensions: ExtensionRecord::all(&request.extensions),
            attributes: attributes.collect(),
        })
    }
}
