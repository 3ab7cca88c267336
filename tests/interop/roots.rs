//! The roots of this system and of its JDK go through read → write → read without loss.

use std::path::PathBuf;

use trustpack_core::keystore::{
    self, Alias, CertificateDer, Entry, Format, KeyStore, Password, ReadOptions, WriteOptions,
};

use crate::support::{judge_file, run, stdout};

fn certificates(store: &KeyStore) -> Vec<CertificateDer<'static>> {
    store
        .entries()
        .iter()
        .flat_map(|entry| entry.certificates().to_vec())
        .collect()
}

/// Through every container that holds several certificates, with order and aliases where the container has them.
fn round_trip(bytes: &[u8], password: &Password) -> usize {
    let original = keystore::read(
        bytes,
        &ReadOptions {
            password: Some(password),
        },
    )
    .unwrap();
    assert_eq!(
        original.notes,
        [],
        "a system store is read without a remark"
    );
    let mut named = KeyStore::new();
    for (place, entry) in original.store.entries().iter().enumerate() {
        let alias = if entry.alias.is_given() {
            entry.alias.clone()
        } else {
            Alias::new(format!("c{place}"))
        };
        named
            .push(Entry {
                alias,
                ..entry.clone()
            })
            .unwrap();
    }
    let options = WriteOptions {
        password: Some(password),
        ..WriteOptions::default()
    };
    for format in [Format::Pem, Format::Pkcs7, Format::Jks, Format::Pkcs12] {
        let written = keystore::write(&named, format, &options).unwrap();
        let again = keystore::read(
            &written.bytes,
            &ReadOptions {
                password: Some(password),
            },
        )
        .unwrap();
        assert_eq!(certificates(&again.store), certificates(&named), "{format}");
        if format.has_aliases() {
            let aliases = |store: &KeyStore| {
                store
                    .entries()
                    .iter()
                    .map(|entry| entry.alias.folded())
                    .collect::<Vec<_>>()
            };
            assert_eq!(aliases(&again.store), aliases(&named), "{format}");
        }
        let twice = keystore::write(&named, format, &options).unwrap();
        assert_eq!(
            written.bytes, twice.bytes,
            "{format}: the same input gives the same bytes"
        );
    }
    named.len()
}

#[test]
fn the_roots_of_the_system() {
    let Some(path) = judge_file("/etc/ssl/certs/ca-certificates.crt") else {
        return;
    };
    let count = round_trip(&std::fs::read(path).unwrap(), &Password::new("changeit"));
    assert!(count > 50, "{count}");
}

#[test]
fn the_roots_of_the_jdk() {
    let Some(mut java) = crate::support::judge("java") else {
        return;
    };
    let settings = java.args(["-XshowSettings:properties", "-version"]);
    let output = run(settings);
    let text = stdout(&output) + &crate::support::stderr(&output);
    let home = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("java.home = "))
        .unwrap();
    let cacerts = PathBuf::from(home).join("lib/security/cacerts");
    let count = round_trip(&std::fs::read(cacerts).unwrap(), &Password::new("changeit"));
    assert!(count > 50, "{count}");
}
