//! Bundles that are handed over: as they were packed or refused, and judged again.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::store::Desk;
use crate::support::server::Server;
use crate::support::{fixture, stderr, stdout, trustpack};

pub(crate) const AT: &str = "2026-11-21T00:00:00Z";

/// Packs a specification of `fixtures/channels` with these flags.
fn pack(folder: &Path, specification: &str, flags: &[&str]) -> Output {
    trustpack()
        .args(["channel", "pack"])
        .arg(match specification.starts_with('/') {
            true => specification.into(),
            false => fixture(&format!("channels/{specification}")),
        })
        .arg("--roots")
        .arg(fixture("pki/root.pem"))
        .args(["--at", AT])
        .args(flags)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .output()
        .unwrap()
}

pub(crate) fn packed(folder: &Path, specification: &str, flags: &[&str]) {
    let output = pack(folder, specification, flags);
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
}

pub(crate) fn verify(folder: &Path, flags: &[&str]) -> Output {
    trustpack()
        .args(["channel", "verify-bundle"])
        .args(flags)
        .args(["--at", AT])
        .current_dir(folder)
        .output()
        .unwrap()
}

pub(crate) fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// Every file below a folder, by its path in it.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let path = below.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false => found.push(path.display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_was_packed_holds_as_zip_and_as_folder() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "two-channels.toml", &["-o", "a.zip"]);
    packed(desk.path(), "two-channels.toml", &["-o", "a/"]);
    let mut answers = Vec::new();
    for bundle in ["a.zip", "a", "a/"] {
        let output = verify(desk.path(), &[bundle, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        let mut answer = answer(&output);
        assert_eq!(answer["holds"], true);
        assert_eq!(answer["signature"], "none");
        assert_eq!(answer["hosts"].as_array().unwrap().len(), 2);
        assert_eq!(answer["hosts"][0]["asked"], "recorded");
        assert_eq!(answer["hosts"][0]["after_renewal"][0]["outlook"], "holds");
        answer["bundle"].take();
        answers.push(answer);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_changed_byte_in_any_file_is_told_with_its_name() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram-jks.toml", &["-o", "a/"]);
    let folder = desk.path().join("a");
    for name in files(&folder) {
        let path = folder.join(&name);
        let whole = fs::read(&path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let output = verify(desk.path(), &["a"]);
            assert_eq!(output.status.code(), Some(1), "{name} at {at}");
            let told = stdout(&output);
            assert!(told.contains(&name), "{name} at {at}: {told}");
        }
        fs::remove_file(&path).unwrap();
        let output = verify(desk.path(), &["a"]);
        assert_eq!(output.status.code(), Some(1));
        let told = stdout(&output);
        assert!(
            told.contains("BUNDLE-MISSING") && told.contains(&name),
            "{told}"
        );
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(verify(desk.path(), &["a"]).status.code(), Some(0));
}

#[test]
fn a_changed_byte_in_the_zip_is_refused() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram.toml", &["-o", "a.zip"]);
    let path = desk.path().join("a.zip");
    let whole = fs::read(&path).unwrap();
    // every byte is tried in the library
    for at in (0..whole.len()).step_by(997).chain([whole.len() - 3]) {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        fs::write(&path, &changed).unwrap();
        let output = verify(desk.path(), &["a.zip"]);
        assert_ne!(output.status.code(), Some(0), "byte {at}");
        let told = stdout(&output) + &stderr(&output);
        assert!(told.contains("a.zip"), "{told}");
    }
}

#[test]
fn what_nobody_packed_is_named() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram.toml", &["-o", "a/"]);
    let folder = desk.path().join("a");
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    symlink("/etc/hostname", folder.join("support_bot/link")).unwrap();
    let output = verify(desk.path(), &["a"]);
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    for line in [
        "critical BUNDLE-EXTRA: notes.txt: ",
        "critical BUNDLE-EXTRA: support_bot/link: it is a link",
    ] {
        assert!(told.contains(line), "{told}");
    }
    // nor is it overwritten
    let output = pack(desk.path(), "telegram-leaf.toml", &["-o", "a/", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("notes.txt"), "{}", stderr(&output));
    fs::remove_file(folder.join("notes.txt")).unwrap();
    fs::remove_file(folder.join("support_bot/link")).unwrap();
    packed(desk.path(), "telegram-leaf.toml", &["-o", "a/", "--force"]);
    assert_eq!(verify(desk.path(), &["a"]).status.code(), Some(0));
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 1);
}

#[test]
fn hashes_are_printed_for_sha256sum() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram.toml", &["-o", "a/"]);
    let output = verify(desk.path(), &["a", "--sums"]);
    let lines = stdout(&output);
    let names = lines.lines().map(|line| line[66..].to_owned());
    assert_eq!(names.collect::<Vec<_>>(), files(&desk.path().join("a")));
}

/// A key pair in files: `signing.pem` with a password, its public key, and another one.
fn keys(desk: &Desk) {
    for (name, out) in [
        ("pki/self-signed-ed25519.key.pem", "signing.pem"),
        ("pki/self-signed-ed25519.pem", "signer.pem"),
        ("pki/server.key.pem", "rsa.pem"),
        ("pki/root.pem", "rsa-signer.pem"),
    ] {
        fs::copy(fixture(name), desk.path(out)).unwrap();
    }
}

#[test]
fn a_signature_is_that_of_the_key_that_was_named() {
    let desk = Desk::new();
    keys(&desk);
    let folder = desk.path("");
    packed(
        &folder,
        "telegram.toml",
        &["-o", "a.zip", "--sign", "signing.pem"],
    );
    packed(&folder, "telegram.toml", &["-o", "b.zip"]);
    packed(
        &folder,
        "telegram.toml",
        &["-o", "a.zip", "--sign", "signing.pem"],
    );
    let good = verify(&folder, &["a.zip", "--key", "signer.pem", "--json"]);
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    assert_eq!(answer(&good)["signature"], "good");
    let unknown = answer(&verify(&folder, &["a.zip", "--json"]));
    assert_eq!(unknown["signature"], "unknown");
    assert_eq!(unknown["signer"].as_str().unwrap().len(), 64);
    let unsigned = verify(&folder, &["b.zip", "--key", "signer.pem"]);
    assert_eq!(unsigned.status.code(), Some(1));
    assert!(stdout(&unsigned).contains("BUNDLE-SIGNATURE"));
    for (flags, why) in [
        (["b.zip", "--key", "rsa-signer.pem"], "RSA"),
        (["b.zip", "--key", "signing.pem"], "no public key"),
        (["b.zip", "--key", "missing.pem"], "missing.pem"),
    ] {
        let output = verify(&folder, &flags);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    for (key, why) in [("rsa.pem", "RSA"), ("signer.pem", "no private key")] {
        let output = pack(&folder, "telegram.toml", &["-o", "c.zip", "--sign", key]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
        assert!(!desk.path("c.zip").exists());
    }
}

#[test]
fn a_recording_gives_the_same_trust_without_a_server() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram.toml", &["-o", "a/"]);
    packed(desk.path(), "telegram.toml", &["-o", "a.zip"]);
    // the same channel, without the files that it names
    let text = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.retain(|line| {
        !line.contains("fullchain-ip.pem") && !line.contains("[channel.trust.files]")
    });
    let spec = desk.path().join("spec.toml");
    fs::write(&spec, lines.join("\n")).unwrap();
    fs::create_dir(desk.path().join("recorded")).unwrap();
    fs::copy(
        fixture("pki/fullchain-ip.pem"),
        desk.path().join("recorded/192.0.2.10_28090.pem"),
    )
    .unwrap();
    let spec = spec.display().to_string();
    let mut trust = Vec::new();
    for (from, to) in [
        ("a", "b"),
        ("a.zip", "c"),
        ("recorded", "d"),
        ("a/support_bot", "e"),
    ] {
        let target = format!("{to}/");
        packed(desk.path(), &spec, &["-o", &target, "--offline", from]);
        trust.push(fs::read(desk.path().join(to).join("support_bot/trust/trust.cer")).unwrap());
        let told = fs::read_to_string(desk.path().join(to).join("MANIFEST.json")).unwrap();
        assert!(told.contains("\"recorded\""), "{told}");
    }
    trust.push(fs::read(fixture("der/root.cer")).unwrap());
    assert!(trust.windows(2).all(|pair| pair[0] == pair[1]));

    let nothing = desk.path().join("nothing");
    fs::create_dir(&nothing).unwrap();
    let output = pack(desk.path(), &spec, &["-o", "f.zip", "--offline", "nothing"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("there is no chain for this host"));
    let damaged = desk.path().join("a/support_bot/report.json");
    fs::write(&damaged, "{}").unwrap();
    let output = pack(desk.path(), &spec, &["-o", "f.zip", "--offline", "a"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("support_bot/report.json"),
        "{}",
        stderr(&output)
    );
    assert!(!desk.path().join("f.zip").exists());
}

#[test]
fn why_is_told_without_writing() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram-jks.toml", &["--explain"]);
    assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 0);
    let output = pack(desk.path(), "telegram-jks.toml", &["--explain"]);
    let told = stdout(&output);
    for line in [
        "  trusted: CN=trustpack test root CA,O=trustpack test, until 2045-12-31, SHA-256 26d075cc",
        "      for 192.0.2.10:28090: the root of its chain, not sent, known to ",
        "      for 192.0.2.10:28090: an intermediate of its chain, sent by the server",
        "      after a new server certificate: holds: ",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

/// The specification with a password for its identity, whose key lies beside the certificate.
fn with_identity(desk: &Desk, key: &str) -> String {
    let pki = |name: &str| fs::read_to_string(fixture(&format!("pki/{name}.pem"))).unwrap();
    fs::write(desk.path("identity.pem"), pki("client-only") + &pki(key)).unwrap();
    fs::write(desk.path("identity.pass"), "hunter2-of-identity\n").unwrap();
    let text = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
    let chain = fixture("pki/fullchain-ip.pem").display().to_string();
    let text = text.replace("../pki/fullchain-ip.pem", &chain);
    let start = text.find("[channel.identity]").unwrap();
    let identity =
        "[channel.identity]\nfile = \"identity.pem\"\npassword = \"file:identity.pass\"\n";
    fs::write(desk.path("spec.toml"), text[..start].to_owned() + identity).unwrap();
    desk.path("spec.toml").display().to_string()
}

#[test]
fn a_bundle_with_a_key_is_for_its_owner_alone() {
    let desk = Desk::new();
    let spec = with_identity(&desk, "client-only.key");
    let folder = desk.path("");
    let key = "a/support_bot/identity/identity.jks";
    for target in ["a/", "a.zip", "b.zip"] {
        packed(&folder, &spec, &["-o", target]);
    }
    assert_eq!(desk.read("a.zip"), desk.read("b.zip"));
    for (name, mode) in [(key, 0o600), ("a.zip", 0o600), ("a/MANIFEST.json", 0o644)] {
        assert_eq!(desk.mode(name) & 0o777, mode, "{name}");
    }
    let mut archive = zip_modes(&desk.read("a.zip"));
    archive.retain(|(_, mode)| *mode != 0o644);
    assert_eq!(archive, [(key["a/".len()..].to_owned(), 0o600)]);
    for name in ["a", "a.zip"] {
        let output = verify(&folder, &[name, "--password", "file:identity.pass"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(desk.path(key), mode).unwrap();
    let output = verify(&folder, &["a", "--strict"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("KEY-EXPOSED"),
        "{}",
        stdout(&output)
    );

    let spec = with_identity(&desk, "server.key");
    let output = pack(&folder, &spec, &["-o", "c.zip"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("CERT-KEY-MISMATCH"),
        "{}",
        stdout(&output)
    );
    assert!(!desk.path("c.zip").exists());
}

/// Of each file in a zip its Unix permissions, from the high half of the external attributes (APPNOTE.TXT 4.4.15).
fn zip_modes(bytes: &[u8]) -> Vec<(String, u32)> {
    let mut modes = Vec::new();
    for (at, four) in bytes.windows(4).enumerate() {
        if four == b"PK\x01\x02" {
            let half = |place: usize| {
                usize::from(u16::from_le_bytes([
                    bytes[at + place],
                    bytes[at + place + 1],
                ]))
            };
            let name = &bytes[at + 46..at + 46 + half(28)];
            let mode = u32::try_from(half(40)).unwrap() & 0o777;
            modes.push((String::from_utf8(name.to_vec()).unwrap(), mode));
        }
    }
    modes
}

fn serving(chain: &str, key: &str) -> Server {
    let chain = fs::read(fixture(chain)).unwrap();
    let chain = pem::parse_many(chain).unwrap().into_iter();
    let key = pem::parse(fs::read(fixture(key)).unwrap()).unwrap();
    Server::start(
        chain.map(|one| one.into_contents().into()).collect(),
        key.into_contents(),
    )
}

#[test]
fn servers_are_asked_when_that_is_said() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram.toml", &["-o", "a.zip"]);
    let good = serving("pki/fullchain-ip.pem", "pki/ip.key.pem");
    let bad = serving("pki/self-signed.pem", "pki/self-signed.key.pem");
    let host = "192.0.2.10:28090";
    for (server, code) in [(&good, 0), (&bad, 1)] {
        let live = format!("{host}={}", server.address);
        let output = verify(
            desk.path(),
            &["a.zip", "--live", "--connect", &live, "--json"],
        );
        assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
        assert_eq!(answer(&output)["hosts"][0]["asked"], "live");
        for against in [server.address.to_string(), live] {
            let output = verify(desk.path(), &["a.zip", "--against", &against, "--json"]);
            assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
            let asked = &answer(&output)["hosts"][0]["asked"];
            assert_eq!(*asked, server.address.to_string());
        }
    }
    let dead = good.address.to_string();
    drop(good);
    let output = verify(desk.path(), &["a.zip", "--against", &dead]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stdout(&output).contains("CHECK-UNREACHABLE"),
        "{}",
        stdout(&output)
    );
    let output = verify(
        desk.path(),
        &["a.zip", "--against", "other.example=127.0.0.1:1"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(host), "{}", stderr(&output));
}

#[test]
fn passwords_are_checked_when_they_are_named() {
    let desk = tempfile::tempdir().unwrap();
    packed(desk.path(), "telegram-jks.toml", &["-o", "a.zip"]);
    fs::write(desk.path().join("right"), "changeit\n").unwrap();
    fs::write(desk.path().join("wrong"), "changed-it\n").unwrap();
    for (flags, code) in [
        (&["a.zip", "--password", "file:right"][..], 0),
        (&["a.zip", "--password", "file:wrong"], 1),
        (
            &[
                "a.zip",
                "--password",
                "file:wrong",
                "--password",
                "file:right",
            ],
            0,
        ),
    ] {
        let output = verify(desk.path(), flags);
        assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
    }
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    let desk = tempfile::tempdir().unwrap();
    fs::create_dir(desk.path().join("empty")).unwrap();
    fs::write(desk.path().join("text"), "text").unwrap();
    fs::write(desk.path().join("broken.zip"), "PK\x03\x04").unwrap();
    for (name, code) in [("empty", 1), ("text", 2), ("missing", 2), ("broken.zip", 1)] {
        let output = verify(desk.path(), &[name]);
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert!((stdout(&output) + &stderr(&output)).contains(name));
    }
}
