//! One certificate: its DER bytes and the facts that judging needs, parsed once.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Error;
use crate::name::Name;

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
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    extensions: Extensions,
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
    /// 4.2.1.10, the DER of the extension value; read by the path checks.
    pub name_constraints: Option<Vec<u8>>,
    /// 4.2.2.1, the caIssuers addresses.
    pub issuer_urls: Vec<String>,
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
            signature_algorithm: Vec::new(),
            signature: parsed.signature_value.data.to_vec(),
            extensions: Extensions::from_x509(&parsed),
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
            return format!("sha256-{}", &self.fingerprint().to_string()[..8]);
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
        for extension in certificate.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(constraints) => {
                    found.basic_constraints = Some(BasicConstraints {
                        ca: constraints.ca,
                        path_len: constraints.path_len_constraint,
                    });
                }
                ParsedExtension::KeyUsage(usage) => found.key_usage = Some(usage.flags),
                ParsedExtension::SubjectKeyIdentifier(identifier) => {
                    found.subject_key_identifier = Some(identifier.0.to_vec());
                }
                ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                    found.authority_key_identifier = identifier
                        .key_identifier
                        .as_ref()
                        .map(|identifier| identifier.0.to_vec());
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    found.subject_alt_names =
                        Some(names.general_names.iter().map(AltName::from_x509).collect());
                }
                _ if extension.critical => {
                    found.unknown_critical.push(extension.oid.to_id_string());
                }
                _ => {}
            }
        }
        found
    }
}

impl AltName {
    fn from_x509(name: &GeneralName<'_>) -> Self {
        match name {
            GeneralName::DNSName(name) => Self::Dns((*name).to_owned()),
            GeneralName::RFC822Name(name) => Self::Email((*name).to_owned()),
            GeneralName::URI(name) => Self::Uri((*name).to_owned()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for AltName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::Other(name) | Self::Uri(name) => {
                formatter.write_str(name)
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
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
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
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
