//! Every kind of entry in a type of store, written by us for Java and the reverse.

use std::path::Path;

use trustpack_core::keystore::{Integrity, Password, Profile, WriteOptions};

use crate::kit::{self, Held, Item, Random, found, listed};
use crate::stores::{Listed, Requests, assert_same, digest};
use crate::types::{BOUNCY_PKCS12, CASE_EXACT_JKS, PKCS12, Type};

pub(crate) const PASSWORD: &str = "changeit";
pub(crate) const OWN_PASSWORD: &str = "a key's own";

/// Keys of every algorithm, one of them and one secret key under a password of its own, and trusted certificates.
pub(crate) fn items(of: Type) -> Vec<Item> {
    let aliases = ["größe λόγος", "证书", "smile \u{1f600}", "two words"];
    let mut items: Vec<Item> = kit::pairs()
        .into_iter()
        .zip(aliases)
        .map(|(pair, alias)| Item::new(alias, Held::Private(pair)))
        .collect();
    for held in kit::secrets() {
        if let Held::Secret(name, _) = &held
            && of.secrets().contains(name)
        {
            let alias = name.to_lowercase();
            items.push(Item::new(&alias, held));
        }
    }
    let anchors = kit::anchors();
    items.push(Item::new("root", Held::Trusted(anchors[0].clone())));
    items.push(Item::new("\u{10428}", Held::Trusted(anchors[1].clone())));
    if of == CASE_EXACT_JKS {
        items.push(Item::new("Root", Held::Trusted(anchors[2].clone())));
    }
    // another date for each, for readers that find a key's certificate by it
    for (item, number) in items.iter_mut().zip(0..) {
        item.created = Some(1_700_000_000_000 + number * 1000);
        // BouncyCastle has one password for all of a PKCS#12
        if of != BOUNCY_PKCS12 && ["证书", "aes"].contains(&item.alias.as_str()) {
            item.key_password = Some(OWN_PASSWORD.to_owned());
        }
    }
    items
}

/// The aliases whose keys have a password of their own.
fn own_passwords(items: &[Item]) -> impl Iterator<Item = (&str, &str)> {
    let own = |item: &'_ Item| item.key_password.is_some();
    let owners = items.iter().filter(move |item| own(item));
    owners.map(|item| (item.alias.as_str(), OWN_PASSWORD))
}

/// Writes each, and lets Java list it: with the passwords of the keys, without them, under a wrong password, and empty.
pub(crate) fn java_lists(types: &[(Type, Profile)]) {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new(PASSWORD);
    let random = Random::new(7);
    let mut requests = Requests::default();
    for (place, (of, profile)) in types.iter().enumerate() {
        let options = WriteOptions {
            password: Some(&password),
            profile: *profile,
            keep_alias_case: *of == CASE_EXACT_JKS,
            random: Some(&random),
            ..WriteOptions::default()
        };
        let path = |name: &str| folder.path().join(format!("{place}-{name}"));
        let items = items(*of);
        write(&path("full"), *of, &items, &options);
        write(&path("empty"), *of, &[], &options);
        requests.list(&path("full"), *of, Some(PASSWORD), own_passwords(&items));
        requests.list(&path("full"), *of, Some(PASSWORD), []);
        requests.list(&path("full"), *of, Some("changeti"), []);
        requests.list(&path("empty"), *of, Some(PASSWORD), []);
    }
    let Some(answers) = requests.java() else {
        return;
    };
    for ((of, profile), answers) in types.iter().zip(answers.chunks(4)) {
        let what = format!("{of:?}, {profile:?}");
        let items = items(*of);
        let [full, without, wrong, empty] = answers else {
            panic!("{what}: {} answers", answers.len())
        };
        let expected = of.seen(listed(&items));
        let theirs = of.seen(full.clone().unwrap());
        assert_same(&what, expected.clone(), theirs);

        let locked = expected.into_iter().map(|entry| {
            let mut owners = own_passwords(&items);
            match owners.any(|(alias, _)| alias == entry.alias) {
                true => Listed {
                    algorithm: "locked".to_owned(),
                    key: "-".to_owned(),
                    ..entry
                },
                false => entry,
            }
        });
        let without = of.seen(without.clone().unwrap());
        assert_same(&format!("{what}, without"), locked.collect(), without);
        assert!(wrong.is_err(), "{what}: {wrong:?}");
        assert_eq!(empty.as_deref(), Ok(&[][..]), "{what}");
    }
}

/// Lets Java write each, and lists it; `look` sees the bytes.
pub(crate) fn we_list(types: &[Type], look: impl Fn(Type, &[u8])) {
    let folder = tempfile::tempdir().unwrap();
    let mut requests = Requests::default();
    for (place, of) in types.iter().enumerate() {
        let path = |name: &str| folder.path().join(format!("{place}-{name}"));
        requests.make(&path("full"), *of, PASSWORD, &items(*of));
        requests.make(&path("empty"), *of, PASSWORD, &[]);
    }
    let Some(answers) = requests.java() else {
        return;
    };
    for (place, (of, answers)) in types.iter().zip(answers.chunks(2)).enumerate() {
        let read = |name: &str| {
            let path = folder.path().join(format!("{place}-{name}"));
            let bytes = std::fs::read(path).unwrap();
            look(*of, &bytes);
            let contents = kit::read(&bytes, Some(PASSWORD)).unwrap();
            assert_eq!(contents.format, of.format, "{of:?}, {name}");
            assert_eq!(contents.integrity, Integrity::Verified, "{of:?}, {name}");
            let wrong = kit::read(&bytes, Some("changeti"));
            assert!(wrong.is_err(), "{of:?}, {name}: {wrong:?}");
            contents.store
        };
        let items = items(*of);
        let key_password = |alias: &str| {
            let own = own_passwords(&items).find(|(owner, _)| *owner == alias);
            own.map_or(PASSWORD, |(_, password)| password)
        };
        let what = format!("{of:?}");
        let ours = of.seen(found(&read("full"), key_password));
        let theirs = of.seen(answers[0].clone().unwrap());
        assert_same(&what, ours.clone(), theirs);
        let keys = |list: Vec<Listed>| -> Vec<String> {
            let mut keys: Vec<String> = list.into_iter().map(|entry| entry.key).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(ours), keys(listed(&items)), "{what}");
        assert!(read("empty").is_empty(), "{what}");
    }
}

pub(crate) fn write(path: &Path, of: Type, items: &[Item], options: &WriteOptions<'_>) {
    let bytes = kit::write(items, of.format, options)
        .unwrap_or_else(|error| panic!("{of:?}, {:?}: {error}", options.profile));
    std::fs::write(path, bytes).unwrap();
}

/// A PKCS#12 of certificates that protects nothing, and of keys in it that do.
#[test]
fn java_reads_a_store_without_password_with_any_and_with_none() {
    let folder = tempfile::tempdir().unwrap();
    let key_password = Password::new(PASSWORD);
    let random = Random::new(8);
    let options = WriteOptions {
        profile: Profile::Passwordless,
        key_password: Some(&key_password),
        random: Some(&random),
        ..WriteOptions::default()
    };
    let (path, items) = (folder.path().join("store"), items(PKCS12));
    write(&path, PKCS12, &items, &options);
    let mut requests = Requests::default();
    let keys: Vec<(&str, &str)> = items
        .iter()
        .map(|item| {
            let own = item.key_password.as_deref();
            (item.alias.as_str(), own.unwrap_or(PASSWORD))
        })
        .collect();
    for password in [None, Some("anything"), Some("")] {
        requests.list(&path, PKCS12, password, keys.iter().copied());
    }
    for answer in requests.java().into_iter().flatten() {
        let theirs = PKCS12.seen(answer.unwrap());
        assert_same("passwordless", PKCS12.seen(listed(&items)), theirs);
    }
}

/// The empty password where Java has it.
#[test]
fn java_reads_a_store_under_the_empty_password() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Password::new("");
    let random = Random::new(9);
    let mut requests = Requests::default();
    let mut items = items(PKCS12);
    items.iter_mut().for_each(|item| item.key_password = None);
    for profile in [Profile::Modern, Profile::Legacy] {
        let options = WriteOptions {
            profile,
            password: Some(&empty),
            random: Some(&random),
            ..WriteOptions::default()
        };
        let path = folder.path().join(profile.word());
        write(&path, PKCS12, &items, &options);
        requests.list(&path, PKCS12, Some(""), []);
        let theirs = folder.path().join("theirs");
        requests.make(&theirs, PKCS12, "", &items);
    }
    let Some(answers) = requests.java() else {
        return;
    };
    for answer in answers {
        let theirs = PKCS12.seen(answer.unwrap());
        let undated = |list: Vec<Listed>| -> Vec<Listed> {
            let undate = |entry| Listed {
                created: None,
                ..entry
            };
            list.into_iter().map(undate).collect()
        };
        let ours = undated(PKCS12.seen(listed(&items)));
        assert_same("empty password", ours, undated(theirs));
    }
    let bytes = std::fs::read(folder.path().join("theirs")).unwrap();
    let contents = kit::read(&bytes, Some("")).unwrap();
    assert_eq!(contents.integrity, Integrity::Verified);
    let keys = |list: Vec<Listed>| -> Vec<(String, String)> {
        let pairs = list.into_iter().map(|entry| (entry.alias, entry.key));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort();
        pairs
    };
    assert_eq!(keys(found(&contents.store, |_| "")), keys(listed(&items)));
}

/// `java.security.cert.CertificateFactory` reads P7B in the order in which we write, and we read both of its encodings
/// in the order in which they stand: a PkiPath has the root first.
#[test]
fn certificate_paths_keep_their_order() {
    use trustpack_core::keystore::{self, Format};

    let folder = tempfile::tempdir().unwrap();
    let chain = kit::pairs().swap_remove(0).chain;
    let mut backwards = chain.clone();
    backwards.reverse();
    let mut requests = Requests::default();
    for (name, order) in [("chain", &chain), ("backwards", &backwards)] {
        let mut store = keystore::KeyStore::new();
        for certificate in order {
            let alias = keystore::Alias::positional(store.len() + 1);
            store
                .push(keystore::Entry::trusted(alias, certificate.clone()))
                .unwrap();
        }
        let written = keystore::write(&store, Format::Pkcs7, &WriteOptions::default()).unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &written.bytes).unwrap();
        requests.raw(&format!("path\t{}\tPKCS7", path.display()));
    }
    let ders: Vec<String> = chain.iter().map(|der| crate::stores::hex_of(der)).collect();
    for encoding in ["PKCS7", "PkiPath"] {
        let path = folder.path().join(encoding);
        requests.raw(&format!(
            "paths\t{}\t{encoding}\t{}",
            path.display(),
            ders.join(",")
        ));
    }
    let Some(answers) = requests.java() else {
        return;
    };
    let digests = |order: &[keystore::CertificateDer<'_>]| -> Vec<String> {
        order.iter().map(|der| digest(der)).collect()
    };
    for (answer, order) in answers.iter().zip([&chain, &backwards, &chain, &chain]) {
        assert_eq!(answer.as_ref().unwrap()[0].certificates, digests(order));
    }
    // sun.security.util.DerOutputStream.putOrderedSetOf sorts the certificates of a PKCS#7, as DER asks of a SET
    let mut sorted = chain.clone();
    sorted.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    for (encoding, order) in [("PKCS7", &sorted), ("PkiPath", &backwards)] {
        let bytes = std::fs::read(folder.path().join(encoding)).unwrap();
        let contents = kit::read(&bytes, None).unwrap();
        let entries = contents.store.entries().iter();
        let ours: Vec<_> = entries
            .flat_map(|entry| entry.certificates().to_vec())
            .collect();
        assert_eq!(&ours, order, "{encoding}");
    }
}
