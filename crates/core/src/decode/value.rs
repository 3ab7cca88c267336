//! Something decoded: a small tree that JSON and pages are both made of.

use std::borrow::Cow;

use num_bigint::BigInt;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::cert::asn1;
use crate::text;

use super::oids;

/// A decoded value. Texts have their control and bidirectional characters made visible.
///
/// As JSON: `Bytes` is lower-case hex, `Fields` an object, `List` an array, `Object` an object with `oid` and `name`
/// (`null` when it has none here), `Time` is RFC 3339, the others are what their names say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Octets that mean nothing more here.
    Bytes(Vec<u8>),
    /// Named parts, in order.
    Fields(Vec<(Cow<'static, str>, Self)>),
    /// Yes or no.
    Flag(bool),
    /// Parts without names, in order.
    List(Vec<Self>),
    /// ASN.1 NULL.
    Null,
    /// An integer that fits.
    Number(i64),
    /// An object identifier, dotted.
    Object(String),
    /// A text, a word of a standard, or an integer that is too large for most programs.
    Text(String),
    /// A moment.
    Time(OffsetDateTime),
}

impl Value {
    /// A text of a stranger.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text::escape(text))
    }

    /// The contents of an object identifier.
    pub(crate) fn object(contents: &[u8]) -> Option<Self> {
        asn1::dotted_oid(contents).map(Self::Object)
    }

    /// The contents of an INTEGER. What does not fit 64 bits is decimal text up to 64 octets, then hex: making decimal
    /// digits costs the square of the length.
    pub(crate) fn integer(contents: &[u8]) -> Option<Self> {
        let negative = contents.first()? & 0x80 != 0;
        if contents.len() <= 8 {
            let start = if negative { -1 } else { 0 };
            let number = contents
                .iter()
                .fold(start, |sum: i64, octet| (sum << 8) | i64::from(*octet));
            return Some(Self::Number(number));
        }
        Some(match contents.len() {
            ..=64 => Self::Text(BigInt::from_signed_bytes_be(contents).to_string()),
            _ => Self::Text(format!("0x{}", asn1::hex(contents))),
        })
    }

    /// Named parts; those that are absent are left out.
    pub(crate) fn fields<const N: usize>(fields: [(&'static str, Option<Self>); N]) -> Self {
        let present = fields
            .into_iter()
            .filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
        Self::Fields(present.collect())
    }

    /// One named part.
    pub(crate) fn field(name: &'static str, value: Self) -> Self {
        Self::Fields(vec![(Cow::Borrowed(name), value)])
    }

    /// On one line, where it has no parts with names.
    pub(crate) fn in_line(&self) -> Option<String> {
        Some(match self {
            Self::Bytes(bytes) => asn1::hex(bytes),
            Self::Fields(fields) => match fields.as_slice() {
                [(name, value)] => format!("{}: {}", name.replace('_', " "), value.in_line()?),
                _ => return None,
            },
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::List(values) => {
                let words: Option<Vec<String>> = values.iter().map(Self::in_line).collect();
                words?.join(", ")
            }
            Self::Null => "null".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Object(oid) => {
                oids::name(oid).map_or_else(|| oid.clone(), |name| format!("{name} ({oid})"))
            }
            Self::Text(text) => text.clone(),
            Self::Time(moment) => text::rfc3339(*moment),
        })
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bytes(bytes) => serializer.serialize_str(&asn1::hex(bytes)),
            Self::Fields(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
            Self::Null => serializer.serialize_unit(),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Object(oid) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("oid", oid)?;
                map.serialize_entry("name", &oids::name(oid))?;
                map.end()
            }
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(moment) => text::serialize_time(moment, serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_length_are_exact() {
        let shown = |contents: &[u8]| Value::integer(contents).and_then(|value| value.in_line());
        assert_eq!(shown(&[0]).as_deref(), Some("0"));
        assert_eq!(shown(&[0xff]).as_deref(), Some("-1"));
        assert_eq!(shown(&[0x00, 0x80]).as_deref(), Some("128"));
        assert_eq!(shown(&[0x7f; 8]).as_deref(), Some("9187201950435737471"));
        assert_eq!(
            shown(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).as_deref(),
            Some("18446744073709551615")
        );
        assert!(shown(&[1; 65]).unwrap().starts_with("0x0101"));
        assert_eq!(shown(&[]), None);
    }

    #[test]
    fn as_json_objects_have_oid_and_name() {
        let value = Value::List(vec![
            Value::Object("1.3.6.1.5.5.7.3.1".to_owned()),
            Value::Object("1.2.3".to_owned()),
            Value::field("octets", Value::Bytes(vec![0, 0xab])),
        ]);
        assert_eq!(
            serde_json::to_string(&value).unwrap(),
            r#"[{"oid":"1.3.6.1.5.5.7.3.1","name":"serverAuth"},{"oid":"1.2.3","name":null},{"octets":"00ab"}]"#
        );
    }
}
