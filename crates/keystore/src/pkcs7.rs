//! Certs-only PKCS#7.

use rustls_pki_types::CertificateDer;

use crate::der::peek::{SEQUENCE, Tlv, encode};
use crate::{Alias, Contents, Entry, Error, Format};

pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    let mut contents = Contents::empty(Format::Pkcs7);
    for (index, certificate) in certificates(bytes)?.into_iter().enumerate() {
        let entry = Entry::trusted(Alias::positional(index + 1), certificate);
        contents.store.push_renamed(entry);
    }
    Ok(contents)
}

pub(crate) fn certificates(der: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let signed = Tlv::peek(der)
        .and_then(|info| info.children().nth(1))
        .and_then(|content| content.children().next())
        .ok_or_else(|| Error::Malformed {
            format: Format::Pkcs7,
            at: 0,
            what: "no SignedData".to_owned(),
        })?;
    let set = signed.children().find(|part| part.tag == 0xa0);
    let certificates = set.iter().flat_map(Tlv::children);
    Ok(certificates
        .map(|certificate| CertificateDer::from(certificate.bytes.to_vec()))
        .collect())
}

pub(crate) fn write(certificates: &[CertificateDer<'_>]) -> Vec<u8> {
    let set: Vec<u8> = certificates.iter().flat_map(|der| der.to_vec()).collect();
    let data = encode(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]);
    let signed = [
        encode(2, &[1]),
        encode(0x31, &[]),
        encode(SEQUENCE, &data),
        encode(0xa0, &set),
        encode(0x31, &[]),
    ];
    let signed = encode(0xa0, &encode(SEQUENCE, &signed.concat()));
    let oid = encode(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]);
    encode(SEQUENCE, &[oid, signed].concat())
}
