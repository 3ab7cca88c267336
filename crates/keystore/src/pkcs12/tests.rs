//! Round trips, and another implementation as the judge; toy certificates with real structure.

mod lenient;

use p12_keystore as judge;
use zeroize::Zeroizing;

use super::write;
use crate::protect::java::encrypted_private_key_info;
use crate::testing::{Sevens, certificate, certificate_with, open, sequence};
use crate::{
    Alias, Attribute, CertificateDer, Entry, EntryKind, Error, Integrity, KeyStore, NoteKind,
    Others, Password, Profile, RandomSource, SealedKey, Timestamp, WriteOptions, ber, oid,
};

/// A certificate with a subject key identifier, and the issuer's.
fn certificate_of_key(
    (subject, key): (&str, u8),
    (issuer, issuer_key): (&str, u8),
) -> CertificateDer<'static> {
    let extension = |oid: &const_oid::ObjectIdentifier, value: &[u8]| {
        let value = ber::encode(ber::OCTET_STRING, &[value]);
        sequence(&[&oid::der(oid), &value])
    };
    let own = ber::encode(ber::OCTET_STRING, &[&[key; 20]]);
    let above = sequence(&[&ber::encode(0x80, &[&[issuer_key; 20]])]);
    let list = sequence(&[
        &extension(&oid::SUBJECT_KEY_IDENTIFIER, &own),
        &extension(&oid::AUTHORITY_KEY_IDENTIFIER, &above),
    ]);
    certificate_with(subject, issuer, &ber::encode(ber::context(3), &[&list]))
}

fn key() -> SealedKey {
    let algorithm = sequence(&[&[6, 3, 0x2b, 0x65, 0x70]]);
    let inner = ber::encode(ber::OCTET_STRING, &[&[7; 32]]);
    let octets = ber::encode(ber::OCTET_STRING, &[&inner]);
    let der = sequence(&[&ber::unsigned(0), &algorithm, &octets]);
    SealedKey::from_pkcs8(Zeroizing::new(der))
}

fn key_entry(alias: &str, chain: &[CertificateDer<'static>]) -> Entry {
    Entry {
        alias: Alias::new(alias),
        created: Some(Timestamp::from_millis(1_700_000_000_123)),
        kind: EntryKind::PrivateKey {
            key: key(),
            chain: chain.to_vec(),
        },
        attributes: Vec::new(),
    }
}

fn chain() -> Vec<CertificateDer<'static>> {
    vec![
        certificate("server", "issuing"),
        certificate("issuing", "root"),
        certificate("root", "root"),
    ]
}

fn store(entries: Vec<Entry>) -> KeyStore {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push(entry).unwrap();
    }
    store
}

fn mixed() -> KeyStore {
    let other = Entry::trusted(Alias::new("Größe 😀"), certificate("Größe", "x"));
    let root = Entry::trusted(Alias::new("root"), certificate("root", "root"));
    store(vec![key_entry("Server", &chain()), other, root])
}

fn with<'a>(
    password: Option<&'a Password>,
    random: Option<&'a dyn RandomSource>,
) -> WriteOptions<'a> {
    WriteOptions {
        password,
        random,
        ..WriteOptions::default()
    }
}

fn changeit() -> Password {
    Password::new("changeit")
}

fn mixed_file() -> Vec<u8> {
    let password = changeit();
    let written = write(&mixed(), &with(Some(&password), Some(&Sevens))).unwrap();
    assert_eq!(written.notes, []);
    written.bytes.to_vec()
}

/// Aliases, kinds, chain lengths: what a person sees.
fn shape(store: &KeyStore) -> Vec<(String, &'static str, usize)> {
    let row = |entry: &Entry| {
        let kind = match entry.kind {
            EntryKind::PrivateKey { .. } => "key",
            EntryKind::SecretKey(_) => "secret",
            EntryKind::TrustedCertificate(_) => "trusted",
        };
        (
            entry.alias.as_str().to_owned(),
            kind,
            entry.certificates().len(),
        )
    };
    store.entries().iter().map(row).collect()
}

#[test]
fn what_is_written_is_read() {
    let contents = open(&mixed_file(), Some("changeit")).unwrap();
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    let entries = contents.store.into_entries();
    let expected = mixed().into_entries();
    assert_eq!(entries.len(), expected.len());
    for (entry, expected) in entries.iter().zip(&expected) {
        assert_eq!(entry.alias, expected.alias);
        assert_eq!(entry.created, expected.created);
        assert_eq!(entry.certificates(), expected.certificates());
    }
    let EntryKind::PrivateKey { key: sealed, .. } = &entries[0].kind else {
        panic!("no key");
    };
    assert_eq!(
        sealed.unlock(Some(&changeit())).unwrap(),
        key().unlock(None).unwrap()
    );
}

#[test]
fn a_sealed_key_is_carried_byte_for_byte() {
    let contents = open(&mixed_file(), Some("changeit")).unwrap();
    let password = changeit();
    // no randomness, because no key is sealed by this write
    let again = write(&contents.store, &with(Some(&password), None)).unwrap();
    let second = open(&again.bytes, Some("changeit")).unwrap();
    assert_eq!(second.store, contents.store);
    let third = write(&second.store, &with(Some(&password), None)).unwrap();
    assert_eq!(third.bytes, again.bytes);
}

#[test]
fn the_three_passwords_are_three_cases() {
    let bytes = mixed_file();
    assert!(matches!(
        open(&bytes, Some("")),
        Err(Error::WrongPassword { .. })
    ));
    assert!(matches!(
        open(&bytes, Some("changeIt")),
        Err(Error::WrongPassword { .. })
    ));
    let contents = open(&bytes, None).unwrap();
    assert_eq!(contents.integrity, Integrity::NotVerified);
    assert_eq!(shape(&contents.store), [("Server".to_owned(), "key", 0)]);
    assert_eq!(contents.notes[0].kind, NoteKind::Skipped);

    let trust = store(vec![Entry::trusted(Alias::new("a"), certificate("a", "a"))]);
    let empty = Password::new("");
    let written = write(&trust, &with(Some(&empty), None)).unwrap();
    assert_eq!(open(&written.bytes, Some("")).unwrap().store, trust);
    assert!(matches!(
        open(&written.bytes, None),
        Err(Error::PasswordRequired { .. })
    ));
    let plain = write(&trust, &with(None, None)).unwrap();
    for password in [None, Some(""), Some("any")] {
        let contents = open(&plain.bytes, password).unwrap();
        assert_eq!(contents.store, trust);
        assert_eq!(contents.integrity, Integrity::Absent);
        assert_eq!(contents.notes, []);
    }
}

#[test]
fn writing_refuses_what_would_be_lost() {
    let password = changeit();
    let options = with(Some(&password), None);
    let trusted = |alias: &str| Entry::trusted(Alias::new(alias), certificate("a", "a"));
    let refused = |entries| write(&store(entries), &options).unwrap_err();
    assert!(matches!(
        refused(vec![trusted("Alias"), trusted("alias")]),
        Error::AliasCollision { .. }
    ));
    assert!(matches!(
        refused(vec![trusted("")]),
        Error::AliasUnfit { .. }
    ));
    assert!(matches!(
        refused(vec![key_entry("k", &chain())]),
        Error::NoRandomness
    ));
    let sun = encrypted_private_key_info(&[0; 60]);
    let mut sealed = key_entry("k", &[]);
    sealed.kind = EntryKind::PrivateKey {
        key: SealedKey::from_encrypted_pkcs8(sun),
        chain: chain(),
    };
    assert!(matches!(refused(vec![sealed]), Error::KeySealed { .. }));
    let mut secret = key_entry("s", &[]);
    secret.kind = EntryKind::SecretKey(key());
    let unprotected = write(&store(vec![secret]), &with(None, None)).unwrap_err();
    assert!(matches!(unprotected, Error::EntryUnfit { .. }));
}

#[test]
fn secret_keys_and_foreign_attributes_come_back() {
    let mut secret = key_entry("secret", &[]);
    secret.kind = EntryKind::SecretKey(key());
    secret.attributes = vec![Attribute {
        oid: "1.3.6.1.4.1.311.17.1".to_owned(),
        values: vec![ber::encode(ber::BMP_STRING, &[b"\0M"])],
    }];
    let password = changeit();
    let before = store(vec![secret]);
    let written = write(&before, &with(Some(&password), Some(&Sevens))).unwrap();
    let after = open(&written.bytes, Some("changeit")).unwrap().store;
    assert_eq!(
        after.entries()[0].attributes,
        before.entries()[0].attributes
    );
    let EntryKind::SecretKey(sealed) = &after.entries()[0].kind else {
        panic!("no secret");
    };
    assert_eq!(
        sealed.unlock(Some(&password)).unwrap(),
        key().unlock(None).unwrap()
    );
}

#[test]
fn each_profile_is_read() {
    let password = changeit();
    let write_as = |profile, store: &KeyStore, password| {
        let options = with(password, Some(&Sevens));
        write(store, &WriteOptions { profile, ..options })
    };
    for (profile, protection) in [
        (
            Profile::Modern,
            "PBES2 AES-256-CBC, PBKDF2-HMAC-SHA256, 10000 iterations",
        ),
        (Profile::Legacy, "3DES, SHA-1, 10000 iterations"),
        (
            Profile::Pbmac1,
            "PBES2 AES-256-CBC, PBKDF2-HMAC-SHA256, 10000 iterations",
        ),
    ] {
        let bytes = write_as(profile, &mixed(), Some(&password)).unwrap().bytes;
        let contents = open(&bytes, Some("changeit")).unwrap();
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(shape(&contents.store), shape(&mixed()));
        let EntryKind::PrivateKey { key: sealed, .. } = &contents.store.entries()[0].kind else {
            panic!("no key");
        };
        assert_eq!(sealed.protection(), protection);
        assert!(sealed.unlock(Some(&password)).is_ok());
        let wrong = open(&bytes, Some("changeIt"));
        assert!(matches!(wrong, Err(Error::WrongPassword { .. })));
        for length in 0..bytes.len() {
            assert!(open(&bytes[..length], None).is_err(), "{length}");
        }
        // sealed already, and carried into what old readers shall read
        let again = write_as(Profile::Legacy, &contents.store, Some(&password)).unwrap();
        let warned = again
            .notes
            .iter()
            .any(|note| note.message.contains("keeps the PBES2"));
        assert_eq!(warned, profile != Profile::Legacy);
    }
    let trust = store(vec![Entry::trusted(Alias::new("a"), certificate("a", "a"))]);
    let plain = write_as(Profile::Passwordless, &trust, None).unwrap();
    assert_eq!(open(&plain.bytes, None).unwrap().store, trust);
    for (profile, password) in [
        (Profile::Passwordless, Some(&password)),
        (Profile::Legacy, None),
        (Profile::Pbmac1, None),
    ] {
        let refused = write_as(profile, &trust, password).unwrap_err();
        assert!(matches!(refused, Error::PasswordUnfit { .. }), "{refused}");
    }
}

/// JDK 17 refuses other passwords for 3DES as well as for PBES2 (`PBEKey`).
#[test]
fn every_profile_warns_of_passwords_that_java_refuses() {
    for text in ["pässword", "pass\tword", "password\u{7f}"] {
        let password = Password::new(text);
        for profile in [Profile::Modern, Profile::Legacy, Profile::Pbmac1] {
            let options = with(Some(&password), Some(&Sevens));
            let written = write(&mixed(), &WriteOptions { profile, ..options }).unwrap();
            assert!(written.notes[0].message.contains("not ASCII"));
            assert!(open(&written.bytes, Some(text)).is_ok());
        }
    }
}

#[test]
fn two_keys_of_one_millisecond_keep_their_own_certificates() {
    let first = key_entry(
        "first",
        &[certificate("one", "root"), certificate("root", "root")],
    );
    let second = key_entry(
        "second",
        &[certificate("two", "root"), certificate("root", "root")],
    );
    let password = changeit();
    let before = store(vec![first, second]);
    let written = write(&before, &with(Some(&password), Some(&Sevens))).unwrap();
    let after = open(&written.bytes, Some("changeit")).unwrap().store;
    for (entry, expected) in after.entries().iter().zip(before.entries()) {
        assert_eq!(entry.certificates(), expected.certificates());
    }
    assert_eq!(after.len(), 2);
}

#[test]
fn remarks_on_what_readers_will_do() {
    let password = Password::new("pässword");
    let unlinked = key_entry("k", &[certificate("a", "b"), certificate("c", "c")]);
    let written = write(
        &store(vec![unlinked]),
        &with(Some(&password), Some(&Sevens)),
    )
    .unwrap();
    let notes: Vec<String> = written.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("not ASCII"));
    assert!(notes[1].contains("left out of its chain"));
    assert!(open(&written.bytes, Some("pässword")).is_ok());
}

#[test]
fn another_implementation_reads_it() {
    let policy = judge::Pkcs12ImportPolicy::Relaxed;
    let theirs = judge::KeyStore::from_pkcs12(&mixed_file(), "changeit", policy).unwrap();
    let found: Vec<&str> = theirs.entries().map(|(alias, _)| alias.as_str()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    let (_, entry) = theirs
        .entries()
        .find(|(alias, _)| alias.eq_ignore_ascii_case("server"))
        .unwrap();
    let judge::KeyStoreEntry::PrivateKeyChain(theirs) = entry else {
        panic!("no key");
    };
    let ders: Vec<&[u8]> = theirs
        .certs()
        .iter()
        .map(judge::Certificate::as_der)
        .collect();
    let ours = chain();
    assert_eq!(ders, ours.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>());
}

#[test]
fn what_another_implementation_writes_is_read() {
    use judge::EncryptionAlgorithm as Algorithm;

    let certs = chain();
    let certs: Vec<judge::Certificate> = certs
        .iter()
        .map(|certificate| judge::Certificate::from_der(certificate).unwrap())
        .collect();
    let clear = key().unlock(None).unwrap();
    let private = judge::PrivateKey::from_der(clear.secret_pkcs8()).unwrap();
    let mut theirs = judge::KeyStore::new();
    let root = judge::KeyStoreEntry::Certificate(certs[2].clone());
    theirs.add_entry("root", root);
    let chain = judge::PrivateKeyChain::new(vec![1, 2], private, certs);
    theirs.add_entry("server", judge::KeyStoreEntry::PrivateKeyChain(chain));
    for (algorithm, protection) in [
        (Algorithm::PbeWithHmacSha256AndAes256, "PBES2 AES-256-CBC"),
        (Algorithm::PbeWithShaAnd40BitRc4Cbc, "RC2-40"),
        (Algorithm::PbeWithShaAnd3KeyTripleDesCbc, "3DES"),
    ] {
        let writer = theirs.writer("changeit").encryption_algorithm(algorithm);
        let bytes = writer.encryption_iterations(100).write().unwrap();
        let contents = open(&bytes, Some("changeit")).unwrap();
        let mut rows = shape(&contents.store);
        rows.sort();
        let expected = [("root", "trusted", 1), ("server", "key", 3)];
        assert_eq!(
            rows,
            expected.map(|(alias, kind, n)| (alias.to_owned(), kind, n))
        );
        let entry = contents.store.find("server").unwrap();
        let EntryKind::PrivateKey { key: sealed, .. } = &entry.kind else {
            panic!("no key");
        };
        assert!(
            sealed.protection().starts_with(protection),
            "{}",
            sealed.protection()
        );
        assert_eq!(sealed.unlock(Some(&changeit())).unwrap(), clear);
    }
}

/// A CA that changed its key: both certificates have its name, only one issued the leaf.
#[test]
fn the_issuer_is_the_one_whose_key_fits() {
    let leaf = certificate_of_key(("server", 1), ("ca", 3));
    let old = certificate_of_key(("ca", 2), ("ca", 2));
    let new = certificate_of_key(("ca", 3), ("ca", 3));
    let password = changeit();
    let before = store(vec![
        Entry::trusted(Alias::new("old"), old),
        Entry::trusted(Alias::new("new"), new.clone()),
        key_entry("k", std::slice::from_ref(&leaf)),
    ]);
    let written = write(&before, &with(Some(&password), Some(&Sevens))).unwrap();
    let after = open(&written.bytes, Some("changeit")).unwrap().store;
    assert_eq!(after.find("k").unwrap().certificates(), [leaf, new]);
}

/// Java's layout has the keys in front of all certificates; what is between them comes back in its place all the same.
#[test]
fn the_order_of_entries_comes_back() {
    let trusted = |alias: &str| Entry::trusted(Alias::new(alias), certificate(alias, "elsewhere"));
    let keyed = |alias: &str| {
        key_entry(
            alias,
            &[certificate(alias, "root"), certificate("root", "root")],
        )
    };
    let secret = |alias: &str| {
        let mut secret = key_entry(alias, &[]);
        secret.kind = EntryKind::SecretKey(key());
        secret
    };
    let password = changeit();
    for entries in [
        vec![
            trusted("t1"),
            keyed("k1"),
            trusted("t2"),
            keyed("k2"),
            trusted("t3"),
        ],
        vec![
            secret("s1"),
            keyed("k1"),
            secret("s2"),
            trusted("t1"),
            secret("s3"),
            keyed("k2"),
        ],
        vec![
            trusted("t1"),
            key_entry("bare", &[]),
            secret("s1"),
            trusted("t2"),
        ],
        vec![keyed("k2"), keyed("k1"), secret("s1")],
    ] {
        let before = store(entries);
        let written = write(&before, &with(Some(&password), Some(&Sevens))).unwrap();
        let after = open(&written.bytes, Some("changeit")).unwrap().store;
        assert_eq!(shape(&after), shape(&before));
    }
}

#[test]
fn revocation_lists_come_back() {
    let crl = crate::testing::der(crate::testing::CRL);
    let others = Others {
        crls: vec![crl.clone(), crl],
        ..Others::default()
    };
    let password = changeit();
    let options = with(Some(&password), None);
    let options = WriteOptions {
        others: Some(&others),
        ..options
    };
    let written = write(&KeyStore::new(), &options).unwrap();
    let contents = open(&written.bytes, Some("changeit")).unwrap();
    assert_eq!(contents.others, others);
}
