//! One attribute of a name: its type and its value.

use std::borrow::Cow;
use std::ops::Range;

use crate::text;

/// One attribute of a name.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub(super) oid: Cow<'static, str>,
    pub(super) rdn: usize,
    pub(super) tag: u8,
    /// Where the DER of its value is in that of the name.
    pub(super) place: Range<usize>,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// `#` and hex of the DER, of what is no string.
    Hex(String),
    Text(String),
}

impl Attribute {
    /// The attribute type as dotted OID.
    pub fn oid(&self) -> &str {
        &self.oid
    }

    /// The usual short name of the type (`CN`, `O`, `emailAddress`), or its OID.
    pub fn kind(&self) -> &str {
        SHORT_NAMES
            .iter()
            .find_map(|(oid, name)| (*oid == self.oid).then_some(*name))
            .unwrap_or(&self.oid)
    }

    /// The value as text with control characters made visible; other types than strings as `#` and hex of the DER.
    pub fn value(&self) -> String {
        match &self.value {
            Value::Hex(hex) => hex.clone(),
            Value::Text(text) => text::escape(text),
        }
    }

    /// The value as written; other types than strings as `#` and hex of the DER.
    pub(crate) fn unescaped_value(&self) -> String {
        match &self.value {
            Value::Hex(value) | Value::Text(value) => value.clone(),
        }
    }

    /// Which relative distinguished name it belongs to, from zero; attributes of a set share one.
    pub fn rdn(&self) -> usize {
        self.rdn
    }
}

pub(super) const COMMON_NAME: &str = "2.5.4.3";

/// RFC 4514 section 3, then the names that OpenSSL and browsers use.
pub(super) const SHORT_NAMES: [(&str, &str); 25] = [
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    (COMMON_NAME, "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.97", "organizationIdentifier"),
];
