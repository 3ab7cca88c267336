//! A private key in PKCS#8, taken apart.

use crate::cert::asn1::{self, Reader};

/// The part of a PKCS#8 structure that is needed: `version, algorithm, privateKey`.
pub(crate) struct PrivateKey<'a> {
    pub(crate) oid: String,
    pub(crate) curve: Option<String>,
    pub(super) key: &'a [u8],
}

impl<'a> PrivateKey<'a> {
    pub(crate) fn from_der(pkcs8: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::inside(pkcs8, asn1::SEQUENCE)?;
        fields.expect_tag(asn1::INTEGER)?;
        let mut algorithm = Reader::new(fields.expect_tag(asn1::SEQUENCE)?.value);
        let oid = asn1::dotted_oid(algorithm.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
        let curve = algorithm
            .expect_tag(asn1::OBJECT_IDENTIFIER)
            .and_then(|curve| asn1::dotted_oid(curve.value));
        let key = fields.expect_tag(asn1::OCTET_STRING)?.value;
        Some(Self { oid, curve, key })
    }
}
