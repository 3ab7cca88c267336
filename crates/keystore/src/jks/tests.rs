//! JCEKS: what keytool made, what is written for it, and what cannot be read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{magic_of, read, store_digest, write};
use crate::ber;
use crate::java::DataOutput;
use crate::protect::jce;
use crate::testing::{self, Sevens, der};
use crate::{
    Alias, CertificateDer, Contents, Entry, EntryKind, Error, Format, Integrity, KeyStore,
    Password, ReadOptions, SealedKey, SecretKey, Timestamp, WriteOptions, Written,
};

fn changeit() -> Password {
    Password::new("changeit")
}

fn open(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
    let password = password.map(Password::new);
    let options = ReadOptions {
        password: password.as_ref(),
    };
    crate::read(bytes, &options)
}

fn written(store: &KeyStore, format: Format) -> Result<Written, Error> {
    let password = changeit();
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    crate::write(store, format, &options)
}

fn key_of(entry: &Entry) -> &SealedKey {
    match &entry.kind {
        EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) => key,
        _ => panic!("no key"),
    }
}

fn secret(entry: &Entry) -> SecretKey {
    key_of(entry).unlock_secret(Some(&changeit())).unwrap()
}

fn chacha() -> SecretKey {
    SecretKey::new("ChaCha20", Zeroizing::new(vec![9; 32]))
}

/// A secret key, a private key, a trusted certificate, another secret key; all in the clear.
fn mixed() -> KeyStore {
    let certificate = CertificateDer::from(der(testing::CERT_A));
    let private = EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(Zeroizing::new(der(testing::KEY))),
        chain: vec![certificate.clone()],
    };
    let aes = SecretKey::new("AES", Zeroizing::new(vec![5; 16]));
    let mut store = KeyStore::new();
    for (alias, kind) in [
        (
            "aes",
            EntryKind::SecretKey(SealedKey::from_secret_key(&aes)),
        ),
        ("private", private),
        ("trusted", EntryKind::TrustedCertificate(certificate)),
        (
            "chacha",
            EntryKind::SecretKey(SealedKey::from_secret_key(&chacha())),
        ),
    ] {
        let entry = Entry {
            alias: Alias::new(alias),
            created: Some(Timestamp::from_millis(1_463_338_684_456)),
            kind,
            attributes: Vec::new(),
        };
        store.push(entry).unwrap();
    }
    store
}

fn aliases(store: &KeyStore) -> Vec<&str> {
    let entries = store.entries().iter();
    entries.map(|entry| entry.alias.as_str()).collect()
}

#[test]
fn what_keytool_made_is_read() {
    let bytes = STANDARD.decode(KEYTOOL).unwrap();
    let contents = open(&bytes, Some("changeit")).unwrap();
    assert_eq!(contents.format, Format::Jceks);
    assert_eq!(contents.integrity, Integrity::Verified);
    assert_eq!(contents.notes, []);
    assert_eq!(aliases(&contents.store), ["ec", "des", "aes", "trust"]);
    let find = |alias| contents.store.find(alias).unwrap();
    let aes = secret(find("aes"));
    assert_eq!(aes.algorithm(), "AES");
    assert_eq!(
        aes.secret_octets(),
        testing::unhex("98cf7e01945ab6ab186d44f496796132")
    );
    // DES keys are stored as a KeyRep
    let des = secret(find("des"));
    assert_eq!(des.algorithm(), "DES");
    assert_eq!(des.secret_octets(), testing::unhex("321a9da1c1dc26d5"));
    let private = key_of(find("ec"));
    assert_eq!(private.protection(), "JCEKS 3DES, MD5, 10000 iterations");
    assert!(private.unlock(Some(&changeit())).is_ok());
    for key in [private, key_of(find("aes"))] {
        let wrong = key.unlock(Some(&Password::new("changeIt")));
        assert!(matches!(wrong, Err(Error::WrongPassword { .. })));
        let none = key.unlock(None);
        assert!(matches!(none, Err(Error::PasswordRequired { .. })));
    }
    // as it came, byte for byte, without randomness
    let password = changeit();
    let options = WriteOptions {
        password: Some(&password),
        ..WriteOptions::default()
    };
    let again = write(&contents.store, Format::Jceks, &options).unwrap();
    assert_eq!(*again.bytes, bytes);
    assert_eq!(again.notes, []);
}

#[test]
fn what_is_written_is_read() {
    let before = mixed();
    let file = written(&before, Format::Jceks).unwrap();
    assert_eq!(file.notes, []);
    let contents = open(&file.bytes, Some("changeit")).unwrap();
    assert_eq!(contents.notes, []);
    assert_eq!(aliases(&contents.store), aliases(&before));
    for (entry, expected) in contents.store.entries().iter().zip(before.entries()) {
        assert_eq!(entry.created, expected.created);
        assert_eq!(entry.certificates(), expected.certificates());
        if !entry.certificates().is_empty() && !matches!(entry.kind, EntryKind::PrivateKey { .. }) {
            continue;
        }
        let (sealed, clear) = (key_of(entry), key_of(expected));
        assert!(sealed.is_sealed());
        let unlocked = sealed.unlock(Some(&changeit())).unwrap();
        assert_eq!(unlocked, clear.unlock(None).unwrap());
    }
}

#[test]
fn secret_keys_survive_a_detour_through_pkcs12() {
    let first = written(&mixed(), Format::Pkcs12).unwrap();
    let chacha_note = "entry \"chacha\": Java reads the secret key under another algorithm";
    assert_eq!(first.notes.len(), 1);
    assert!(first.notes[0].to_string().starts_with(chacha_note));
    let mut between = KeyStore::new();
    for mut entry in open(&first.bytes, Some("changeit"))
        .unwrap()
        .store
        .into_entries()
    {
        if let EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) = &mut entry.kind {
            *key = key.unlock(Some(&changeit())).unwrap().into();
        }
        between.push(entry).unwrap();
    }
    let second = written(&between, Format::Jceks).unwrap();
    let after = open(&second.bytes, Some("changeit")).unwrap().store;
    assert_eq!(secret(after.find("chacha").unwrap()), chacha());
    assert_eq!(secret(after.find("aes").unwrap()).algorithm(), "AES");
}

#[test]
fn each_container_takes_its_own_seals() {
    let jceks = open(&written(&mixed(), Format::Jceks).unwrap().bytes, None).unwrap();
    let error = written(&jceks.store, Format::Pkcs12).unwrap_err();
    assert_eq!(
        error.to_string(),
        "PKCS#12: the key \"aes\" is still locked"
    );
    let only = |alias: &str, from: &KeyStore| {
        let mut store = KeyStore::new();
        store.push(from.find(alias).unwrap().clone()).unwrap();
        store
    };
    let private = only("private", &jceks.store);
    let error = written(&private, Format::Jks).unwrap_err();
    assert_eq!(
        error.to_string(),
        "JKS: the key \"private\" is still locked"
    );
    // JCEKS opens what JKS sealed
    let jks = written(&only("private", &mixed()), Format::Jks).unwrap();
    let jks = open(&jks.bytes, None).unwrap().store;
    let bytes = written(&jks, Format::Jceks).unwrap().bytes;
    let back = open(&bytes, Some("changeit")).unwrap().store;
    let key = key_of(&back.entries()[0]);
    assert_eq!(key.protection(), "JKS key protector");
    assert!(key.unlock(Some(&changeit())).is_ok());
    // a secret key that PKCS#12 sealed is locked for JCEKS
    let pkcs12 = written(&only("aes", &mixed()), Format::Pkcs12).unwrap();
    let pkcs12 = open(&pkcs12.bytes, Some("changeit")).unwrap().store;
    let error = written(&pkcs12, Format::Jceks).unwrap_err();
    assert!(matches!(error, Error::KeySealed { .. }));
}

#[test]
fn passwords_that_java_refuses_are_refused() {
    let password = Password::new("pässword");
    let options = WriteOptions {
        password: Some(&password),
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    let error = write(&mixed(), Format::Jceks, &options).unwrap_err();
    assert!(error.to_string().contains("printable ASCII"), "{error}");
    // without a key that is sealed under it, any password will do
    let empty = write(&KeyStore::new(), Format::Jceks, &options).unwrap();
    assert!(open(&empty.bytes, Some("pässword")).is_ok());
    let ascii = changeit();
    let options = WriteOptions {
        key_password: Some(&ascii),
        ..options
    };
    let bytes = write(&mixed(), Format::Jceks, &options).unwrap().bytes;
    let back = open(&bytes, Some("pässword")).unwrap();
    assert!(
        key_of(&back.store.entries()[0])
            .unlock(Some(&ascii))
            .is_ok()
    );
}

#[test]
fn an_unknown_object_leaves_its_neighbours_alone() {
    let integer = "aced0005737200116a6176612e6c616e672e496e746567657212e2a0a4f7818738\
        02000149000576616c756578700000002a";
    let mut output = DataOutput::default();
    output.raw(&magic_of(Format::Jceks));
    output.u32(2);
    output.u32(2);
    output.u32(super::SECRET_KEY);
    output.utf("odd").unwrap();
    output.i64(0);
    output.raw(&testing::unhex(integer));
    output.u32(super::TRUSTED);
    output.utf("next").unwrap();
    output.i64(0);
    output.utf("X.509").unwrap();
    output.blob(&der(testing::CERT_A)).unwrap();
    let digest = store_digest(&changeit(), output.bytes());
    output.raw(&digest);
    let bytes = output.into_bytes();
    let contents = open(&bytes, Some("changeit")).unwrap();
    assert_eq!(aliases(&contents.store), ["odd", "next"]);
    let note = "entry \"odd\": the secret key will not open: \
        JCEKS: a sealed key of the class java.lang.Integer is not supported";
    assert_eq!(contents.notes[0].to_string(), note);
    let error = key_of(&contents.store.entries()[0]).unlock(Some(&changeit()));
    assert!(matches!(error, Err(Error::Unsupported { .. })));
    assert_eq!(
        *written(&contents.store, Format::Jceks).unwrap().bytes,
        bytes
    );
}

#[test]
fn a_store_cut_at_any_byte_is_an_error() {
    let bytes = STANDARD.decode(KEYTOOL).unwrap();
    for end in 4..bytes.len() {
        for password in [None, Some("changeit")] {
            let error = open(&bytes[..end], password).unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "{end}: {error}");
        }
    }
    let error = open(&bytes[..700], None).unwrap_err().to_string();
    let place = "a serialized Java object in entry 2 of 4 (1 read before)";
    let start = format!("JCEKS: cut off at byte 700: {place}");
    assert!(error.starts_with(&start), "{error}");
}

#[test]
fn iteration_bombs_are_told_and_not_run() {
    let salt = ber::encode(ber::OCTET_STRING, &[&[1; 8]]);
    let parameters = ber::encode(ber::SEQUENCE, &[&salt, &ber::unsigned(2_147_483_647)]);
    let bomb = jce::encrypted_private_key_info(&parameters, &[0; 64]);
    let certificate = CertificateDer::from(der(testing::CERT_A));
    let mut store = KeyStore::new();
    let entry = Entry {
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_encrypted_pkcs8(bomb),
            chain: vec![certificate.clone()],
        },
        ..Entry::trusted(Alias::new("k"), certificate)
    };
    store.push(entry).unwrap();
    // nor does writing try the password on it
    let bytes = written(&store, Format::Jceks).unwrap().bytes;
    let contents = open(&bytes, Some("changeit")).unwrap();
    let note = "entry \"k\": the key asks for 2147483647 iterations and will not be unlocked, the limit is 5000000";
    assert_eq!(contents.notes[0].to_string(), note);
    let error = key_of(&contents.store.entries()[0]).unlock(Some(&changeit()));
    assert!(matches!(
        error,
        Err(Error::OverLimit {
            found: 2_147_483_647,
            ..
        })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_secret_key_comes_back(
        algorithm in "\\PC{1,20}",
        octets in prop::collection::vec(any::<u8>(), 1..80),
        alias in any::<String>(),
    ) {
        let key = SecretKey::new(algorithm, Zeroizing::new(octets));
        let mut store = KeyStore::new();
        let entry = Entry {
            alias: Alias::new(alias.to_lowercase()),
            created: None,
            kind: EntryKind::SecretKey(SealedKey::from_secret_key(&key)),
            attributes: Vec::new(),
        };
        store.push(entry).unwrap();
        let bytes = written(&store, Format::Jceks).unwrap().bytes;
        let after = open(&bytes, Some("changeit")).unwrap().store;
        prop_assert_eq!(secret(&after.entries()[0]), key);
    }
}

proptest! {
    #[test]
    fn damage_is_an_error_or_goes_unseen_without_a_password(
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..9),
    ) {
        let before = STANDARD.decode(KEYTOOL).unwrap();
        let mut after = before.clone();
        let at = 4 + place.index(after.len() - 4);
        let end = after.len().min(at + bytes.len());
        after.splice(at..end, bytes[..end - at].iter().copied());
        if after != before {
            let options = ReadOptions { password: Some(&changeit()) };
            prop_assert!(read(&after, &options).is_err());
        }
        if let Ok(contents) = read(&after, &ReadOptions::default()) {
            for entry in contents.store.entries() {
                if let EntryKind::SecretKey(key) = &entry.kind {
                    let _ = key.protection();
                }
            }
        }
    }
}

/// `keytool -genseckey` (AES, DES), `-importcert` and `-genkeypair` of JDK 17, 10,000 iterations; nothing is protected by it.
const KEYTOOL: &str = "\
    zs7OzgAAAAIAAAAEAAAAAQACZWMAAAGh/bky7wAAAGkwZzAbBgkrBgEEASoCEwEwDgQIUTRXYy9ZGu8CAicQBEiOwzLvovoH\
    JD2DSlZdyZliKDq5gHU+mkTbCDc3kYKUOgEEFPqvzKZTwFLw/lBZTIOViajUZYRJ61GiNZ78ckb27nDtFJmWBv4AAAABAAVY\
    LjUwOQAAATIwggEuMIHVoAMCAQICCGwZQCafyfLSMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMTAXgwHhcNMjYxMTIxMTA0ODU1\
    WhcNMjcwMjE5MTA0ODU1WjAMMQowCAYDVQQDEwF4MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9bdXIk+w441ojykQR9gc\
    qeyrHvrV7vbTEfAsU67N40Hovjog7fHJX0y+E1OCIGUPfdJ9FfRrJ9/jNB4A74OADqMhMB8wHQYDVR0OBBYEFO8rskXIdN6R\
    9KoFHHH11zX+pLclMAoGCCqGSM49BAMCA0gAMEUCIQCzxTCIJrh2hRxUVUnxzNagUER+6+QSRoYgQe4Lw+O/DgIgL2w1RvkM\
    8gkOa453Xt7yIisl+IRWIRUYl1KhseAmnREAAAADAANkZXMAAAGh/bktM6ztAAVzcgAzY29tLnN1bi5jcnlwdG8ucHJvdmlk\
    ZXIuU2VhbGVkT2JqZWN0Rm9yS2V5UHJvdGVjdG9yzVfKWecwu1MCAAB4cgAZamF2YXguY3J5cHRvLlNlYWxlZE9iamVjdD42\
    PabDt1RwAgAEWwANZW5jb2RlZFBhcmFtc3QAAltCWwAQZW5jcnlwdGVkQ29udGVudHEAfgACTAAJcGFyYW1zQWxndAASTGph\
    dmEvbGFuZy9TdHJpbmc7TAAHc2VhbEFsZ3EAfgADeHB1cgACW0Ks8xf4BghU4AIAAHhwAAAAEDAOBAi1CrCCPgLcTQICJxB1\
    cQB+AAUAAAEImhPQbFHJCnxHefw0mDRX2kje3qYkbX/Cz/iBIZ/fnX4PhyOuzDbkFz5ByM2uSxJvyDOTTDmKBH4yF5AQZWL5\
    Sx2NGbFoN6RId/gUgTTn7pz0ancCe9NYPdKpuivfgnNDrlvbqoEgNE353KRPyNZ1Vsl+9CIFYSCpIHNwPjTprDRgIqO+kfTy\
    CbqCpzjWAoQ6aSwvw/9fQ05dibDBAcCyB/7ynmn0q1vJCTPsaAaVmedK+/Y9LPEWqXySS/ukWhfkmB/ilUJw+H4VDMeWzLYb\
    dshCN2KbvLVcQcOIaJAXrPGHhpeOL6cHmakBytPK3LjqC66gP7MQlp8kY+mw5zRfZ/6bWtZhdcyxdAAWUEJFV2l0aE1ENUFu\
    ZFRyaXBsZURFU3QAFlBCRVdpdGhNRDVBbmRUcmlwbGVERVMAAAADAANhZXMAAAGh/bkrA6ztAAVzcgAzY29tLnN1bi5jcnlw\
    dG8ucHJvdmlkZXIuU2VhbGVkT2JqZWN0Rm9yS2V5UHJvdGVjdG9yzVfKWecwu1MCAAB4cgAZamF2YXguY3J5cHRvLlNlYWxl\
    ZE9iamVjdD42PabDt1RwAgAEWwANZW5jb2RlZFBhcmFtc3QAAltCWwAQZW5jcnlwdGVkQ29udGVudHEAfgACTAAJcGFyYW1z\
    QWxndAASTGphdmEvbGFuZy9TdHJpbmc7TAAHc2VhbEFsZ3EAfgADeHB1cgACW0Ks8xf4BghU4AIAAHhwAAAAEDAOBAg3Kk2L\
    WPnReAICJxB1cQB+AAUAAACQYGAKOI4wmzKDbM5H0UXkuLJoGo0mirFRPYUd6RS9zlM8NmtZwRcN+izUv5YqpvvRV8/z9zzf\
    SUcrH4bQz40tKyyS/4HYXFiUWdTUuB4tsqPy7D/V1GMwKhNsn5EUjY6jFQbIO88AqEbbd+LA/eT0aUQBc9twirulXfG12ZT5\
    Yttwkd9/DGla1WJ2qwyrzNn2dAAWUEJFV2l0aE1ENUFuZFRyaXBsZURFU3QAFlBCRVdpdGhNRDVBbmRUcmlwbGVERVMAAAAC\
    AAV0cnVzdAAAAaH9uTBOAAVYLjUwOQAAATMwggEvMIHWoAMCAQICCQCK0QOskXUtdDAKBggqhkjOPQQDAjAMMQowCAYDVQQD\
    EwF4MB4XDTI2MTEyMTEwMzMxMFoXDTI3MDIxOTEwMzMxMFowDDEKMAgGA1UEAxMBeDBZMBMGByqGSM49AgEGCCqGSM49AwEH\
    A0IABH9v/0L3dYqaDjBlRifpxWS+RWvBWQ8dxlJCFDmRNZkERDbf4Y+mmS0oV4fxDJeycXbcLhkrLD0P+QPSud/4b+KjITAf\
    MB0GA1UdDgQWBBSIR47Ci+xdkGDdxkzEdqOXQIIacTAKBggqhkjOPQQDAgNIADBFAiA+x4xGIfFwyPIB9frHGWOmCLETosUh\
    vFl61VnY7+Q9eAIhAK2G7dvTS80dRl2PYJ54NCahQEofN4LMYNKxM1/KEYOW8KjOG0KJSHTKl+KQ1mS6mhqZRSo=";
