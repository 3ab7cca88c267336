//! Distinguished names: decoded, shown as RFC 4514, compared as RFC 5280 section 7.1 asks.

mod attribute;
mod compare;
mod decode;
mod parse;
mod rfc4514;
pub(crate) mod string;

use std::fmt;
use std::sync::OnceLock;

use x509_parser::x509::X509Name;

use crate::text;

pub use attribute::Attribute;
use attribute::{COMMON_NAME, Value};
use decode::{read_attributes, walk};
pub use parse::NameError;
use rfc4514::rfc4514;

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

/// The last one in encoding order is the most specific (X500Name.findMostSpecificAttribute).
fn most_specific_common_name(attributes: &[Attribute]) -> Option<&str> {
    let mut from_last = attributes.iter().rev();
    let found = from_last.find(|attribute| attribute.oid == COMMON_NAME)?;
    match &found.value {
        Value::Hex(_) => None,
        Value::Text(text) => Some(text),
    }
}

#[cfg(test)]
mod tests;
