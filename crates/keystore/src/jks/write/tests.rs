//! Writing JKS and JCEKS: what comes back, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::testing::{self, Sevens, der};
use crate::{Alias, Attribute, CertificateDer, Integrity, ReadOptions, jks};

fn trusted(alias: &str) -> Entry {
    let certificate = CertificateDer::from(der(testing::CERT_A));
    Entry::trusted(Alias::new(alias), certificate)
}

fn with_key(alias: &str, key: SealedKey) -> Entry {
    let chain = vec![CertificateDer::from(der(testing::CERT_A))];
    Entry {
        kind: EntryKind::PrivateKey { key, chain },
        ..trusted(alias)
    }
}

fn clear_key() -> SealedKey {
    SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY)))
}

fn store(entries: impl IntoIterator<Item = Entry>) -> KeyStore {
    let mut store = KeyStore::new();
    for entry in entries {
        store.push(entry).unwrap();
    }
    store
}

fn written(store: &KeyStore) -> Result<Written, Error> {
    written_as(Format::Jks, store)
}

fn written_as(format: Format, store: &KeyStore) -> Result<Written, Error> {
    let password = Password::new("changeit");
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    write(store, format, &options)
}

fn reread(bytes: &[u8]) -> KeyStore {
    let password = Password::new("changeit");
    let options = ReadOptions {
        password: Some(&password),
    };
    let contents = jks::read(bytes, &options).unwrap();
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    contents.store
}

#[test]
fn an_empty_store_is_the_known_answer() {
    let bytes = written(&KeyStore::new()).unwrap().bytes;
    let known = "feedfeed0000000200000000e2686e45fb43dfa4d992dd41ceb6b21c6330d792";
    assert_eq!(*bytes, testing::unhex(known));
}

#[test]
fn a_key_says_in_which_container_it_did_not_open() {
    let bytes = written(&store([with_key("k", clear_key())])).unwrap().bytes;
    let entries = reread(&bytes).into_entries();
    let EntryKind::PrivateKey { key, .. } = &entries[0].kind else {
        panic!("no key");
    };
    let message = |password: Option<&str>| {
        let password = password.map(Password::new);
        key.unlock(password.as_ref()).unwrap_err().to_string()
    };
    assert_eq!(message(None), "JKS: a password is needed to read the key");
    assert_eq!(
        message(Some("changeIt")),
        "JKS: wrong password or damaged key"
    );
    assert_eq!(message(Some("")), "JKS: wrong password or damaged key");
    assert!(key.unlock(Some(&Password::new("changeit"))).is_ok());
}

#[test]
fn aliases_become_lower_case_with_a_note() {
    let Written { bytes, notes } = written(&store([trusted("Root"), trusted("b")])).unwrap();
    let back = reread(&bytes);
    assert_eq!(back.entries()[0].alias.as_str(), "root");
    assert_eq!(notes.len(), 1);
    assert_eq!(
        notes[0].to_string(),
        "entry \"Root\": written as \"root\", Java keeps aliases in lower case"
    );
}

#[test]
fn aliases_that_differ_only_in_case_are_refused() {
    assert_eq!(
        written(&store([trusted("Root"), trusted("rOOt")])).unwrap_err(),
        Error::AliasCollision {
            format: Format::Jks,
            first: "Root".to_owned(),
            second: "rOOt".to_owned(),
        }
    );
}

#[test]
fn case_exact_jks_keeps_aliases_apart() {
    let password = Password::new("changeit");
    let options = WriteOptions {
        password: Some(&password),
        keep_alias_case: true,
        ..WriteOptions::default()
    };
    let before = store([trusted("Root"), trusted("rOOt"), trusted("root")]);
    let Written { bytes, notes } = write(&before, Format::Jks, &options).unwrap();
    assert_eq!(
        notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["aliases keep their case: keytool needs -storetype CaseExactJKS to find them"]
    );
    let read_options = ReadOptions {
        password: Some(&password),
    };
    let back = jks::read(&bytes, &read_options).unwrap().store;
    let aliases = |store: &KeyStore| -> Vec<String> {
        let entries = store.entries().iter();
        entries.map(|entry| entry.alias.to_string()).collect()
    };
    assert_eq!(aliases(&back), aliases(&before));
    // nothing to say where nothing depends on it
    let lower = write(&store([trusted("root")]), Format::Jks, &options).unwrap();
    assert_eq!(lower.notes, []);
    // JCEKS has no such type
    let error = write(&before, Format::Jceks, &options).unwrap_err();
    assert!(matches!(error, Error::AliasCollision { .. }));
}

#[test]
fn an_alias_of_65535_bytes_is_the_longest() {
    assert!(written(&store([trusted(&"a".repeat(65535))])).is_ok());
    for long in ["a".repeat(65536), "\0".repeat(32768), "😀".repeat(10923)] {
        let error = written(&store([trusted(&long)])).unwrap_err();
        assert!(matches!(error, Error::AliasUnfit { .. }));
    }
}

#[test]
fn keys_in_the_clear_are_sealed() {
    let bytes = written(&store([with_key("k", clear_key())])).unwrap().bytes;
    let back = reread(&bytes);
    let EntryKind::PrivateKey { key, chain } = &back.entries()[0].kind else {
        panic!()
    };
    assert_eq!(chain.len(), 1);
    let password = Password::new("changeit");
    let unlocked = key.unlock(Some(&password)).unwrap();
    assert_eq!(unlocked.secret_pkcs8(), der(testing::KEY));
    // And once sealed, carried byte for byte, without randomness and under any password.
    let other = Password::new("another");
    let options = WriteOptions {
        password: Some(&other),
        ..WriteOptions::default()
    };
    let again = write(&back, Format::Jks, &options).unwrap();
    let end = bytes.len() - 20;
    assert_eq!(again.bytes[..end], bytes[..end]);
    assert_eq!(
        again.notes[0].to_string(),
        "entry \"k\": its key keeps the password it is sealed with, which is another"
    );
    assert_eq!(written(&back).unwrap().notes, []);
}

#[test]
fn the_key_password_may_be_another() {
    let (password, key_password) = (Password::new("changeit"), Password::new("keypass"));
    let options = WriteOptions {
        password: Some(&password),
        key_password: Some(&key_password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    let keys = store([with_key("k", clear_key())]);
    let back = reread(&write(&keys, Format::Jks, &options).unwrap().bytes);
    let EntryKind::PrivateKey { key, .. } = &back.entries()[0].kind else {
        panic!()
    };
    assert!(key.unlock(Some(&password)).is_err());
    assert!(key.unlock(Some(&key_password)).is_ok());

    let no_randomness = WriteOptions {
        random: None,
        ..options
    };
    assert_eq!(
        write(&keys, Format::Jks, &no_randomness),
        Err(Error::NoRandomness)
    );
}

#[test]
fn each_key_may_have_its_own_password() {
    let (password, others) = (Password::new("changeit"), Password::new("others"));
    let own = HashMap::from([("b".to_owned(), Password::new("own of b"))]);
    let options = WriteOptions {
        password: Some(&password),
        key_password: Some(&others),
        key_passwords: Some(&own),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    let keys = store(["a", "b"].map(|alias| with_key(alias, clear_key())));
    let back = reread(&write(&keys, Format::Jks, &options).unwrap().bytes);
    for (entry, own) in back.entries().iter().zip(["others", "own of b"]) {
        let EntryKind::PrivateKey { key, .. } = &entry.kind else {
            panic!()
        };
        assert!(key.unlock(Some(&Password::new(own))).is_ok());
    }
    let notes = write(&back, Format::Jks, &options).unwrap().notes;
    assert_eq!(notes, [], "each was tried with its own");
}

#[test]
fn what_jks_cannot_hold_is_refused() {
    let foreign = SealedKey::from_encrypted_pkcs8(der(testing::ENCRYPTED_KEY));
    let error = written(&store([with_key("k", foreign)])).unwrap_err();
    assert_eq!(error.to_string(), "JKS: the key \"k\" is still locked");

    let secret = Entry {
        kind: EntryKind::SecretKey(clear_key()),
        ..trusted("s")
    };
    let error = written(&store([secret])).unwrap_err();
    assert_eq!(error.to_string(), "JKS cannot hold the secret key \"s\"");

    let bare = Entry {
        kind: EntryKind::PrivateKey {
            key: clear_key(),
            chain: Vec::new(),
        },
        ..trusted("k")
    };
    let error = written(&store([bare])).unwrap_err();
    assert!(matches!(error, Error::EntryUnfit { .. }));
}

#[test]
fn attributes_are_left_out_with_a_note() {
    let attribute = Attribute {
        oid: "1.2.3".to_owned(),
        values: Vec::new(),
    };
    let entry = Entry {
        attributes: vec![attribute],
        ..trusted("a")
    };
    assert_eq!(written(&store([entry])).unwrap().notes.len(), 1);
}

#[test]
fn no_password_is_refused_and_a_short_one_is_told() {
    let write = |password: Option<&Password>| {
        let options = WriteOptions {
            password,
            ..WriteOptions::default()
        };
        write(&KeyStore::new(), Format::Jks, &options)
    };
    assert!(matches!(write(None), Err(Error::PasswordUnfit { .. })));
    for (password, is_short) in [
        ("", true),
        ("12345", true),
        ("😀😀", true),
        ("123456", false),
    ] {
        let output = write(Some(&Password::new(password))).unwrap();
        let told = output
            .notes
            .iter()
            .any(|note| note.message.contains("fewer than 6"));
        assert_eq!(told, is_short, "{password}");
        let contents = testing::open(&output.bytes, Some(password)).unwrap();
        assert_eq!(contents.integrity, Integrity::Verified);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        entries in prop::collection::hash_map(any::<String>(), any::<(i64, bool)>(), 0..8),
    ) {
        let entries = entries.into_iter().map(|(alias, (created, is_key))| Entry {
            created: Some(Timestamp::from_millis(created)),
            ..if is_key { with_key(&alias, clear_key()) } else { trusted(&alias) }
        });
        let before = store(entries);
        match written(&before) {
            Err(Error::AliasCollision { .. }) => (),
            other => {
                let after = reread(&other.unwrap().bytes);
                prop_assert_eq!(before.len(), after.len());
                for (before, after) in before.entries().iter().zip(after.entries()) {
                    prop_assert_eq!(before.alias.folded(), after.alias.as_str());
                    prop_assert_eq!(before.created, after.created);
                    prop_assert_eq!(before.certificates(), after.certificates());
                }
            }
        }
    }
}
