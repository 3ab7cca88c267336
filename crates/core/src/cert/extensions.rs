//! The extensions of a certificate that decide trust, as plain values.

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;

use x509_parser::asn1_rs::Oid;
use x509_parser::extensions::{AuthorityInfoAccess, GeneralName, ParsedExtension};
use x509_parser::prelude::X509Certificate;

use crate::name::Name;
use crate::text;

use super::{SerialNumber, asn1};

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
    /// Everything about policies; read by the path checks.
    pub policies: PolicyExtensions,
    /// 4.2.2.1, the caIssuers addresses.
    pub issuer_urls: Vec<String>,
    /// Netscape's certificate type, seldom since 2005; bit 1 is SSL server.
    pub netscape_cert_type: Option<u8>,
    /// Every extension marked critical, by dotted OID, each once.
    pub critical: Vec<String>,
    /// Extensions that occur more than once, which section 4.2 forbids; the first one counts here.
    pub repeated: Vec<String>,
    /// Critical extensions, by dotted OID, that nothing here understands or that could not be parsed.
    pub unknown_critical: Vec<String>,
}

/// The values of the extensions on policies, in DER (RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyExtensions {
    /// certificatePolicies
    pub listed: Option<Vec<u8>>,
    /// policyMappings
    pub mappings: Option<Vec<u8>>,
    /// policyConstraints
    pub constraints: Option<Vec<u8>>,
    /// inhibitAnyPolicy
    pub inhibit_any: Option<Vec<u8>>,
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

impl Extensions {
    pub(super) fn from_x509(certificate: &X509Certificate<'_>) -> Self {
        let mut found = Self::default();
        // thousands of extensions fit into one certificate; most have ten, of which none is written out as text
        let mut seen = HashSet::with_capacity(2 * USUAL);
        let mut critical = HashSet::with_capacity(USUAL);
        for extension in certificate.extensions() {
            let oid = extension.oid.as_bytes();
            if extension.critical && critical.insert(oid) {
                found.critical.push(dotted(&extension.oid));
            }
            let understood = match seen.insert(oid) {
                true => found.take(extension.parsed_extension(), extension.value),
                false => {
                    found.repeated.push(dotted(&extension.oid));
                    true
                }
            };
            if extension.critical && !understood {
                found.unknown_critical.push(dotted(&extension.oid));
            }
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
            ParsedExtension::InhibitAnyPolicy(_) => {
                self.policies.inhibit_any = Some(value.to_vec())
            }
            ParsedExtension::NameConstraints(_) => self.name_constraints = Some(value.to_vec()),
            ParsedExtension::NSCertType(_) => {
                // BIT STRING: tag, length, unused bits, bits
                self.netscape_cert_type = Some(value.get(3).copied().unwrap_or(0));
            }
            ParsedExtension::CertificatePolicies(_) => self.policies.listed = Some(value.to_vec()),
            ParsedExtension::PolicyConstraints(_) => {
                self.policies.constraints = Some(value.to_vec());
            }
            ParsedExtension::PolicyMappings(_) => self.policies.mappings = Some(value.to_vec()),
            ParsedExtension::SubjectAlternativeName(names) => {
                self.subject_alt_names =
                    Some(names.general_names.iter().map(AltName::from_x509).collect());
            }
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                self.subject_key_identifier = Some(identifier.0.to_vec());
            }
            // read by other parts of the program, or safe to pass over when understood (section 4.2)
            ParsedExtension::CRLDistributionPoints(_)
            | ParsedExtension::IssuerAlternativeName(_)
            | ParsedExtension::NsCertComment(_)
            | ParsedExtension::SCT(_)
            | ParsedExtension::SubjectInfoAccess(_) => {}
            _ => return false,
        }
        true
    }
}

/// Object identifier and value of each extension in a `TBSCertificate`, as written.
pub(super) fn raw_extensions(tbs: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let fields = asn1::Reader::inside(tbs, asn1::SEQUENCE);
    let field = fields.and_then(|mut fields| fields.find(|field| field.tag == 0xa3));
    let list = field.and_then(|field| asn1::Reader::inside(field.value, asn1::SEQUENCE));
    list.into_iter().flatten().filter_map(|extension| {
        let mut parts = asn1::Reader::new(extension.value);
        let oid = parts.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
        parts.expect_tag(0x01);
        Some((oid, parts.expect_tag(asn1::OCTET_STRING)?.value))
    })
}

fn dotted(oid: &Oid<'_>) -> String {
    // the other way is slow, and for arcs that are longer than any
    asn1::dotted_oid(oid.as_bytes()).unwrap_or_else(|| oid.to_id_string())
}

/// The caIssuers locations that are URLs (RFC 5280 section 4.2.2.1).
fn issuer_urls(access: &AuthorityInfoAccess<'_>) -> Vec<String> {
    access
        .accessdescs
        .iter()
        .filter(|access| access.access_method.as_bytes() == CA_ISSUERS)
        .filter_map(|access| match access.access_location {
            GeneralName::URI(url) => Some(text::escape(url)),
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

    /// As written, whatever characters are in it.
    pub(crate) fn unescaped(&self) -> String {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::Other(name) | Self::Uri(name) => {
                name.clone()
            }
            Self::Ip(address) => address.to_string(),
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
            Self::Ip(address) => address.fmt(formatter),
            name => formatter.write_str(&text::escape(&name.unescaped())),
        }
    }
}

/// What most certificates have at most, half of them critical.
const USUAL: usize = 7;

/// 1.3.6.1.5.5.7.48.2
const CA_ISSUERS: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 0x30, 2];

#[cfg(test)]
mod tests {
    use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, SanType};

    use crate::cert::testing::{ca_params, new_key, self_sign, server_params};

    use super::*;

    #[test]
    fn every_field_is_read() {
        let mut params = server_params("h.example");
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::Any);
        params
            .subject_alt_names
            .push(SanType::IpAddress([192, 0, 2, 1].into()));
        params
            .subject_alt_names
            .push(SanType::IpAddress("2001:db8::1".parse().unwrap()));
        let made = self_sign(params, new_key());
        let found = made.certificate.extensions();
        let purposes = found.extended_key_usage.as_deref().unwrap();
        assert_eq!(purposes, ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"]);
        assert_eq!(found.key_usage, Some(1));
        let shown: Vec<String> = found
            .subject_alt_names
            .iter()
            .flatten()
            .map(AltName::to_string)
            .collect();
        assert_eq!(shown, ["h.example", "192.0.2.1", "2001:db8::1"]);
        assert!(matches!(
            found.subject_alt_names.as_deref(),
            Some([_, AltName::Ip(_), AltName::Ip(_)])
        ));
        assert!(found.unknown_critical.is_empty() && found.repeated.is_empty());
        let ca = self_sign(ca_params("CA"), new_key());
        let found = ca.certificate.extensions();
        assert_eq!(found.key_usage, Some(0b110_0000));
        assert!(found.subject_key_identifier.is_some());
        assert!(found.critical.contains(&"2.5.29.19".to_owned()));
    }

    #[test]
    fn critical_extensions_are_unknown_when_new_or_broken() {
        let with = |oid: &[u64], content: &[u8], critical: bool| {
            let mut params = ca_params("x");
            let mut extension = CustomExtension::from_oid_content(oid, content.to_vec());
            extension.set_criticality(critical);
            params.custom_extensions = vec![extension];
            let found = self_sign(params, new_key())
                .certificate
                .extensions()
                .clone();
            (found.unknown_critical, found.repeated)
        };
        assert_eq!(with(&[1, 2, 3], &[5, 0], true).0, ["1.2.3"]);
        assert_eq!(with(&[1, 2, 3], &[5, 0], false).0, [""; 0]);
        assert_eq!(with(&[2, 5, 29, 30], &[0xff], true).0, ["2.5.29.30"]);
        assert_eq!(with(&[2, 5, 29, 19], &[0x30, 0], true).1, ["2.5.29.19"]);
    }
}
