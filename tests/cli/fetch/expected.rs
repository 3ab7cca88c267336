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

    // What is told of another key is what can be expected next time.
    let output = fetch(folder.path(), &[&target, "--expect-spki", &wrong]);
    let said = stderr(&output);
    let (_, found) = said.split_once("the server presents ").unwrap();
    let found = found.lines().next().unwrap();
    let output = fetch(folder.path(), &[&target, "--expect-spki", found]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{found}: {}",
        stderr(&output)
    );
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_never_fine() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let target = site.target();
    let wrong = format!("sha256:{}", "0".repeat(64));
    for flags in [
        &["--engine", "probe", "--tls-version", "1.3"][..],
        &["--engine", "tls", "--tls-version", "1.1"],
        &["--engine", "probe", "--cert-type", "mldsa"],
        &["--cert-type", "mldsa", "--tls-version", "1.2"],
        &["--cert-type", "mldsa", "--tls-version", "1.0"],
    ] {
        let arguments = [&[target.as_str(), "--expect-fingerprint", &wrong], flags].concat();
        let output = fetch(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(
            stderr(&output).contains("error: "),
            "{flags:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_lock_is_written_over_locks_only_and_loses_nothing() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let rule = format!("a.test:443={}", site.target());
    let ask = |flags: &[&str]| {
        fetch(
            folder.path(),
            &[&["a.test", "--connect", &rule][..], flags].concat(),
        )
    };
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    fs::write(folder.path().join("precious.pem"), site.leaf.pem()).unwrap();
    let refused = ask(&["--lock", "precious.pem"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("only a lock is written over"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(read("precious.pem"), site.leaf.pem());

    assert_eq!(ask(&["--lock", "seen.toml"]).status.code(), Some(0));
    let seen = read("seen.toml");
    // Neither a server that is gone nor a certificate that was not expected changes it.
    let gone = fetch(
        folder.path(),
        &["a.test", "--connect", "127.0.0.1:1", "--lock", "seen.toml"],
    );
    assert!(
        stderr(&gone).contains("stays locked as before"),
        "{}",
        stderr(&gone)
    );
    assert_eq!(read("seen.toml"), seen);
    let wrong = format!("sha256:{}", "0".repeat(64));
    let unexpected = ask(&["--lock", "new.toml", "--expect-fingerprint", &wrong]);
    assert_eq!(unexpected.status.code(), Some(1));
    assert!(!folder.path().join("new.toml").exists());

    // Nor does a change that --locked finds in the same run; it is among the findings of the record.
    let other = Site::new();
    let rule = format!("a.test:443={}", other.target());
    let arguments = [
        "a.test",
        "--connect",
        &rule,
        "--locked",
        "seen.toml",
        "--lock",
        "seen.toml",
        "--jsonl",
    ];
    for _ in 0..2 {
        let changed = fetch(folder.path(), &arguments);
        assert_eq!(changed.status.code(), Some(1));
        assert!(has_finding(&records(&changed)[0], "LOCK-KEY-CHANGED"));
        assert_eq!(read("seen.toml"), seen);
    }
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
    assert!(!folder.path().join("seen.toml").exists());
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
