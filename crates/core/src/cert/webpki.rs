//! Which certificates rustls-webpki does not parse, as anchors or elsewhere, although this program reads them.

use crate::Certificate;

use super::asn1::{self, Reader};
use super::extensions::raw_extensions;

/// Whether it is beyond what is read at all: `nested_limited` wants contents of less than `TWO_BYTE_DER_SIZE` octets.
pub(crate) fn is_too_large_for_webpki(certificate: &Certificate) -> bool {
    const TWO_BYTE_DER_SIZE: usize = 0xffff;
    let contents = Reader::inside(certificate.der(), asn1::SEQUENCE);
    contents.is_none_or(|contents| contents.rest().len() >= TWO_BYTE_DER_SIZE)
}

/// `remember_cert_extension`: an extension that decides is repeated, or its value is not what it must be outside.
pub(crate) fn webpki_refuses(certificate: &Certificate) -> bool {
    if is_too_large_for_webpki(certificate) {
        return true;
    }
    let mut seen = Vec::new();
    raw_extensions(certificate.tbs()).any(|(oid, value)| {
        let name = asn1::dotted_oid(oid);
        let Some((_, tag)) = REMEMBERED
            .iter()
            .find(|(remembered, _)| name.as_deref() == Some(*remembered))
        else {
            return false;
        };
        let repeated = seen.contains(&oid);
        seen.push(oid);
        let mut outer = Reader::new(value);
        // keyUsage is read where it is used, which is nowhere
        let is_sound = tag.is_none_or(|tag| outer.expect_tag(tag).is_some() && outer.is_empty());
        repeated || !is_sound
    })
}

/// And the tag of their values.
const REMEMBERED: [(&str, Option<u8>); 7] = [
    ("1.3.6.1.4.1.11129.2.4.2", Some(asn1::OCTET_STRING)), // signed certificate timestamps
    ("2.5.29.15", None),                                   // keyUsage
    ("2.5.29.17", Some(asn1::SEQUENCE)),                   // subjectAltName
    ("2.5.29.19", Some(asn1::SEQUENCE)),                   // basicConstraints
    ("2.5.29.30", Some(asn1::SEQUENCE)),                   // nameConstraints
    ("2.5.29.31", Some(asn1::SEQUENCE)),                   // cRLDistributionPoints
    ("2.5.29.37", Some(asn1::SEQUENCE)),                   // extendedKeyUsage
];
