//! What goes into a store: only what was proven or expected.

use super::{Site, fetch};
use crate::support::canned::Canned;
use crate::support::{run, stderr, stdout, trustpack};

/// The aliases' count that another run of ours finds in a store.
fn certificates_in(folder: &std::path::Path, store: &str) -> usize {
    let mut command = trustpack();
    let command = command
        .current_dir(folder)
        .args(["inspect", store, "--fields", "sha256"]);
    stdout(&run(command)).lines().count()
}

#[test]
fn what_nobody_proved_enters_a_store_only_when_that_is_said() {
    let site = Site::new();
    let chain = [site.leaf.der.clone(), site.issuing.der.clone()];
    let old = Canned::old_tls(&chain).address.to_string();
    let folder = tempfile::tempdir().unwrap();
    let fingerprint = format!("sha256:{}", site.fingerprint());
    let into_store = ["-o", "t.jks", "--password", "env:STORE_PASS", "--force"];

    // A file of certificates shows what came, with a warning.
    let shown = fetch(folder.path(), &[&old, "-o", "chain.pem"]);
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert!(
        stdout(&shown).contains("FETCH-UNPROVEN"),
        "{}",
        stdout(&shown)
    );

    let refused = fetch(folder.path(), &[&[old.as_str()][..], &into_store].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("did not prove"),
        "{}",
        stderr(&refused)
    );
    assert!(!folder.path().join("t.jks").exists());

    for flags in [
        vec!["--accept-unproven"],
        vec!["--expect-fingerprint", &fingerprint],
    ] {
        let arguments = [&[old.as_str()][..], &into_store, &flags].concat();
        let output = fetch(folder.path(), &arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{flags:?}: {}",
            stderr(&output)
        );
        assert_eq!(certificates_in(folder.path(), "t.jks"), 2);
    }

    // merge keeps to the same rule
    for (flags, code) in [
        (vec![], 2),
        (vec!["--accept-unproven"], 0),
        (vec!["--expect-fingerprint", fingerprint.as_str()], 0),
    ] {
        let _ = std::fs::remove_file(folder.path().join("m.jks"));
        let output = trustpack()
            .current_dir(folder.path())
            .env("STORE_PASS", "changeit")
            .args(["merge", &old, "-o", "m.jks", "--password", "env:STORE_PASS"])
            .args(&flags)
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{flags:?}: {}",
            stderr(&output)
        );
        assert_eq!(folder.path().join("m.jks").exists(), code == 0);
    }
}

#[test]
fn install_shows_judges_and_takes_only_what_is_expected() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let target = site.target();
    std::fs::write(folder.path().join("root.pem"), site.root.pem()).unwrap();
    let fingerprint = format!("sha256:{}", site.fingerprint());
    let install = |flags: &[&str]| {
        let always = [
            target.as_str(),
            "--install",
            "t.jks",
            "--password",
            "env:STORE_PASS",
            "--roots",
            "root.pem",
        ];
        fetch(folder.path(), &[&always[..], flags].concat())
    };
    // nobody there to ask
    let unasked = install(&[]);
    assert_eq!(unasked.status.code(), Some(2));
    assert!(
        stderr(&unasked).contains("no terminal to ask on"),
        "{}",
        stderr(&unasked)
    );
    let page = stdout(&unasked);
    for shown in [
        "CN=Issuing",
        "issued by itself",
        "today: a default Java client with t.jks refuses",
        "with them: a default Java client with t.jks accepts",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!folder.path().join("t.jks").exists());

    let wrong = format!("sha256:{}", "0".repeat(64));
    let unexpected = install(&["--expect-fingerprint", &wrong]);
    assert_eq!(unexpected.status.code(), Some(1));
    assert!(!folder.path().join("t.jks").exists());

    let installed = install(&["--expect-fingerprint", &fingerprint]);
    assert_eq!(installed.status.code(), Some(0), "{}", stderr(&installed));
    assert_eq!(certificates_in(folder.path(), "t.jks"), 2);
    let bytes = std::fs::read(folder.path().join("t.jks")).unwrap();
    let again = install(&["--expect-fingerprint", &fingerprint]);
    assert_eq!(again.status.code(), Some(0));
    assert!(
        stderr(&again).contains("nothing to do"),
        "{}",
        stderr(&again)
    );
    assert_eq!(std::fs::read(folder.path().join("t.jks")).unwrap(), bytes);

    let accepted = trustpack()
        .current_dir(folder.path())
        .args(["verify", &target, "--trust", "t.jks"])
        .output()
        .unwrap();
    assert_eq!(accepted.status.code(), Some(0), "{}", stdout(&accepted));
}
