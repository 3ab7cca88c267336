//! A certificate as its octets say, for rules about encodings, which a parsed one has no more.

use time::OffsetDateTime;

use super::Profile;
use crate::Certificate;
use crate::cert::asn1::{self, Element, Reader};
use crate::facts::Facts;
use crate::key::PublicKey;

/// The parts of a certificate that rules look at.
pub(super) struct View<'a> {
    pub(super) certificate: &'a Certificate,
    /// What it is judged as.
    pub(super) profile: Profile,
    pub(super) facts: &'a Facts,
    /// When it is judged.
    pub(super) at: OffsetDateTime,
    /// The contents of the serial number.
    pub(super) serial: &'a [u8],
    /// The algorithm within what is signed.
    pub(super) inner_algorithm: &'a [u8],
    pub(super) not_before: Element<'a>,
    pub(super) not_after: Element<'a>,
    pub(super) issuer: Vec<Attribute<'a>>,
    pub(super) subject: Vec<Attribute<'a>>,
    /// issuerUniqueID or subjectUniqueID.
    pub(super) has_unique_identifier: bool,
    pub(super) extensions: Vec<Extension<'a>>,
    /// The general names of subjectAltName.
    pub(super) alt_names: Vec<Element<'a>>,
    /// The attribute types of the subject's common names.
    pub(super) common_names: Vec<String>,
}

/// One attribute of a name.
pub(super) struct Attribute<'a> {
    /// Its place among the relative distinguished names.
    pub(super) rdn: usize,
    pub(super) oid: String,
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
}

/// One extension, also where there is another with its identifier.
pub(super) struct Extension<'a> {
    pub(super) oid: String,
    pub(super) critical: bool,
    /// Whether `critical FALSE` is written out, which DER leaves out (X.690 section 11.5).
    pub(super) writes_default: bool,
    pub(super) value: &'a [u8],
}

impl<'a> View<'a> {
    /// Nothing for what is structured otherwise than RFC 5280 section 4.1 says, which the parser takes for no certificate.
    pub(super) fn of(
        certificate: &'a Certificate,
        profile: Profile,
        facts: &'a Facts,
        at: OffsetDateTime,
    ) -> Option<Self> {
        let mut fields = Reader::inside(certificate.tbs(), asn1::SEQUENCE)?;
        fields.expect_tag(VERSION);
        let serial = fields.expect_tag(asn1::INTEGER)?.value;
        let inner_algorithm = fields.expect_tag(asn1::SEQUENCE)?.raw;
        let issuer = fields.expect_tag(asn1::SEQUENCE)?.value;
        let mut validity = Reader::new(fields.expect_tag(asn1::SEQUENCE)?.value);
        let subject = fields.expect_tag(asn1::SEQUENCE)?.value;
        fields.expect_tag(asn1::SEQUENCE)?;
        let mut has_unique_identifier = false;
        for tag in [0x81, 0xa1, 0x82, 0xa2] {
            has_unique_identifier |= fields.expect_tag(tag).is_some();
        }
        let extensions = fields.expect_tag(EXTENSIONS).map_or(Vec::new(), |wrapped| {
            Reader::inside(wrapped.value, asn1::SEQUENCE)
                .into_iter()
                .flatten()
                .filter_map(|element| Extension::of(&element))
                .collect()
        });
        let alt_names = extensions.iter().find(|one| one.oid == SUBJECT_ALT_NAME);
        let alt_names = alt_names.and_then(|one| Reader::inside(one.value, asn1::SEQUENCE));
        let subject = attributes(subject);
        Some(Self {
            certificate,
            profile,
            facts,
            at,
            serial,
            inner_algorithm,
            not_before: validity.next()?,
            not_after: validity.next()?,
            issuer: attributes(issuer),
            common_names: texts(&subject, COMMON_NAME),
            subject,
            has_unique_identifier,
            alt_names: alt_names.into_iter().flatten().collect(),
            extensions,
        })
    }

    pub(super) fn extension(&self, oid: &str) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|one| one.oid == oid)
    }

    pub(super) fn has(&self, oid: &str) -> bool {
        self.extension(oid).is_some()
    }

    pub(super) fn is_critical(&self, oid: &str) -> bool {
        self.extension(oid).is_some_and(|one| one.critical)
    }

    /// The elements of an extension that is a sequence of others.
    pub(super) fn elements(&self, oid: &str) -> Vec<Element<'a>> {
        let extension = self.extension(oid);
        let reader = extension.and_then(|one| Reader::inside(one.value, asn1::SEQUENCE));
        reader.into_iter().flatten().collect()
    }

    pub(super) fn is_authority(&self) -> bool {
        let constraints = self.certificate.extensions().basic_constraints;
        constraints.is_some_and(|constraints| constraints.ca)
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.certificate.is_self_issued()
    }

    /// Whether it may be shown by servers: no extended key usage forbids it (RFC 5280 section 4.2.1.12).
    pub(super) fn is_server(&self) -> bool {
        !self.is_authority()
            && self.usages().is_none_or(|usages| {
                usages
                    .iter()
                    .any(|usage| matches!(usage.as_str(), SERVER_AUTH | ANY_USAGE))
            })
    }

    pub(super) fn usages(&self) -> Option<&[String]> {
        self.certificate.extensions().extended_key_usage.as_deref()
    }

    pub(super) fn key_usage(&self) -> Option<u16> {
        self.certificate.extensions().key_usage
    }

    pub(super) fn public_key(&self) -> Option<PublicKey<'a>> {
        PublicKey::from_der(self.certificate.subject_public_key_info())
    }

    /// The policies that it names, by identifier.
    pub(super) fn policies(&self) -> Vec<String> {
        let listed = self.elements(CERTIFICATE_POLICIES).into_iter();
        let oid = |policy: Element<'a>| Reader::new(policy.value).next();
        listed
            .filter_map(|policy| asn1::dotted_oid(oid(policy)?.value))
            .collect()
    }

    /// DNS names, as far as they are text.
    pub(super) fn dns_names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.names(DNS_NAME)
    }

    /// Alternative names of a tag that are text.
    pub(super) fn names(&self, tag: u8) -> impl Iterator<Item = &'a str> + '_ {
        let names = self.alt_names.iter().filter(move |name| name.tag == tag);
        names.filter_map(|name| std::str::from_utf8(name.value).ok())
    }

    pub(super) fn subject_of<'s>(
        &'s self,
        oid: &'s str,
    ) -> impl Iterator<Item = &'s Attribute<'a>> {
        self.subject.iter().filter(move |one| one.oid == oid)
    }
}

impl<'a> Extension<'a> {
    fn of(element: &Element<'a>) -> Option<Self> {
        let mut fields = Reader::new(element.value);
        let oid = asn1::dotted_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let critical = fields.expect_tag(BOOLEAN);
        Some(Self {
            oid,
            critical: critical.is_some_and(|critical| critical.value != [0]),
            writes_default: critical.is_some_and(|critical| critical.value == [0]),
            value: fields.expect_tag(asn1::OCTET_STRING)?.value,
        })
    }
}

impl Attribute<'_> {
    /// Its text; nothing for what is no string, or broken.
    pub(super) fn text(&self) -> Option<String> {
        match self.tag {
            UTF8_STRING | PRINTABLE_STRING | IA5_STRING | NUMERIC_STRING | VISIBLE_STRING => {
                String::from_utf8(self.value.to_vec()).ok()
            }
            // T.61 is read as Latin-1, as everybody does
            TELETEX_STRING => Some(self.value.iter().map(|octet| char::from(*octet)).collect()),
            BMP_STRING => {
                let units = self.value.chunks_exact(2);
                let units: Vec<u16> = units
                    .map(|pair| {
                        pair.iter()
                            .fold(0, |unit, octet| unit << 8 | u16::from(*octet))
                    })
                    .collect();
                String::from_utf16(&units).ok()
            }
            _ => None,
        }
    }
}

fn attributes(name: &[u8]) -> Vec<Attribute<'_>> {
    let sets = Reader::new(name).enumerate();
    let attributes = sets.flat_map(|(rdn, set)| {
        Reader::new(set.value).filter_map(move |attribute| {
            let mut fields = Reader::new(attribute.value);
            let oid = asn1::dotted_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
            let value = fields.next()?;
            Some(Attribute {
                rdn,
                oid,
                tag: value.tag,
                value: value.value,
            })
        })
    });
    attributes.collect()
}

fn texts(attributes: &[Attribute<'_>], oid: &str) -> Vec<String> {
    let named = attributes.iter().filter(|one| one.oid == oid);
    named.filter_map(Attribute::text).collect()
}

const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
pub(super) const BOOLEAN: u8 = 0x01;

pub(super) const NUMERIC_STRING: u8 = 0x12;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const TELETEX_STRING: u8 = 0x14;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const VISIBLE_STRING: u8 = 0x1a;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const UTF8_STRING: u8 = 0x0c;

/// The choices of GeneralName (RFC 5280 section 4.2.1.6).
pub(super) const OTHER_NAME: u8 = 0xa0;
pub(super) const EMAIL: u8 = 0x81;
pub(super) const DNS_NAME: u8 = 0x82;
pub(super) const DIRECTORY_NAME: u8 = 0xa4;
pub(super) const EDI_PARTY_NAME: u8 = 0xa5;
pub(super) const URI: u8 = 0x86;
pub(super) const IP_ADDRESS: u8 = 0x87;
pub(super) const REGISTERED_ID: u8 = 0x88;

pub(super) const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub(super) const KEY_USAGE: &str = "2.5.29.15";
pub(super) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(super) const ISSUER_ALT_NAME: &str = "2.5.29.18";
pub(super) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(super) const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub(super) const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub(super) const CERTIFICATE_POLICIES: &str = "2.5.29.32";
pub(super) const POLICY_MAPPINGS: &str = "2.5.29.33";
pub(super) const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
pub(super) const POLICY_CONSTRAINTS: &str = "2.5.29.36";
pub(super) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(super) const FRESHEST_CRL: &str = "2.5.29.46";
pub(super) const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
pub(super) const SUBJECT_DIRECTORY_ATTRIBUTES: &str = "2.5.29.9";
pub(super) const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub(super) const SUBJECT_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.11";

pub(super) const ANY_USAGE: &str = "2.5.29.37.0";
pub(super) const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub(super) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
pub(super) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(super) const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";
pub(super) const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

pub(super) const COMMON_NAME: &str = "2.5.4.3";
pub(super) const SURNAME: &str = "2.5.4.4";
pub(super) const SERIAL_NUMBER: &str = "2.5.4.5";
pub(super) const COUNTRY: &str = "2.5.4.6";
pub(super) const LOCALITY: &str = "2.5.4.7";
pub(super) const STATE: &str = "2.5.4.8";
pub(super) const STREET: &str = "2.5.4.9";
pub(super) const ORGANIZATION: &str = "2.5.4.10";
pub(super) const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
pub(super) const POSTAL_CODE: &str = "2.5.4.17";
pub(super) const GIVEN_NAME: &str = "2.5.4.42";
pub(super) const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
