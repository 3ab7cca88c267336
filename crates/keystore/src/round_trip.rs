//! What is written is read back, whatever it is: stores of every kind, in every container and profile.

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::testing::{self, Sevens, certificate, der, open, sequence};
use crate::{
    Alias, Entry, EntryKind, Format, KeyStore, Password, Profile, SealedKey, SecretKey, Timestamp,
    WriteOptions, ber, write,
};

/// Keys are dear to seal, so a store has a few of them at most.
const MAX_KEYS: usize = 2;

/// As many entries of any kind as a store may have.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let text = prop::collection::vec(any::<char>(), 0..9).prop_map(String::from_iter);
    // seconds of which every format can tell the date
    let date = prop::option::of(-60_000_000_000..200_000_000_000_i64);
    let one = (text, 0..12_usize, date, any::<u8>());
    prop::collection::vec(one, 0..=50).prop_map(|rows| {
        let mut keys = 0;
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, (alias, kind, date, octet))| {
            keys += usize::from(kind < 6);
            let kind = if keys > MAX_KEYS { 6 } else { kind };
            Entry {
                alias: Alias::new(alias),
                created: date.map(|seconds| Timestamp::from_millis(seconds * 1000)),
                kind: entry_kind(kind, place, octet),
                attributes: Vec::new(),
            }
        })
        .collect()
    })
}

fn entry_kind(kind: usize, place: usize, octet: u8) -> EntryKind {
    let names = [0, 1, 2].map(|level| format!("{place}-{level}"));
    let chain = |length: usize| -> Vec<_> {
        let issuer = |level: usize| &names[(level + 1).min(length - 1)];
        (0..length)
            .map(|level| certificate(&names[level], issuer(level)))
            .collect()
    };
    let private = |key: Vec<u8>, length| EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(key.into()),
        chain: chain(length),
    };
    let secret = |name: &str, octets: Vec<u8>| {
        EntryKind::SecretKey(SealedKey::from_secret_key(&SecretKey::new(
            name,
            octets.into(),
        )))
    };
    match kind {
        0 => private(der(testing::KEY), 1),
        1 => private(unknown_key(octet), 2),
        2 => {
            let rsa = SealedKey::from_pkcs1(&der(testing::RSA_KEY)).unwrap();
            private(rsa.unlock(None).unwrap().secret_pkcs8().to_vec(), 3)
        }
        3 => {
            let dsa = SealedKey::from_dsa(&der(testing::DSA_KEY)).unwrap();
            private(dsa.unlock(None).unwrap().secret_pkcs8().to_vec(), 1)
        }
        4 => secret("AES", vec![octet; 16]),
        5 => secret("HmacSHA256", vec![octet; 1 + usize::from(octet)]),
        _ => EntryKind::TrustedCertificate(certificate(&names[0], "elsewhere")),
    }
}

/// A private key of an algorithm that nobody knows.
fn unknown_key(octet: u8) -> Vec<u8> {
    let algorithm = sequence(&[&[6, 3, 0x2a, 0x03, octet & 0x7f]]);
    let key = ber::encode(ber::OCTET_STRING, &[&[octet; 40]]);
    sequence(&[&ber::unsigned(0), &algorithm, &key])
}

/// The entries that a format can hold, and how it gives them back.
fn fit(format: Format, entries: Vec<Entry>) -> (KeyStore, Vec<Entry>) {
    let (mut store, mut expected) = (KeyStore::new(), Vec::new());
    let mut folded = std::collections::HashSet::new();
    for mut entry in entries {
        let is_secret = matches!(entry.kind, EntryKind::SecretKey(_));
        let folds = matches!(format, Format::Jks | Format::Jceks | Format::Pkcs12);
        if is_secret && format == Format::Jks {
            continue;
        }
        if format == Format::Pkcs12 {
            let text = entry.alias.as_str().replace('\0', "0");
            entry.alias = Alias::new(if text.is_empty() {
                "-".to_owned()
            } else {
                text
            });
        }
        let key = if folds {
            entry.alias.folded()
        } else {
            entry.alias.to_string()
        };
        // folding once more is another text for a few letters, and Java folds once
        if !folded.insert(key.clone())
            || folds && !folded.insert(key.to_lowercase()) && key != key.to_lowercase()
        {
            continue;
        }
        let mut back = entry.clone();
        match format {
            Format::Jks | Format::Jceks => back.alias = Alias::new(entry.alias.folded()),
            // Java's layout has dates of keys only
            Format::Pkcs12 if matches!(entry.kind, EntryKind::TrustedCertificate(_)) => {
                back.created = None;
            }
            _ => (),
        }
        if format != Format::Pkcs12 {
            back.created = Some(entry.created.unwrap_or(Timestamp::from_millis(0)));
        }
        store.push(entry).unwrap();
        expected.push(back);
    }
    (store, expected)
}

fn comes_back(
    format: Format,
    profile: Profile,
    entries: Vec<Entry>,
    password: &str,
) -> Result<(), TestCaseError> {
    let (store, expected) = fit(format, entries);
    let password = Password::new(password);
    let given = (profile != Profile::Passwordless).then_some(&password);
    let options = WriteOptions {
        password: given,
        key_password: Some(&password),
        random: Some(&Sevens),
        profile,
        ..WriteOptions::default()
    };
    let bytes = write(&store, format, &options).unwrap().bytes;
    prop_assert_eq!(Format::detect(&bytes), Some(format));
    let contents = open(&bytes, given.map(Password::expose_secret)).unwrap();
    prop_assert_eq!(contents.format, format);
    prop_assert_eq!(contents.store.len(), expected.len());
    let mut times = std::collections::HashSet::new();
    for (found, expected) in contents.store.entries().iter().zip(&expected) {
        prop_assert_eq!(&found.alias, &expected.alias);
        prop_assert_eq!(found.certificates(), expected.certificates());
        // two keys of one millisecond are told apart by the next one
        let is_moved = expected.created.is_some_and(|time| !times.insert(time));
        if format != Format::Pkcs12 || !is_moved {
            prop_assert_eq!(found.created, expected.created);
        }
        match (&found.kind, &expected.kind) {
            (EntryKind::PrivateKey { key: found, .. }, EntryKind::PrivateKey { key, .. })
            | (EntryKind::SecretKey(found), EntryKind::SecretKey(key)) => {
                prop_assert!(found.is_sealed());
                let found = found.unlock(Some(&password)).unwrap();
                prop_assert_eq!(found, key.unlock(None).unwrap());
            }
            (EntryKind::TrustedCertificate(_), EntryKind::TrustedCertificate(_)) => (),
            (found, expected) => prop_assert!(false, "{:?} for {:?}", found, expected),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config::with_cases(4))]

    #[test]
    fn of_every_format_and_profile(
        entries in entries(),
        password in prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter),
    ) {
        for format in [Format::Jks, Format::Bks, Format::Uber, Format::Bcfks] {
            comes_back(format, Profile::Modern, entries.clone(), &password)?;
        }
        for profile in Profile::ALL {
            comes_back(Format::Pkcs12, *profile, entries.clone(), &password)?;
        }
        // keys of JCEKS take printable ASCII only
        let ascii: String = password.chars().map(|c| char::from(b' ' + (u32::from(c) % 95) as u8)).collect();
        comes_back(Format::Jceks, Profile::Modern, entries, &ascii)?;
    }
}
