//! keytool lists and uses what we write; we read what it writes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use trustpack_core::Certificate;
use trustpack_core::keystore::{
    self, Alias, Entry, EntryKind, Error, Format, Integrity, KeyStore, Password, RandomSource,
    ReadOptions, SealedKey, WriteOptions,
};

use crate::support::pki::{Certified, ca, server};
use crate::support::{judge, run, stdout};

const PASSWORD: &str = "changeit";
/// Latin, Greek, Chinese, an emoji beyond the BMP, and blanks.
const ALIASES: [&str; 5] = [
    "plain",
    "größe λόγος",
    "证书",
    "smile \u{1f600}",
    "two words",
];

struct Counter;

impl RandomSource for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes
            .iter_mut()
            .zip(1_u8..)
            .for_each(|(byte, number)| *byte = number);
        Ok(())
    }
}

fn keytool() -> Option<Command> {
    let mut command = judge("keytool")?;
    // Aliases beyond ASCII are printed as question marks otherwise.
    command.args([
        "-J-Dfile.encoding=UTF-8",
        "-J-Dstdout.encoding=UTF-8",
        "-J-Dsun.jnu.encoding=UTF-8",
    ]);
    command.env("LC_ALL", "C.UTF-8");
    Some(command)
}

fn chain() -> (Certified, Certified, Certified) {
    let root = ca("Root", None, |_| {});
    let issuing = ca("Issuing", Some(&root), |_| {});
    let leaf = server(&["keytool.test"], Some(&issuing), |_| {});
    (leaf, issuing, root)
}

/// Trusted certificates under every alias, and one key with a chain of three.
fn store(with_key: bool) -> KeyStore {
    let (leaf, issuing, root) = chain();
    let mut store = KeyStore::new();
    for alias in ALIASES {
        let certificate = ca(alias, None, |_| {});
        store
            .push(Entry::trusted(Alias::new(alias), certificate.der.clone()))
            .unwrap();
    }
    if with_key {
        let kind = EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(leaf.pkcs8().into()),
            chain: vec![leaf.der.clone(), issuing.der.clone(), root.der.clone()],
        };
        store
            .push(Entry {
                alias: Alias::new("server"),
                created: None,
                kind,
                attributes: Vec::new(),
            })
            .unwrap();
    }
    store
}

fn write(store: &KeyStore, format: Format, path: &Path) {
    let password = Password::new(PASSWORD);
    let options = WriteOptions {
        password: Some(&password),
        key_password: None,
        random: store.has_keys().then_some(&Counter as &dyn RandomSource),
        ..WriteOptions::default()
    };
    std::fs::write(
        path,
        &keystore::write(store, format, &options).unwrap().bytes,
    )
    .unwrap();
}

/// keytool finds JKS and PKCS#12 by itself, and has to be told of JCEKS.
fn store_type(format: Format) -> &'static str {
    match format {
        Format::Jceks => "JCEKS",
        Format::Jks => "JKS",
        _ => "PKCS12",
    }
}

/// What `keytool -list -rfc` says: alias to entry kind and certificates.
fn list(path: &Path, format: Format) -> BTreeMap<String, (String, Vec<String>)> {
    let mut command = keytool().unwrap();
    command
        .args([
            "-list",
            "-storetype",
            store_type(format),
            "-rfc",
            "-storepass",
            PASSWORD,
            "-keystore",
        ])
        .arg(path);
    let text = stdout(&run(&mut command));
    let mut entries = BTreeMap::new();
    for part in text.split("Alias name: ").skip(1) {
        let alias = part.lines().next().unwrap().to_owned();
        let kind = part
            .lines()
            .find_map(|line| line.strip_prefix("Entry type: "))
            .unwrap()
            .to_owned();
        let contents = keystore::read(part.as_bytes(), &ReadOptions::default()).unwrap();
        let fingerprints = contents
            .store
            .entries()
            .iter()
            .flat_map(fingerprints_of)
            .collect();
        entries.insert(alias, (kind, fingerprints));
    }
    entries
}

fn fingerprints_of(entry: &Entry) -> Vec<String> {
    let fingerprint = |der: &keystore::CertificateDer<'static>| {
        Certificate::from_der(der.clone())
            .unwrap()
            .fingerprint()
            .to_string()
    };
    entry.certificates().iter().map(fingerprint).collect()
}

#[test]
fn keytool_lists_what_we_write() {
    if keytool().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Jks, Format::Jceks, Format::Pkcs12] {
        for with_key in [false, true] {
            let path = folder.path().join(format!("{}-{with_key}", format.word()));
            let ours = store(with_key);
            write(&ours, format, &path);
            let theirs = list(&path, format);
            assert_eq!(theirs.len(), ours.len(), "{format}: {theirs:?}");
            for entry in ours.entries() {
                let kind = match entry.kind {
                    EntryKind::PrivateKey { .. } => "PrivateKeyEntry",
                    _ => "trustedCertEntry",
                };
                let (their_kind, fingerprints) = &theirs[entry.alias.as_str()];
                assert_eq!(their_kind, kind, "{format}, {}", entry.alias);
                assert_eq!(
                    fingerprints,
                    &fingerprints_of(entry),
                    "{format}, {}",
                    entry.alias
                );
            }
        }
    }
}

#[test]
fn keytool_uses_the_key_that_we_write() {
    if keytool().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Jks, Format::Pkcs12] {
        let path = folder.path().join(format.word());
        write(&store(true), format, &path);
        let mut command = keytool().unwrap();
        command
            .args([
                "-certreq",
                "-alias",
                "server",
                "-storepass",
                PASSWORD,
                "-keystore",
            ])
            .arg(&path);
        let request = stdout(&run(&mut command));
        assert!(
            request.contains("BEGIN NEW CERTIFICATE REQUEST"),
            "{format}: {request}"
        );
        // A store that keytool saves again is one that it understood in full.
        let mut command = keytool().unwrap();
        command.args([
            "-changealias",
            "-alias",
            "plain",
            "-destalias",
            "renamed",
            "-storepass",
            PASSWORD,
        ]);
        run(command.arg("-keystore").arg(&path));
        let password = Password::new(PASSWORD);
        let options = ReadOptions {
            password: Some(&password),
        };
        let contents = keystore::read(&std::fs::read(&path).unwrap(), &options).unwrap();
        assert_eq!(contents.store.len(), ALIASES.len() + 1, "{format}");
        assert!(contents.store.find("renamed").is_some(), "{format}");
    }
}

#[test]
fn we_read_what_keytool_writes() {
    if keytool().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, _, root) = chain();
    std::fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
    for (type_word, format, extra) in [
        ("JKS", Format::Jks, None),
        ("JCEKS", Format::Jceks, None),
        ("PKCS12", Format::Pkcs12, None),
        ("PKCS12", Format::Pkcs12, Some("-J-Dkeystore.pkcs12.legacy")),
    ] {
        let path = folder
            .path()
            .join(format!("{type_word}{}", extra.is_some()));
        let common = |command: &mut Command| {
            command
                .args(extra)
                .args(["-storetype", type_word, "-storepass", PASSWORD]);
            command
                .arg("-keystore")
                .arg(&path)
                .current_dir(folder.path());
        };
        let mut command = keytool().unwrap();
        common(&mut command);
        run(command.args([
            "-importcert",
            "-noprompt",
            "-alias",
            "größe λόγος",
            "-file",
            "root.pem",
        ]));
        let mut command = keytool().unwrap();
        common(&mut command);
        command.args([
            "-genkeypair",
            "-alias",
            "Server",
            "-keyalg",
            "EC",
            "-dname",
            "CN=Größe",
            "-keypass",
            PASSWORD,
        ]);
        run(&mut command);

        let bytes = std::fs::read(&path).unwrap();
        let password = Password::new(PASSWORD);
        let contents = keystore::read(
            &bytes,
            &ReadOptions {
                password: Some(&password),
            },
        )
        .unwrap();
        assert_eq!(
            (contents.format, contents.integrity),
            (format, Integrity::Verified)
        );
        let store = &contents.store;
        assert_eq!(store.len(), 2, "{store:?}");
        assert_eq!(
            store.find("größe λόγος").unwrap().certificates(),
            std::slice::from_ref(&root.der)
        );
        let server = store.find("server").unwrap();
        let EntryKind::PrivateKey { key, chain } = &server.kind else {
            panic!("{server:?}")
        };
        assert_eq!(chain.len(), 1);
        assert!(server.created.is_some());
        let key = key.unlock(Some(&password)).unwrap();
        let certificate = Certificate::from_der(chain[0].clone()).unwrap();
        assert_eq!(certificate.subject().to_string(), "CN=Größe");
        assert_eq!(
            trustpack_core::key::belongs(key.secret_pkcs8(), &certificate),
            trustpack_core::key::Belongs::Yes
        );
        let wrong = Password::new("changedit");
        let refused = keystore::read(
            &bytes,
            &ReadOptions {
                password: Some(&wrong),
            },
        );
        assert!(
            matches!(refused, Err(Error::WrongPassword { .. })),
            "{refused:?}"
        );
    }
}
