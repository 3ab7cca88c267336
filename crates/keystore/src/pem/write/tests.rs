use proptest::prelude::*;

use super::*;
use crate::testing::{self, der};
use crate::{Alias, CertificateDer, pem};

fn trusted(alias: Alias, block: &str) -> Entry {
    Entry::trusted(alias, CertificateDer::from(der(block)))
}

fn with_key(alias: Alias, key: SealedKey) -> Entry {
    let chain = vec![CertificateDer::from(der(testing::CERT_A))];
    Entry {
        kind: EntryKind::PrivateKey { key, chain },
        ..trusted(alias, testing::CERT_A)
    }
}

fn written(entries: impl IntoIterator<Item = Entry>) -> Result<Written, Error> {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push(entry).unwrap();
    }
    write(&store, &WriteOptions::default())
}

fn text(written: &Written) -> &str {
    std::str::from_utf8(&written.bytes).unwrap()
}

#[test]
fn blocks_are_those_that_openssl_writes() {
    let key = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
    let locked = SealedKey::from_encrypted_pkcs8(der(testing::ENCRYPTED_KEY));
    let output = written([
        with_key(Alias::positional(1), key),
        trusted(Alias::positional(2), testing::CERT_B),
        with_key(Alias::positional(3), locked),
    ])
    .unwrap();
    let [a, b] = [testing::CERT_A, testing::CERT_B];
    assert_eq!(
        text(&output),
        [testing::KEY, a, b, testing::ENCRYPTED_KEY, a].concat()
    );
    assert_eq!(output.notes, []);
}

/// As `openssl rsa -traditional` and `openssl ec` write them, in the clear and locked.
#[test]
fn keys_in_the_older_forms_come_back() {
    let options = WriteOptions {
        traditional_keys: true,
        ..WriteOptions::default()
    };
    let password = crate::Password::new("changeit");
    for (block, label) in [(testing::RSA_KEY, "RSA"), (testing::SEC1_KEY, "EC")] {
        let key = testing::open(block.as_bytes(), None).unwrap().store;
        let output = write(&key, &options).unwrap();
        assert_eq!(text(&output), block);
        let EntryKind::PrivateKey { key, .. } = &key.entries()[0].kind else {
            panic!()
        };
        let clear = key.unlock(None).unwrap();
        let locked = SealedKey::seal_traditional(&clear, &password, &testing::Sevens).unwrap();
        let output = written([with_key(Alias::positional(1), locked)]).unwrap();
        let start = format!(
            "-----BEGIN {label} PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0707"
        );
        assert!(text(&output).starts_with(&start), "{}", text(&output));
        let contents = pem::read(&output.bytes).unwrap();
        let EntryKind::PrivateKey { key, .. } = &contents.store.entries()[0].kind else {
            panic!()
        };
        assert_eq!(key.unlock(Some(&password)).unwrap(), clear);
    }
    let dsa = testing::open(testing::DSA_KEY.as_bytes(), None)
        .unwrap()
        .store;
    let error = write(&dsa, &options).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

#[test]
fn names_that_are_lost_are_counted() {
    let output = written([trusted(Alias::new("a"), testing::CERT_A)]).unwrap();
    assert_eq!(
        output.notes[0].to_string(),
        "PEM has no aliases: 1 of them not written"
    );
}

#[test]
fn no_empty_file_and_no_key_that_nobody_opens() {
    let format = Format::Pem;
    assert_eq!(written([]).unwrap_err(), Error::NothingToWrite { format });

    let sun = crate::protect::java::encrypted_private_key_info(&[]);
    let sun = with_key(Alias::new("k"), SealedKey::from_encrypted_pkcs8(sun));
    let error = written([sun]).unwrap_err();
    assert!(matches!(error, Error::KeySealed { .. }));

    let secret = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
    let secret = Entry {
        kind: EntryKind::SecretKey(secret),
        ..trusted(Alias::new("s"), testing::CERT_A)
    };
    let error = written([secret]).unwrap_err();
    assert!(matches!(error, Error::EntryUnfit { .. }));
}

proptest! {
    #[test]
    fn a_key_of_any_length_is_written_as_the_pem_crate_writes_it(
        bytes in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        prop_assert_eq!(clear_block("PRIVATE KEY", &bytes), block("PRIVATE KEY", &bytes));
    }

    #[test]
    fn what_is_written_is_read_back(kinds in prop::collection::vec(0..3_u8, 1..12)) {
        let entries = kinds.iter().enumerate().map(|(index, kind)| {
            let alias = Alias::positional(index + 1);
            match kind {
                0 => trusted(alias, testing::CERT_A),
                1 => trusted(alias, testing::CERT_B),
                _ => {
                    let key = SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)));
                    let kind = EntryKind::PrivateKey { key, chain: Vec::new() };
                    Entry { kind, ..trusted(alias, testing::CERT_A) }
                }
            }
        });
        let entries: Vec<Entry> = entries.collect();
        let output = written(entries.clone()).unwrap();
        let contents = pem::read(&output.bytes).unwrap();
        prop_assert_eq!(contents.store.entries(), entries);
        prop_assert_eq!(contents.notes, []);
    }
}
