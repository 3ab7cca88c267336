//! Names in DER: read as far as they go, and judged whether they are whole.

use std::borrow::Cow;

use super::attribute::{Attribute, Value};
use super::string;
use crate::cert::asn1::{self, Reader};

/// `Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }`
pub(super) fn read_attributes(der: &[u8]) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let Some(relative_names) = Reader::inside(der, asn1::SEQUENCE) else {
        return attributes;
    };
    for (rdn, set) in relative_names.enumerate() {
        for pair in Reader::new(set.value) {
            let mut fields = Reader::new(pair.value);
            let (Some(oid), Some(value)) =
                (fields.expect_tag(asn1::OBJECT_IDENTIFIER), fields.next())
            else {
                continue;
            };
            let text = string::decode(value.tag, value.value);
            attributes.push(Attribute {
                oid: type_of(oid.value),
                rdn,
                tag: value.tag,
                place: asn1::place_in(der, value.raw),
                value: text.map_or_else(|| Value::Hex(hex_form(value.raw)), Value::Text),
            });
        }
    }
    attributes
}

pub(super) fn hex_form(raw: &[u8]) -> String {
    format!("#{}", asn1::hex(raw))
}

/// The dotted form of an attribute type. Nearly all are below 2.5.4 (X.520), and are not made anew for every certificate.
fn type_of(oid: &[u8]) -> Cow<'static, str> {
    if let [0x55, 4, arc] = oid
        && let Some(known) = X520.get(usize::from(*arc))
    {
        return Cow::Borrowed(known);
    }
    let dotted = asn1::dotted_oid(oid);
    Cow::Owned(dotted.unwrap_or_else(|| format!("#{}", asn1::hex(oid))))
}

/// The types below 2.5.4, by their last arc.
const X520: [&str; 21] = [
    "2.5.4.0", "2.5.4.1", "2.5.4.2", "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.7",
    "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11", "2.5.4.12", "2.5.4.13", "2.5.4.14", "2.5.4.15",
    "2.5.4.16", "2.5.4.17", "2.5.4.18", "2.5.4.19", "2.5.4.20",
];

/// Walks the same structure and stops at the first thing out of place.
pub(super) fn walk(der: &[u8]) -> Option<()> {
    let mut outer = Reader::new(der);
    let mut sets = Reader::new(outer.expect_tag(asn1::SEQUENCE)?.value);
    while !sets.is_empty() {
        let mut pairs = Reader::new(sets.expect_tag(asn1::SET)?.value);
        while !pairs.is_empty() {
            let mut fields = Reader::new(pairs.expect_tag(asn1::SEQUENCE)?.value);
            asn1::dotted_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
            fields.next()?;
            fields.is_empty().then_some(())?;
        }
    }
    outer.is_empty().then_some(())
}
