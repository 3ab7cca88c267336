//! Extensions of Active Directory Certificate Services (MS-WCCE section 2.2.2.7.7, MS-CRTD).

use crate::cert::asn1::{self, Reader};

use super::{Value, any, only};

/// `szOID_CERTIFICATE_TEMPLATE`: `SEQUENCE { templateID, majorVersion INTEGER, minorVersion INTEGER OPTIONAL }`
pub(super) fn template(der: &[u8]) -> Option<Value> {
    let mut fields = Reader::new(only(der, asn1::SEQUENCE)?);
    let template = Value::object(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
    let mut version = || Value::integer(fields.expect_tag(asn1::INTEGER)?.value);
    let (major, minor) = (version(), version());
    fields.is_empty().then(|| {
        Value::fields([
            ("template", Some(template)),
            ("major_version", major),
            ("minor_version", minor),
        ])
    })
}

/// `szOID_CERTSRV_CA_VERSION`: the certificate's index in the low 16 bits, the key's in the high ones.
pub(super) fn ca_version(der: &[u8]) -> Option<Value> {
    let Value::Number(version) = Value::integer(only(der, asn1::INTEGER)?)? else {
        return None;
    };
    Some(Value::fields([
        ("certificate_index", Some(Value::Number(version & 0xffff))),
        ("key_index", Some(Value::Number(version >> 16))),
    ]))
}

/// A template's name, or any other lone string.
pub(super) fn text(der: &[u8]) -> Option<Value> {
    any::outline(der).filter(|value| matches!(value, Value::Text(_)))
}
