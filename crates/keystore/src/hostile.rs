//! Damaged and hostile input of every format: no panic, no stall, no memory beyond the input's measure.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::testing::pkcs12::{bag, cert_bag, data, info, pfx};
use crate::testing::{self, Sevens, der, open, sequence};
use crate::{
    Alias, CertificateDer, Entry, EntryKind, Error, Format, KeyStore, Password, SealedKey,
    WriteOptions, ber, oid, write,
};

/// A small store of every format, each with everything that the format holds.
fn samples() -> Vec<Vec<u8>> {
    let [a, b] = [testing::CERT_A, testing::CERT_B].map(|block| CertificateDer::from(der(block)));
    let mut store = KeyStore::new();
    let key = SealedKey::from_pkcs8(der(testing::KEY).into());
    let chain = vec![a.clone()];
    let key = Entry {
        kind: EntryKind::PrivateKey { key, chain },
        ..Entry::trusted(Alias::new("key"), a)
    };
    store.push(key).unwrap();
    store.push(Entry::trusted(Alias::new("b"), b)).unwrap();
    let password = Password::new("changeit");
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    let written = [Format::Jks, Format::Pkcs12, Format::Pem]
        .map(|format| write(&store, format, &options).unwrap().bytes.to_vec());
    let blocks = [
        testing::RSA_LOCKED_KEY,
        testing::ENCRYPTED_KEY,
        testing::TRUSTED,
    ];
    let others = [
        // the same bags in the clear, so that damage gets past the MAC and the encryption
        pfx(&[&data(&[&cert_bag(&der(testing::CERT_A), &[])])], &[]),
        der(testing::PKCS7),
        der(testing::ENCRYPTED_KEY),
        blocks.concat().into_bytes(),
        testing::PKCS7.as_bytes().to_vec(),
    ];
    written.into_iter().chain(others).collect()
}

#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    /// A stretch of another sample in place of what stands there.
    Splice(Index, usize, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 1..=255_u8).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        index().prop_map(Damage::Cut),
        (index(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (index(), index()).prop_map(|(from, to)| Damage::Remove(from, to)),
        (index(), any::<usize>(), index(), 1..200_usize)
            .prop_map(|(at, other, from, length)| Damage::Splice(at, other, from, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: Damage, samples: &[Vec<u8>]) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Flip(at, bits) => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Insert(at, inserted) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, inserted);
        }
        Damage::Remove(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            bytes.drain(from.min(to)..from.max(to));
        }
        Damage::Splice(at, other, from, length) => {
            let other = &samples[other % samples.len()];
            let from = from.index(other.len());
            let stretch = &other[from..other.len().min(from + length)];
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + length);
            bytes.splice(at..end, stretch.iter().copied());
        }
    }
}

#[test]
fn the_samples_are_sound() {
    for sample in samples() {
        let contents = open(&sample, Some("changeit")).unwrap();
        assert!(!contents.store.is_empty());
    }
}

proptest! {
    #[test]
    fn damage_is_an_error_or_a_note_and_never_a_panic(
        which in any::<Index>(),
        damages in prop::collection::vec(damage(), 1..4),
        price in 0..16_u8,
    ) {
        thread_local!(static SAMPLES: Vec<Vec<u8>> = samples());
        SAMPLES.with(|samples| {
            let mut bytes = which.get(samples).clone();
            for damage in damages {
                apply(&mut bytes, damage, samples);
            }
            let _ = Format::detect(&bytes);
            // a changed iteration count may be dear, so most go without a password
            let password = (price == 0).then_some("changeit");
            if let Ok(contents) = open(&bytes, password) {
                let held = contents.store.entries().iter().flat_map(Entry::certificates);
                let held = held.map(|certificate| certificate.len()).sum::<usize>();
                assert!(held <= 16 * bytes.len());
                for entry in contents.store.entries() {
                    if let EntryKind::PrivateKey { key, .. } = &entry.kind {
                        let _ = key.unlock(None);
                        assert!(!key.protection().is_empty());
                    }
                }
            }
        });
    }
}

/// 2^31, more than any reader should ever do.
const BOMB: u64 = 2_147_483_648;

fn octets(bytes: &[u8]) -> Vec<u8> {
    ber::encode(ber::OCTET_STRING, &[bytes])
}

/// PBES1, a PKCS#12 scheme, and PBES2, each with the bomb.
fn algorithms() -> Vec<Vec<u8>> {
    let parameters = sequence(&[&octets(&[1; 8]), &ber::unsigned(BOMB)]);
    let old = [&oid::PBE_MD5_DES, &oid::PBE_SHA1_RC2, &oid::PBE_SHA1_3DES]
        .map(|oid| sequence(&[&oid::der(oid), &parameters]));
    let derivation = sequence(&[&oid::der(&oid::PBKDF2), &parameters]);
    let cipher = sequence(&[&oid::der(&oid::AES_256_CBC), &octets(&[2; 16])]);
    let pbes2 = sequence(&[&derivation, &cipher]);
    let pbes2 = sequence(&[&oid::der(&oid::PBES2), &pbes2]);
    old.into_iter().chain([pbes2]).collect()
}

#[track_caller]
fn assert_names_the_bomb(error: &Error, format: Format) {
    let expected = format!("{format}: iteration count is 2147483648, the limit is 5000000");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn iteration_bombs_of_files_are_refused_at_once() {
    let digest = sequence(&[&oid::algorithm(&oid::SHA256), &octets(&[0; 32])]);
    let mac = sequence(&[&digest, &octets(&[1; 8]), &ber::unsigned(BOMB)]);
    let error = open(&pfx(&[], &mac), Some("x")).unwrap_err();
    assert_names_the_bomb(&error, Format::Pkcs12);
    for algorithm in algorithms() {
        let encrypted = ber::encode(0x80, &[&[0; 64]]);
        let content = sequence(&[&oid::der(&oid::DATA), &algorithm, &encrypted]);
        let encrypted = sequence(&[&ber::unsigned(0), &content]);
        let bytes = pfx(&[&info(&oid::ENCRYPTED_DATA, &encrypted)], &[]);
        let error = open(&bytes, Some("x")).unwrap_err();
        assert_names_the_bomb(&error, Format::Pkcs12);
    }
}

#[test]
fn iteration_bombs_of_keys_are_refused_at_once() {
    for algorithm in algorithms() {
        let key = sequence(&[&algorithm, &octets(&[0; 64])]);
        let pem = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", key.clone()));
        let bag = bag(&oid::SHROUDED_KEY_BAG, &key, &[]);
        for (format, file) in [
            (Format::Pem, pem.into_bytes()),
            (Format::Pkcs12, pfx(&[&data(&[&bag])], &[])),
            (Format::Der, key),
        ] {
            let contents = open(&file, Some("x")).unwrap();
            let EntryKind::PrivateKey { key, .. } = &contents.store.entries()[0].kind else {
                panic!("no key");
            };
            assert!(key.protection().contains("2147483648 iterations"));
            let error = key.unlock(Some(&Password::new("x"))).unwrap_err();
            assert_names_the_bomb(&error, format);
        }
    }
}

/// Input of about `size` bytes that costs the most where something is not linear.
fn inputs(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let fill = |unit: &[u8]| unit.repeat(size / unit.len());
    let joined = |start: &[u8], unit: &[u8]| [start, &fill(unit)].concat();
    let tiny_bags = data(&[&fill(&[0x30, 0])]);
    let jks = |version: u8, count: &[u8; 4]| {
        [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, version], &count[..]].concat()
    };
    // one key with as many empty certificates as there is room for, under a long alias
    let chain = [
        jks(1, &[0, 0, 0, 1]),
        vec![0, 0, 0, 1, 0xff, 0xff],
        vec![b'A'; 0xffff],
        vec![0; 12],
        vec![0xff; 4],
    ];
    let chunks = {
        let key = [
            &oid::algorithm(&oid::PBES2)[..],
            &[0x24, 0x80],
            &[0x24, 0x80].repeat(40),
            &fill(&[4, 0]),
            &[0; 84],
        ];
        let open_ended = [&[0x30, 0x80][..], &key.concat()].concat();
        pfx(
            &[&data(&[&bag(&oid::SHROUDED_KEY_BAG, &open_ended, &[])])],
            &[],
        )
    };
    let signed = |list: &[u8]| {
        let signed = sequence(&[
            &[2, 1, 1, 0x31, 0],
            &sequence(&[&oid::der(&oid::DATA)]),
            &ber::encode(0xa0, &[list]),
        ]);
        info(&oid::SIGNED_DATA, &signed)
    };
    let attribute = sequence(&[&[6, 1, 0x2a], &[0x31, 0]]);
    let certificate = der(testing::CERT_A);
    vec![
        ("BEGIN without an end", fill(b"-----BEGIN ")),
        ("BEGIN lines", fill(b"-----BEGIN X-----\n")),
        ("END lines", fill(b"-----END X-----\n")),
        (
            "empty blocks",
            fill(b"-----BEGIN X-----\n-----END X-----\n"),
        ),
        ("dashes", fill(b"-")),
        ("dashes and blanks", fill(b"-- ")),
        ("a body of backslashes", joined(b"-----BEGIN X-----", b"\\")),
        (
            "a body of headers",
            joined(b"-----BEGIN X-----\n", b"Proc-Type: "),
        ),
        ("base64", fill(b"QUFB")),
        (
            "small certificates in PEM",
            testing::CERT_A
                .as_bytes()
                .repeat(size / testing::CERT_A.len()),
        ),
        ("indefinite lengths, nested", fill(&[0x30, 0x80])),
        (
            "definite lengths, nested",
            fill(&[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
        ),
        (
            "an indefinite certificate of many values",
            joined(&[0x30, 0x80, 0x30, 0x80], &[2, 1, 0]),
        ),
        (
            "certificates behind each other",
            certificate.repeat(size / certificate.len()),
        ),
        ("tiny bags", pfx(&[&tiny_bags], &[])),
        (
            "bags with many attributes",
            pfx(&[&data(&[&cert_bag(&certificate, &fill(&attribute))])], &[]),
        ),
        ("a key in nested chunks", chunks),
        ("PKCS#7 of tiny certificates", signed(&fill(&[0x30, 0]))),
        ("PKCS#7 of what is no certificate", signed(&fill(&[5, 0]))),
        ("namesakes", namesakes(size)),
        (
            "a JKS of empty entries",
            joined(
                &jks(1, &[0xff; 4]),
                &[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
        ),
        (
            "a JKS chain of empty certificates",
            joined(&chain.concat(), &[0; 4]),
        ),
    ]
}

/// Keys whose chains are as long as any may be, in which every issuer has thousands of namesakes with the wrong key
/// identifier, equal but for its end.
fn namesakes(size: usize) -> Vec<u8> {
    let names = [0x41, 0x42].map(|octet| sequence(&[&ber::encode(ber::SET, &[&[octet; 400]])]));
    let identifier = [7; 400];
    let pair = |number: u64| {
        let [subject, issuer] = match number % 2 {
            0 => [&names[0], &names[1]],
            _ => [&names[1], &names[0]],
        };
        let extension = |oid, value: &[u8]| sequence(&[&oid::der(oid), &octets(value)]);
        let own = octets(&[&identifier[..], &number.to_be_bytes()].concat());
        let above = sequence(&[&ber::encode(0x80, &[&[7; 408]])]);
        let list = sequence(&[
            &extension(&oid::SUBJECT_KEY_IDENTIFIER, &own),
            &extension(&oid::AUTHORITY_KEY_IDENTIFIER, &above),
        ]);
        let empty = sequence(&[]);
        let tbs = sequence(&[
            &ber::unsigned(number),
            &empty,
            issuer,
            &empty,
            subject,
            &empty,
            &ber::encode(ber::context(3), &[&list]),
        ]);
        let certificate = sequence(&[&tbs, &empty, &[3, 1, 0]]);
        let identifier = sequence(&[
            &oid::der(&oid::LOCAL_KEY_ID),
            &ber::encode(ber::SET, &[&octets(&number.to_be_bytes())]),
        ]);
        let key = sequence(&[&ber::unsigned(0), &oid::algorithm(&oid::DSA), &octets(&[])]);
        [
            cert_bag(&certificate, &identifier),
            bag(&oid::KEY_BAG, &key, &identifier),
        ]
        .concat()
    };
    let most = (size / pair(0).len()).min(9_999);
    let bags: Vec<u8> = (0..most as u64).flat_map(pair).collect();
    pfx(&[&data(&[&bags])], &[])
}

#[test]
fn the_namesakes_have_long_chains() {
    let contents = open(&namesakes(100_000), None).unwrap();
    let longest = contents
        .store
        .entries()
        .iter()
        .map(|entry| entry.certificates().len())
        .max();
    assert_eq!(longest, Some(32));
}

/// Far too small to be slow where the cost is linear, and far too large where it is the square.
#[test]
fn hostile_inputs_are_no_hard_work() {
    for (name, bytes) in inputs(400_000) {
        let result = open(&bytes, Some("x"));
        assert!(
            result.is_ok() || !result.unwrap_err().to_string().is_empty(),
            "{name}"
        );
    }
}

/// Prints what 50 MB of each cost: `cargo test --release -p trustpack-keystore -- --ignored --nocapture fifty`.
#[test]
#[ignore = "for a look at the figures, in release"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "prints figures"
)]
fn fifty_megabytes_of_each() {
    for (name, bytes) in inputs(50_000_000) {
        let start = std::time::Instant::now();
        let found = open(&bytes, Some("x")).map(|contents| contents.store.len());
        let found: String = format!("{found:?}").chars().take(100).collect();
        println!("{:>8.3} s  {name}: {found}", start.elapsed().as_secs_f64());
    }
}
