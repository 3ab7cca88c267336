//! Requests for certificates: PKCS#10 (RFC 2986) and SPKAC (HTML 5, section 4.10.15).

use sha2::{Digest, Sha256};
use trustpack_keystore::Request;

use crate::Error;
use crate::cert::asn1::{self, Reader};
use crate::extension::Extension;
use crate::name::Name;
use crate::signature::{self, SignatureCheck};

/// A request, taken apart. What it asks for is a wish: a CA may grant something else.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    /// Which kind it is.
    pub kind: RequestKind,
    /// For whom; SPKAC names nobody.
    pub subject: Option<Name>,
    /// DER of `SubjectPublicKeyInfo`.
    pub subject_public_key_info: Vec<u8>,
    /// The text that a CA gave to be sent back; SPKAC only.
    pub challenge: Option<String>,
    /// The extensions that are asked for.
    pub extensions: Vec<Extension>,
    /// Whatever else was put into it: type (empty when unreadable) and the DER of the set of values.
    pub attributes: Vec<(String, Vec<u8>)>,
    /// DER of the signature's `AlgorithmIdentifier`.
    pub signature_algorithm: Vec<u8>,
    /// SHA-256 of the DER.
    pub sha256: [u8; 32],
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// The two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// `CertificationRequest`.
    Pkcs10,
    /// `SignedPublicKeyAndChallenge`.
    Spkac,
}

impl CertificateRequest {
    /// Parses one request; trailing bytes are an error.
    ///
    /// # Errors
    /// [`Error::Request`] when the bytes are no request. A broken attribute or extension is no error.
    pub fn new(request: &Request) -> Result<Self, Error> {
        let (read, kind) = match request {
            Request::Spkac(der) => (spkac(der), "SPKAC"),
            other => (pkcs10(other.der()), "PKCS#10"),
        };
        read.ok_or_else(|| Error::Request {
            why: format!("not laid out as {kind}"),
        })
    }

    /// Whether the signature was made with the key that is asked for.
    pub fn check_signature(&self) -> SignatureCheck {
        signature::check_bytes(
            &self.signed,
            &self.signature_algorithm,
            &self.signature,
            &self.subject_public_key_info,
        )
    }
}

/// `CertificationRequestInfo ::= SEQUENCE { version, subject Name, subjectPKInfo, attributes [0] }`. x509-parser refuses
/// the whole request for one broken attribute, and keeps no bytes of those that it does not know.
fn pkcs10(der: &[u8]) -> Option<CertificateRequest> {
    let parts = asn1::signed_parts(der)?;
    let mut fields = Reader::inside(parts.signed, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER)?;
    let subject = fields.expect_tag(asn1::SEQUENCE)?.raw;
    let spki = fields.expect_tag(asn1::SEQUENCE)?.raw;
    let mut extensions = Vec::new();
    let mut attributes = Vec::new();
    // some writers leave out the attributes where there are none
    for attribute in Reader::new(fields.expect_tag(0xa0).map_or(&[], |list| list.value)) {
        let mut pair = Reader::new(attribute.value);
        let oid = pair.expect_tag(asn1::OBJECT_IDENTIFIER);
        let Some(oid) = oid.and_then(|oid| asn1::dotted_oid(oid.value)) else {
            attributes.push((String::new(), attribute.raw.to_vec()));
            continue;
        };
        let wanted = EXTENSION_REQUESTS
            .contains(&oid.as_str())
            .then(|| Extension::read_set(Reader::inside(pair.rest(), asn1::SET)?.rest()))
            .flatten();
        match wanted {
            Some(wanted) => extensions.extend(wanted),
            None => attributes.push((oid, pair.rest().to_vec())),
        }
    }
    fields.is_empty().then(|| CertificateRequest {
        kind: RequestKind::Pkcs10,
        subject: Some(Name::from_der(subject)),
        subject_public_key_info: spki.to_vec(),
        challenge: None,
        extensions,
        attributes,
        signature_algorithm: parts.algorithm.to_vec(),
        sha256: Sha256::digest(der).into(),
        signed: parts.signed.to_vec(),
        signature: parts.signature.to_vec(),
    })
}

/// `SEQUENCE { publicKeyAndChallenge SEQUENCE { spki, challenge IA5String }, signatureAlgorithm, signature }`
fn spkac(der: &[u8]) -> Option<CertificateRequest> {
    let parts = asn1::signed_parts(der)?;
    let mut fields = Reader::inside(parts.signed, asn1::SEQUENCE)?;
    let spki = fields.expect_tag(asn1::SEQUENCE)?.raw;
    let challenge = fields.expect_tag(0x16)?.value;
    fields.is_empty().then(|| CertificateRequest {
        kind: RequestKind::Spkac,
        subject: None,
        subject_public_key_info: spki.to_vec(),
        challenge: Some(String::from_utf8_lossy(challenge).into_owned()),
        extensions: Vec::new(),
        attributes: Vec::new(),
        signature_algorithm: parts.algorithm.to_vec(),
        sha256: Sha256::digest(der).into(),
        signed: parts.signed.to_vec(),
        signature: parts.signature.to_vec(),
    })
}

/// PKCS#9's (RFC 2985 section 5.4.2), and `szOID_CERT_EXTENSIONS` that Windows used before.
const EXTENSION_REQUESTS: [&str; 2] = ["1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"];

#[cfg(test)]
mod tests;
