//! Round trips, damage, and another implementation as the judge; toy certificates with real structure.

use p12_keystore as judge;
use zeroize::Zeroizing;

use super::{attributes, mac, read, write};
use crate::protect::{Material, encrypt_pbes2};
use crate::{
    Alias, Attribute, CertificateDer, Contents, Entry, EntryKind, Error, Format, Integrity,
    KeyStore, NoteKind, Password, RandomSource, ReadOptions, SealedKey, Timestamp, WriteOptions,
    ber, oid,
};

struct Counting;

impl RandomSource for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        for (octet, number) in bytes.iter_mut().zip(1..) {
            *octet = number;
        }
        Ok(())
    }
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    ber::encode(ber::SEQUENCE, parts)
}

fn name(common_name: &str) -> Vec<u8> {
    let text = ber::encode(0x0c, &[common_name.as_bytes()]);
    let pair = sequence(&[&[6, 3, 0x55, 4, 3], &text]);
    sequence(&[&ber::encode(ber::SET, &[&pair])])
}

/// An Ed25519 certificate with a signature of zeros.
fn certificate(subject: &str, issuer: &str) -> CertificateDer<'static> {
    let algorithm = sequence(&[&[6, 3, 0x2b, 0x65, 0x70]]);
    let time = |text: &str| ber::encode(0x17, &[text.as_bytes()]);
    let validity = sequence(&[&time("200101000000Z"), &time("400101000000Z")]);
    let bits = |length: usize| ber::encode(0x03, &[&[0], &vec![0; length]]);
    let key = sequence(&[&algorithm, &bits(32)]);
    let tbs = sequence(&[
        &ber::encode(ber::context(0), &[&ber::unsigned(2)]),
        &ber::unsigned(7),
        &algorithm,
        &name(issuer),
        &validity,
        &name(subject),
        &key,
    ]);
    sequence(&[&tbs, &algorithm, &bits(64)]).into()
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
        key_password: None,
        random,
    }
}

fn open(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
    let password = password.map(Password::new);
    read(
        bytes,
        &ReadOptions {
            password: password.as_ref(),
        },
    )
}

fn changeit() -> Password {
    Password::new("changeit")
}

fn mixed_file() -> Vec<u8> {
    let password = changeit();
    let written = write(&mixed(), &with(Some(&password), Some(&Counting))).unwrap();
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
    let sun = sequence(&[
        &sequence(&[&oid::der(&oid::SUN_JKS_KEY_PROTECTOR), &[ber::NULL, 0]]),
        &ber::encode(ber::OCTET_STRING, &[&[0; 60]]),
    ]);
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
    let written = write(&before, &with(Some(&password), Some(&Counting))).unwrap();
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
    let written = write(&before, &with(Some(&password), Some(&Counting))).unwrap();
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
        &with(Some(&password), Some(&Counting)),
    )
    .unwrap();
    let notes: Vec<String> = written.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("not ASCII"));
    assert!(notes[1].contains("cut the chain"));
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
        if place % 23 == 0 && open(&changed, Some("changeit")).is_err() {
            refused += 1;
        }
    }
    // nearly every octet is under the MAC or part of it
    assert!(refused * 23 > bytes.len() * 9 / 10, "{refused}");
}

/// A file with any parts and no MAC.
fn pfx(parts: &[&[u8]], mac_data: &[u8]) -> Vec<u8> {
    let safe = sequence(parts);
    let octets = ber::encode(ber::OCTET_STRING, &[&safe]);
    sequence(&[&ber::unsigned(3), &info(&oid::DATA, &octets), mac_data])
}

fn info(kind: &const_oid::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid::der(kind), &ber::encode(ber::context(0), &[value])])
}

fn data(bags: &[&[u8]]) -> Vec<u8> {
    let octets = ber::encode(ber::OCTET_STRING, &[&sequence(bags)]);
    info(&oid::DATA, &octets)
}

fn bag(kind: &const_oid::ObjectIdentifier, value: &[u8], set: &[u8]) -> Vec<u8> {
    let value = ber::encode(ber::context(0), &[value]);
    sequence(&[&oid::der(kind), &value, &ber::encode(ber::SET, &[set])])
}

fn cert_bag(certificate: &[u8], set: &[u8]) -> Vec<u8> {
    let octets = ber::encode(ber::OCTET_STRING, &[certificate]);
    bag(&oid::CERT_BAG, &info(&oid::X509_CERTIFICATE, &octets), set)
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
    assert_eq!(contents.crls, [[0x30, 0]]);
    let kinds: Vec<NoteKind> = contents.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Skipped; 4], "{:?}", contents.notes);

    let nothing = pfx(&[&data(&[&rubbish])], &[]);
    assert!(matches!(open(&nothing, None), Err(Error::Malformed { .. })));
    assert!(open(&pfx(&[], &[]), None).unwrap().store.is_empty());
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

    // many parts that each stay below the limit, and none of which opens
    let parameters = sequence(&[&salt, &ber::unsigned(2_000_000)]);
    let algorithm = sequence(&[&oid::der(&oid::PBE_SHA1_3DES), &parameters]);
    let encrypted = ber::encode(0x80, &[&[0; 8]]);
    let content = sequence(&[&oid::der(&oid::DATA), &algorithm, &encrypted]);
    let part = info(
        &oid::ENCRYPTED_DATA,
        &sequence(&[&ber::unsigned(0), &content]),
    );
    let error = open(&pfx(&[&part, &part, &part], &[]), Some("x")).unwrap_err();
    assert!(matches!(
        error,
        Error::OverLimit {
            format: Format::Pkcs12,
            found: 6_000_000,
            ..
        }
    ));
}

#[test]
fn ten_thousand_namesakes_cost_no_more_than_others() {
    let set = attributes::friendly_name("same");
    let one = cert_bag(&certificate("a", "a"), &set);
    let parts = vec![one.as_slice(); 3_000];
    let contents = open(&pfx(&[&data(&parts)], &[]), None).unwrap();
    assert_eq!(contents.store.entries()[2_999].alias.as_str(), "same-3000");
    let tiny = [0x30, 0];
    let parts = vec![tiny.as_slice(); super::MAX_BAGS + 1];
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
    let mac_data = mac::write(&safe, &password, &[3; 20]);
    let bytes = open_ended(ber::SEQUENCE, &[&ber::unsigned(3), &auth_safe, &mac_data]);
    let contents = open(&bytes, Some("changeit")).unwrap();
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    assert_eq!(shape(&contents.store), [("a".to_owned(), "trusted", 1)]);
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length], None).is_err(), "{length}");
    }
}
