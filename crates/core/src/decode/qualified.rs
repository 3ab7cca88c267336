//! Qualified certificate statements (RFC 3739 section 3.2.6, ETSI EN 319 412-5, ETSI TS 119 495).

use crate::cert::asn1::{self, Reader};

use super::{Value, any, elements, general, only, sequence_of};

/// `QCStatements ::= SEQUENCE OF SEQUENCE { statementId, statementInfo ANY OPTIONAL }`
pub(super) fn statements(der: &[u8]) -> Option<Value> {
    sequence_of(der, |statement| {
        let mut fields = Reader::new((statement.tag == asn1::SEQUENCE).then_some(statement.value)?);
        let kind = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let information = match (&kind, fields.rest()) {
            (_, []) => None,
            (Value::Object(oid), rest) => {
                let known = match oid.as_str() {
                    "0.4.0.1862.1.2" => limit(rest),
                    "0.4.0.1862.1.5" => disclosures(rest),
                    "0.4.0.19495.2" => payment_services(rest),
                    "1.3.6.1.5.5.7.11.1" | "1.3.6.1.5.5.7.11.2" => semantics(rest),
                    // years of retention, types, countries: the outline is as good
                    _ => None,
                };
                Some(known.or_else(|| any::outline(rest))?)
            }
            _ => return None,
        };
        Some(Value::fields([
            ("statement", Some(kind)),
            ("value", information),
        ]))
    })
}

/// `MonetaryValue ::= SEQUENCE { currency, amount INTEGER, exponent INTEGER }`
fn limit(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let currency = any::of_element(&fields.next()?, 1)?;
    let mut number = || Value::integer(fields.expect_tag(asn1::INTEGER)?.value);
    let (amount, exponent) = (number()?, number()?);
    Some(Value::fields([
        ("currency", Some(currency)),
        ("amount", Some(amount)),
        ("exponent", Some(exponent)),
    ]))
}

/// `PdsLocations ::= SEQUENCE OF SEQUENCE { url IA5String, language PrintableString }`
fn disclosures(der: &[u8]) -> Option<Value> {
    sequence_of(der, |location| {
        let parts = elements((location.tag == asn1::SEQUENCE).then_some(location.value)?)?;
        let [url, language] = parts.as_slice() else {
            return None;
        };
        Some(Value::fields([
            ("url", Some(any::string(url.tag, url.value)?)),
            ("language", Some(any::string(language.tag, language.value)?)),
        ]))
    })
}

/// `PSD2QcType ::= SEQUENCE { rolesOfPSP SEQUENCE OF SEQUENCE { oid, name }, nCAName, nCAId }`
fn payment_services(der: &[u8]) -> Option<Value> {
    let parts = elements(only(der, asn1::SEQUENCE)?)?;
    let [roles, authority, identifier] = parts.as_slice() else {
        return None;
    };
    Some(Value::fields([
        ("roles", Some(any::of_element(roles, 4)?)),
        (
            "authority",
            Some(any::string(authority.tag, authority.value)?),
        ),
        (
            "authority_id",
            Some(any::string(identifier.tag, identifier.value)?),
        ),
    ]))
}

/// `SemanticsInformation ::= SEQUENCE { semanticsIdentifier OPTIONAL, nameRegistrationAuthorities OPTIONAL }`
fn semantics(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let identifier = fields
        .expect_tag(asn1::OBJECT_IDENTIFIER)
        .and_then(|identifier| Value::object(identifier.value));
    let authorities = fields
        .expect_tag(asn1::SEQUENCE)
        .and_then(|names| general::names_inside(names.value));
    fields.is_empty().then(|| {
        Value::fields([
            ("semantics", identifier),
            ("registration_authorities", authorities),
        ])
    })
}
