//! BCFKS from its parts, at any price.

use crate::ber::{self, Tlv};
use crate::protect::fips::{Derivation, Encryption, Use};
use crate::protect::{Budget, Hash};
use crate::testing::{self, PASSWORD, der, octets, sequence};
use crate::{Password, oid};

/// `AlgorithmIdentifier` of PBKDF2 with HMAC-SHA-512.
pub(crate) fn pbkdf2(iterations: u64, length: u64) -> Vec<u8> {
    let parameters = sequence(&[
        &octets(&[1; 8]),
        &ber::unsigned(iterations),
        &ber::unsigned(length),
        &oid::algorithm(&oid::HMAC_SHA512),
    ]);
    sequence(&[&oid::der(&oid::PBKDF2), &parameters])
}

/// `AlgorithmIdentifier` of scrypt.
pub(crate) fn scrypt(salt: &[u8], [cost, block, parallel]: [u64; 3], length: u64) -> Vec<u8> {
    let numbers = [cost, block, parallel, length].map(ber::unsigned);
    let parameters = sequence(&[&octets(salt), &numbers.concat()]);
    sequence(&[&oid::der(&oid::SCRYPT), &parameters])
}

/// `AlgorithmIdentifier` of PBES2 with AES-256-CCM and a tag of 8 octets.
pub(crate) fn ccm(derivation: &[u8]) -> Vec<u8> {
    let parameters = sequence(&[&octets(&[2; 12]), &ber::unsigned(8)]);
    let cipher = sequence(&[&oid::der(&oid::AES_256_CCM), &parameters]);
    sequence(&[&oid::der(&oid::PBES2), &sequence(&[derivation, &cipher])])
}

/// `SEQUENCE { AlgorithmIdentifier, OCTET STRING }` under the password.
pub(crate) fn encrypted(derivation: &[u8], used_for: Use, clear: &[u8]) -> Vec<u8> {
    let algorithm = ccm(derivation);
    let encryption = Encryption::parse(&Tlv::first(&algorithm).unwrap()).unwrap();
    let encrypted = encryption.encrypt(clear, &Password::new(PASSWORD), used_for);
    sequence(&[&algorithm, &octets(&encrypted.unwrap())])
}

/// A file with a sound MAC over its content.
pub(crate) fn signed(derivation: &[u8], content: &[u8]) -> Vec<u8> {
    let parsed = Derivation::parse(&Tlv::first(derivation).unwrap()).unwrap();
    let (password, mut budget) = (Password::new(PASSWORD), Budget::new());
    let mut keys = parsed.keys(&password, Use::Integrity, 64, &mut budget);
    let mac = Hash::Sha512.hmac(&keys.next().unwrap().unwrap(), content);
    protected(derivation, content, &mac)
}

/// A file with any MAC.
pub(crate) fn protected(derivation: &[u8], content: &[u8], mac: &[u8]) -> Vec<u8> {
    let algorithm = oid::algorithm(&oid::HMAC_SHA512);
    let check = sequence(&[&algorithm, derivation, &octets(mac)]);
    sequence(&[content, &check])
}

/// `ObjectStoreData`.
pub(crate) fn objects(objects: &[Vec<u8>]) -> Vec<u8> {
    let time = time();
    sequence(&[
        &ber::unsigned(1),
        &sequence(&[]),
        &time,
        &time,
        &sequence(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    ])
}

/// `ObjectData`.
pub(crate) fn object(kind: u64, alias: &str, data: &[u8]) -> Vec<u8> {
    let (alias, time) = (ber::encode(0x0c, &[alias.as_bytes()]), time());
    sequence(&[&ber::unsigned(kind), &alias, &time, &time, &octets(data)])
}

/// A trusted certificate, a private key and a secret one, whose keys are derived as `derivation` says for a length.
pub(crate) fn every_kind(derivation: impl Fn(u64) -> Vec<u8>) -> Vec<u8> {
    let certificate = der(testing::CERT_A);
    let private = encrypted(&derivation(32), Use::PrivateKey, &der(testing::KEY));
    let private = sequence(&[&private, &sequence(&[&certificate])]);
    let secret = sequence(&[&oid::der(&oid::AES_256_CBC), &octets(&[9; 32])]);
    let secret = encrypted(&derivation(32), Use::SecretKey, &secret);
    objects(&[
        object(0, "trusted", &certificate),
        object(1, "private", &private),
        object(2, "secret", &secret),
    ])
}

/// A file with all of these, encrypted.
pub(crate) fn whole(derivation: impl Fn(u64) -> Vec<u8>) -> Vec<u8> {
    let store = every_kind(&derivation);
    let content = encrypted(&derivation(32), Use::Store, &store);
    signed(&derivation(64), &content)
}

fn time() -> Vec<u8> {
    ber::encode(ber::GENERALIZED_TIME, &[b"19700101000000Z"])
}
