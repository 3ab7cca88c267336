//! The layers of a PKCS#12 file in DER, from the bag outwards.

use const_oid::ObjectIdentifier;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::salts::Salts;
use crate::protect::{Material, Sealing};
use crate::{Error, Password, ber, oid};

/// `SafeBag ::= SEQUENCE { bagId, bagValue [0] EXPLICIT, bagAttributes SET OPTIONAL }`.
pub(super) fn bag(kind: &ObjectIdentifier, value: &[u8], attributes: &[u8]) -> Zeroizing<Vec<u8>> {
    let set = if attributes.is_empty() {
        Vec::new()
    } else {
        ber::encode(ber::SET, &[attributes])
    };
    let value = Zeroizing::new(ber::encode(ber::context(0), &[value]));
    Zeroizing::new(ber::encode(ber::SEQUENCE, &[&oid::der(kind), &value, &set]))
}

pub(super) fn certificate_bag(
    certificate: &CertificateDer<'_>,
    attributes: &[u8],
) -> Zeroizing<Vec<u8>> {
    let octets = ber::encode(ber::OCTET_STRING, &[certificate]);
    let value = content_info(&oid::X509_CERTIFICATE, &octets);
    bag(&oid::CERT_BAG, &value, attributes)
}

pub(super) fn crl_bag(crl: &[u8]) -> Zeroizing<Vec<u8>> {
    let octets = ber::encode(ber::OCTET_STRING, &[crl]);
    let value = content_info(&oid::X509_CRL, &octets);
    bag(&oid::CRL_BAG, &value, &[])
}

pub(super) fn clear_part(bags: &[Zeroizing<Vec<u8>>]) -> Zeroizing<Vec<u8>> {
    let octets = Zeroizing::new(ber::encode(ber::OCTET_STRING, &[&sequence(bags)]));
    content_info(&oid::DATA, &octets)
}

/// `EncryptedData` (RFC 5652, section 8) around safe contents.
pub(super) fn encrypted_part(
    bags: &[Zeroizing<Vec<u8>>],
    sealing: Sealing,
    password: &Password,
    salts: Salts<'_>,
) -> Result<Vec<u8>, Error> {
    let contents = sequence(bags);
    let mut bytes = [0; 36];
    salts.fill("certificates", &contents, &mut bytes)?;
    let mut material = Material {
        salt: [0; 20],
        iv: [0; 16],
    };
    let octets = material.salt.iter_mut().chain(&mut material.iv);
    octets.zip(bytes).for_each(|(octet, byte)| *octet = byte);

    let (algorithm, encrypted) = sealing.encrypt(&contents, password, &material);
    let info = ber::encode(
        ber::SEQUENCE,
        &[
            &oid::der(&oid::DATA),
            &algorithm,
            &ber::encode(0x80, &[&encrypted]),
        ],
    );
    let data = ber::encode(ber::SEQUENCE, &[&ber::unsigned(0), &info]);
    Ok(content_info(&oid::ENCRYPTED_DATA, &data).to_vec())
}

/// `SEQUENCE { type, [0] EXPLICIT value }`, the shape of `ContentInfo`, `CertBag` and `SecretBag`.
pub(super) fn content_info(kind: &ObjectIdentifier, value: &[u8]) -> Zeroizing<Vec<u8>> {
    let value = Zeroizing::new(ber::encode(ber::context(0), &[value]));
    Zeroizing::new(ber::encode(ber::SEQUENCE, &[&oid::der(kind), &value]))
}

pub(super) fn sequence(parts: &[Zeroizing<Vec<u8>>]) -> Zeroizing<Vec<u8>> {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
    Zeroizing::new(ber::encode(ber::SEQUENCE, &parts))
}
