//! What a key may do: basicConstraints, keyUsage and their kin (RFC 5280 section 4.2.1, Netscape's certificate type).

use crate::cert::asn1::{self, Reader};

use super::{Value, any, only, sequence_of};

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`
pub(super) fn basic_constraints(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let ca = match fields.expect_tag(0x01) {
        Some(ca) => any::boolean(ca.value)?,
        None => false,
    };
    let path_len = match fields.expect_tag(asn1::INTEGER) {
        Some(length) => Some(Value::integer(length.value)?),
        None => None,
    };
    fields
        .is_empty()
        .then(|| Value::fields([("ca", Some(Value::Flag(ca))), ("path_len", path_len)]))
}

/// RFC 5280 section 4.2.1.3. Bit 1 is called contentCommitment since X.509 of 2000.
pub(super) fn key_usage(der: &[u8]) -> Option<Value> {
    named_bits(
        only(der, asn1::BIT_STRING)?,
        &[
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ],
    )
}

/// Netscape's certificate type, as OpenSSL names the bits in its configuration.
pub(super) fn netscape_type(der: &[u8]) -> Option<Value> {
    named_bits(
        only(der, asn1::BIT_STRING)?,
        &[
            "client", "server", "email", "objsign", "reserved", "sslCA", "emailCA", "objCA",
        ],
    )
}

/// The contents of a BIT STRING whose bits have names.
pub(super) fn named_bits(contents: &[u8], names: &[&'static str]) -> Option<Value> {
    let (unused, octets) = contents.split_first()?;
    if *unused > 7 || octets.is_empty() && *unused > 0 {
        return None;
    }
    let mut set = Vec::new();
    for (place, octet) in octets.iter().enumerate() {
        for bit in (0..8).filter(|bit| octet & (0x80 >> bit) != 0) {
            let number = place * 8 + bit;
            set.push(Value::Text(names.get(number).map_or_else(
                || format!("bit {number}"),
                |name| (*name).to_owned(),
            )));
        }
        // the longest list of names has nine; a hostile string has millions of bits
        if set.len() > MAX_BITS {
            return None;
        }
    }
    Some(Value::List(set))
}

const MAX_BITS: usize = 64;

/// A list of object identifiers: extended key usage (RFC 5280 section 4.2.1.12).
pub(super) fn objects(der: &[u8]) -> Option<Value> {
    sequence_of(der, |element| {
        (element.tag == asn1::OBJECT_IDENTIFIER).then(|| Value::object(element.value))?
    })
}

/// `PrivateKeyUsagePeriod ::= SEQUENCE { notBefore [0] GeneralizedTime OPTIONAL, notAfter [1] … }` (RFC 3280, 4.2.1.4)
pub(super) fn private_key_period(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let mut moment = |tag| match fields.expect_tag(tag) {
        Some(time) => any::generalized_time(time.value).map(Some),
        None => Some(None),
    };
    let (not_before, not_after) = (moment(0x80)?, moment(0x81)?);
    fields
        .is_empty()
        .then(|| Value::fields([("not_before", not_before), ("not_after", not_after)]))
}
