//! Damage, hostility, and what only lenient readers read.

use super::*;
use crate::pkcs12::reader::MAX_BAGS;
use crate::pkcs12::{attributes, mac};
use crate::protect::{Material, Pbmac1, encrypt_pbes2};
use crate::testing;
use crate::testing::pkcs12::{bag, cert_bag, data, info, pfx};

#[test]
fn cut_or_changed_files_are_errors_and_never_panics() {
    let bytes = mixed_file();
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length], None).is_err(), "{length}");
    }
    let mut refused = 0;
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x55;
        // without a password everything structural is walked, without the price of the derivations
        let _ = open(&changed, None);
        if place % 101 == 0 && open(&changed, Some("changeit")).is_err() {
            refused += 1;
        }
    }
    // nearly every octet is under the MAC or part of it
    assert!(refused * 101 > bytes.len() * 9 / 10, "{refused}");
}

#[test]
fn one_bad_bag_never_hides_its_neighbours() {
    let good = cert_bag(
        &certificate("a", "a"),
        &[
            attributes::friendly_name("a"),
            attributes::trusted_key_usage(),
        ]
        .concat(),
    );
    let rubbish = cert_bag(b"rubbish", &[]);
    let unknown = bag(&oid::DATA, &[5, 0], &[]);
    let other = info(&oid::SIGNED_DATA, &[5, 0]);
    let crl = ber::encode(ber::OCTET_STRING, &[&[0x30, 0]]);
    let crl = bag(&oid::CRL_BAG, &info(&oid::X509_CRL, &crl), &[]);
    let nested = bag(&oid::SAFE_CONTENTS_BAG, &sequence(&[&rubbish, &crl]), &[]);
    let bytes = pfx(&[&other, &data(&[&rubbish, &good, &unknown, &nested])], &[]);
    let contents = open(&bytes, None).unwrap();
    assert_eq!(shape(&contents.store), [("a".to_owned(), "trusted", 1)]);
    assert_eq!(contents.others.crls, [[0x30, 0]]);
    let kinds: Vec<NoteKind> = contents.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Skipped; 4], "{:?}", contents.notes);

    let nothing = pfx(&[&data(&[&rubbish])], &[]);
    assert!(matches!(open(&nothing, None), Err(Error::Malformed { .. })));
    assert!(open(&pfx(&[], &[]), None).unwrap().store.is_empty());
}

#[test]
fn bags_in_bags_end() {
    let shape_at = |depth: usize| {
        let mut inner = cert_bag(
            &certificate("a", "a"),
            &[
                attributes::friendly_name("a"),
                attributes::trusted_key_usage(),
            ]
            .concat(),
        );
        for _ in 0..depth {
            inner = bag(&oid::SAFE_CONTENTS_BAG, &sequence(&[&inner]), &[]);
        }
        open(&pfx(&[&data(&[&inner])], &[]), None)
    };
    assert_eq!(shape(&shape_at(8).unwrap().store).len(), 1);
    let told = shape_at(9).unwrap_err().to_string();
    assert!(told.contains("nesting of bags beyond 8 levels"), "{told}");
}

#[test]
fn invisible_certificates_and_namesakes_are_told() {
    let set = attributes::friendly_name("same");
    let bags = [
        cert_bag(&certificate("a", "a"), &set),
        cert_bag(&certificate("b", "b"), &set),
        cert_bag(&certificate("c", "c"), &[]),
    ];
    let parts: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
    let contents = open(&pfx(&[&data(&parts)], &[]), None).unwrap();
    let aliases: Vec<String> = shape(&contents.store)
        .into_iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(aliases, ["same", "same-2", "1"]);
    assert!(!contents.store.entries()[2].alias.is_given());
    let notes: Vec<String> = contents.notes.iter().map(ToString::to_string).collect();
    let invisible = "invisible to Java: no trustedKeyUsage attribute";
    assert_eq!(
        notes.iter().filter(|note| note.contains(invisible)).count(),
        3
    );
    assert_eq!(contents.notes[1].kind, NoteKind::Oddity);
}

/// The mistakes of RFC 9579, appendices A.4 to A.6, and forged MACs.
#[test]
fn bad_pbmac1_is_refused() {
    let content = sequence(&[]);
    let mac_data = |salt: &[u8], rounds: u64, length: Option<u64>, mac: &[u8]| {
        let length = length.map(ber::unsigned).unwrap_or_default();
        let hmac = oid::algorithm(&oid::HMAC_SHA256);
        let salt = ber::encode(ber::OCTET_STRING, &[salt]);
        let kdf = sequence(&[&salt, &ber::unsigned(rounds), &length, &hmac]);
        let function = sequence(&[&oid::der(&oid::PBKDF2), &kdf]);
        let algorithm = sequence(&[&oid::der(&oid::PBMAC1), &sequence(&[&function, &hmac])]);
        let info = sequence(&[&algorithm, &ber::encode(ber::OCTET_STRING, &[mac])]);
        let unused = ber::encode(ber::OCTET_STRING, &[b"NOT USED"]);
        pfx(&[], &sequence(&[&info, &unused]))
    };
    let (_, mac) = Pbmac1::write(&content, b"changeit", b"12345678");
    let check = |bytes: &[u8]| open(bytes, Some("changeit")).map(|contents| contents.integrity);
    let good = mac_data(b"12345678", 10_000, Some(32), &mac);
    assert_eq!(check(&good), Ok(Integrity::Verified));
    for bad in [
        mac_data(b"12345678", 9_999, Some(32), &mac),
        mac_data(b"12345677", 10_000, Some(32), &mac),
        mac_data(b"12345678", 10_000, Some(31), &mac),
        mac_data(b"12345678", 10_000, Some(32), &mac[..31]),
        mac_data(b"12345678", 10_000, Some(32), &[]),
    ] {
        assert!(matches!(check(&bad), Err(Error::WrongPassword { .. })));
    }
    let no_length = mac_data(b"12345678", 10_000, None, &mac);
    let error = check(&no_length).unwrap_err().to_string();
    assert!(error.ends_with("PBMAC1 without a key length"), "{error}");
    let one_octet = mac_data(b"12345678", 10_000, Some(1), &mac);
    assert!(matches!(check(&one_octet), Err(Error::Malformed { .. })));
    let bomb = mac_data(b"12345678", 2_000_000_000, Some(32), &mac);
    assert!(matches!(check(&bomb), Err(Error::OverLimit { .. })));
}

#[test]
fn iteration_bombs_are_refused_at_once() {
    let salt = ber::encode(ber::OCTET_STRING, &[&[1; 8]]);
    let digest = sequence(&[
        &sequence(&[&oid::der(&oid::SHA256)]),
        &ber::encode(ber::OCTET_STRING, &[&[0; 32]]),
    ]);
    let mac_data = sequence(&[&digest, &salt, &ber::unsigned(2_147_483_647)]);
    let error = open(&pfx(&[], &mac_data), Some("x")).unwrap_err();
    assert!(error.to_string().contains("2147483647"), "{error}");

    // parts that each stay below the limit, and none of which opens
    let part = |iterations: u64| {
        let parameters = sequence(&[&salt, &ber::unsigned(iterations)]);
        let algorithm = sequence(&[&oid::der(&oid::PBE_SHA1_3DES), &parameters]);
        testing::pkcs12::encrypted(&algorithm, &[0; 8])
    };
    let bytes = pfx(&[&part(1_000), &part(2_000), &part(4_999_000)], &[]);
    let error = open(&bytes, Some("x")).unwrap_err();
    assert!(
        matches!(
            error,
            Error::OverLimit {
                found: 5_002_000,
                ..
            }
        ),
        "{error}"
    );
}

/// A part under PBES2 with the password `other`, holding one certificate.
fn part_under_another_password() -> Vec<u8> {
    let bags = sequence(&[&cert_bag(&certificate("a", "a"), &[])]);
    let material = Material {
        salt: [1; 20],
        iv: [2; 16],
    };
    let (algorithm, encrypted) = encrypt_pbes2(&bags, b"other", &material);
    testing::pkcs12::encrypted(&algorithm, &encrypted)
}

#[test]
fn messages_say_what_and_where() {
    let error = |bytes: &[u8], password| open(bytes, password).unwrap_err().to_string();
    let locked = pfx(&[&part_under_another_password()], &[]);
    assert_eq!(
        error(&locked, None),
        "PKCS#12: a password is needed to read the encrypted content"
    );
    let wrong = "PKCS#12: wrong password or damaged file";
    assert_eq!(error(&locked, Some("changeit")), wrong);
    assert_eq!(error(&mixed_file(), Some("changeIt")), wrong);
    assert_eq!(open(&locked, Some("other")).unwrap().store.len(), 1);

    // the MAC is sound, so the file's password is right and that of one part is another
    let good = data(&[&cert_bag(
        &certificate("b", "b"),
        &attributes::trusted_key_usage(),
    )]);
    let parts = [part_under_another_password(), good];
    let safe = sequence(&[&parts[0], &parts[1]]);
    let mac_data = mac::write(Profile::Modern, &safe, &changeit(), &[3; 20]);
    let notes = |parts: &[&[u8]], mac_data: &[u8], password| {
        let contents = open(&pfx(parts, mac_data), password).unwrap();
        contents.notes[0].message.clone()
    };
    assert_eq!(
        notes(&[&parts[0], &parts[1]], &mac_data, Some("changeit")),
        "a part of the content was skipped: the MAC fits, so its password is another, or it was damaged before"
    );
    assert_eq!(
        notes(&[&parts[0], &parts[1]], &[], None),
        "an encrypted part cannot be read without a password"
    );
    let rubbish = cert_bag(b"rubbish", &[]);
    let message = notes(&[&data(&[&rubbish]), &parts[1]], &[], None);
    assert!(
        message.starts_with("a bag was skipped: damaged at byte "),
        "{message}"
    );
    assert!(
        message.ends_with(": an X.509 certificate expected"),
        "{message}"
    );
}

#[test]
fn ten_thousand_namesakes_cost_no_more_than_others() {
    let set = attributes::friendly_name("same");
    let one = cert_bag(&certificate("a", "a"), &set);
    let parts = vec![one.as_slice(); 3_000];
    let contents = open(&pfx(&[&data(&parts)], &[]), None).unwrap();
    assert_eq!(contents.store.entries()[2_999].alias.as_str(), "same-3000");
    let tiny = [0x30, 0];
    let parts = vec![tiny.as_slice(); MAX_BAGS + 1];
    let error = open(&pfx(&[&data(&parts)], &[]), None).unwrap_err();
    assert!(matches!(error, Error::OverLimit { .. }), "{error}");
}

/// As Firefox and BouncyCastle write it: indefinite lengths, strings in chunks, and the MAC over the joined octets.
#[test]
fn indefinite_lengths_and_chunks_are_read() {
    fn open_ended(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        [&[tag, 0x80], parts.concat().as_slice(), &[0, 0]].concat()
    }
    fn chunked(tag: u8, octets: &[u8]) -> Vec<u8> {
        let chunks: Vec<Vec<u8>> = octets
            .chunks(100)
            .map(|chunk| ber::encode(ber::OCTET_STRING, &[chunk]))
            .collect();
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        open_ended(tag, &chunks)
    }
    let password = changeit();
    let set = [
        attributes::friendly_name("a"),
        attributes::trusted_key_usage(),
    ]
    .concat();
    let contents = sequence(&[&cert_bag(&certificate("a", "a"), &set)]);
    let material = Material {
        salt: [1; 20],
        iv: [2; 16],
    };
    let (algorithm, encrypted) = encrypt_pbes2(&contents, b"changeit", &material);
    let content = open_ended(
        ber::SEQUENCE,
        &[
            &oid::der(&oid::DATA),
            &algorithm,
            &chunked(0xa0, &encrypted),
        ],
    );
    let part = open_ended(
        ber::SEQUENCE,
        &[
            &oid::der(&oid::ENCRYPTED_DATA),
            &open_ended(
                0xa0,
                &[&open_ended(ber::SEQUENCE, &[&ber::unsigned(0), &content])],
            ),
        ],
    );
    let safe = open_ended(ber::SEQUENCE, &[&part]);
    let auth_safe = open_ended(
        ber::SEQUENCE,
        &[
            &oid::der(&oid::DATA),
            &open_ended(0xa0, &[&chunked(0x24, &safe)]),
        ],
    );
    let mac_data = mac::write(Profile::Modern, &safe, &password, &[3; 20]);
    let bytes = open_ended(ber::SEQUENCE, &[&ber::unsigned(3), &auth_safe, &mac_data]);
    let contents = open(&bytes, Some("changeit")).unwrap();
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    assert_eq!(shape(&contents.store), [("a".to_owned(), "trusted", 1)]);
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length], None).is_err(), "{length}");
    }
}

/// A file in which every key shares one long chain would unfold to many times its size.
#[test]
fn shared_chains_do_not_unfold_without_end() {
    let key = key().unlock(None).unwrap();
    let set = attributes::local_key_id(&[1]);
    let key_bag = bag(&oid::KEY_BAG, key.secret_pkcs8(), &set);
    let mut bags = vec![cert_bag(&certificate("0", "1"), &set)];
    for number in 1..40 {
        let (subject, issuer) = (number.to_string(), (number + 1).to_string());
        bags.push(cert_bag(&certificate(&subject, &issuer), &[]));
    }
    bags.extend(vec![key_bag; 2_000]);
    let parts: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
    let bytes = pfx(&[&data(&parts)], &[]);
    let contents = open(&bytes, None).unwrap();
    let entries = contents.store.entries();
    let copied: usize = entries
        .iter()
        .flat_map(Entry::certificates)
        .map(|certificate| certificate.len())
        .sum();
    assert!(copied < bytes.len() * 17, "{copied}");
    let longest = entries.iter().map(|entry| entry.certificates().len()).max();
    assert_eq!(longest, Some(32));
    assert!(contents.notes.iter().any(|note| {
        note.message
            .starts_with("the chains repeat more certificates than fit")
    }));
}
