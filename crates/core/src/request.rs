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
mod tests {
    use rcgen::PublicKeyData;

    use super::*;
    use crate::cert::testing::{new_key, server_params};

    fn request() -> Vec<u8> {
        let mut params = server_params("h.example");
        params.use_authority_key_identifier_extension = false;
        let request = params.serialize_request(&new_key()).unwrap();
        request.der().to_vec()
    }

    #[test]
    fn a_request_is_read_and_its_signature_checked() {
        let mut der = request();
        let read = CertificateRequest::new(&Request::Pkcs10(der.clone())).unwrap();
        assert_eq!(read.subject.as_ref().unwrap().to_string(), "CN=h.example");
        assert_eq!(read.check_signature(), SignatureCheck::Good);
        let oids: Vec<&str> = read.extensions.iter().map(|one| one.oid.as_str()).collect();
        assert!(
            oids.contains(&"2.5.29.17") && oids.contains(&"2.5.29.37"),
            "{oids:?}"
        );

        // one letter of the subject
        let place = der
            .windows(9)
            .position(|window| window == b"h.example")
            .unwrap();
        der[place] = b'i';
        let forged = CertificateRequest::new(&Request::Pkcs10(der)).unwrap();
        assert_eq!(forged.check_signature(), SignatureCheck::Bad);
    }

    #[test]
    fn spkac_has_a_challenge_and_a_signature_of_its_own() {
        let key = new_key();
        let spki = key.subject_public_key_info();
        let information = wrap(0x30, &[&spki[..], &[0x16, 2, b'h', b'i']].concat());
        let signature = rcgen::SigningKey::sign(&key, &information).unwrap();
        let mut bits = vec![0];
        bits.extend(signature);
        let algorithm = wrap(0x30, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]);
        let der = wrap(0x30, &[information, algorithm, wrap(3, &bits)].concat());
        let read = CertificateRequest::new(&Request::Spkac(der.clone())).unwrap();
        assert_eq!(read.challenge.as_deref(), Some("hi"));
        assert_eq!(read.check_signature(), SignatureCheck::Good);
        for length in 0..der.len() {
            assert!(CertificateRequest::new(&Request::Spkac(der[..length].to_vec())).is_err());
        }
    }

    #[test]
    fn every_cut_and_flip_is_no_panic() {
        let der = request();
        for length in 0..der.len() {
            assert!(CertificateRequest::new(&Request::Pkcs10(der[..length].to_vec())).is_err());
        }
        for place in 0..der.len() {
            let mut bad = der.clone();
            bad[place] ^= 0x21;
            if let Ok(read) = CertificateRequest::new(&Request::Pkcs10(bad)) {
                let _ = read.check_signature();
            }
        }
    }

    fn wrap(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = contents.len();
        let mut der = match u8::try_from(length) {
            Ok(short) if short < 0x80 => vec![tag, short],
            Ok(one) => vec![tag, 0x81, one],
            Err(_) => {
                let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
                vec![tag, 0x82, high, low]
            }
        };
        der.extend_from_slice(contents);
        der
    }
}
