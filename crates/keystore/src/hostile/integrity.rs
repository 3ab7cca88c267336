//! A wrong password told from damage, as far as each format allows.

use super::samples::open_ended;
use crate::protect::fips::Use;
use crate::testing::pkcs12::{bag, cert_bag, data, pfx};
use crate::testing::stores::{clear_key, store, trusted, with_key};
use crate::testing::{self, PASSWORD, Sevens, bcfks, bks, der, octets, open, sequence};
use crate::{Error, Format, KeyStore, Password, WriteOptions, ber, oid, write};

#[track_caller]
fn assert_failed(bytes: &[u8], format: Format, what: &str) {
    let error = open(bytes, Some(PASSWORD)).unwrap_err();
    let expected = format!(
        "{format}: the password opens a part of it, and the {what} does not fit: the file is damaged or changed, or this is the password of a key only"
    );
    assert_eq!(error.to_string(), expected);
    assert_wrong(bytes, "other");
}

#[track_caller]
fn assert_wrong(bytes: &[u8], password: &str) {
    let error = open(bytes, Some(password)).unwrap_err();
    assert!(matches!(error, Error::WrongPassword { .. }), "{error}");
}

/// The file with one bit of the last occurrence of `part` changed, at its end.
fn damaged(file: &[u8], part: &[u8]) -> Vec<u8> {
    let mut windows = file.windows(part.len());
    let at = windows.rposition(|window| window == part).unwrap();
    let mut file = file.to_vec();
    file[at + part.len() - 1] ^= 1;
    file
}

fn store_with_key() -> KeyStore {
    store([with_key("key", clear_key())])
}

fn written(store: &KeyStore, format: Format) -> Vec<u8> {
    let password = Password::new(PASSWORD);
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    write(store, format, &options).unwrap().bytes.to_vec()
}

#[test]
fn of_jks_and_jceks_a_key_tells() {
    for format in [Format::Jks, Format::Jceks] {
        let file = written(&store_with_key(), format);
        assert_failed(&damaged(&file, &der(testing::CERT_A)), format, "digest");
        // nothing is left that tells
        let file = written(&store([trusted("a")]), format);
        assert_wrong(&damaged(&file, &der(testing::CERT_A)), PASSWORD);
    }
}

#[test]
fn of_bks_a_sealed_key_tells_and_of_uber_its_start() {
    for version in 0..3 {
        let file = bks::signed(version, bks::every_kind_sealed);
        assert_failed(&damaged(&file, &der(testing::CERT_A)), Format::Bks, "MAC");
        let file = bks::signed(version, |stream| bks::trusted(stream, "a"));
        assert_wrong(&damaged(&file, &der(testing::CERT_A)), PASSWORD);
    }
    let stream = bks::stream(bks::every_kind);
    let changed = damaged(&stream, &der(testing::CERT_A));
    assert_failed(&bks::encrypted(&changed, &stream), Format::Uber, "digest");
    // a block in the middle of the encrypted content
    let mut file = bks::encrypted(&stream, &stream);
    let middle = file.len() / 2;
    file[middle] ^= 1;
    assert_failed(&file, Format::Uber, "digest");
}

#[test]
fn of_bcfks_the_tag_of_the_content_tells() {
    let derivation = |length| bcfks::pbkdf2(16, length);
    let store = bcfks::every_kind(derivation);
    let sealed = bcfks::encrypted(&derivation(32), Use::Store, &store);
    let forged = bcfks::protected(&derivation(64), &sealed, &[0; 64]);
    assert_failed(&forged, Format::Bcfks, "MAC");
    // both are changed, or the password is wrong
    let changed = damaged(&sealed, &sealed);
    let both = bcfks::protected(&derivation(64), &changed, &[0; 64]);
    assert_wrong(&both, PASSWORD);
    let error = open(&bcfks::signed(&derivation(64), &changed), Some(PASSWORD)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "BCFKS: wrong password or damaged content, though the MAC fits"
    );
}

#[test]
fn of_pkcs12_a_part_or_a_key_tells() {
    let file = written(&store_with_key(), Format::Pkcs12);
    // the salt of the MAC, before the iterations 10,000
    let mut changed = file.clone();
    let salt = changed.len() - 5;
    changed[salt] ^= 1;
    for bytes in [open_ended(&changed), changed] {
        assert_failed(&bytes, Format::Pkcs12, "MAC");
    }
    // the plain part and the middle of the encrypted one
    let alias = sequence(&[&oid::der(&oid::FRIENDLY_NAME)])[2..].to_vec();
    assert_failed(&damaged(&file, &alias), Format::Pkcs12, "MAC");
    let mut middle = file.clone();
    middle[salt - 200] ^= 1;
    assert_failed(&middle, Format::Pkcs12, "MAC");

    let key = bag(&oid::SHROUDED_KEY_BAG, &der(testing::ENCRYPTED_KEY), &[]);
    let mac = |digest: u8| {
        let digest = octets(&[digest; 32]);
        let digest = sequence(&[&oid::algorithm(&oid::SHA256), &digest]);
        sequence(&[&digest, &octets(&[1; 8]), &ber::unsigned(16)])
    };
    let only_key = pfx(&[&data(&[&key])], &mac(0));
    assert_failed(&only_key, Format::Pkcs12, "MAC");
    let certificate = cert_bag(&der(testing::CERT_A), &[]);
    assert_wrong(&pfx(&[&data(&[&certificate])], &mac(0)), PASSWORD);
}
