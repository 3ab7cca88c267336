//! An extension as it is written: type, criticality, bytes (RFC 5280 section 4.1.2.9).

use x509_parser::extensions::X509Extension;
use x509_parser::prelude::FromDer;

use crate::Certificate;
use crate::cert::asn1::{self, Reader, SEQUENCE};

/// One extension of a certificate, a request, a CRL or an entry of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Dotted.
    pub oid: String,
    /// Whether a reader that does not know it must refuse the whole.
    pub critical: bool,
    /// The contents of its OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// The octets of a value that was written in hex, with colons or without.
    pub fn value_from_hex(text: &str) -> Option<Vec<u8>> {
        asn1::from_hex(&text.replace(':', ""))
    }

    pub(crate) fn from_x509(extension: &X509Extension<'_>) -> Self {
        Self {
            oid: extension.oid.to_id_string(),
            critical: extension.critical,
            value: extension.value.to_vec(),
        }
    }

    /// Those of a certificate, in its order; `None` when any cannot be read.
    pub(crate) fn of(certificate: &Certificate) -> Option<Vec<Self>> {
        let mut fields = Reader::inside(certificate.tbs(), SEQUENCE)?;
        match fields.find(|field| field.tag == 0xa3) {
            Some(field) => Self::read_set(field.value),
            None => Some(Vec::new()),
        }
    }

    pub(crate) fn all(extensions: &[X509Extension<'_>]) -> Vec<Self> {
        extensions.iter().map(Self::from_x509).collect()
    }

    /// From the DER of `Extensions`; `None` when any is none.
    pub(crate) fn read_set(der: &[u8]) -> Option<Vec<Self>> {
        let list = Reader::inside(der, SEQUENCE)?;
        let mut rest = list.rest();
        let mut read = Vec::new();
        while !rest.is_empty() {
            let (after, extension) = X509Extension::from_der(rest).ok()?;
            read.push(Self::from_x509(&extension));
            rest = after;
        }
        Some(read)
    }
}
