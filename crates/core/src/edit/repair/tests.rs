use super::*;
use crate::cert::testing::{ca, root, server};
use crate::edit::testing::{Zeros, aliases, key_entry};
use trustpack_keystore::{ReadOptions, WriteOptions, read, write};

fn written(store: &KeyStore, format: Format, profile: Profile, keep_alias_case: bool) -> Contents {
    let password = Password::new("changeit");
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Zeros),
        profile,
        keep_alias_case,
        ..WriteOptions::default()
    };
    let bytes = write(store, format, &options).unwrap().bytes;
    let options = ReadOptions {
        password: Some(&password),
    };
    read(&bytes, &options).unwrap()
}

fn details(edited: &Edited) -> Vec<&str> {
    let changes = edited.changes.iter();
    changes
        .filter_map(|change| change.detail.as_deref())
        .collect()
}

#[test]
fn chains_and_aliases_are_put_right_and_a_sound_store_is_left_alone() {
    let root = root("Root");
    let ca = ca("CA", &root);
    let server = server("h.example", &ca);
    let stranger = crate::cert::testing::root("Stranger");
    let store: KeyStore = [
        key_entry("Mixed", &server, &server, &[&root, &ca, &stranger]),
        Entry::trusted(Alias::new("root"), root.certificate.der().clone()),
    ]
    .into_iter()
    .collect();
    let facts = Facts::default();
    let came = Repair {
        format: Format::Jks,
        facts: &facts,
        notes: &[],
        passwords: &[],
        keep_protection: false,
    };
    let edited = repair(store, &came);
    assert_eq!(
        details(&edited),
        [
            "chain put in order, 1 certificate(s) that are no part of it left out",
            "alias in lower case: mixed"
        ]
    );
    assert_eq!(aliases(&edited.store), ["mixed", "root"]);
    assert_eq!(edited.store.entries()[0].certificates().len(), 3);
    assert_eq!(repair(edited.store, &came).changes, []);
}

#[test]
fn a_weak_pkcs12_is_opened_so_that_it_is_sealed_anew() {
    let root = root("Root");
    let store: KeyStore = std::iter::once(key_entry("k", &root, &root, &[])).collect();
    let contents = written(&store, Format::Pkcs12, Profile::Legacy, false);
    let password = Password::new("changeit");
    let passwords = [&password];
    let edited = repair(contents.store.clone(), &Repair::of(&contents, &passwords));
    let details = details(&edited);
    assert_eq!(details.len(), 2, "{details:?}");
    assert!(
        details[0].starts_with("key sealed anew, it was 3DES"),
        "{details:?}"
    );
    assert!(
        details[1].starts_with("protection brought up to date"),
        "{details:?}"
    );
    assert!(!edited.store.entries()[0].key().unwrap().is_sealed());

    let mut kept = Repair::of(&contents, &passwords);
    kept.keep_protection = true;
    assert_eq!(repair(contents.store.clone(), &kept).changes, []);

    let sound = written(&store, Format::Pkcs12, Profile::Modern, false);
    let edited = repair(sound.store.clone(), &Repair::of(&sound, &passwords));
    assert_eq!(edited.changes, []);
}

#[test]
fn aliases_of_pkcs12_that_differ_in_case_only_are_told_apart() {
    let (one, two) = (root("One"), root("Two"));
    let store: KeyStore = [("Root", &one), ("root", &two), ("root-2", &two)]
        .into_iter()
        .map(|(alias, made)| Entry::trusted(Alias::new(alias), made.certificate.der().clone()))
        .collect();
    let facts = Facts::default();
    let came = |format| Repair {
        format,
        facts: &facts,
        notes: &[],
        passwords: &[],
        keep_protection: false,
    };
    let edited = repair(store.clone(), &came(Format::Pkcs12));
    assert_eq!(aliases(&edited.store), ["Root", "root-3", "root-2"]);
    assert_eq!(
        details(&edited),
        ["alias of another entry in another case: root-3"]
    );
    // BouncyCastle's own stores know them apart
    assert_eq!(repair(store, &came(Format::Bks)).changes, []);
}

#[test]
fn a_store_that_keytool_cannot_list_is_repaired() {
    let root = root("Root");
    let store: KeyStore = ["Server1", "server1"]
        .into_iter()
        .map(|alias| Entry::trusted(Alias::new(alias), root.certificate.der().clone()))
        .collect();
    let contents = written(&store, Format::Jks, Profile::Modern, true);
    let edited = repair(contents.store.clone(), &Repair::of(&contents, &[]));
    assert_eq!(aliases(&edited.store), ["server1-2", "server1"]);
    assert_eq!(details(&edited), ["alias in lower case: server1-2"]);
}
