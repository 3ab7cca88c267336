//! Packing again: what an earlier bundle knows, where the next one goes, and what becomes of the one that is there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bundle::{AT, answer, files, packed, verify};
use crate::support::{fixture, stderr, stdout, trustpack};

/// `channel pack` of a specification of `fixtures/channels`, without `--roots`.
fn pack(folder: &Path, specification: &str, flags: &[&str]) -> Command {
    let mut command = trustpack();
    command
        .args(["channel", "pack"])
        // one with a path of its own stays where it is
        .arg(fixture("channels").join(specification))
        .args(["--at", AT])
        .args(flags)
        .current_dir(folder)
        // nor does this machine know the private root
        .env("SSL_CERT_FILE", fixture("pki/other-root.pem"))
        .env("SOURCE_DATE_EPOCH", "1790000000");
    command
}

#[test]
fn a_private_root_is_known_by_the_earlier_bundle() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    for (specification, trust) in [
        ("telegram.toml", "trust.cer"),
        ("telegram-jks.toml", "trust.jks"),
    ] {
        let spec = without_files(folder, specification);
        packed(folder, specification, &["-o", "a/", "--force"]);
        // the second time from the bundle that was packed from the first one
        for (from, to) in [("a", "b/"), ("b", "c/")] {
            let flags = ["-o", to, "--force", "--strict", "--offline", from];
            let output = pack(folder, &spec, &flags).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let trust = |bundle: &str| {
                fs::read(folder.join(bundle).join("support_bot/trust").join(trust)).unwrap()
            };
            assert_eq!(trust("a"), trust(to), "{specification}: {to}");
            let manifest = fs::read_to_string(folder.join(to).join("MANIFEST.json")).unwrap();
            assert!(
                manifest.contains("\"root_known_to\": \"root.pem\""),
                "{manifest}"
            );
        }
    }
}

/// The channel without the chains that it names, by its path.
fn without_files(folder: &Path, specification: &str) -> String {
    let text = fs::read_to_string(fixture(&format!("channels/{specification}"))).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with("files = "));
    let kept = kept.collect::<Vec<_>>().join("\n");
    let kept = kept.replace(
        "identity.pem",
        &fixture("channels/identity.pem").display().to_string(),
    );
    let kept = kept.replace("file:../", &format!("file:{}/", fixture("").display()));
    let spec = folder.join(specification);
    fs::write(&spec, kept).unwrap();
    spec.display().to_string()
}

#[test]
fn a_root_that_the_earlier_bundle_has_not_is_named_again_or_told() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let spec = without_files(folder, "telegram-leaf.toml");
    packed(folder, "telegram-leaf.toml", &["-o", "a.zip"]);
    let flags = ["-o", "b.zip", "--offline", "a.zip"];
    let told =
        "the root of 192.0.2.10:28090 was known by root.pem, and is not in the earlier bundle";
    let output = pack(folder, &spec, &flags).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(stderr(&output).contains(told), "{output:?}");
    let strict = [&flags[..], &["--strict", "--force"]].concat();
    let output = pack(folder, &spec, &strict).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = format!("{told}\nhint: name it again with --roots");
    assert!(stderr(&output).contains(&told), "{output:?}");
    let root = fixture("pki/root.pem").display().to_string();
    let named = [&flags[..], &["--force", "--roots", &root]].concat();
    let output = pack(folder, &spec, &named).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!stderr(&output).contains("root.pem"), "{output:?}");
}

#[test]
fn the_earlier_bundle_is_that_of_the_key_that_was_named() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let spec = without_files(folder, "telegram.toml");
    let key = fixture("pki/self-signed-ed25519.key.pem");
    let key = key.display().to_string();
    let public = fixture("pki/self-signed-ed25519.pem").display().to_string();
    packed(
        folder,
        "telegram.toml",
        &["-o", "signed.zip", "--sign", &key],
    );
    packed(folder, "telegram.toml", &["-o", "unsigned.zip"]);
    fs::create_dir(folder.join("chains")).unwrap();
    for (from, named, code, told) in [
        ("signed.zip", true, 0, "wrote next.zip"),
        (
            "signed.zip",
            false,
            0,
            "note: signed.zip is signed by the key with the SHA-256 ",
        ),
        (
            "unsigned.zip",
            false,
            0,
            "note: unsigned.zip is not signed: nothing tells who packed it",
        ),
        (
            "unsigned.zip",
            true,
            2,
            "BUNDLE-SIGNATURE: MANIFEST.sig: the bundle is not signed",
        ),
        (
            "chains",
            true,
            2,
            "chains: a folder of chains, which nobody signs",
        ),
    ] {
        let mut flags = vec!["-o", "next.zip", "--force", "--offline", from];
        if named {
            flags.extend(["--key", &public]);
        }
        let output = pack(folder, &spec, &flags).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(stderr(&output).contains(told), "{from}: {output:?}");
        assert_eq!(stderr(&output).contains("note: "), !named, "{output:?}");
    }
}

#[test]
fn killed_while_it_replaces_a_folder_there_is_a_whole_bundle_and_the_next_one_is_packed() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let root = fixture("pki/root.pem").display().to_string();
    let flags = ["-o", "out/", "--force", "--roots", &root];
    packed(folder, "telegram.toml", &["-o", "out/"]);
    let start = Instant::now();
    let output = pack(folder, "telegram-jks.toml", &flags).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let whole = start.elapsed();
    let (mut old, mut new) = (0, 0);
    let moments = 40_u32;
    for moment in 0..moments {
        packed(folder, "telegram.toml", &["-o", "out/", "--force"]);
        let mut pack = pack(folder, "telegram-jks.toml", &flags);
        let pack = pack.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = pack.spawn().unwrap();
        // what is written is written at the end
        let early = whole / 2;
        std::thread::sleep(
            early
                + (whole * 3 / 4) * moment / moments
                + Duration::from_micros(u64::from(moment * 37)),
        );
        child.kill().unwrap();
        child.wait().unwrap();
        let output = verify(folder, &["out", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        match folder.join("out/support_bot/trust/trust.jks").exists() {
            true => new += 1,
            false => old += 1,
        }
    }
    eprintln!("killed {moments} times: {old} times the old bundle, {new} times the new one");
    packed(folder, "telegram.toml", &["-o", "out/", "--force"]);
    let left: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// As where the folder is mounted: it cannot be exchanged, and what a kill leaves is in it.
#[test]
fn what_a_kill_left_in_the_folder_is_no_file_of_somebody_else() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    packed(folder, "telegram.toml", &["-o", "out/"]);
    packed(folder, "telegram.toml", &["-o", "whole/"]);
    let out = folder.join("out");
    let old = out.join(".trustpack-bundle-a1B2c3");
    fs::create_dir(&old).unwrap();
    fs::rename(out.join("MANIFEST.json"), old.join("MANIFEST.json")).unwrap();
    fs::rename(out.join("index.html"), old.join("index.html")).unwrap();
    let new = out.join(".trustpack-bundle-Z9y8x7/support_bot");
    fs::create_dir_all(&new).unwrap();
    fs::write(new.join("report.json"), "{").unwrap();
    packed(folder, "telegram.toml", &["-o", "out/", "--force"]);
    assert_eq!(files(&out), files(&folder.join("whole")));
    // what only looks like it is somebody's
    fs::create_dir(out.join(".trustpack-bundle-mine")).unwrap();
    fs::write(out.join(".trustpack-bundle-mine/notes"), "mine").unwrap();
    let output = pack(folder, "telegram-leaf.toml", &["-o", "out/", "--force"]);
    let output = { output }.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(stderr(&output).contains("notes"), "{output:?}");
}

/// No server is asked for a bundle that has no place: that would be another error.
#[test]
fn a_place_for_no_bundle_is_refused_before_anybody_is_asked() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    fs::create_dir(folder.join("mine")).unwrap();
    fs::write(folder.join("mine/notes.txt"), "mine").unwrap();
    fs::write(folder.join("file"), "mine").unwrap();
    for (flags, told) in [
        (
            &["-o", "mine/"][..],
            "error: mine/ holds files that no bundle has: notes.txt\nhint: move them away, or name another folder\n",
        ),
        (
            &["-o", "mine/", "--force"],
            "error: mine/ holds files that no bundle has: notes.txt\nhint: move them away",
        ),
        (
            &["-o", "file"],
            "error: file is there and is no bundle\nhint: name another file; ",
        ),
        (
            &["-o", "file/"],
            "error: file/ is a file, and a folder is to be written\nhint: ",
        ),
        (
            &["-o", "missing/a.zip"],
            "error: cannot write missing/a.zip: its folder does not exist\nhint: make it first: mkdir -p missing\n",
        ),
        (&["-o", "file/a/"], "error: cannot write file/a/: "),
        (
            &["-o", "-", "--json"],
            "error: the bundle and the JSON would both go to stdout\nhint: ",
        ),
    ] {
        let output = pack(folder, "telegram-unreachable.toml", flags);
        let output = { output }.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(stderr(&output).starts_with(told), "{flags:?}: {output:?}");
        assert_eq!(stdout(&output), "", "{flags:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anybody_is_asked() {
    let desk = tempfile::tempdir().unwrap();
    let closed = desk.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(closed.join("x"), "x").is_ok() {
        eprintln!("skipped: root may write everywhere");
        return;
    }
    for target in ["closed/a.zip", "closed/a/"] {
        let mut pack = pack(desk.path(), "telegram-unreachable.toml", &["-o", target]);
        let output = pack.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(
            stderr(&output).contains(&format!("cannot write {target}")),
            "{output:?}"
        );
    }
}

#[test]
fn a_bundle_on_stdout_is_alone_there() {
    let desk = tempfile::tempdir().unwrap();
    let root = fixture("pki/root.pem").display().to_string();
    let mut command = pack(desk.path(), "telegram.toml", &["-o", "-", "--roots", &root]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    packed(desk.path(), "telegram.toml", &["-o", "a.zip"]);
    assert!(output.stdout == fs::read(desk.path().join("a.zip")).unwrap());
    let told = stderr(&output);
    assert!(
        told.contains("MANIFEST.json  ") && told.contains("wrote stdout: "),
        "{told}"
    );
}

#[test]
fn packing_again_closes_a_key_that_was_opened_to_others() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let pki = |name: &str| fs::read_to_string(fixture(&format!("pki/{name}.pem"))).unwrap();
    fs::write(
        folder.join("identity.pem"),
        pki("client-only") + &pki("client-only.key"),
    )
    .unwrap();
    fs::write(folder.join("pass"), "hunter2-of-identity\n").unwrap();
    let text = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
    let text = text.replace("../pki", &fixture("pki").display().to_string());
    let text = text + "password = \"file:pass\"\n";
    fs::write(folder.join("spec.toml"), text).unwrap();
    let spec = folder.join("spec.toml").display().to_string();
    let mode = |name: &str| {
        fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    for (target, file, closed) in [
        ("out/", "out/support_bot/identity/identity.jks", 0o600),
        // a group may have been let in on purpose
        ("out.zip", "out.zip", 0o640),
    ] {
        packed(folder, &spec, &["-o", target]);
        assert_eq!(mode(file), 0o600);
        fs::set_permissions(folder.join(file), fs::Permissions::from_mode(0o644)).unwrap();
        packed(folder, &spec, &["-o", target]);
        assert_eq!(mode(file), closed, "{target}");
    }
}

#[test]
fn what_was_written_is_listed_whole() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path();
    let root = fixture("pki/root.pem").display().to_string();
    let mut command = pack(
        folder,
        "telegram.toml",
        &["-o", "a/", "--json", "--roots", &root],
    );
    let answer = answer(&command.output().unwrap());
    assert_eq!(answer["written"], "a/");
    let listed = answer["files"].as_array().unwrap().iter();
    let listed: Vec<&str> = listed.map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(listed, files(&folder.join("a")));
    let mut command = pack(folder, "telegram-unreachable.toml", &["-o", "b/", "--json"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let answer = crate::bundle::answer(&output);
    assert_eq!(answer["failed"][0]["channel"], "support_bot");
    assert_eq!(answer["written"], serde_json::Value::Null);
    assert_eq!(answer["files"].as_array().unwrap().len(), 0);
}
