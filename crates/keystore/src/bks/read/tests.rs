//! What the grammar allows, field by field, and what is wrong with it.

use super::*;
use crate::bks::{KEY, SECRET};
use crate::model::MAX_ENTRIES;
use crate::testing::bks::{every_kind, head, key, signed, trusted};
use crate::testing::stores::CREATED;
use crate::testing::{self, PASSWORD, der, unhex};
use crate::{EntryKind, secret};

fn aliases(contents: &Contents) -> Vec<&str> {
    let entries = contents.store.entries().iter();
    entries.map(|entry| entry.alias.as_str()).collect()
}

fn messages(contents: &Contents) -> Vec<String> {
    contents.notes.iter().map(ToString::to_string).collect()
}

/// Of pyjks, made by BouncyCastle 1.54 (tests/keystores/bks/empty.bksv1 and uber/empty.uber, MIT).
#[test]
fn known_answers_of_empty_stores() {
    let bks = unhex(
        "0000000100000014e3ceb1da73c8a5627b1f5ec3daa6f762ca2970ca00000472\
         00a078c8f23b2e61abc97f4dad29aa15e6f483ac1f",
    );
    let contents = testing::open(&bks, Some("")).unwrap();
    assert_eq!(contents.format, Format::Bks);
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(
        messages(&contents),
        [
            "version 1 has 16 bits of integrity (CVE-2018-5382): whoever changes the file can make it fit"
        ]
    );
    let uber = unhex(
        "0000000100000014681f16974ed4d34fe246282e048f7c022a1d45ee00000555\
         9ecb700909fb2162b88a91132c5128410894f83bc7a17fcddff8dcd2fb5f7b60",
    );
    let contents = testing::open(&uber, Some("")).unwrap();
    assert_eq!(contents.format, Format::Uber);
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    for bytes in [bks, uber] {
        let error = testing::open(&bytes, Some("other")).unwrap_err();
        assert!(matches!(error, Error::WrongPassword { .. }), "{error}");
    }
}

/// Of BouncyCastle 1.72, with one AES key under the password "keypass".
#[test]
fn known_answers_of_a_sealed_key() {
    for (hex, format) in [(SEALED_BKS, Format::Bks), (SEALED_UBER, Format::Uber)] {
        let contents = testing::open(&unhex(hex), Some(PASSWORD)).unwrap();
        assert_eq!(contents.format, format);
        assert_eq!(contents.integrity, Integrity::Verified);
        let EntryKind::SecretKey(key) = &contents.store.entries()[0].kind else {
            panic!()
        };
        let unlocked = key.unlock(Some(&Password::new("keypass"))).unwrap();
        let clear = secret::wrap("AES", b"sixteen octets..");
        assert_eq!(unlocked.secret_pkcs8(), *clear);
        let wrong = key.unlock(Some(&Password::new(PASSWORD)));
        assert!(matches!(wrong, Err(Error::WrongPassword { .. })));
    }
}

const SEALED_BKS: &str = "\
    0000000200000014549538237d50af58bf01f13f1c4a8b54a44f2554000007780400016b000001a1fdc4eb21000000000000003c0000\
    00143b010e14e26e2337d9a11eabebb1a3255214756c00000741648436d1343deb15c6f767238d9d74dad221e54af1bbbeeaf9b31e6a\
    26eebb9c004ae4e6062422e26b3196fca11d1d762a5a8ec7fe";

const SEALED_UBER: &str = "\
    0000000100000014e8034e6866459b9dfce5f4d8a4e03298cc84727c0000063c8f3146297d345cb2b0d0d9516f7ff6d78345ca3f75d6\
    ee47a286d578e4b47631f65677fd365d26bba792c3364533198afefa6a6bb7807610469cf49b6c2c6e61bd8e1569bc9f6f4ba5c7dca0\
    ee85893206b66d63a4cfd24ba818094dea3fea5ecda03939764930674d97ca1fb3d62192";

#[test]
fn every_kind_of_entry() {
    let contents = testing::open(&signed(2, every_kind), Some(PASSWORD)).unwrap();
    assert_eq!(
        aliases(&contents),
        ["Root", "plain", "aes", "bytes", "own", "locked", "root"]
    );
    assert_eq!(contents.others.public_keys, [der(testing::PUBLIC_KEY)]);
    assert_eq!(contents.integrity, Integrity::Verified);
    let created = Some(CREATED);
    let mut kinds = Vec::new();
    for entry in contents.store.entries() {
        assert_eq!(entry.created, created);
        kinds.push(match &entry.kind {
            EntryKind::PrivateKey { key, chain } => (2, key.is_sealed(), chain.len()),
            EntryKind::SecretKey(key) => (1, key.is_sealed(), 0),
            EntryKind::TrustedCertificate(_) => (0, false, 1),
        });
    }
    assert_eq!(
        kinds,
        [
            (0, false, 1),
            (2, false, 1),
            (1, false, 0),
            (1, false, 0),
            (2, true, 1),
            (1, true, 0),
            (0, false, 1)
        ]
    );
    let messages = messages(&contents);
    assert_eq!(messages.len(), 3, "{messages:?}");
}

#[test]
fn without_a_password_all_but_uber_is_read() {
    let contents = testing::open(&signed(2, every_kind), None).unwrap();
    assert_eq!(contents.integrity, Integrity::NotVerified);
    assert_eq!(contents.store.len(), 7);
    let error = testing::open(
        &[&[0, 0, 0, 1, 0, 0, 0, 20][..], &[0x99; 56]].concat(),
        None,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "UBER: a password is needed to read the file"
    );
}

#[test]
fn old_versions_are_read_with_a_warning() {
    for version in [0, 1] {
        let contents = testing::open(&signed(version, every_kind), Some(PASSWORD)).unwrap();
        assert_eq!(contents.store.len(), 7);
        assert!(messages(&contents)[0].contains("CVE-2018-5382"));
    }
}

#[test]
fn a_bad_key_does_not_hide_its_neighbours() {
    let contents = testing::open(
        &signed(2, |stream| {
            head(stream, KEY, "odd", 0);
            key(stream, 0, "PKCS#8", "RSA", b"nonsense");
            head(stream, KEY, "kind", 0);
            key(stream, 9, "RAW", "AES", b"");
            head(stream, SECRET, "chain", 2);
            stream.blob(b"secret").unwrap();
            trusted(stream, "a");
            trusted(stream, "a");
        }),
        Some(PASSWORD),
    )
    .unwrap();
    assert_eq!(aliases(&contents), ["chain", "a", "a-2"]);
    let messages = messages(&contents);
    assert_eq!(messages.len(), 5, "{messages:?}");
}

#[test]
fn a_store_cut_at_any_byte_is_an_error() {
    let bytes = signed(2, every_kind);
    for end in 0..bytes.len() {
        for password in [None, Some(PASSWORD)] {
            assert!(testing::open(&bytes[..end], password).is_err(), "{end}");
        }
    }
    let error = testing::open(&bytes[..500], None).unwrap_err().to_string();
    assert!(
        error.starts_with("BKS: cut off at byte 500: certificate in entry 2 (1 read before)"),
        "{error}"
    );
}

#[test]
fn counts_lengths_and_iterations_that_lie() {
    let lie = |at: usize, bytes: &[u8]| {
        let mut file = signed(2, every_kind);
        file[at..at + bytes.len()].copy_from_slice(bytes);
        testing::open(&file, Some(PASSWORD))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        lie(28, &[0xff; 4]),
        "BKS: iteration count is 4294967295, the limit is 5000000"
    );
    // the certificate count of the first entry
    assert!(lie(47, &[0xff; 4]).starts_with("BKS: cut off"));
    assert!(lie(32, &[9]).contains("UBER"));
}

#[test]
fn more_entries_than_any_file_has_are_refused() {
    let bytes = signed(2, |stream| {
        for _ in 0..=MAX_ENTRIES {
            head(stream, SECRET, "", 0);
            stream.blob(b"").unwrap();
        }
    });
    let error = testing::open(&bytes, None).unwrap_err().to_string();
    assert_eq!(error, "BKS: entry count is 200001, the limit is 200000");
}

proptest::proptest! {
    #[test]
    fn a_changed_byte_never_goes_unnoticed(index in 0..4000_usize, bit in 0..8_u32) {
        let mut bytes = signed(2, every_kind);
        let index = index % bytes.len();
        bytes[index] ^= 1 << bit;
        // a version below 2 is no longer the same file
        proptest::prop_assert!(testing::open(&bytes, Some(PASSWORD)).is_err());
    }

    #[test]
    fn any_bytes_never_panic(bytes in proptest::prelude::any::<Vec<u8>>()) {
        let head = [0, 0, 0, 2, 0, 0, 0, 1, 7, 0, 0, 0, 1];
        for format in [Format::Bks, Format::Uber] {
            let password = Password::new("x");
            for password in [None, Some(&password)] {
                let options = ReadOptions { password };
                let _ = read(&bytes, format, &options);
                let _ = read(&[&head[..], &bytes].concat(), format, &options);
            }
        }
    }
}
