//! Bundles, byte for byte: from given files, so that no server is needed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{fixture, run, trustpack};

/// Packs a specification of `fixtures/channels` into `folder` and returns the path of the zip.
fn pack(specification: &str, folder: &Path, name: &str, epoch: Option<&str>) -> PathBuf {
    let target = folder.join(name);
    let mut command = trustpack();
    command
        .args(["channel", "pack"])
        .arg(fixture(&format!("channels/{specification}")))
        .arg("-o")
        .arg(&target)
        .arg("--roots")
        .arg(fixture("pki/root.pem"))
        .args(["--at", "2026-11-21T00:00:00Z"]);
    if let Some(epoch) = epoch {
        command.env("SOURCE_DATE_EPOCH", epoch);
    }
    run(&mut command);
    target
}

#[test]
fn the_same_source_date_epoch_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for specification in ["telegram.toml", "telegram-jks.toml"] {
        let bytes =
            |name, epoch| fs::read(pack(specification, folder.path(), name, epoch)).unwrap();
        let first = bytes("first.zip", Some("1790000000"));
        assert!(first.starts_with(b"PK\x03\x04"));
        assert!(
            first == bytes("second.zip", Some("1790000000")),
            "{specification}: equal input gave unequal bytes"
        );
        assert!(
            first != bytes("third.zip", Some("1800000000")),
            "{specification}: the time is not in the bundle"
        );
        for name in ["first.zip", "second.zip", "third.zip"] {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
    }
}

#[test]
fn packing_again_is_no_overwriting() {
    let folder = tempfile::tempdir().unwrap();
    let target = pack(
        "telegram.toml",
        folder.path(),
        "out.zip",
        Some("1790000000"),
    );
    let before = fs::metadata(&target).unwrap().modified().unwrap();
    pack(
        "telegram.toml",
        folder.path(),
        "out.zip",
        Some("1790000000"),
    );
    assert_eq!(fs::metadata(&target).unwrap().modified().unwrap(), before);
}

#[test]
fn the_packed_anchor_is_the_certificate_itself() {
    let folder = tempfile::tempdir().unwrap();
    let target = pack("telegram.toml", folder.path(), "out/", None);
    let packed = fs::read(target.join("support_bot/trust/trust.cer")).unwrap();
    assert_eq!(packed, fs::read(fixture("der/root.cer")).unwrap());
    let chain = fs::read(target.join("support_bot/chains/192.0.2.10_28090.pem")).unwrap();
    let given = fs::read(fixture("pki/fullchain-ip.pem")).unwrap();
    let certificates = |bytes: &[u8]| pem::parse_many(bytes).unwrap();
    assert_eq!(certificates(&chain), certificates(&given));
}

#[test]
fn no_secret_is_in_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let target = pack("telegram-jks.toml", folder.path(), "out/", None);
    for name in [
        "channel.json",
        "report.json",
        "CHECKLIST.md",
        "trust/trust.jks",
    ] {
        let bytes = fs::read(target.join("support_bot").join(name)).unwrap();
        // The reference names the file that holds it.
        let text = String::from_utf8_lossy(&bytes).replace("changeit.pass", "");
        assert!(!text.contains("changeit"), "the password is in {name}");
    }
}

#[test]
fn a_host_that_is_not_covered_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for specification in ["telegram-other-host.toml", "telegram-expired.toml"] {
        for target in ["out.zip", "out/"] {
            let output = trustpack()
                .args(["channel", "pack"])
                .arg(fixture(&format!("channels/{specification}")))
                .arg("-o")
                .arg(folder.path().join(target))
                .args(["--at", "2026-11-21T00:00:00Z"])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1), "{specification}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
