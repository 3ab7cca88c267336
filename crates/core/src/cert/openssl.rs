//! Which certificates OpenSSL does not parse, and which it holds for invalid, although this program reads them.
//!
//! Of the first kind one in the presented chain ends the handshake. One of the second kind issues nothing and is issued by
//! nobody (`ossl_x509_likely_issued`). Read from `crypto/asn1` and `crypto/x509/v3_purp.c` of 3.0, and tried.

use crate::Certificate;

use super::asn1::{self, Reader};
use super::extensions::raw_extensions;

/// Why `d2i_X509` refuses it; `None` when no reason is known.
pub(crate) fn openssl_refuses(certificate: &Certificate) -> Option<&'static str> {
    let serial = certificate.serial().octets();
    // c2i_ibuf: ASN1_R_ILLEGAL_PADDING
    if asn1::shortest_integer(serial).len() < serial.len() {
        return Some("serial number with needless octets");
    }
    serial.is_empty().then_some("serial number without octets")
}

/// `EXFLAG_INVALID` of `ossl_x509v3_cache_extensions`: one of the extensions that decide is repeated, broken or empty.
pub(crate) fn is_invalid_for_openssl(certificate: &Certificate) -> bool {
    let invalid = &certificate.0.is_invalid_for_openssl;
    *invalid.get_or_init(|| has_invalid_extensions(certificate))
}

fn has_invalid_extensions(certificate: &Certificate) -> bool {
    let mut seen = Vec::new();
    raw_extensions(certificate.tbs()).any(|(oid, value)| {
        let Some(name) = asn1::dotted_oid(oid).filter(|name| CACHED.contains(&name.as_str()))
        else {
            return false;
        };
        let repeated = seen.contains(&oid);
        seen.push(oid);
        repeated || !is_sound(&name, value)
    })
}

/// Whether `X509_get_ext_d2i` gives something usable. Of the longer ones only the outermost structure is looked at.
fn is_sound(oid: &str, value: &[u8]) -> bool {
    let Some(outer) = Reader::new(value).next() else {
        return false;
    };
    let mut inner = Reader::new(outer.value);
    match oid {
        "2.5.29.14" => outer.tag == asn1::OCTET_STRING,
        // X509V3_R_EMPTY_KEY_USAGE
        "2.5.29.15" => {
            let bits = outer.value.split_first().map(|(_, bits)| bits);
            let is_used = |bits: &[u8]| bits.iter().any(|octet| *octet != 0);
            outer.tag == asn1::BIT_STRING && bits.is_some_and(is_used)
        }
        "2.16.840.1.113730.1.1" => outer.tag == asn1::BIT_STRING && !outer.value.is_empty(),
        // X509V3_R_NEGATIVE_PATHLEN
        "2.5.29.19" => {
            inner.expect_tag(BOOLEAN);
            let length = inner.expect_tag(asn1::INTEGER);
            let negative = length
                .is_some_and(|length| length.value.first().is_none_or(|first| first & 0x80 != 0));
            outer.tag == asn1::SEQUENCE && inner.is_empty() && !negative
        }
        "2.5.29.37" => {
            let purposes = inner.by_ref();
            let all = purposes.all(|purpose| purpose.tag == asn1::OBJECT_IDENTIFIER);
            outer.tag == asn1::SEQUENCE && all && inner.is_empty()
        }
        "2.5.29.17" => {
            let all = inner.by_ref().all(|name| (0x80..0xb0).contains(&name.tag));
            outer.tag == asn1::SEQUENCE && all && inner.is_empty()
        }
        _ => outer.tag == asn1::SEQUENCE,
    }
}

const BOOLEAN: u8 = 0x01;

/// Those that `ossl_x509v3_cache_extensions` decodes.
const CACHED: [&str; 11] = [
    "1.3.6.1.5.5.7.1.7",     // IP address blocks
    "1.3.6.1.5.5.7.1.8",     // autonomous system numbers
    "2.16.840.1.113730.1.1", // Netscape certificate type
    "2.5.29.14",             // subjectKeyIdentifier
    "2.5.29.15",             // keyUsage
    "2.5.29.17",             // subjectAltName
    "2.5.29.19",             // basicConstraints
    "2.5.29.30",             // nameConstraints
    "2.5.29.31",             // cRLDistributionPoints
    "2.5.29.35",             // authorityKeyIdentifier
    "2.5.29.37",             // extendedKeyUsage
];
