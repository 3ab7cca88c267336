//! Addresses and autonomous systems (RFC 3779; RFC 8360 has the same syntax under other identifiers).

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::cert::asn1::{self, Element, Reader};

use super::{Value, elements, only, sequence_of};

/// `IPAddrBlocks ::= SEQUENCE OF SEQUENCE { addressFamily OCTET STRING, CHOICE { inherit NULL, SEQUENCE OF … } }`
pub(super) fn addresses(der: &[u8]) -> Option<Value> {
    sequence_of(der, |family| {
        let mut fields = Reader::new((family.tag == asn1::SEQUENCE).then_some(family.value)?);
        let code = fields.expect_tag(asn1::OCTET_STRING)?.value;
        let choice = fields.next()?;
        let (name, width) = match code.get(..2)? {
            [0, 1] => ("IPv4", 4),
            [0, 2] => ("IPv6", 16),
            _ => ("unknown", 0),
        };
        // the third octet is the subsequent address family
        let subsequent = code.get(2).map(|safi| Value::Number(i64::from(*safi)));
        let blocks = match choice.tag {
            0x05 => Value::Text("inherit".to_owned()),
            asn1::SEQUENCE => {
                let read: Option<Vec<Value>> = elements(choice.value)?
                    .iter()
                    .map(|block| block_in_words(block, width))
                    .collect();
                Value::List(read?)
            }
            _ => return None,
        };
        fields.is_empty().then(|| {
            Value::fields([
                ("family", Some(Value::Text(name.to_owned()))),
                ("subsequent_family", subsequent),
                ("addresses", Some(blocks)),
            ])
        })
    })
}

/// A prefix (BIT STRING), or a range of two.
fn block_in_words(block: &Element<'_>, width: usize) -> Option<Value> {
    if width == 0 {
        return Some(Value::Bytes(block.raw.to_vec()));
    }
    if block.tag == asn1::BIT_STRING {
        let (length, address) = bits(block.value, width, 0)?;
        return Some(Value::Text(format!("{address}/{length}")));
    }
    let mut range = Reader::new((block.tag == asn1::SEQUENCE).then_some(block.value)?);
    let (_, first) = bits(range.expect_tag(asn1::BIT_STRING)?.value, width, 0)?;
    let (_, last) = bits(range.expect_tag(asn1::BIT_STRING)?.value, width, 0xff)?;
    range
        .is_empty()
        .then(|| Value::Text(format!("{first}-{last}")))
}

/// The length in bits, and the address with the bits that are not written set to `fill` (section 2.1.2).
fn bits(contents: &[u8], width: usize, fill: u8) -> Option<(usize, String)> {
    let (unused, octets) = contents.split_first()?;
    if *unused > 7 || octets.len() > width || octets.is_empty() && *unused > 0 {
        return None;
    }
    let mut address = [fill; 16];
    for (place, octet) in address.iter_mut().zip(octets) {
        *place = *octet;
    }
    if let Some(last) = octets
        .len()
        .checked_sub(1)
        .and_then(|last| address.get_mut(last))
    {
        let mask = (1_u8 << unused) - 1;
        *last = (*last & !mask) | (fill & mask);
    }
    let text = match width {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(address.get(..4)?).ok()?).to_string(),
        _ => Ipv6Addr::from(address).to_string(),
    };
    Some((octets.len() * 8 - usize::from(*unused), text))
}

/// `ASIdentifiers ::= SEQUENCE { asnum [0] OPTIONAL, rdi [1] OPTIONAL }`
pub(super) fn systems(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let mut numbers = |tag| match fields.expect_tag(tag) {
        Some(choice) => system_numbers(choice.value).map(Some),
        None => Some(None),
    };
    let (systems, domains) = (numbers(0xa0)?, numbers(0xa1)?);
    fields
        .is_empty()
        .then(|| Value::fields([("as_numbers", systems), ("routing_domains", domains)]))
}

fn system_numbers(der: &[u8]) -> Option<Value> {
    if only(der, 0x05).is_some() {
        return Some(Value::Text("inherit".to_owned()));
    }
    sequence_of(der, |element| match element.tag {
        asn1::INTEGER => Value::integer(element.value),
        asn1::SEQUENCE => {
            let mut range = Reader::new(element.value);
            let mut number = || Value::integer(range.expect_tag(asn1::INTEGER)?.value)?.in_line();
            let (first, last) = (number()?, number()?);
            Some(Value::Text(format!("{first}-{last}")))
        }
        _ => None,
    })
}
