//! PKCS#12.

use crate::{Contents, Error, Format, KeyStore, ReadOptions, WriteOptions, Written};

pub(crate) fn read(_: &[u8], _: &ReadOptions<'_>) -> Result<Contents, Error> {
    Err(Error::Unsupported {
        format: Format::Pkcs12,
        what: "reading".to_owned(),
    })
}

pub(crate) fn write(_: &KeyStore, _: &WriteOptions<'_>) -> Result<Written, Error> {
    Err(Error::Unsupported {
        format: Format::Pkcs12,
        what: "writing".to_owned(),
    })
}
