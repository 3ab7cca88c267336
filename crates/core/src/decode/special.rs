//! Extensions of one field each that belong to no family: TLS feature, S/MIME capabilities, signing tools, and others.

use crate::cert::asn1::{self, Reader};

use super::usage::named_bits;
use super::{Value, any, elements, only, sequence_of};

/// A lone NULL: OCSP no-check, precertificate poison, no revocation available. That it is there is all it says.
pub(super) fn null(der: &[u8]) -> Option<Value> {
    only(der, 0x05)?
        .is_empty()
        .then(|| Value::Text("present".to_owned()))
}

/// A lone OCTET STRING: subject key identifier, ACME's digest, Microsoft's previous CA certificate hash.
pub(super) fn octets(der: &[u8]) -> Option<Value> {
    only(der, asn1::OCTET_STRING).map(|octets| Value::Bytes(octets.to_vec()))
}

/// A lone string of any type: Netscape's addresses and comment.
pub(super) fn text(der: &[u8]) -> Option<Value> {
    match elements(der)?.as_slice() {
        [element] => any::string(element.tag, element.value),
        _ => None,
    }
}

/// `Features ::= SEQUENCE OF INTEGER`, numbers of TLS extensions (RFC 7633 section 4.1).
pub(super) fn tls_features(der: &[u8]) -> Option<Value> {
    sequence_of(der, |element| {
        (element.tag == asn1::INTEGER).then_some(())?;
        Some(match Value::integer(element.value)? {
            Value::Number(5) => Value::Text("status_request (5)".to_owned()),
            Value::Number(17) => Value::Text("status_request_v2 (17)".to_owned()),
            other => other,
        })
    })
}

/// `IssuerSignTool` (order 795 of the FSB of Russia, RFC 9215 section 4.4): four texts.
pub(super) fn issuer_sign_tool(der: &[u8]) -> Option<Value> {
    let parts = elements(only(der, asn1::SEQUENCE)?)?;
    let [tool, ca_tool, tool_certificate, ca_tool_certificate] = parts.as_slice() else {
        return None;
    };
    let text = |part: &asn1::Element<'_>| any::string(part.tag, part.value);
    Some(Value::fields([
        ("sign_tool", Some(text(tool)?)),
        ("ca_tool", Some(text(ca_tool)?)),
        ("sign_tool_certificate", Some(text(tool_certificate)?)),
        ("ca_tool_certificate", Some(text(ca_tool_certificate)?)),
    ]))
}

/// `SEQUENCE OF SEQUENCE { type OBJECT IDENTIFIER, … }`: subject directory attributes (RFC 5280 section 4.2.1.8),
/// S/MIME capabilities (RFC 8551 section 2.5.2).
pub(super) fn attributes(der: &[u8]) -> Option<Value> {
    sequence_of(der, |attribute| {
        let mut fields = Reader::new((attribute.tag == asn1::SEQUENCE).then_some(attribute.value)?);
        let kind = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let rest: Option<Vec<Value>> = elements(fields.rest())?
            .iter()
            .map(|value| any::of_element(value, 12))
            .collect();
        let mut rest = rest?;
        let value = match rest.len() {
            0 => None,
            1 => rest.pop(),
            _ => Some(Value::List(rest)),
        };
        Some(Value::fields([("type", Some(kind)), ("value", value)]))
    })
}

/// Entrust's `EntrustVersInfo ::= SEQUENCE { entrustVers GeneralString, entrustVersInfoFlags BIT STRING OPTIONAL }`
pub(super) fn entrust_version(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let version = fields.next()?;
    let flags = match fields.expect_tag(asn1::BIT_STRING) {
        Some(bits) => Some(named_bits(
            bits.value,
            &[
                "keyUpdateAllowed",
                "newExtensions",
                "pKIXCertificate",
                "enterpriseCategory",
                "webCategory",
                "sETCategory",
            ],
        )?),
        None => None,
    };
    let version = any::string(version.tag, version.value)?;
    fields
        .is_empty()
        .then(|| Value::fields([("version", Some(version)), ("flags", flags)]))
}

/// `CABFOrganizationIdentifier ::= SEQUENCE { scheme, country, stateOrProvince [0] OPTIONAL, reference }` (EV guidelines
/// 9.8.2)
pub(super) fn organization_identifier(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let text = |part: asn1::Element<'_>| any::string(part.tag, part.value);
    let scheme = text(fields.next()?)?;
    let country = text(fields.next()?)?;
    let state = fields.expect_tag(0x80).map(|state| any::ia5(state.value));
    let reference = text(fields.next()?)?;
    fields.is_empty().then(|| {
        Value::fields([
            ("scheme", Some(scheme)),
            ("country", Some(country)),
            ("state", state),
            ("reference", Some(reference)),
        ])
    })
}

/// `ProxyCertInfo ::= SEQUENCE { pCPathLenConstraint INTEGER OPTIONAL, proxyPolicy SEQUENCE { language, policy } }`
/// (RFC 3820 section 3.8)
pub(super) fn proxy(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let path_len = fields
        .expect_tag(asn1::INTEGER)
        .and_then(|length| Value::integer(length.value));
    let mut policy = Reader::new(fields.expect_tag(asn1::SEQUENCE)?.value);
    let language = Value::object(policy.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
    let body = policy
        .expect_tag(asn1::OCTET_STRING)
        .map(|body| Value::Bytes(body.value.to_vec()));
    (fields.is_empty() && policy.is_empty()).then(|| {
        Value::fields([
            ("path_len", path_len),
            ("language", Some(language)),
            ("policy", body),
        ])
    })
}
