//! Both ways, and what BouncyCastle wrote.

use proptest::prelude::*;

use super::{date, write};
use crate::testing::stores::{clear_key, entry, secret_key, store, trusted, with_key};
use crate::testing::{self, Sevens, der, open, unhex};
use crate::{
    Entry, EntryKind, Error, Format, Integrity, KeyStore, Password, ReadOptions, SealedKey,
    Timestamp, WriteOptions, Written, ber,
};

fn written(store: &KeyStore) -> Result<Written, Error> {
    let (password, key_password) = (Password::new("changeit"), Password::new("keypass"));
    let options = WriteOptions {
        password: Some(&password),
        key_password: Some(&key_password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    write(store, &options)
}

fn sample() -> KeyStore {
    store([
        trusted("Root"),
        with_key("kéy", clear_key()),
        entry("aes", EntryKind::SecretKey(secret_key("AES"))),
        trusted("root"),
    ])
}

/// Stores of BouncyCastle 1.72 with one AES key: PBKDF2, then scrypt with cost 1024, block size 2, parallelization 1.
#[test]
fn known_answers() {
    for hex in [PBKDF2, SCRYPT] {
        let bytes = unhex(hex);
        let contents = open(&bytes, Some("changeit")).unwrap();
        assert_eq!(contents.format, Format::Bcfks);
        assert_eq!(contents.integrity, Integrity::Verified);
        assert_eq!(contents.notes, []);
        let [only] = contents.store.entries() else {
            panic!()
        };
        assert_eq!(only.alias.as_str(), "k");
        let EntryKind::SecretKey(key) = &only.kind else {
            panic!()
        };
        assert_eq!(
            key.protection(),
            "PBES2 AES-256-CCM, PBKDF2-HMAC-SHA512, 51200 iterations"
        );
        let unlock = |password| key.unlock(Some(&Password::new(password)));
        let clear = secret_key("AES").unlock(None).unwrap();
        assert_eq!(unlock("keypass").unwrap(), clear);
        for wrong in ["changeit", ""] {
            assert!(matches!(unlock(wrong), Err(Error::WrongPassword { .. })));
        }
        assert!(matches!(
            open(&bytes, Some("keypass")),
            Err(Error::WrongPassword { .. })
        ));
        assert!(matches!(
            open(&bytes, None),
            Err(Error::PasswordRequired { .. })
        ));
    }
}

#[test]
fn keys_in_the_clear_are_sealed_and_then_carried_as_they_are() {
    let before = sample();
    let Written { bytes, notes } = written(&before).unwrap();
    assert_eq!(notes, []);
    let after = open(&bytes, Some("changeit")).unwrap();
    assert_eq!(after.notes, []);
    assert_eq!(after.store.len(), before.len());
    for (before, after) in before.entries().iter().zip(after.store.entries()) {
        assert_eq!(before.alias, after.alias);
        assert_eq!(before.created, after.created);
        assert_eq!(before.certificates(), after.certificates());
        let (
            EntryKind::PrivateKey { key: clear, .. } | EntryKind::SecretKey(clear),
            EntryKind::PrivateKey { key: sealed, .. } | EntryKind::SecretKey(sealed),
        ) = (&before.kind, &after.kind)
        else {
            continue;
        };
        assert!(sealed.is_sealed());
        let key_password = Password::new("keypass");
        assert_eq!(
            sealed.unlock(Some(&key_password)).unwrap(),
            clear.unlock(None).unwrap()
        );
    }
    let again = written(&after.store).unwrap();
    let again = open(&again.bytes, Some("changeit")).unwrap();
    assert_eq!(again.store, after.store);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let foreign = SealedKey::from_encrypted_pkcs8(der(testing::ENCRYPTED_KEY));
    let error = written(&store([with_key("k", foreign)])).unwrap_err();
    assert!(matches!(error, Error::KeySealed { .. }), "{error}");
    for algorithm in ["", "MyOwn"] {
        let secret = entry("s", EntryKind::SecretKey(secret_key(algorithm)));
        let error = written(&store([secret])).unwrap_err();
        assert!(matches!(error, Error::EntryUnfit { .. }), "{error}");
    }
    let mut options = WriteOptions::default();
    let error = write(&KeyStore::new(), &options).unwrap_err();
    assert!(matches!(error, Error::PasswordUnfit { .. }), "{error}");
    let password = Password::new("");
    options.password = Some(&password);
    let error = write(&KeyStore::new(), &options).unwrap_err();
    assert_eq!(error, Error::NoRandomness);
}

#[test]
fn milliseconds_are_lost_with_a_note() {
    let mut entry = trusted("a");
    entry.created = Some(Timestamp::from_millis(1_463_338_684_456));
    let Written { bytes, notes } = written(&store([entry])).unwrap();
    assert_eq!(notes.len(), 1);
    let back = open(&bytes, Some("changeit")).unwrap();
    let created = back.store.entries()[0].created;
    assert_eq!(created, Some(Timestamp::from_secs(1_463_338_684)));
}

#[test]
fn a_store_cut_at_any_byte_is_an_error() {
    let bytes = unhex(PBKDF2);
    for end in 0..bytes.len() {
        for password in [None, Some("changeit")] {
            assert!(open(&bytes[..end], password).is_err(), "{end}");
        }
    }
}

/// A store that is not encrypted, which the grammar allows, without a password: its entries one by one.
#[test]
fn a_damaged_entry_does_not_hide_its_neighbours() {
    let utf8 = |text: &[u8]| ber::encode(0x0c, &[text]);
    let time = date::encode(Timestamp::from_secs(0));
    let object = |kind: u64, alias: &[u8], time: &[u8], data: &[u8]| {
        let data = ber::encode(ber::OCTET_STRING, &[data]);
        testing::sequence(&[&ber::unsigned(kind), &utf8(alias), time, time, &data])
    };
    let certificate = der(testing::CERT_A);
    let sealed = testing::sequence(&[
        &der(testing::ENCRYPTED_KEY),
        &testing::sequence(&[&certificate]),
    ]);
    let entries = [
        object(0, b"a", &time, &certificate),
        object(7, b"unknown", &time, &certificate),
        object(1, b"no key", &time, &certificate),
        object(0, b"a", &[ber::GENERALIZED_TIME, 0], b"nonsense"),
        ber::unsigned(1),
        object(3, b"own", &time, &sealed),
        object(4, b"bytes", &time, b"secret"),
    ];
    let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    let data = testing::sequence(&[
        &ber::unsigned(1),
        &testing::sequence(&[]),
        &time,
        &time,
        &testing::sequence(&entries),
    ]);
    let file = testing::sequence(&[&data, &testing::sequence(&[])]);
    let contents = open(&file, None).unwrap();
    assert_eq!(contents.format, Format::Bcfks);
    assert_eq!(contents.integrity, Integrity::NotVerified);
    let entries = contents.store.entries().iter();
    let aliases: Vec<&str> = entries.map(|entry| entry.alias.as_str()).collect();
    assert_eq!(aliases, ["a", "a-2", "own", "bytes"]);
    let notes: Vec<String> = contents.notes.iter().map(ToString::to_string).collect();
    // no password, three left out, no certificate, no date, the alias twice, bytes
    assert_eq!(notes.len(), 8, "{notes:#?}");
    let EntryKind::PrivateKey { key, .. } = &contents.store.entries()[2].kind else {
        panic!()
    };
    assert!(key.unlock(Some(&Password::new("changeit"))).is_ok());
}

#[test]
fn costs_that_lie_are_refused_at_once() {
    let replaced = |hex: &str, from: &str, to: &str| {
        let hex: String = hex.split_whitespace().collect();
        assert!(hex.contains(from), "{from}");
        let error = open(&unhex(&hex.replace(from, to)), Some("changeit")).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        replaced(PBKDF2, "020300c800", "02037fffff"),
        "BCFKS: iteration count is 8388607, the limit is 5000000"
    );
    // a MAC under a key of no octets would fit any password
    assert_eq!(
        replaced(PBKDF2, "020140300c06", "020100300c06"),
        "BCFKS: a derived key of such a length is not supported"
    );
    assert!(replaced(PBKDF2, "020300c800", "0203000000").contains("iteration count of zero"));
    // the block size counts twice, as BouncyCastle has it
    assert_eq!(
        replaced(SCRYPT, "02020400020102020101", "0202400002017f020101"),
        "BCFKS: scrypt memory in bytes is 266338304, the limit is 33554432"
    );
    let error = replaced(SCRYPT, "02020400020102020101", "02020401020102020101");
    assert!(error.contains("scrypt"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_changed_bit_never_goes_unnoticed(index in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = unhex(SCRYPT);
        let index = index.index(bytes.len());
        bytes[index] ^= 1 << bit;
        // NULL parameters and the parallelization of scrypt mean nothing to BouncyCastle
        if let Ok(contents) = open(&bytes, Some("changeit")) {
            let sound = open(&unhex(SCRYPT), Some("changeit")).unwrap();
            prop_assert_eq!(contents.store, sound.store);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let password = Password::new("x");
        for password in [None, Some(&password)] {
            let options = ReadOptions { password };
            let _ = super::read(&bytes, &options);
            let inner = testing::sequence(&[&bytes]);
            let _ = super::read(&testing::sequence(&[&inner, &inner]), &options);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn what_is_written_is_read_back(
        entries in prop::collection::hash_map(any::<String>(), 0..250_000_000_000_i64, 0..5),
    ) {
        let entries = entries.into_iter().map(|(alias, created)| Entry {
            created: Some(Timestamp::from_secs(created)),
            ..trusted(&alias)
        });
        let before = store(entries);
        let Written { bytes, notes } = written(&before).unwrap();
        prop_assert_eq!(notes, []);
        prop_assert_eq!(open(&bytes, Some("changeit")).unwrap().store, before);
    }
}

const PBKDF2: &str = "\
    3082028d308201cf30819506092a864886f70d01050d308187306506092a864886f70d01050c3058044053454677a4ab86d9023ff4a0\
    c3c5ef0e47c25c7740dde341dfaa62126da53863c5e362ee20e3b2a84ccd1533c83e77f05d0bb992540847339b324f56f28da6760203\
    00c800020120300c06082a864886f70d020b0500301e060960864801650304012f3011040c63e85e1aeea510a38272119f0201080482\
    0133d4e0028d1ecb6d82f82732c6ed0176d5fd65056e3afe768105176192faae187be1e6b75f335e36c53427e47c20ce042c0d2cddad\
    1c31558a636d1a8b2efcb2ec1333b77f47c443e88d84a38852377593c3063d31755c397139bb93f580ffa2f83a81389a894e68edf56c\
    40df2d14993bad657d42f4f5ae4faf17a82bf96a6ff95448db96a840b2aed23fd0d2e6878886e461646840e0c50d628e02a4f9a2a337\
    b45b95c4df5ae6654f1456d25f3c87075044cba9aec06a2280b15b27a36dea681c23bd6b793bb42976e064d5de933bc6b2053c790807\
    e4ccbbd3e68d09159cd24de17d89034ed3873d181bcad51d8eac61b2fdac738124d8651a15351c14daf2d7f25a7289c6a1440b04e967\
    23be092889b4777ef72078830682a4d53dcc00f876ee310e40d561de473726524b4890ced06da03081b7300c06082a864886f70d020b\
    0500306506092a864886f70d01050c3058044084500d28dd2d91b3e7026f323432791898127de46e266e3d199b843f7b918bec70479c\
    8a2fd97eb5aec70933cbeba691894aec71d9e9528ab2d7efb4e37b788d020300c800020140300c06082a864886f70d020b05000440c8\
    d31b0a84dd61c12583c484f0004a87b68d382e55d305d2497a1dc740bdcd7082993664c9bfdc6612853f40f1f8a78f66b6599e385f49\
    11b377d2ed68767512";

const SCRYPT: &str = "\
    308202083082018c305306092a864886f70d01050d3046302406092b06010401da47040b30170408a727808448504e2b020204000201\
    02020101020120301e060960864801650304012f3011040cf54a4218ea5c26c0fa3c7dd102010804820133c4e1d58ed02f34eb784dff\
    89397b61db03f70ba54d0689f3acb49ccabb7f97fe7fc57cd4551de3b3e210ab4cba8980ee016e99c31d90161545ec767c9b5da0af43\
    a6844ec9452860ae00b66c2ef0b29f947e06d67ee1784bafa9603913368b1b6875e6ea04f0e05383f22a8a8c3197150162416216a5fb\
    af49f08fbe12bcae19bc08400bab213c53d5b76b1a2ba8cb2641d394fb50ef81a6d38bfc985117b656799c6d71aafacc4f57e831e97d\
    b0725abcb48a965fe00be4d54fdc3a18eb693e01d2bfba418e9e17e76a05f1a3bf3f4f66f2f09d6ba555029bf9652d91e888e1aa39aa\
    49118d1d1954eef6d9784ed0fac347cd33de565724dbb85ffe5b854e4a10ed50e6e4bc69c05f48534bc2f8bde79e80770cd2f3212a04\
    dd7c8f9be06b01d09bb8d00bce70a404264efdc91d9a5aa13ce73076300c06082a864886f70d020b0500302406092b06010401da4704\
    0b3017040820fbcf43d541394e02020400020102020101020140044012210ab22c89a147c02a1423971341b77c1a4527c67934680af6\
    dfe12090f21df0cab46b4427bf0db0b92d4c101153460b308c398ae36f66c81f50f46f5f2f44";
