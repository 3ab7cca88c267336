//! One certificate: its DER bytes and the facts that judging needs, parsed once.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_parser::extensions::{AuthorityInfoAccess, GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Error;
use crate::name::{Name, text};

pub(crate) mod asn1;
#[cfg(test)]
pub(crate) mod testing;

/// An X.509 certificate (RFC 5280): bytes as received, facts parsed. Cheap to clone.
///
/// Two certificates are equal when their DER is.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: CertificateDer<'static>,
    facts: Facts,
}

/// What was parsed. Kept apart from the bytes so that the accessors stay one line each.
struct Facts {
    version: u32,
    serial: SerialNumber,
    subject: Name,
    issuer: Name,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    spki: Vec<u8>,
    tbs: Vec<u8>,
    inner_signature_algorithm: Vec<u8>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    extensions: Extensions,
    subject_alt_names_der: Option<Vec<u8>>,
    has_extensions: bool,
    fingerprint: Fingerprint,
}

/// The extensions that decide trust (RFC 5280 section 4.2). `None`: the extension is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// 4.2.1.9
    pub basic_constraints: Option<BasicConstraints>,
    /// 4.2.1.3; bit 0 is digitalSignature, bit 2 keyEncipherment, bit 5 keyCertSign.
    pub key_usage: Option<u16>,
    /// 4.2.1.12, as dotted OIDs.
    pub extended_key_usage: Option<Vec<String>>,
    /// 4.2.1.6
    pub subject_alt_names: Option<Vec<AltName>>,
    /// 4.2.1.2
    pub subject_key_identifier: Option<Vec<u8>>,
    /// 4.2.1.1, the keyIdentifier field.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// 4.2.1.1, the authorityCertSerialNumber field.
    pub authority_serial: Option<SerialNumber>,
    /// 4.2.1.10, the DER of the extension value; read by the path checks.
    pub name_constraints: Option<Vec<u8>>,
    /// 4.2.2.1, the caIssuers addresses.
    pub issuer_urls: Vec<String>,
    /// Netscape's certificate type, seldom since 2005; bit 1 is SSL server.
    pub netscape_cert_type: Option<u8>,
    /// Every extension marked critical, by dotted OID.
    pub critical: Vec<String>,
    /// Extensions that occur more than once, which section 4.2 forbids; the first one counts here.
    pub repeated: Vec<String>,
    /// Critical extensions, by dotted OID, that nothing here understands or that could not be parsed.
    pub unknown_critical: Vec<String>,
}

/// RFC 5280 section 4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many intermediates may follow.
    pub path_len: Option<u32>,
}

/// A subject alternative name (RFC 5280 section 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AltName {
    /// dNSName
    Dns(String),
    /// rfc822Name
    Email(String),
    /// iPAddress of 4 or 16 octets
    Ip(IpAddr),
    /// Anything else, in words.
    Other(String),
    /// uniformResourceIdentifier
    Uri(String),
}

impl Certificate {
    /// Parses one certificate; trailing bytes are an error.
    ///
    /// # Errors
    /// [`Error::Certificate`] when the bytes are no certificate. A broken extension is no error.
    pub fn from_der(der: CertificateDer<'static>) -> Result<Self, Error> {
        let (rest, parsed) =
            X509Certificate::from_der(&der).map_err(|error| Error::Certificate {
                why: error.to_string(),
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
        let facts = Facts {
            version: parsed.version().0.saturating_add(1),
            serial: SerialNumber(parsed.raw_serial().to_vec()),
            subject: Name::from_x509(parsed.subject()),
            issuer: Name::from_x509(parsed.issuer()),
            not_before: validity.not_before.to_datetime(),
            not_after: validity.not_after.to_datetime(),
            spki: parsed.public_key().raw.to_vec(),
            tbs: parsed.tbs_certificate.as_ref().to_vec(),
            inner_signature_algorithm: inner.to_vec(),
            signature_algorithm: outer.to_vec(),
            signature: parsed.signature_value.data.to_vec(),
            extensions: Extensions::from_x509(&parsed),
            subject_alt_names_der: parsed
                .extensions()
                .iter()
                .find(|extension| extension.oid.to_id_string() == SUBJECT_ALT_NAME)
                .map(|extension| extension.value.to_vec()),
            has_extensions: !parsed.extensions().is_empty(),
            fingerprint: Fingerprint(Sha256::digest(&der).into()),
        };
        Ok(Self(Arc::new(Inner { der, facts })))
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
        &self.0.facts.spki
    }

    /// DER of `TBSCertificate`, the signed part.
    pub fn tbs(&self) -> &[u8] {
        &self.0.facts.tbs
    }

    /// DER of the outer signature `AlgorithmIdentifier`.
    pub fn signature_algorithm(&self) -> &[u8] {
        &self.0.facts.signature_algorithm
    }

    /// DER of the `AlgorithmIdentifier` inside the signed part, which must equal the outer one.
    pub(crate) fn inner_signature_algorithm(&self) -> &[u8] {
        &self.0.facts.inner_signature_algorithm
    }

    /// DER of the subjectAltName value; [`AltName`] keeps directory names only as text.
    pub(crate) fn subject_alt_names_der(&self) -> Option<&[u8]> {
        self.0.facts.subject_alt_names_der.as_deref()
    }

    /// Whether there is any extension, known or not.
    pub(crate) fn has_extensions(&self) -> bool {
        self.0.facts.has_extensions
    }

    /// Whether it was in force at that time; both ends inclusive (RFC 5280 section 4.1.2.5).
    pub fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// The signature octets.
    pub fn signature(&self) -> &[u8] {
        &self.0.facts.signature
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

    /// The name that people use for it: subject CN, else first SAN, else whole subject, else `sha256-<8 hex>`.
    pub fn display_name(&self) -> String {
        if let Some(name) = self.subject().common_name() {
            return name.to_owned();
        }
        if let Some(name) = self.extensions().subject_alt_names.iter().flatten().next() {
            return name.to_string();
        }
        if self.subject().is_empty() {
            let prefix = self.fingerprint().0;
            return format!("sha256-{}", asn1::hex(prefix.get(..4).unwrap_or_default()));
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

impl Extensions {
    fn from_x509(certificate: &X509Certificate<'_>) -> Self {
        let mut found = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for extension in certificate.extensions() {
            let oid = extension.oid.to_id_string();
            if extension.critical {
                found.critical.push(oid.clone());
            }
            let understood = if seen.contains(&oid) {
                found.repeated.push(oid.clone());
                true
            } else {
                found.take(extension.parsed_extension(), extension.value)
            };
            if extension.critical && !understood {
                found.unknown_critical.push(oid.clone());
            }
            seen.push(oid);
        }
        found
    }

    /// Stores one extension; `false` when it is unknown or broken.
    fn take(&mut self, extension: &ParsedExtension<'_>, value: &[u8]) -> bool {
        match extension {
            ParsedExtension::AuthorityInfoAccess(access) => {
                self.issuer_urls = issuer_urls(access);
            }
            ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                let key = identifier.key_identifier.as_ref();
                self.authority_key_identifier = key.map(|key| key.0.to_vec());
                let serial = identifier.authority_cert_serial;
                self.authority_serial = serial.map(|serial| SerialNumber(serial.to_vec()));
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.basic_constraints = Some(BasicConstraints {
                    ca: constraints.ca,
                    path_len: constraints.path_len_constraint,
                });
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.extended_key_usage = Some(extended_key_usage(value, usage.any));
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = Some(usage.flags),
            ParsedExtension::NameConstraints(_) => self.name_constraints = Some(value.to_vec()),
            ParsedExtension::NSCertType(_) => {
                // BIT STRING: tag, length, unused bits, bits
                self.netscape_cert_type = Some(value.get(3).copied().unwrap_or(0));
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                self.subject_alt_names =
                    Some(names.general_names.iter().map(AltName::from_x509).collect());
            }
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                self.subject_key_identifier = Some(identifier.0.to_vec());
            }
            // read by other parts of the program, or safe to pass over when understood (section 4.2)
            ParsedExtension::CertificatePolicies(_)
            | ParsedExtension::CRLDistributionPoints(_)
            | ParsedExtension::InhibitAnyPolicy(_)
            | ParsedExtension::IssuerAlternativeName(_)
            | ParsedExtension::NsCertComment(_)
            | ParsedExtension::PolicyConstraints(_)
            | ParsedExtension::PolicyMappings(_)
            | ParsedExtension::SCT(_)
            | ParsedExtension::SubjectInfoAccess(_) => {}
            _ => return false,
        }
        true
    }
}

/// The caIssuers locations that are URLs (RFC 5280 section 4.2.2.1).
fn issuer_urls(access: &AuthorityInfoAccess<'_>) -> Vec<String> {
    access
        .accessdescs
        .iter()
        .filter(|access| access.access_method.to_id_string() == CA_ISSUERS)
        .filter_map(|access| match access.access_location {
            GeneralName::URI(url) => Some(text::visible(url)),
            _ => None,
        })
        .collect()
}

/// Every purpose in the order written; x509-parser sorts the well-known ones into flags.
fn extended_key_usage(value: &[u8], any: bool) -> Vec<String> {
    let purposes = asn1::Reader::inside(value, asn1::SEQUENCE);
    let written: Vec<String> = purposes
        .into_iter()
        .flatten()
        .filter_map(|purpose| asn1::dotted_oid(purpose.value))
        .collect();
    if written.is_empty() && any {
        return vec!["2.5.29.37.0".to_owned()];
    }
    written
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

impl AltName {
    fn from_x509(name: &GeneralName<'_>) -> Self {
        match name {
            GeneralName::DNSName(name) => Self::Dns((*name).to_owned()),
            GeneralName::DirectoryName(name) => Self::Other(Name::from_x509(name).to_string()),
            GeneralName::IPAddress(octets) => ip_address(octets).map_or_else(
                || Self::Other(format!("IP #{}", asn1::hex(octets))),
                Self::Ip,
            ),
            GeneralName::RFC822Name(name) => Self::Email((*name).to_owned()),
            GeneralName::URI(name) => Self::Uri((*name).to_owned()),
            other => Self::Other(other.to_string()),
        }
    }
}

fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

impl fmt::Display for AltName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::Other(name) | Self::Uri(name) => {
                formatter.write_str(&text::visible(name))
            }
            Self::Ip(address) => address.fmt(formatter),
        }
    }
}

/// Issuer-scoped number of up to 20 octets, shown as lower-case hex without separators.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber(Vec<u8>);

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

const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
