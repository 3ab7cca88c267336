//! Single objects, read and written.

use proptest::prelude::*;

use super::*;
use crate::testing;

fn messages(contents: &Contents) -> Vec<String> {
    contents.notes.iter().map(ToString::to_string).collect()
}

#[test]
fn each_kind_of_object_goes_to_its_field() {
    for (block, keys, others) in [
        (testing::KEY, 1, [0, 0, 0]),
        (testing::ENCRYPTED_KEY, 1, [0, 0, 0]),
        (testing::SEC1_KEY, 1, [0, 0, 0]),
        (testing::RSA_KEY, 1, [0, 0, 0]),
        (testing::DSA_KEY, 1, [0, 0, 0]),
        (testing::REQUEST, 0, [1, 0, 0]),
        (testing::SPKAC, 0, [1, 0, 0]),
        (testing::CRL, 0, [0, 1, 0]),
        (testing::PUBLIC_KEY, 0, [0, 0, 1]),
        (testing::RSA_PUBLIC_KEY, 0, [0, 0, 1]),
    ] {
        let contents = read(&testing::der(block)).unwrap();
        assert_eq!(contents.format, Format::Der);
        assert_eq!(contents.store.has_keys(), keys == 1, "{block}");
        assert_eq!(contents.store.len(), keys, "{block}");
        let found = [
            contents.others.requests.len(),
            contents.others.crls.len(),
            contents.others.public_keys.len(),
        ];
        assert_eq!(found, others, "{block}");
        assert_eq!(contents.notes, [], "{block}");
    }
}

#[test]
fn an_rsa_public_key_is_wrapped() {
    let contents = read(&testing::der(testing::RSA_PUBLIC_KEY)).unwrap();
    assert_eq!(
        Shape::of(&contents.others.public_keys[0]),
        Some(Shape::Spki)
    );
}

#[test]
fn several_certificates_behind_each_other() {
    let [a, b] = [testing::CERT_A, testing::CERT_B].map(testing::der);
    let contents = read(&[&a[..], &b, &a].concat()).unwrap();
    let found: Vec<&[u8]> = contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .map(|certificate| &certificate[..])
        .collect();
    assert_eq!(found, [&a[..], &b, &a]);
    assert_eq!(contents.notes, []);
}

#[test]
fn what_follows_is_noted() {
    let a = testing::der(testing::CERT_A);
    let end = a.len();
    for (rest, note) in [
        (&b"\r\n"[..], "2 byte(s) of white space or zeros at the end"),
        (
            b"xyz",
            "3 byte(s) at the end: no certificate, key, request or CRL",
        ),
        (&a[..end - 1], "cut off, a certificate lacks 1 byte(s)"),
    ] {
        let contents = read(&[&a[..], rest].concat()).unwrap();
        assert_eq!(contents.store.len(), 1);
        let messages = messages(&contents);
        assert!(
            messages[0].starts_with(&format!("byte {end}: ")),
            "{messages:?}"
        );
        assert!(messages[0].ends_with(note), "{messages:?}");
    }
}

#[test]
fn a_pki_path_is_its_certificates() {
    let both = [testing::CERT_B, testing::CERT_A]
        .map(testing::der)
        .concat();
    let contents = read(&ber::encode(ber::SEQUENCE, &[&both])).unwrap();
    assert_eq!(contents.store.len(), 2);
    assert_eq!(
        messages(&contents),
        ["byte 0: a PkiPath: the root comes first"]
    );
}

#[test]
fn a_cut_certificate_says_what_is_missing() {
    let a = testing::der(testing::CERT_A);
    let error = read(&a[..a.len() - 7]).unwrap_err();
    let end = a.len() - 7;
    assert_eq!(
        error.to_string(),
        format!("DER: cut off at byte {end}: a certificate needs 7 more byte(s)")
    );
    for end in 0..a.len() {
        assert!(crate::read(&a[..end], &crate::ReadOptions::default()).is_err());
    }
}

#[test]
fn exactly_one_object_is_written() {
    let a = testing::der(testing::CERT_A);
    let entry = |alias: &str| Entry::trusted(Alias::new(alias), CertificateDer::from(a.clone()));
    let mut store = KeyStore::new();
    let written = |store: &KeyStore| write(store, &WriteOptions::default());
    let format = Format::Der;
    assert_eq!(written(&store), Err(Error::ExactlyOne { format, found: 0 }));
    store.push(entry("a")).unwrap();
    assert_eq!(*written(&store).unwrap().bytes, a);
    store.push(entry("b")).unwrap();
    assert_eq!(written(&store), Err(Error::ExactlyOne { format, found: 2 }));
}

/// Each is what was read from it.
#[test]
fn keys_requests_and_the_rest_are_written_as_they_came() {
    for block in [
        testing::KEY,
        testing::ENCRYPTED_KEY,
        testing::REQUEST,
        testing::SPKAC,
        testing::CRL,
        testing::PUBLIC_KEY,
    ] {
        let before = read(&testing::der(block)).unwrap();
        let options = WriteOptions {
            others: Some(&before.others),
            ..WriteOptions::default()
        };
        let output = crate::write(&before.store, Format::Der, &options).unwrap();
        assert_eq!(*output.bytes, testing::der(block));
        assert_eq!(output.notes, []);
    }
    let secret = SealedKey::from_pkcs8(Zeroizing::new(testing::der(testing::KEY)));
    let mut store = KeyStore::new();
    store.push_renamed(Entry {
        kind: EntryKind::SecretKey(secret),
        ..Entry::trusted(Alias::new("s"), CertificateDer::from(vec![]))
    });
    let error = write(&store, &WriteOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "DER cannot hold the secret key \"s\"");
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>(), index in any::<prop::sample::Index>()) {
        let _ = read(&bytes);
        for block in [testing::CERT_A, testing::PKCS7, testing::RSA_KEY] {
            let mut damaged = testing::der(block);
            let start = index.index(damaged.len());
            damaged.splice(start.., bytes.clone());
            let _ = crate::read(&damaged, &crate::ReadOptions::default());
        }
    }
}
