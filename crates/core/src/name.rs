//! Distinguished names: decoded, shown as RFC 4514, compared as RFC 5280 section 7.1 asks.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::OnceLock;

use x509_parser::x509::X509Name;

use crate::cert::asn1::{self, Reader};
use crate::text;

mod parse;
pub(crate) mod string;

pub use parse::NameError;

/// A distinguished name (RFC 5280 section 4.1.2.4).
///
/// Shown most specific attribute first (RFC 4514 section 2.1). Two names are equal when their bytes are, or when
/// every attribute is after folding case, white space and string types (RFC 5280 section 7.1).
#[derive(Clone)]
pub struct Name {
    der: Vec<u8>,
    attributes: Vec<Attribute>,
    /// Only where it is not what the attribute says.
    escaped_common_name: Option<String>,
    text: String,
    folded: OnceLock<String>,
    folded_as_java: OnceLock<String>,
}

/// One attribute of a name.
#[derive(Clone, Debug)]
pub struct Attribute {
    oid: Cow<'static, str>,
    rdn: usize,
    tag: u8,
    /// Where the DER of its value is in that of the name.
    place: Range<usize>,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    /// `#` and hex of the DER, of what is no string.
    Hex(String),
    Text(String),
}

impl Name {
    /// Reads the DER of a `Name`. A broken name keeps its bytes and the attributes before the damage.
    pub fn from_der(der: &[u8]) -> Self {
        let attributes = read_attributes(der);
        let common_name = most_specific_common_name(&attributes);
        Self {
            der: der.to_vec(),
            text: rfc4514(&attributes, der.len(), text::push_escaped),
            escaped_common_name: common_name
                .filter(|name| !text::is_safe(name))
                .map(text::escape),
            attributes,
            folded: OnceLock::new(),
            folded_as_java: OnceLock::new(),
        }
    }

    pub(crate) fn from_x509(name: &X509Name<'_>) -> Self {
        Self::from_der(name.as_raw())
    }

    /// The DER as received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The most specific CN, decoded; control characters made visible.
    pub fn common_name(&self) -> Option<&str> {
        self.escaped_common_name
            .as_deref()
            .or_else(|| self.unescaped_common_name())
    }

    /// The most specific CN as written, whatever characters are in it.
    pub(crate) fn unescaped_common_name(&self) -> Option<&str> {
        most_specific_common_name(&self.attributes)
    }

    /// RFC 4514 like the name that is shown, with whatever characters are in it.
    pub(crate) fn unescaped(&self) -> String {
        rfc4514(&self.attributes, self.der.len(), String::push)
    }

    /// Every attribute, in encoding order (least specific first).
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.attributes.iter()
    }

    /// For messages: a name can be of any length, and its beginning says which one is meant.
    pub fn shown(&self) -> String {
        text::cut(&self.to_string(), 200).into_owned()
    }

    /// Whether there is no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whether the bytes are a name through and through; what is shown of a broken one may be incomplete.
    pub fn is_well_formed(&self) -> bool {
        walk(&self.der).is_some()
    }

    /// Equal as `X500Principal.equals` sees it, which folds less than RFC 5280: only PrintableString and UTF8String
    /// of the RFC 2253 attribute types (`AVA.toRFC2253CanonicalString`).
    pub(crate) fn is_same_for_java(&self, other: &Self) -> bool {
        self.der == other.der || self.folded_as_java() == other.folded_as_java()
    }

    /// Whether `self` lies at or below `base` in the directory, as `X500Name.constrains` sees it.
    pub(crate) fn is_within_for_java(&self, base: &Self) -> bool {
        let (own, base) = (self.folded_as_java(), base.folded_as_java());
        // both end every relative name with a separator, so a prefix ends at a boundary
        own.starts_with(base)
    }

    /// Folding costs more than the rest of a certificate, and most names differ in their number of attributes or types.
    fn may_equal(&self, other: &Self) -> bool {
        // within a set of several the order is free
        let is_plain = |name: &Self| {
            name.attributes
                .iter()
                .enumerate()
                .all(|(place, one)| one.rdn == place)
        };
        let mut pairs = self.attributes.iter().zip(&other.attributes);
        self.attributes.len() == other.attributes.len()
            && (!is_plain(self)
                || !is_plain(other)
                || pairs.all(|(one, other)| one.oid == other.oid))
    }

    fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold(self, |_| true))
    }

    fn folded_as_java(&self) -> &str {
        self.folded_as_java.get_or_init(|| {
            fold(self, |attribute| {
                matches!(attribute.tag, 0x0c | 0x13) && RFC_2253.contains(&attribute.kind())
            })
        })
    }
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

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der || (self.may_equal(other) && self.folded() == other.folded())
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// `Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }`
fn read_attributes(der: &[u8]) -> Vec<Attribute> {
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

fn hex_form(raw: &[u8]) -> String {
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

/// Walks the same structure and stops at the first thing out of place.
fn walk(der: &[u8]) -> Option<()> {
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

/// The types below 2.5.4, by their last arc.
const X520: [&str; 21] = [
    "2.5.4.0", "2.5.4.1", "2.5.4.2", "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.7",
    "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11", "2.5.4.12", "2.5.4.13", "2.5.4.14", "2.5.4.15",
    "2.5.4.16", "2.5.4.17", "2.5.4.18", "2.5.4.19", "2.5.4.20",
];

/// The last one in encoding order is the most specific (X500Name.findMostSpecificAttribute).
fn most_specific_common_name(attributes: &[Attribute]) -> Option<&str> {
    let mut from_last = attributes.iter().rev();
    let found = from_last.find(|attribute| attribute.oid == COMMON_NAME)?;
    match &found.value {
        Value::Hex(_) => None,
        Value::Text(text) => Some(text),
    }
}

/// RFC 4514 section 2: last relative name first, `,` between them, `+` within one. The order within a set is free; this
/// one is OpenSSL's (`-nameopt RFC2253`).
/// `push` writes one character of a value; `room` is about how long it will be.
fn rfc4514(attributes: &[Attribute], room: usize, push: fn(&mut String, char)) -> String {
    let mut shown = String::with_capacity(room);
    let mut previous = None;
    for attribute in attributes.iter().rev() {
        if let Some(rdn) = previous {
            shown.push(if rdn == attribute.rdn { '+' } else { ',' });
        }
        previous = Some(attribute.rdn);
        shown.push_str(attribute.kind());
        shown.push('=');
        match &attribute.value {
            Value::Hex(hex) => shown.push_str(hex),
            Value::Text(value) => push_value(&mut shown, value, push),
        }
    }
    shown
}

/// RFC 4514 section 2.4.
fn push_value(shown: &mut String, value: &str, push: fn(&mut String, char)) {
    // Letters, digits and what else needs no look: most values are no more than that.
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'\'' | b'/')
    };
    if value.bytes().all(|byte| is_plain(byte) || byte == b' ')
        && !value.starts_with(' ')
        && !value.ends_with(' ')
    {
        shown.push_str(value);
        return;
    }
    let last = value.chars().count().saturating_sub(1);
    for (place, character) in value.chars().enumerate() {
        let escaped = match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
            ' ' => place == 0 || place == last,
            '#' => place == 0,
            _ => false,
        };
        if escaped {
            shown.push('\\');
        }
        push(shown, character);
    }
}

/// A text in which two names are the same exactly when they match: per relative name a sorted list of type and
/// value; values that `folds` picks lose case and surplus white space (RFC 5280 section 7.1), others stay DER.
fn fold(name: &Name, folds: impl Fn(&Attribute) -> bool) -> String {
    let mut folded = String::new();
    let mut done = 0;
    // one pass, since a hostile name has tens of thousands of parts
    for rdn in name.attributes.chunk_by(|one, next| one.rdn == next.rdn) {
        // a set of no attributes has its place, too
        let place = rdn.first().map_or(done, Attribute::rdn);
        folded.extend((done..place).map(|_| '\u{1e}'));
        let mut set: Vec<String> = rdn
            .iter()
            .map(|attribute| {
                let value = match &attribute.value {
                    Value::Text(value) if folds(attribute) => fold_value(value),
                    Value::Text(_) => {
                        hex_form(name.der.get(attribute.place.clone()).unwrap_or_default())
                    }
                    Value::Hex(hex) => hex.clone(),
                };
                [attribute.oid.as_ref(), "=", &value].concat()
            })
            .collect();
        set.sort();
        // unit and record separators cannot occur in a folded value
        folded.push_str(&set.join("\u{1f}"));
        folded.push('\u{1e}');
        done = place + 1;
    }
    folded
}

fn fold_value(value: &str) -> String {
    let mut folded = String::with_capacity(value.len() + 1);
    folded.push('\'');
    for (place, word) in value.split_whitespace().enumerate() {
        if place > 0 {
            folded.push(' ');
        }
        folded.push_str(&word.to_lowercase());
    }
    // the two separators of `fold` are the only characters that could make two names look alike
    match folded.contains(['\u{1e}', '\u{1f}']) {
        true => folded.replace(['\u{1e}', '\u{1f}'], "\u{fffd}"),
        false => folded,
    }
}

const COMMON_NAME: &str = "2.5.4.3";

/// `sun.security.x509.AVAKeyword`, the keywords that RFC 2253 knows.
const RFC_2253: [&str; 9] = ["C", "CN", "DC", "L", "O", "OU", "ST", "STREET", "UID"];

/// RFC 4514 section 3, then the names that OpenSSL and browsers use.
const SHORT_NAMES: [(&str, &str); 25] = [
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

#[cfg(test)]
mod tests;
