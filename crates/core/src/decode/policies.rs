//! Certificate policies (RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14); Microsoft's application policies
//! have the same syntax.

use crate::cert::asn1::{self, Element, Reader};

use super::{Value, any, elements, only, sequence_of};

/// `SEQUENCE OF PolicyInformation { policyIdentifier, policyQualifiers SEQUENCE OF OPTIONAL }`
pub(super) fn policies(der: &[u8]) -> Option<Value> {
    sequence_of(der, |information| {
        let mut fields =
            Reader::new((information.tag == asn1::SEQUENCE).then_some(information.value)?);
        let policy = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let qualifiers = match fields.expect_tag(asn1::SEQUENCE) {
            Some(list) => {
                let read: Option<Vec<Value>> =
                    elements(list.value)?.iter().map(qualifier).collect();
                Some(Value::List(read?))
            }
            None => None,
        };
        fields
            .is_empty()
            .then(|| Value::fields([("policy", Some(policy)), ("qualifiers", qualifiers)]))
    })
}

/// `PolicyQualifierInfo ::= SEQUENCE { policyQualifierId, qualifier ANY }`
fn qualifier(element: &Element<'_>) -> Option<Value> {
    let mut fields = Reader::new((element.tag == asn1::SEQUENCE).then_some(element.value)?);
    let kind = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
    let known = match &kind {
        Value::Object(oid) if oid == CPS => any::outline(fields.rest())
            .filter(|value| matches!(value, Value::Text(_)))
            .map(|address| Value::field("cps", address)),
        Value::Object(oid) if oid == USER_NOTICE => user_notice(fields.rest()),
        _ => None,
    };
    Some(known.unwrap_or_else(|| {
        let value = any::outline(fields.rest());
        Value::fields([("type", Some(kind)), ("value", value)])
    }))
}

/// `UserNotice ::= SEQUENCE { noticeRef NoticeReference OPTIONAL, explicitText DisplayText OPTIONAL }`
fn user_notice(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let reference = match fields.expect_tag(asn1::SEQUENCE) {
        Some(reference) => Some(any::of_element(&reference, 4)?),
        None => None,
    };
    let text = match fields.next() {
        Some(text) => Some(any::string(text.tag, text.value)?),
        None => None,
    };
    fields
        .is_empty()
        .then(|| Value::fields([("notice_reference", reference), ("user_notice", text)]))
}

/// `SEQUENCE OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`
pub(super) fn mappings(der: &[u8]) -> Option<Value> {
    sequence_of(der, |pair| {
        let mut fields = Reader::new((pair.tag == asn1::SEQUENCE).then_some(pair.value)?);
        let mut object = || Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value);
        let (issuer, subject) = (object()?, object()?);
        fields.is_empty().then(|| {
            Value::fields([
                ("issuer_policy", Some(issuer)),
                ("subject_policy", Some(subject)),
            ])
        })
    })
}

/// `PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL }`
pub(super) fn constraints(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let mut number = |tag| match fields.expect_tag(tag) {
        Some(number) => Value::integer(number.value).map(Some),
        None => Some(None),
    };
    let (require, inhibit) = (number(0x80)?, number(0x81)?);
    fields.is_empty().then(|| {
        Value::fields([
            ("require_explicit_policy", require),
            ("inhibit_policy_mapping", inhibit),
        ])
    })
}

const CPS: &str = "1.3.6.1.5.5.7.2.1";
const USER_NOTICE: &str = "1.3.6.1.5.5.7.2.2";
