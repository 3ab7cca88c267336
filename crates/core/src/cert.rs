//! One certificate: its DER bytes and the facts that judging needs, parsed once.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Error;
use crate::name::Name;

pub use extensions::{AltName, BasicConstraints, Extensions, PolicyExtensions};
pub(crate) use java::has_unreadable_alt_names;
pub use java::java_refuses;
pub(crate) use openssl::{is_invalid_for_openssl, openssl_refuses};
use signed::Signed;
pub(crate) use webpki::{is_too_large_for_webpki, webpki_refuses};

pub(crate) mod asn1;
mod extensions;
mod java;
mod openssl;
mod signed;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod unreadable;
mod webpki;

/// An X.509 certificate (RFC 5280): bytes as received, facts parsed. Cheap to clone.
///
/// Two certificates are equal when their DER is.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: CertificateDer<'static>,
    facts: Facts,
    /// Asked of every certificate of a store for every server, and always answered the same; so is the next one.
    java_refuses: OnceLock<Option<&'static str>>,
    is_invalid_for_openssl: OnceLock<bool>,
    signed: Signed,
}

/// What was parsed. Kept apart from the bytes so that the accessors stay one line each; parts of them are where they are.
struct Facts {
    version: u32,
    serial: SerialNumber,
    subject: Name,
    issuer: Name,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    spki: Range<usize>,
    tbs: Range<usize>,
    algorithms_agree: bool,
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    extensions: Extensions,
    subject_alt_names_der: Option<Range<usize>>,
    fingerprint: Fingerprint,
}

impl Certificate {
    /// Parses one certificate; trailing bytes are an error.
    ///
    /// # Errors
    /// [`Error::Certificate`] when the bytes are no certificate. A broken extension is no error.
    pub fn from_der(der: CertificateDer<'static>) -> Result<Self, Error> {
        let (rest, parsed) =
            X509Certificate::from_der(&der).map_err(|error| Error::Certificate {
                why: unreadable::why(error),
            })?;
        if !rest.is_empty() {
            return Err(Error::Certificate {
                why: format!("{} trailing bytes", rest.len()),
            });
        }
        let (inner, outer) = signature_algorithms(&der).ok_or_else(|| Error::Certificate {
            why: "no signature algorithm".to_owned(),
        })?;
        let validity = parsed.validity();
        let place = |part: &[u8]| asn1::place_in(&der, part);
        let facts = Facts {
            version: parsed.version().0.saturating_add(1),
            serial: SerialNumber(parsed.raw_serial().to_vec()),
            subject: Name::from_x509(parsed.subject()),
            issuer: Name::from_x509(parsed.issuer()),
            not_before: validity.not_before.to_datetime(),
            not_after: validity.not_after.to_datetime(),
            spki: place(parsed.public_key().raw),
            tbs: place(parsed.tbs_certificate.as_ref()),
            algorithms_agree: inner == outer || without_null(inner) == without_null(outer),
            signature_algorithm: place(outer),
            signature: place(parsed.signature_value.data.as_ref()),
            extensions: Extensions::from_x509(&parsed),
            subject_alt_names_der: parsed
                .extensions()
                .iter()
                .find(|extension| extension.oid.as_bytes() == SUBJECT_ALT_NAME_OID)
                .map(|extension| place(extension.value)),
            fingerprint: Fingerprint::of(&der),
        };
        Ok(Self(Arc::new(Inner {
            der,
            facts,
            java_refuses: OnceLock::new(),
            is_invalid_for_openssl: OnceLock::new(),
            signed: Signed::default(),
        })))
    }

    fn part(&self, place: &Range<usize>) -> &[u8] {
        self.0.der.get(place.clone()).unwrap_or_default()
    }

    /// The bytes as received.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.0.der
    }

    /// 1, 2 or 3.
    pub fn version(&self) -> u32 {
        self.0.facts.version
    }

    /// The serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.0.facts.serial
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> &Name {
        &self.0.facts.subject
    }

    /// Who signed it.
    pub fn issuer(&self) -> &Name {
        &self.0.facts.issuer
    }

    /// First second of validity, inclusive (RFC 5280 section 4.1.2.5).
    pub fn not_before(&self) -> OffsetDateTime {
        self.0.facts.not_before
    }

    /// Last second of validity, inclusive.
    pub fn not_after(&self) -> OffsetDateTime {
        self.0.facts.not_after
    }

    /// DER of `SubjectPublicKeyInfo`.
    pub fn subject_public_key_info(&self) -> &[u8] {
        self.part(&self.0.facts.spki)
    }

    /// DER of `TBSCertificate`, the signed part.
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.0.facts.tbs)
    }

    /// DER of the outer signature `AlgorithmIdentifier`.
    pub fn signature_algorithm(&self) -> &[u8] {
        self.part(&self.0.facts.signature_algorithm)
    }

    /// The algorithm is written inside the signed part too, and must be the same (RFC 5280 section 4.1.1.2).
    pub(crate) fn algorithms_agree(&self) -> bool {
        self.0.facts.algorithms_agree
    }

    /// DER of the subjectAltName value; [`AltName`] keeps directory names only as text.
    pub(crate) fn subject_alt_names_der(&self) -> Option<&[u8]> {
        let place = self.0.facts.subject_alt_names_der.as_ref()?;
        Some(self.part(place))
    }

    /// Whether it was in force at that time; both ends inclusive (RFC 5280 section 4.1.2.5).
    pub fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// The signature octets.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.0.facts.signature)
    }

    /// The extensions that decide trust.
    pub fn extensions(&self) -> &Extensions {
        &self.0.facts.extensions
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.facts.fingerprint
    }

    /// basicConstraints says CA; a version 1 certificate that is self-issued counts, as old roots are.
    pub fn is_ca(&self) -> bool {
        match self.extensions().basic_constraints {
            Some(constraints) => constraints.ca,
            None => self.version() < 3 && self.is_self_issued(),
        }
    }

    /// Issuer and subject are the same name. Says nothing about the signature.
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// Same name and key: another version of the same certificate, such as a renewed or a cross-signed one.
    pub(crate) fn has_same_holder(&self, other: &Self) -> bool {
        self.subject_public_key_info() == other.subject_public_key_info()
            && self.subject() == other.subject()
    }

    /// The name that people use for it: subject CN, else first SAN, else whole subject, else `sha256-<8 hex>`.
    pub fn display_name(&self) -> String {
        if let Some(name) = self.subject().common_name() {
            return name.to_owned();
        }
        if let Some(name) = self.extensions().subject_alt_names.iter().flatten().next() {
            return name.to_string();
        }
        if self.subject().is_empty() {
            return self.fingerprint().short();
        }
        self.subject().to_string()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Certificate({}, {})",
            self.display_name(),
            self.fingerprint()
        )
    }
}

/// The two copies of the signature algorithm: inside the signed part, and after it (RFC 5280 section 4.1).
fn signature_algorithms(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = asn1::Reader::inside(der, asn1::SEQUENCE)?;
    let mut signed = asn1::Reader::new(outer.expect_tag(asn1::SEQUENCE)?.value);
    // [0] version, absent in version 1
    signed.expect_tag(0xa0);
    signed.expect_tag(asn1::INTEGER)?;
    let inner = signed.expect_tag(asn1::SEQUENCE)?;
    Some((inner.raw, outer.expect_tag(asn1::SEQUENCE)?.raw))
}

/// Object identifier and parameters; NULL and nothing are the same (`AlgorithmId.equals`, RFC 4055 section 2.1).
pub(crate) fn without_null(algorithm: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut fields = asn1::Reader::inside(algorithm, asn1::SEQUENCE)?;
    let oid = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
    let parameters = fields.next().map(|parameters| parameters.raw);
    Some((oid, parameters.filter(|raw| *raw != [5, 0])))
}

/// Issuer-scoped number of up to 20 octets, shown as lower-case hex without separators.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// The octets as written, with the sign.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&asn1::hex(&self.0))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// SHA-256 of a certificate's DER, shown as lower-case hex without separators.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of any bytes, also of those that are no readable certificate.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// One that was written down before.
    pub const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// `sha256-<8 hex>`: what a certificate is called that has no name at all.
    pub fn short(&self) -> String {
        format!("sha256-{}", asn1::hex(self.0.get(..4).unwrap_or_default()))
    }

    /// The digest itself.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&asn1::hex(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

const SUBJECT_ALT_NAME: &str = "2.5.29.17";
/// The same, encoded.
const SUBJECT_ALT_NAME_OID: [u8; 3] = [0x55, 0x1d, 0x11];

#[cfg(test)]
mod tests {
    use rcgen::SerialNumber as RcgenSerial;

    use super::testing::{NOW, new_key, params, self_sign};
    use super::*;

    #[test]
    fn the_parts_are_the_bytes_of_the_file() {
        let mut params = params("x");
        params.serial_number = Some(RcgenSerial::from_slice(&[0]));
        let certificate = self_sign(params, new_key()).certificate;
        let der = certificate.der();
        for part in [
            certificate.tbs(),
            certificate.signature(),
            certificate.signature_algorithm(),
            certificate.subject_public_key_info(),
            certificate.subject().der(),
        ] {
            assert!(!part.is_empty() && der.windows(part.len()).any(|window| window == part));
        }
        assert!(certificate.algorithms_agree());
        assert_eq!(certificate.serial().to_string(), "00");
        assert_eq!(certificate.version(), 3);
        assert!(certificate.is_valid_at(NOW) && certificate.is_valid_at(certificate.not_after()));
        assert!(!certificate.is_valid_at(certificate.not_after() + time::Duration::SECOND));
    }

    #[test]
    fn trailing_bytes_and_every_cut_are_refused() {
        let der = self_sign(params("x"), new_key()).certificate.der().to_vec();
        for length in 0..der.len() {
            assert!(Certificate::from_der(der[..length].to_vec().into()).is_err());
        }
        let mut long = der.clone();
        long.push(0);
        assert!(Certificate::from_der(long.into()).is_err());
    }

    #[test]
    fn one_wrong_octet_anywhere_is_no_panic() {
        let der = self_sign(params("x"), new_key()).certificate.der().to_vec();
        for place in 0..der.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut bad = der.clone();
                bad[place] ^= flip;
                if let Ok(certificate) = Certificate::from_der(bad.into()) {
                    let _ = (certificate.key(), certificate.display_name());
                    let _ = crate::signature::check(&certificate, &certificate);
                }
            }
        }
    }
}
