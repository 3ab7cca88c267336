//! Any DER without knowledge of what it means: its own structure, for what has no decoder here.

use std::borrow::Cow;

use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::cert::asn1::{self, Element};
use crate::name::string;

use super::{Value, elements};

/// Real extensions nest about six deep; each level of a hostile one would cost stack.
const MAX_DEPTH: usize = 16;

/// The structure of one element and nothing after it; `None` when the bytes are something else.
pub(crate) fn outline(bytes: &[u8]) -> Option<Value> {
    match elements(bytes)?.as_slice() {
        [element] => of_element(element, MAX_DEPTH),
        _ => None,
    }
}

/// What a universal or context-specific element holds.
pub(super) fn of_element(element: &Element<'_>, depth: usize) -> Option<Value> {
    let contents = element.value;
    Some(match element.tag {
        0x01 => Value::Flag(boolean(contents)?),
        asn1::INTEGER | 0x0a => Value::integer(contents)?,
        asn1::BIT_STRING => Value::Bytes(contents.split_first()?.1.to_vec()),
        asn1::OCTET_STRING => Value::Bytes(contents.to_vec()),
        0x05 => Value::Null,
        asn1::OBJECT_IDENTIFIER => Value::object(contents)?,
        0x17 | 0x18 => time(element.raw).unwrap_or_else(|| latin1(contents)),
        asn1::SEQUENCE | asn1::SET => list(contents, depth)?,
        // constructed and primitive elements of a context; the module that would name them is not known
        tag if tag & 0xe0 == 0xa0 => tagged(tag, list(contents, depth)?),
        tag if tag & 0xe0 == 0x80 => tagged(tag, printable(contents)),
        tag => string(tag, contents).unwrap_or_else(|| Value::Bytes(element.raw.to_vec())),
    })
}

fn tagged(tag: u8, value: Value) -> Value {
    Value::Fields(vec![(Cow::Owned(format!("[{}]", tag & 0x1f)), value)])
}

fn list(contents: &[u8], depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let values: Option<Vec<Value>> = elements(contents)?
        .iter()
        .map(|element| of_element(element, depth))
        .collect();
    values.map(Value::List)
}

/// A string of any ASN.1 type.
pub(super) fn string(tag: u8, contents: &[u8]) -> Option<Value> {
    match tag {
        // GeneralString and GraphicString have no rules that anybody obeys
        0x19 | 0x1b => Some(latin1(contents)),
        _ => string::decode(tag, contents).map(|text| Value::text(&text)),
    }
}

/// Octets that are readable ASCII become text.
fn printable(contents: &[u8]) -> Value {
    let is_text = !contents.is_empty() && contents.iter().all(|octet| (0x20..0x7f).contains(octet));
    match is_text {
        true => latin1(contents),
        false => Value::Bytes(contents.to_vec()),
    }
}

/// An IA5String whose tag is not there; deployed ones hold UTF-8 and Latin-1 too.
pub(super) fn ia5(contents: &[u8]) -> Value {
    string(0x16, contents).unwrap_or_else(|| latin1(contents))
}

fn latin1(contents: &[u8]) -> Value {
    let text: String = contents.iter().copied().map(char::from).collect();
    Value::text(&text)
}

/// X.690 section 8.2: any octet but zero is true.
pub(super) fn boolean(contents: &[u8]) -> Option<bool> {
    match contents {
        [octet] => Some(*octet != 0),
        _ => None,
    }
}

/// UTCTime or GeneralizedTime, with its tag.
pub(crate) fn time(der: &[u8]) -> Option<Value> {
    let (rest, time) = ASN1Time::from_der(der).ok()?;
    rest.is_empty().then(|| Value::Time(time.to_datetime()))
}

/// A GeneralizedTime whose tag is not there.
pub(super) fn generalized_time(contents: &[u8]) -> Option<Value> {
    let mut der = vec![
        0x18,
        u8::try_from(contents.len())
            .ok()
            .filter(|length| *length < 0x80)?,
    ];
    der.extend_from_slice(contents);
    time(&der)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_shown() {
        let der = [
            &[0x30, 0x21][..],
            &[1, 1, 0xff],
            &[2, 1, 5],
            &[3, 2, 0, 7],
            &[4, 1, 9],
            &[5, 0],
            &[6, 1, 42],
            &[0x0c, 1, b'x'],
            &[0x1b, 1, b'y'],
            &[0xa1, 3, 2, 1, 1],
            &[0x82, 2, b'h', b'i'],
        ]
        .concat();
        assert_eq!(
            serde_json::to_string(&outline(&der)).unwrap(),
            r#"[true,5,"07","09",null,{"oid":"1.2","name":null},"x","y",{"[1]":[1]},{"[2]":"hi"}]"#
        );
    }

    #[test]
    fn what_is_no_der_and_what_is_too_deep_has_no_outline() {
        for bytes in [&b""[..], b"junk", &[5, 0, 5, 0], &[0x30, 5, 1], &[1, 0]] {
            assert_eq!(outline(bytes), None);
        }
        let mut der = vec![5, 0];
        for _ in 0..MAX_DEPTH {
            der = [&[0x30, u8::try_from(der.len()).unwrap()][..], &der].concat();
        }
        assert!(outline(&der).is_some());
        der = [&[0x30, u8::try_from(der.len()).unwrap()][..], &der].concat();
        assert_eq!(outline(&der), None);
    }
}
