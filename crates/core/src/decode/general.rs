//! General names, and the extensions that are made of them (RFC 5280 sections 4.2.1.1, 4.2.1.6, 4.2.1.10, 4.2.2).

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::cert::asn1::{self, Element, Reader};
use crate::name::Name;

use super::{Value, any, elements, only, sequence_of};

/// `GeneralNames ::= SEQUENCE OF GeneralName`: alternative names, certificateIssuer.
///
/// Each name is an object with one field: `dns`, `email`, `ip`, `uri`, `directory`, `registered_id`, `other` (with
/// `type` and `value`), `edi_party`, `x400`.
pub(super) fn names(der: &[u8]) -> Option<Value> {
    sequence_of(der, name)
}

/// The same with an implicit tag: the contents only.
pub(super) fn names_inside(contents: &[u8]) -> Option<Value> {
    let names: Option<Vec<Value>> = elements(contents)?.iter().map(name).collect();
    names.map(Value::List)
}

pub(super) fn name(element: &Element<'_>) -> Option<Value> {
    let contents = element.value;
    let (kind, value) = match element.tag {
        0xa0 => ("other", other_name(contents)?),
        0x81 => ("email", any::ia5(contents)),
        0x82 => ("dns", any::ia5(contents)),
        0xa3 => ("x400", Value::Bytes(contents.to_vec())),
        0xa4 => ("directory", directory(contents)?),
        0xa5 => ("edi_party", edi_party(contents)?),
        0x86 => ("uri", any::ia5(contents)),
        0x87 => ("ip", address(contents)),
        0x88 => ("registered_id", Value::object(contents)?),
        _ => return None,
    };
    Some(Value::field(kind, value))
}

/// A distinguished name in RFC 4514; Name escapes by itself.
fn directory(der: &[u8]) -> Option<Value> {
    let name = Name::from_der(der);
    name.is_well_formed().then(|| Value::Text(name.to_string()))
}

/// `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`
fn other_name(contents: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(contents);
    let kind = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?;
    let value = fields.expect_tag(0xa0)?.value;
    let kind = Value::object(kind.value)?;
    let is_sid = kind == Value::Object(NTDS_SID.to_owned());
    let value = match only(value, asn1::OCTET_STRING) {
        // MS-WCCE section 2.2.2.7.7.4: the security identifier as text
        Some(octets) if is_sid => any::ia5(octets),
        _ => any::outline(value).unwrap_or_else(|| Value::Bytes(value.to_vec())),
    };
    Some(Value::fields([
        ("type", Some(kind)),
        ("value", Some(value)),
    ]))
}

/// `EDIPartyName ::= SEQUENCE { nameAssigner [0] DirectoryString OPTIONAL, partyName [1] DirectoryString }`
fn edi_party(contents: &[u8]) -> Option<Value> {
    let parts: Option<Vec<Value>> = elements(contents)?
        .iter()
        .map(|element| any::of_element(element, 3))
        .collect();
    parts.map(Value::List)
}

/// 4 or 16 octets; twice as many in name constraints, where a mask follows the address.
fn address(octets: &[u8]) -> Value {
    fn v4(octets: &[u8]) -> Option<Ipv4Addr> {
        <[u8; 4]>::try_from(octets).ok().map(Ipv4Addr::from)
    }
    fn v6(octets: &[u8]) -> Option<Ipv6Addr> {
        <[u8; 16]>::try_from(octets).ok().map(Ipv6Addr::from)
    }
    let (address, mask) = octets.split_at(octets.len() / 2);
    let text = match octets.len() {
        4 => v4(octets).map(|address| address.to_string()),
        16 => v6(octets).map(|address| address.to_string()),
        8 => v4(address).map(|address| format!("{address}/{}", mask_in_words(mask))),
        32 => v6(address).map(|address| format!("{address}/{}", mask_in_words(mask))),
        _ => None,
    };
    text.map_or_else(|| Value::Bytes(octets.to_vec()), Value::Text)
}

/// The length of a prefix; a mask with holes in hex.
fn mask_in_words(mask: &[u8]) -> String {
    let ones: u32 = mask.iter().map(|octet| octet.leading_ones()).sum();
    let set: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    let is_prefix = ones == set
        && mask
            .windows(2)
            .all(|pair| matches!(pair, [0xff, _] | [_, 0]));
    if is_prefix {
        ones.to_string()
    } else {
        asn1::hex(mask)
    }
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2] }`
pub(super) fn authority_key_identifier(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let key = fields.expect_tag(0x80);
    let issuer = match fields.expect_tag(0xa1) {
        Some(names) => Some(names_inside(names.value)?),
        None => None,
    };
    let serial = fields.expect_tag(0x82);
    fields.is_empty().then(|| {
        Value::fields([
            (
                "key_identifier",
                key.map(|key| Value::Bytes(key.value.to_vec())),
            ),
            ("issuer", issuer),
            (
                "serial_number",
                serial.map(|number| Value::Bytes(number.value.to_vec())),
            ),
        ])
    })
}

/// `NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }`
pub(super) fn constraints(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let mut trees = |tag| match fields.expect_tag(tag) {
        Some(trees) => subtrees(trees.value).map(Some),
        None => Some(None),
    };
    let (permitted, excluded) = (trees(0xa0)?, trees(0xa1)?);
    fields
        .is_empty()
        .then(|| Value::fields([("permitted", permitted), ("excluded", excluded)]))
}

/// `GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }`; the numbers are
/// never there (section 4.2.1.10), and shown with the name when they are.
fn subtrees(contents: &[u8]) -> Option<Value> {
    let mut trees = Vec::new();
    for tree in elements(contents)? {
        let mut fields = Reader::new((tree.tag == asn1::SEQUENCE).then_some(tree.value)?);
        let base = name(&fields.next()?)?;
        let (minimum, maximum) = (fields.expect_tag(0x80), fields.expect_tag(0x81));
        if !fields.is_empty() {
            return None;
        }
        trees.push(if minimum.is_none() && maximum.is_none() {
            base
        } else {
            let number = |element: Option<Element<'_>>| Value::integer(element?.value);
            Value::fields([
                ("base", Some(base)),
                ("minimum", number(minimum)),
                ("maximum", number(maximum)),
            ])
        });
    }
    Some(Value::List(trees))
}

/// `SEQUENCE OF SEQUENCE { accessMethod, accessLocation }`: authority and subject information access.
pub(super) fn information_access(der: &[u8]) -> Option<Value> {
    sequence_of(der, |description| {
        let mut fields =
            Reader::new((description.tag == asn1::SEQUENCE).then_some(description.value)?);
        let method = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let location = name(&fields.next()?)?;
        fields
            .is_empty()
            .then(|| Value::fields([("method", Some(method)), ("location", Some(location))]))
    })
}

/// `szOID_NTDS_OBJECTSID`
const NTDS_SID: &str = "1.3.6.1.4.1.311.25.2.1";
