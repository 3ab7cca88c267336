//! Where revocation is told, and what CRLs and their entries say (RFC 5280 sections 4.2.1.13, 5.2 and 5.3).

use crate::cert::asn1::{self, Element, Reader};

use super::usage::named_bits;
use super::{Value, any, general, only, sequence_of};

/// `CRLDistributionPoints ::= SEQUENCE OF DistributionPoint`, also freshestCRL.
pub(super) fn distribution_points(der: &[u8]) -> Option<Value> {
    sequence_of(der, |point| {
        let mut fields = Reader::new((point.tag == asn1::SEQUENCE).then_some(point.value)?);
        let name = optional(fields.expect_tag(0xa0), |name| point_name(name.value))?;
        let only_for = optional(fields.expect_tag(0x81), |bits| reasons(bits.value))?;
        let issuer = optional(fields.expect_tag(0xa2), |names| {
            general::names_inside(names.value)
        })?;
        fields.is_empty().then(|| {
            Value::fields([
                ("name", name),
                ("reasons", only_for),
                ("crl_issuer", issuer),
            ])
        })
    })
}

/// `IssuingDistributionPoint` (section 5.2.5); what is FALSE by default is left out.
pub(super) fn issuing_distribution_point(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let name = optional(fields.expect_tag(0xa0), |name| point_name(name.value))?;
    let flag = |field: Option<Element<'_>>| {
        optional(field, |flag| any::boolean(flag.value).map(Value::Flag))
    };
    let user = flag(fields.expect_tag(0x81))?;
    let ca = flag(fields.expect_tag(0x82))?;
    let some_reasons = optional(fields.expect_tag(0x83), |bits| reasons(bits.value))?;
    let indirect = flag(fields.expect_tag(0x84))?;
    let attribute = flag(fields.expect_tag(0x85))?;
    fields.is_empty().then(|| {
        Value::fields([
            ("name", name),
            ("only_contains_user_certs", user),
            ("only_contains_ca_certs", ca),
            ("only_some_reasons", some_reasons),
            ("indirect_crl", indirect),
            ("only_contains_attribute_certs", attribute),
        ])
    })
}

/// `DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }`
fn point_name(der: &[u8]) -> Option<Value> {
    let mut choice = Reader::new(der);
    let name = choice.next()?;
    if !choice.is_empty() {
        return None;
    }
    match name.tag {
        0xa0 => general::names_inside(name.value),
        0xa1 => any::of_element(&name, 5).map(|value| Value::field("relative_to_issuer", value)),
        _ => None,
    }
}

fn reasons(bits: &[u8]) -> Option<Value> {
    // ReasonFlags, section 4.2.1.13; bit 0 is unused
    named_bits(
        bits,
        &[
            "unused",
            "keyCompromise",
            "cACompromise",
            "affiliationChanged",
            "superseded",
            "cessationOfOperation",
            "certificateHold",
            "privilegeWithdrawn",
            "aACompromise",
        ],
    )
}

/// A field that may be absent, and must be right when it is there.
fn optional<'a>(
    field: Option<Element<'a>>,
    read: impl FnOnce(Element<'a>) -> Option<Value>,
) -> Option<Option<Value>> {
    match field {
        Some(field) => read(field).map(Some),
        None => Some(None),
    }
}

/// A lone INTEGER: cRLNumber, deltaCRLIndicator, inhibitAnyPolicy.
pub(super) fn number(der: &[u8]) -> Option<Value> {
    Value::integer(only(der, asn1::INTEGER)?)
}

/// `CRLReason ::= ENUMERATED`; 7 is not used.
pub(super) fn reason(der: &[u8]) -> Option<Value> {
    let [code] = only(der, 0x0a)? else {
        return None;
    };
    let names = [
        "unspecified",
        "keyCompromise",
        "cACompromise",
        "affiliationChanged",
        "superseded",
        "cessationOfOperation",
        "certificateHold",
        "",
        "removeFromCRL",
        "privilegeWithdrawn",
        "aACompromise",
    ];
    let name = names
        .get(usize::from(*code))
        .filter(|name| !name.is_empty());
    Some(name.map_or_else(
        || Value::Number(i64::from(*code)),
        |name| Value::Text((*name).to_owned()),
    ))
}

/// A lone GeneralizedTime: invalidityDate, expiredCertsOnCRL, archive cutoff.
pub(super) fn moment(der: &[u8]) -> Option<Value> {
    any::time(der)
}
