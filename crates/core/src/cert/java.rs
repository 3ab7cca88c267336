//! What `CertificateFactory` of the JDK refuses to parse although this program reads it.
//!
//! A single such certificate makes Java refuse a whole store, and ends a TLS handshake in which it is presented. Every
//! rule was tried with JDK 17.0.15, and names the class of `sun.security.x509` that it comes from.

use std::collections::HashSet;

use crate::Certificate;
use crate::key::{self, KeyFacts, PublicKey};
use crate::name::Name;

use super::asn1::{self, Element, Reader};

/// Why Java does not parse this certificate; `None` when no reason is known.
pub fn java_refuses(certificate: &Certificate) -> Option<String> {
    let refused = &certificate.0.java_refuses;
    let why = refused.get_or_init(|| refusal(certificate));
    why.map(str::to_owned)
}

/// Whether there are alternative names that Java does not parse (`UnparseableExtension`). JDK 17 passes over them.
pub(crate) fn has_unreadable_alt_names(certificate: &Certificate) -> bool {
    let names = certificate.subject_alt_names_der();
    names.is_some_and(|der| !is_readable(super::SUBJECT_ALT_NAME, der))
}

/// `X509CertImpl.parse` and `X509CertInfo.parse`
fn refusal(certificate: &Certificate) -> Option<&'static str> {
    let Some((version, serial, rest)) = raw_parts(certificate.tbs()) else {
        return Some("broken certificate");
    };
    // DerValue.getInteger, in CertificateVersion; DerValue.getBigInteger, in SerialNumber
    if version.len() > 4 {
        return Some("version number too long");
    }
    if serial.is_empty() {
        return Some("serial number without octets");
    }
    let (subject, issuer) = (certificate.subject(), certificate.issuer());
    // X500Name.isEmpty: no attribute in any relative name
    if issuer.is_empty() {
        return Some("empty issuer");
    }
    // X500Name, RDN, AVA
    if !subject.is_well_formed() || !issuer.is_well_formed() {
        return Some("broken name");
    }
    if subject.is_empty() && certificate.version() == 1 {
        return Some("empty subject in a certificate of version 1");
    }
    if let Some(why) = refused_key(certificate) {
        return Some(why);
    }
    if !rest.is_empty() && certificate.version() == 1 {
        return Some("extensions in a certificate of version 1");
    }
    let more = Reader::new(rest).find(|element| !matches!(element.tag & 0x9f, 0x81 | 0x82));
    if let Some(element) = more {
        if certificate.version() != 3 {
            return Some("extensions in a certificate that is not of version 3");
        }
        if let Some(why) = refused_extensions(&element, subject) {
            return Some(why);
        }
    }
    if !certificate.algorithms_agree() {
        return Some("signature algorithm mismatch");
    }
    None
}

/// Version and serial number as written, and all that follows the public key.
fn raw_parts(tbs: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut fields = Reader::inside(tbs, asn1::SEQUENCE)?;
    let version = match fields.expect_tag(0xa0) {
        Some(version) => Reader::inside(version.raw, 0xa0)?.next()?.value,
        None => &[],
    };
    let serial = fields.expect_tag(asn1::INTEGER)?.value;
    // algorithm, issuer, validity, subject, key
    for _ in 0..5 {
        fields.expect_tag(asn1::SEQUENCE)?;
    }
    Some((version, serial, fields.rest()))
}

/// `X509Key.parse`, with the key factories behind it
fn refused_key(certificate: &Certificate) -> Option<&'static str> {
    let Some(public) = PublicKey::from_der(certificate.subject_public_key_info()) else {
        return Some("broken public key");
    };
    let length = public.bits.len();
    match public.oid.as_str() {
        key::RSA | "1.2.840.113549.1.1.10" => refused_rsa_key(public.bits),
        key::EC => refused_ec_key(&public, certificate.subject_public_key_info()),
        key::ED25519 | "1.3.101.110" if length != 32 => Some("public key of a wrong length"),
        "1.3.101.113" if length != 57 => Some("public key of a wrong length"),
        "1.3.101.111" if length != 56 => Some("public key of a wrong length"),
        _ => None,
    }
}

/// `RSAPublicKeyImpl` and `RSAKeyFactory.checkKeyLengths`
fn refused_rsa_key(bits: &[u8]) -> Option<&'static str> {
    let numbers = || {
        let mut outer = Reader::new(bits);
        let mut fields = Reader::new(outer.expect_tag(asn1::SEQUENCE)?.value);
        let modulus = fields.expect_tag(asn1::INTEGER)?.value;
        let exponent = fields.expect_tag(asn1::INTEGER)?.value;
        (fields.is_empty() && outer.is_empty()).then_some((stripped(modulus), stripped(exponent)))
    };
    let Some((modulus, exponent)) = numbers() else {
        return Some("broken RSA key");
    };
    match modulus.len() {
        0..64 => return Some("RSA key of less than 512 bits"),
        64..=2048 => {}
        _ => return Some("RSA key of more than 16384 bits"),
    }
    if matches!(exponent, [] | [0..3]) {
        return Some("RSA exponent below 3");
    }
    if (exponent.len(), exponent) > (modulus.len(), modulus) {
        return Some("RSA exponent beyond the modulus");
    }
    if modulus.len() > 384 && exponent.len() > 8 {
        return Some("RSA exponent of more than 64 bits");
    }
    None
}

fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// `ECPublicKeyImpl`, `ECParameters` and `CurveDB`
fn refused_ec_key(key: &PublicKey<'_>, spki: &[u8]) -> Option<&'static str> {
    let Some(curve) = key.curve_oid() else {
        return Some("EC key without a named curve");
    };
    let named = ["1.2.840.10045.3.", "1.3.132.0.", "1.3.36.3.3.2.8.1.1."];
    if !named.iter().any(|arc| curve.starts_with(arc)) {
        return Some("EC key on an unknown curve");
    }
    // of the curves that have no name here, the size is not known
    let sized = KeyFacts::from_spki(spki).bits.is_some();
    if key.bits.first() != Some(&4) || (sized && !key.is_well_formed()) {
        return Some("EC key that is no uncompressed point of its curve");
    }
    None
}

/// `CertificateExtensions.parseExtension`, then `X509CertInfo.verifyCert`
fn refused_extensions(field: &Element<'_>, subject: &Name) -> Option<&'static str> {
    let list = Reader::inside(field.value, asn1::SEQUENCE);
    let mut seen = HashSet::new();
    let mut has_critical_names = false;
    for extension in list.into_iter().flatten() {
        let mut fields = Reader::new(extension.value);
        let oid = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
        let critical = fields
            .expect_tag(BOOLEAN)
            .is_some_and(|flag| flag.value.iter().any(|octet| *octet != 0));
        let value = fields.expect_tag(asn1::OCTET_STRING)?.value;
        let name = asn1::dotted_oid(oid).unwrap_or_default();
        if !is_readable(&name, value) {
            if critical {
                return Some("broken critical extension");
            }
            // set aside as UnparseableExtension
            continue;
        }
        if !seen.insert(oid) {
            return Some("duplicate extension");
        }
        has_critical_names |= critical && name == super::SUBJECT_ALT_NAME;
    }
    if subject.is_empty() && !has_critical_names {
        return Some("empty subject without a critical subjectAltName");
    }
    None
}

/// Whether the class that `OIDMap` has for an extension takes this value. Only the outermost structure of the longer
/// ones is looked at.
fn is_readable(oid: &str, value: &[u8]) -> bool {
    let mut outer = Reader::new(value);
    let found = outer.next();
    let is = |tag: u8| found.is_some_and(|element| element.tag == tag) && outer.is_empty();
    let inner = Reader::new(found.map_or(&[], |element| element.value));
    match oid {
        "2.5.29.14" => is(asn1::OCTET_STRING),
        "2.5.29.15" | "2.16.840.1.113730.1.1" => is(asn1::BIT_STRING) && is_bit_string(found),
        "2.5.29.17" | "2.5.29.18" => {
            is(asn1::SEQUENCE) && !inner.is_empty() && all_whole(inner, is_general_name)
        }
        "2.5.29.19" => is(asn1::SEQUENCE) && is_basic_constraints(inner),
        // policies, mappings, policy constraints, name constraints, distribution points, authority key identifier,
        // access to authority and subject, period of use, newest list of changes
        "2.5.29.32" | "2.5.29.33" | "2.5.29.36" | "2.5.29.30" | "2.5.29.31" | "2.5.29.35"
        | "1.3.6.1.5.5.7.1.1" | "1.3.6.1.5.5.7.1.11" | "2.5.29.16" | "2.5.29.46" => {
            is(asn1::SEQUENCE)
        }
        "2.5.29.37" => {
            is(asn1::SEQUENCE) && all_whole(inner, |element| element.tag == asn1::OBJECT_IDENTIFIER)
        }
        "2.5.29.54" => is(asn1::INTEGER),
        _ => true,
    }
}

fn all_whole<'a>(mut list: Reader<'a>, accepts: impl Fn(&Element<'a>) -> bool) -> bool {
    let all = list.by_ref().all(|element| accepts(&element));
    all && list.is_empty()
}

fn is_bit_string(element: Option<Element<'_>>) -> bool {
    let first = element.and_then(|element| element.value.first());
    first.is_some_and(|unused| *unused < 8)
}

/// `BasicConstraintsExtension`
fn is_basic_constraints(mut fields: Reader<'_>) -> bool {
    // without the flag the rest is not looked at
    let Some(flag) = fields.expect_tag(BOOLEAN) else {
        return true;
    };
    if flag.value.len() != 1 {
        return false;
    }
    match fields.next() {
        None => true,
        Some(length) => length.tag == asn1::INTEGER && (1..=4).contains(&length.value.len()),
    }
}

/// `GeneralName` and the classes of its kinds
fn is_general_name(name: &Element<'_>) -> bool {
    let text = std::str::from_utf8(name.value).unwrap_or_default();
    name.tag & 0xc0 == 0x80
        && match name.tag & 0x1f {
            // RFC822Name
            1 => !name.value.is_empty() && !text.ends_with('@'),
            // X500Name
            4 => Name::from_der(name.value).is_well_formed(),
            // URIName
            6 => is_uri(text),
            // IPAddressName: an address, or one with its mask
            7 => matches!(name.value.len(), 4 | 8 | 16 | 32),
            kind => kind < 9,
        }
}

/// As far as `java.net.URI` must be followed: a scheme, and no octet that no address has.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let illegal = |c: char| c <= ' ' || "\"<>\\^`{|}\u{7f}".contains(c);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest.contains(illegal)
}

const BOOLEAN: u8 = 0x01;

#[cfg(test)]
mod tests;
