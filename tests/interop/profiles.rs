//! PKCS#12 in every profile, read by openssl, NSS, cryptography and p12-keystore, which know other things than Java does.

use std::path::Path;

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use trustpack_core::Certificate;
use trustpack_core::key::{Belongs, belongs};
use trustpack_core::keystore::{EntryKind, Format, Password, Profile, RandomSource, WriteOptions};

use crate::kit::{self, Held, Item, Pair, Random, found};
use crate::stores::{Requests, digest};
use crate::support::{judge, run, stdout};
use crate::types::PKCS12;

const PASSWORD: &str = "changeit";

/// A key with its chain and, for Java, a trusted certificate.
fn items(pair: &Pair) -> Vec<Item> {
    let anchor = kit::anchors().remove(1);
    vec![
        Item::new("größe", Held::Private(pair.clone())),
        Item::new("anchor", Held::Trusted(anchor)),
    ]
}

fn write(path: &Path, items: &[Item], profile: Profile) -> Vec<u8> {
    let password = Password::new(PASSWORD);
    let random = Random::new(11);
    let options = WriteOptions {
        password: (profile != Profile::Passwordless).then_some(&password),
        profile,
        random: Some(&random as &dyn RandomSource),
        ..WriteOptions::default()
    };
    let bytes = kit::write(items, Format::Pkcs12, &options).unwrap();
    std::fs::write(path, &bytes).unwrap();
    bytes
}

/// PBMAC1 is read by OpenSSL from 3.4.
fn openssl_reads(profile: Profile) -> bool {
    let Some(mut openssl) = judge("openssl") else {
        return false;
    };
    let version = stdout(&run(openssl.arg("version")));
    let number = version.split(' ').nth(1).unwrap_or_default();
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    profile != Profile::Pbmac1 || version >= (3, 4)
}

#[test]
fn openssl_opens_every_profile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.p12");
    let profiles = Profile::ALL.iter().copied();
    for profile in profiles.filter(|profile| openssl_reads(*profile)) {
        for pair in kit::pairs() {
            let what = format!("{profile:?}, {}", pair.algorithm);
            let items = items(&pair);
            write(&path, &items, profile);
            let password = match profile {
                Profile::Passwordless => "pass:anything",
                _ => "pass:changeit",
            };
            let mut command = judge("openssl").unwrap();
            command.args(["pkcs12", "-nodes", "-passin", password]);
            command.args((profile == Profile::Legacy).then_some("-legacy"));
            let text = stdout(&run(command.arg("-in").arg(&path)));
            let found = kit::read(text.as_bytes(), None).unwrap().store;
            let mut certificates: Vec<_> = pair.chain.clone();
            certificates.extend(items[1].entry().certificates().to_vec());
            let entries = found.entries().iter();
            let theirs: Vec<_> = entries
                .clone()
                .flat_map(|entry| entry.certificates())
                .collect();
            assert_eq!(theirs, certificates.iter().collect::<Vec<_>>(), "{what}");
            let keys = entries.filter_map(|entry| match &entry.kind {
                EntryKind::PrivateKey { key, .. } => key.unlock(None).ok(),
                _ => None,
            });
            let keys: Vec<_> = keys.collect();
            assert_eq!(keys.len(), 1, "{what}: {text}");
            // openssl adds the public key of EC, so bytes cannot be compared; a DSA key is not told to belong
            let leaf = Certificate::from_der(pair.chain[0].clone()).unwrap();
            let key = keys[0].secret_pkcs8();
            let is_same = key == pair.pkcs8 || belongs(key, &leaf) == Belongs::Yes;
            assert!(is_same, "{what}");
        }
    }
}

#[test]
fn nss_imports_every_profile_that_it_knows_and_we_read_its_exports() {
    // NSS refuses a file without a MAC, and PBMAC1 before 3.100
    for (profile, exports) in [
        (
            Profile::Modern,
            [
                &[][..],
                &["-c", "AES-128-CBC", "-C", "AES-256-CBC", "-M", "SHA-512"],
            ],
        ),
        (
            Profile::Legacy,
            [
                &["-c", "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC"],
                &[
                    "-c",
                    "PKCS #12 V2 PBE With SHA-1 And 128 Bit RC4",
                    "-C",
                    "none",
                ],
            ],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let nss = |program: &str, arguments: &[&str]| {
            let mut command = judge(program)?;
            command.current_dir(path).args(arguments);
            command.args(["-d", "sql:db"]);
            Some(command)
        };
        std::fs::create_dir(path.join("db")).unwrap();
        let Some(mut create) = nss("certutil", &["-N", "--empty-password"]) else {
            return;
        };
        run(&mut create);
        let pair = kit::pairs().swap_remove(0);
        write(&path.join("ours.p12"), &items(&pair), profile);
        let import = ["-i", "ours.p12", "-W", PASSWORD];
        let Some(mut import) = nss("pk12util", &import) else {
            return;
        };
        run(&mut import);
        let names = stdout(&run(&mut nss("certutil", &["-L"]).unwrap()));
        assert!(
            names.contains("größe") && names.contains("anchor"),
            "{names}"
        );
        for ciphers in exports {
            let export = ["-o", "theirs.p12", "-n", "größe", "-W", PASSWORD];
            let export = [&export[..], ciphers].concat();
            run(&mut nss("pk12util", &export).unwrap());
            let bytes = std::fs::read(path.join("theirs.p12")).unwrap();
            let contents = kit::read(&bytes, Some(PASSWORD))
                .unwrap_or_else(|error| panic!("{ciphers:?}: {error}"));
            let ours = found(&contents.store, |_| PASSWORD);
            assert_eq!(ours.len(), 1, "{ciphers:?}: {ours:?}");
            let chain: Vec<String> = pair.chain.iter().map(|der| digest(der)).collect();
            assert_eq!(ours[0].certificates, chain, "{ciphers:?}");
            assert_eq!(ours[0].key, digest(&pair.pkcs8), "{ciphers:?}");
        }
    }
}

/// cryptography brings an OpenSSL of its own, and with it PBMAC1.
#[test]
fn cryptography_opens_every_profile_with_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = [Profile::Modern, Profile::Legacy, Profile::Pbmac1];
    let pair = kit::pairs().swap_remove(0);
    let items = items(&pair);
    let mut requests = Requests::default();
    for profile in profiles {
        let path = folder.path().join(profile.word());
        write(&path, &items, profile);
        requests.list(&path, PKCS12, Some(PASSWORD), []);
        requests.list(&path, PKCS12, Some("changeti"), []);
    }
    let Some(answers) = requests.python("cryptography") else {
        return;
    };
    for (profile, answers) in profiles.into_iter().zip(answers.chunks(2)) {
        let theirs = answers[0]
            .as_ref()
            .unwrap_or_else(|said| panic!("{profile:?}: {said}"));
        assert!(answers[1].is_err(), "{profile:?}");
        let mut certificates: Vec<String> = theirs
            .iter()
            .flat_map(|entry| entry.certificates.clone())
            .collect();
        let mut ours: Vec<String> = pair.chain.iter().map(|der| digest(der)).collect();
        ours.push(digest(&items[1].entry().certificates()[0]));
        ours.sort();
        certificates.sort();
        assert_eq!(certificates, ours, "{profile:?}");
        let key = theirs.iter().find(|entry| entry.kind == "private").unwrap();
        assert_eq!(key.alias, "größe", "{profile:?}");
        assert_eq!(key.key, digest(&pair.pkcs8), "{profile:?}");
        let named = |entry: &&crate::stores::Listed| entry.alias == "anchor";
        assert!(theirs.iter().any(|entry| named(&entry)), "{profile:?}");
    }
}

#[test]
fn p12_keystore_opens_every_profile_but_pbmac1() {
    let folder = tempfile::tempdir().unwrap();
    let pair = kit::pairs().swap_remove(0);
    let items = items(&pair);
    for profile in [Profile::Modern, Profile::Legacy, Profile::Passwordless] {
        let bytes = write(&folder.path().join("store"), &items, profile);
        let store = KeyStore::from_pkcs12(&bytes, PASSWORD, Pkcs12ImportPolicy::Relaxed)
            .unwrap_or_else(|error| panic!("{profile:?}: {error}"));
        let Some(KeyStoreEntry::PrivateKeyChain(theirs)) = store.entry("größe") else {
            panic!("{profile:?}: no key")
        };
        let chain = theirs
            .certs()
            .iter()
            .map(|certificate| certificate.as_der());
        assert!(
            chain.eq(pair.chain.iter().map(AsRef::as_ref)),
            "{profile:?}"
        );
        assert_eq!(theirs.key().as_der(), pair.pkcs8, "{profile:?}");
        let anchor = store.entry("anchor");
        assert!(
            matches!(anchor, Some(KeyStoreEntry::Certificate(_))),
            "{profile:?}"
        );
    }
}
