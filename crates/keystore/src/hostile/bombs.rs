//! Derivations that would take hours: refused by the counts that stand in the file, before any is made.

use crate::protect::MAX_ITERATIONS;
use crate::protect::fips::Use;
use crate::testing::pkcs12::{bag, data, encrypted, pfx};
use crate::testing::{self, PASSWORD, bcfks, bks, der, octets, open, sequence};
use crate::{EntryKind, Error, Format, Password, ber, oid};

/// 2^31, more than any reader should ever do.
const BOMB: u64 = 2_147_483_648;
/// As much as a file may cost, and all that is too much behind it.
const MOST: u64 = 4_900_000;

/// PBES1, a PKCS#12 scheme, and PBES2.
fn algorithms(iterations: u64) -> Vec<Vec<u8>> {
    let parameters = sequence(&[&octets(&[1; 8]), &ber::unsigned(iterations)]);
    let old = [&oid::PBE_MD5_DES, &oid::PBE_SHA1_RC2, &oid::PBE_SHA1_3DES]
        .map(|oid| sequence(&[&oid::der(oid), &parameters]));
    let derivation = sequence(&[&oid::der(&oid::PBKDF2), &parameters]);
    old.into_iter().chain([pbes2(&derivation)]).collect()
}

fn pbes2(derivation: &[u8]) -> Vec<u8> {
    let cipher = sequence(&[&oid::der(&oid::AES_256_CBC), &octets(&[2; 16])]);
    sequence(&[&oid::der(&oid::PBES2), &sequence(&[derivation, &cipher])])
}

/// The MAC of PKCS#12, and PBMAC1 with a key of two blocks.
fn macs(iterations: u64) -> [Vec<u8>; 2] {
    let salt = octets(&[1; 8]);
    let mac = |algorithm: &[u8], rest: &[u8]| {
        let digest = sequence(&[algorithm, &octets(&[0; 32])]);
        sequence(&[&digest, &salt, rest])
    };
    let hmac = oid::algorithm(&oid::HMAC_SHA256);
    let halved = ber::unsigned(iterations / 2);
    let parameters = sequence(&[&salt, &halved, &ber::unsigned(64), &hmac]);
    let derivation = sequence(&[&oid::der(&oid::PBKDF2), &parameters]);
    let pbmac1 = sequence(&[&oid::der(&oid::PBMAC1), &sequence(&[&derivation, &hmac])]);
    [
        mac(&oid::algorithm(&oid::SHA256), &ber::unsigned(iterations)),
        mac(&pbmac1, &[]),
    ]
}

/// A password that has two forms everywhere, so that a wrong one costs twice.
const TWO_FORMS: &str = "pässword";

#[track_caller]
fn assert_refused(file: &[u8], what: &str, found: u64, limit: u64) {
    for password in [PASSWORD, TWO_FORMS, ""] {
        match open(file, Some(password)) {
            Err(Error::OverLimit {
                what: told,
                found: number,
                limit: most,
                ..
            }) => assert_eq!((told.as_str(), number, most), (what, found, limit)),
            other => panic!("{other:?}"),
        }
    }
}

#[track_caller]
fn assert_count_refused(file: &[u8], found: u64) {
    assert_refused(file, "iteration count", found, MAX_ITERATIONS);
}

#[track_caller]
fn assert_sum_refused(file: &[u8], found: u64) {
    assert_refused(file, "sum of the iteration counts", found, MAX_ITERATIONS);
}

/// 4.9 million here and 4.9 million there would be spent for seconds before the second were refused.
#[test]
fn of_pkcs12_mac_and_parts_count_together() {
    for mac in macs(BOMB) {
        assert_count_refused(&pfx(&[], &mac), BOMB);
    }
    for algorithm in algorithms(BOMB) {
        let part = encrypted(&algorithm, &[0; 64]);
        assert_count_refused(&pfx(&[&part], &[]), BOMB);
        // the bomb is seen behind a part that may be opened
        let [mac, _] = macs(MOST);
        assert_count_refused(&pfx(&[&part], &mac), BOMB);
    }
    for algorithm in algorithms(MOST) {
        let part = encrypted(&algorithm, &[0; 64]);
        for mac in macs(MOST) {
            assert_sum_refused(&pfx(&[&part], &mac), 2 * MOST);
        }
        assert_sum_refused(&pfx(&[&part, &data(&[]), &part, &part], &[]), 3 * MOST);
    }
    let salt = octets(&[1; 8]);
    let numbers = [1 << 20, 8, 1].map(ber::unsigned).concat();
    let scrypt = sequence(&[&oid::der(&oid::SCRYPT), &sequence(&[&salt, &numbers])]);
    let [mac, _] = macs(MOST);
    let file = pfx(&[&encrypted(&pbes2(&scrypt), &[0; 64])], &mac);
    assert_refused(&file, "scrypt memory in bytes", 1 << 30, 32 << 20);
}

/// Cheap by cost and memory, but PBKDF2 digests the salt for every 32 octets of those 32 MB.
#[test]
fn a_long_salt_makes_scrypt_dear() {
    let salt = vec![1; 1 << 20];
    let found = 2 * (2 + (1 << 14) + 2) * (1 << 18);
    let numbers = [2, 1, 1 << 18].map(ber::unsigned).concat();
    let parameters = sequence(&[&octets(&salt), &numbers]);
    let scrypt = sequence(&[&oid::der(&oid::SCRYPT), &parameters]);
    let part = encrypted(&pbes2(&scrypt), &[0; 64]);
    assert_count_refused(&pfx(&[&part], &[]), found);

    let derivation = bcfks::scrypt(&salt, [2, 1 << 9, 1 << 9], 64);
    let file = bcfks::protected(&derivation, &bcfks::objects(&[]), &[0; 64]);
    assert_count_refused(&file, found);
}

#[test]
fn of_bcfks_mac_and_content_count_together() {
    let content = |iterations| {
        let algorithm = bcfks::ccm(&bcfks::pbkdf2(iterations, 32));
        sequence(&[&algorithm, &octets(&[0; 64])])
    };
    let file = |mac: &[u8], content: &[u8]| bcfks::protected(mac, content, &[0; 64]);
    let dear = bcfks::pbkdf2(MOST, 64);
    assert_count_refused(&file(&bcfks::pbkdf2(BOMB, 64), &content(1)), BOMB);
    assert_count_refused(&file(&dear, &content(BOMB)), BOMB);
    assert_sum_refused(&file(&dear, &content(MOST)), 2 * MOST);
    // two blocks of SHA-512
    let two = bcfks::pbkdf2(MOST, 128);
    assert_count_refused(&file(&two, &content(1)), 2 * MOST);
    // BouncyCastle takes the block size for the parallelization
    let scrypt = bcfks::scrypt(&[1; 8], [1 << 16, 1 << 12, 1], 64);
    assert_refused(
        &file(&scrypt, &content(1)),
        "scrypt memory in bytes",
        1 << 35,
        32 << 20,
    );
    let scrypt = bcfks::scrypt(&[1; 8], [1 << 14, 16, 1], 64);
    assert_count_refused(&file(&scrypt, &content(1)), 2 * ((1 << 14) + 2) * 256);
    let scrypt = bcfks::scrypt(&[1; 8], [1 << 14, 8, 1], 64);
    let sum = 2 * ((1 << 14) + 2) * 64 + MOST;
    assert_sum_refused(&file(&scrypt, &content(MOST)), sum);
}

#[test]
fn of_bks_and_uber_the_head_tells() {
    let stream = bks::stream(bks::every_kind);
    for mut file in [
        bks::signed(2, bks::every_kind),
        bks::encrypted(&stream, &stream),
    ] {
        // behind version and salt
        file[28..32].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
        assert_count_refused(&file, 0x7fff_ffff);
    }
}

/// Sealed keys that are tried to find out what they are share what the file has left.
#[test]
fn keys_of_bks_are_tried_within_the_budget() {
    use crate::bks::SEALED;

    let file = bks::signed(2, |stream| {
        for (alias, iterations) in [("dear", 0x7fff_ffff), ("rest", 4_999_999), ("cheap", 8)] {
            bks::head(stream, SEALED, alias, 0);
            let key = bks::sealed(0, "PKCS#8", &der(testing::KEY), iterations);
            stream.blob(&key).unwrap();
        }
    });
    let contents = open(&file, Some(PASSWORD)).unwrap();
    let notes: Vec<String> = contents.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "entry \"dear\": the key asks for 2147483647 iterations and will not be unlocked, the limit is 5000000",
            "entry \"rest\": sum of the iteration counts is 5000015, the limit is 5000000",
        ]
    );
    let kinds = contents.store.entries().iter();
    let kinds: Vec<bool> = kinds
        .map(|entry| matches!(entry.kind, EntryKind::PrivateKey { .. }))
        .collect();
    assert_eq!(kinds, [false, false, true]);
}

#[test]
fn keys_are_noted_when_read_and_refused_when_unlocked() {
    let mut files = Vec::new();
    for algorithm in algorithms(BOMB) {
        let key = sequence(&[&algorithm, &octets(&[0; 64])]);
        let pem = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", key.clone()));
        let bag = bag(&oid::SHROUDED_KEY_BAG, &key, &[]);
        files.push((Format::Pem, pem.into_bytes()));
        files.push((Format::Pkcs12, pfx(&[&data(&[&bag])], &[])));
        files.push((Format::Der, key));
    }
    let algorithm = bcfks::ccm(&bcfks::pbkdf2(BOMB, 32));
    let key = sequence(&[&algorithm, &octets(&[0; 64])]);
    let key = sequence(&[&key, &sequence(&[])]);
    let objects = bcfks::objects(&[bcfks::object(1, "k", &key)]);
    let content = bcfks::encrypted(&bcfks::pbkdf2(16, 32), Use::Store, &objects);
    let file = bcfks::signed(&bcfks::pbkdf2(16, 64), &content);
    files.push((Format::Bcfks, file));
    for (format, file) in files {
        let contents = open(&file, Some(PASSWORD)).unwrap();
        let key = contents.store.entries()[0].kind.key().unwrap();
        assert!(key.protection().contains("2147483648 iterations"));
        let error = key.unlock(Some(&Password::new("x"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{format}: iteration count is 2147483648, the limit is 5000000")
        );
        let note =
            "the key asks for 2147483648 iterations and will not be unlocked, the limit is 5000000";
        let is_noted = contents.notes.iter().any(|found| found.message == note);
        assert!(is_noted, "{format}: {:?}", contents.notes);
    }
}
