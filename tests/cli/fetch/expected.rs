//! What was seen before, and what must come now.

use std::fs;

use rcgen::PublicKeyData;

use super::{Site, fetch, has_finding, records, sha256};
use crate::support::canned::Canned;
use crate::support::{stderr, stdout};

#[test]
fn an_expected_certificate_or_key_is_fine_and_another_one_is_not() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let target = site.target();
    let right = format!("sha256:{}", site.fingerprint());
    let spki = format!(
        "sha256:{}",
        sha256(&site.leaf.key.subject_public_key_info())
    );
    let wrong = format!("sha256:{}", "0".repeat(64));
    for (flags, code) in [
        (vec!["--expect-fingerprint", right.as_str()], 0),
        (vec!["--expect-spki", &spki], 0),
        (
            vec![
                "--expect-fingerprint",
                &wrong,
                "--expect-fingerprint",
                &right,
            ],
            0,
        ),
        (vec!["--expect-fingerprint", &wrong], 1),
        (vec!["--expect-spki", &wrong], 1),
        (
            vec!["--expect-fingerprint", &right, "--expect-spki", &wrong],
            1,
        ),
    ] {
        let arguments = [
            &[target.as_str(), "--jsonl", "-o", "chains/"],
            flags.as_slice(),
        ]
        .concat();
        let _ = fs::remove_dir_all(folder.path().join("chains"));
        let output = fetch(folder.path(), &arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{flags:?}: {}",
            stderr(&output)
        );
        let record = &records(&output)[0];
        assert_eq!(has_finding(record, "FETCH-UNEXPECTED"), code == 1);
        assert_eq!(
            folder.path().join("chains").exists(),
            code == 0,
            "{flags:?}"
        );
        assert_eq!(stderr(&output).contains("not the expected"), code == 1);
    }
    let output = fetch(folder.path(), &[&target, "--expect-fingerprint", "md5:00"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_issuer_of_a_certificate_that_cannot_be_read_does_not_take_its_place() {
    let site = Site::new();
    let mut damaged = site.leaf.der.to_vec();
    damaged.push(0);
    let chain = [damaged.into(), site.issuing.der.clone()];
    let target = Canned::old_tls(&chain).address.to_string();
    let folder = tempfile::tempdir().unwrap();
    let issuer = format!("sha256:{}", sha256(&site.issuing.der));
    let output = fetch(
        folder.path(),
        &[
            &target,
            "--jsonl",
            "--expect-fingerprint",
            &issuer,
            "--lock",
            "seen.toml",
        ],
    );
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("cannot be read"),
        "{}",
        stderr(&output)
    );
    assert!(has_finding(&records(&output)[0], "CERT-UNREADABLE"));
    let lock = fs::read_to_string(folder.path().join("seen.toml")).unwrap();
    assert!(!lock.contains("[[server]]"), "{lock}");
}

#[test]
fn a_lock_holds_until_something_changes_and_names_it() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let target = site.target();
    let named = |target: &str| format!("a.test:443={target}");
    let ask = |connect: &str, flags: &[&str]| {
        let rule = named(connect);
        fetch(
            folder.path(),
            &[&["a.test:443", "--connect", &rule][..], flags].concat(),
        )
    };
    let first = ask(&target, &["--lock", "seen.toml"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let lock = fs::read_to_string(folder.path().join("seen.toml")).unwrap();
    assert!(lock.contains("a.test:443"), "{lock}");

    // The same again: fine, and the same bytes.
    let again = ask(&target, &["--locked", "seen.toml", "--lock", "again.toml"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(
        fs::read_to_string(folder.path().join("again.toml")).unwrap(),
        lock
    );

    // Another key, another issuer.
    let other = Site::new();
    let changed = ask(&other.target(), &["--locked", "seen.toml"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        stderr(&changed).contains("LOCK-KEY-CHANGED"),
        "{}",
        stderr(&changed)
    );

    // Renewed with the same key.
    let renewed = crate::support::pki::server_with(
        rcgen::KeyPair::try_from(site.leaf.pkcs8()).unwrap(),
        &["a.test"],
        Some(&site.issuing),
        |parameters| crate::support::pki::days(parameters, 0, 90),
    );
    let chain = vec![renewed.der.clone(), site.issuing.der.clone()];
    let server = crate::support::server::Server::start(chain, renewed.pkcs8());
    let changed = ask(&server.address.to_string(), &["--locked", "seen.toml"]);
    assert_eq!(changed.status.code(), Some(1));
    let said = stderr(&changed);
    assert!(
        said.contains("LOCK-LEAF-CHANGED") && !said.contains("LOCK-KEY"),
        "{said}"
    );

    // A server that is gone cannot be compared.
    let gone = ask("127.0.0.1:1", &["--locked", "seen.toml"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(stderr(&gone).contains("LOCK-MISSING"), "{}", stderr(&gone));
    assert_eq!(stdout(&gone), "");
}

#[test]
fn a_lock_that_is_none_says_where() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("seen.toml"),
        "version = 1\n[[server]]\nleaf = 7\n",
    )
    .unwrap();
    let output = fetch(folder.path(), &["127.0.0.1:1", "--locked", "seen.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("seen.toml"), "{}", stderr(&output));
    assert!(stderr(&output).contains("line"), "{}", stderr(&output));
}
