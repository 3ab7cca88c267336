//! Everything that `check` finds certificates in, in one run and alone.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};

use crate::support::server::Server;
use crate::support::{fixture, stdout, trustpack};

/// Long before the end of every fixture but `expired`.
const AT: &str = "2026-11-21T00:00:00Z";

fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let mut command = trustpack();
    command
        .current_dir(folder)
        .args(["check", "--json", "--at", AT]);
    read(command.args(arguments))
}

fn read(command: &mut Command) -> (Option<i32>, Value, String) {
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    let report = serde_json::from_str(&stdout(&output)).unwrap_or(Value::Null);
    (output.status.code(), report, told)
}

/// What every subject is called, how many certificates it has, and the ids of its findings.
fn subjects(report: &Value) -> Vec<(String, usize, Vec<String>)> {
    let each = report["subjects"].as_array().unwrap().iter();
    each.map(|subject| {
        let findings = subject["findings"].as_array().unwrap().iter();
        (
            subject["subject"].as_str().unwrap().to_owned(),
            subject["certificates"].as_array().unwrap().len(),
            findings
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect(),
        )
    })
    .collect()
}

fn one(name: &str, certificates: usize, findings: &[&str]) -> (String, usize, Vec<String>) {
    let findings = findings.iter().map(|id| (*id).to_owned()).collect();
    (name.to_owned(), certificates, findings)
}

fn put(folder: &Path, name: &str, from: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(fixture(from), &path).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn archives_of_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pem = fs::read(fixture("pki/server.pem")).unwrap();
    let store = fs::read(fixture("keystores/jks/expired.jks")).unwrap();
    let members = [
        ("WEB-INF/web.xml", b"<web/>".as_slice()),
        ("conf/server.pem", &pem),
        ("conf/old.jks", &store),
    ];

    let mut archive = zip::ZipWriter::new(File::create(folder.join("app.war")).unwrap());
    for (name, content) in members {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
    let gzip = GzEncoder::new(
        File::create(folder.join("etc.tar.gz")).unwrap(),
        Compression::fast(),
    );
    let mut archive = tar::Builder::new(gzip);
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();

    let (code, report, _) = check(folder, &["."]);
    assert_eq!(code, Some(1));
    let old = ["CERT-LEAF-ONLY", "CERT-EXPIRED"];
    let expected = [
        one("./app.war: conf/server.pem", 1, &[]),
        one("./app.war: conf/old.jks", 1, &old),
        one("./etc.tar.gz: conf/server.pem", 1, &[]),
        one("./etc.tar.gz: conf/old.jks", 1, &old),
    ];
    assert_eq!(subjects(&report), expected);
    assert_eq!(report["subjects"][0]["origin"]["kind"], "file");
}

#[test]
fn what_is_packed_as_a_whole_is_unpacked_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["etc.tar.xz", "etc.tar.zst", "etc.tar.bz2"] {
        put(folder, name, &format!("archives/{name}"));
    }
    let (code, report, _) = check(folder, &["."]);
    assert_eq!(code, Some(2), "a part was not looked into");
    let expected = [
        one("./etc.tar.bz2", 0, &["CHECK-UNREADABLE"]),
        one("./etc.tar.xz: etc/server.pem", 1, &[]),
        one("./etc.tar.zst: etc/server.pem", 1, &[]),
    ];
    assert_eq!(subjects(&report), expected);
    let finding = &report["subjects"][0]["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains("bzip2"));
    assert!(finding["hint"].as_str().unwrap().contains("bunzip2"));
}

#[test]
fn what_kubectl_prints_goes_through_a_pipe() {
    let encoded = |name: &str| STANDARD.encode(fs::read(fixture(name)).unwrap());
    let secret = |name: &str, data: Value| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": { "namespace": "shop", "name": name }, "data": data,
        })
    };
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [
        secret("good", json!({ "tls.crt": encoded("pki/server.pem"), "tls.key": encoded("pki/server.key.pem") })),
        secret("mixed", json!({ "tls.crt": encoded("pki/server.pem"), "tls.key": encoded("pki/server-other-ca.key.pem") })),
        secret("broken", json!({ "tls.crt": "no base64!", "tls.key": "" })),
        { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "shop", "name": "trust" },
          "data": { "ca.pem": fs::read_to_string(fixture("pki/root.pem")).unwrap(), "other": "text" } },
    ] });
    let mut command = trustpack();
    command
        .args(["check", "-", "--json", "--at", AT])
        .stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(list.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "a part could not be read");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = subjects(&report);
    let name = |key: &str| {
        found
            .iter()
            .find(|(name, ..)| name == &format!("stdin: {key}"))
            .cloned()
    };
    assert_eq!(name("Secret shop/good: tls.crt").unwrap().1, 1, "{found:?}");
    assert_eq!(
        name("ConfigMap shop/trust: ca.pem").unwrap().1,
        1,
        "{found:?}"
    );
    assert_eq!(
        name("Secret shop/broken: tls.crt").unwrap().2,
        ["CHECK-UNREADABLE"],
        "{found:?}"
    );
    let mismatch = name("Secret shop/mixed: tls.key").unwrap();
    assert_eq!(
        (mismatch.1, mismatch.2),
        (0, vec!["CERT-KEY-MISMATCH".to_owned()])
    );
    assert_eq!(
        name("Secret shop/good: tls.key"),
        None,
        "nothing to say of it"
    );
    let origin = &report["subjects"][0]["origin"];
    assert_eq!(origin["kind"], "kubernetes");
    assert_eq!(
        (&origin["namespace"], &origin["name"]),
        (&json!("shop"), &json!("good"))
    );
    assert!(
        !String::from_utf8(output.stdout)
            .unwrap()
            .contains("PRIVATE KEY")
    );
}

#[test]
fn a_folder_with_everything_that_is_no_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "a/server.pem", "pki/server.pem");
    put(folder, "b/skip/root.pem", "pki/root.pem");
    fs::write(folder.join("a/notes.txt"), "nothing").unwrap();
    fs::write(folder.join("a/empty.pem"), "").unwrap();
    symlink("server.pem", folder.join("a/1234abcd.0")).unwrap();
    symlink("..", folder.join("b/loop")).unwrap();
    symlink("gone", folder.join("b/broken.pem")).unwrap();
    let _socket = UnixListener::bind(folder.join("b/socket")).unwrap();
    let made = Command::new("mkfifo")
        .arg(folder.join("b/pipe.pem"))
        .status();
    assert!(made.unwrap().success());
    let name = std::ffi::OsString::from("b/caf\u{e9}.pem");
    put(folder, name.to_str().unwrap(), "pki/intermediate.pem");

    let (code, report, told) = check(folder, &["."]);
    assert_eq!(code, Some(2), "{told}");
    let found = subjects(&report);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "./a/empty.pem",
            "./a/server.pem",
            "./b/caf\u{e9}.pem",
            "./b/skip/root.pem"
        ],
        "each file once, under its own name, in name order"
    );
    assert_eq!(found[0].2, ["CHECK-UNREADABLE"]);
    for line in [
        "1 file without certificates passed over: ./a/notes.txt",
        "socket",
        "pipe",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }

    let (code, report, _) = check(
        folder,
        &[
            ".",
            "--include",
            "*.pem",
            "--exclude",
            "skip",
            "--exclude",
            "empty.pem",
        ],
    );
    assert_eq!(code, Some(0));
    let names: Vec<String> = subjects(&report)
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names, ["./a/server.pem", "./b/caf\u{e9}.pem"]);
}

#[test]
fn passwords_by_rule_and_common_ones() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "keys/server.p12", "keystores/p12/openssl-key.p12");
    let findings = |arguments: &[&str]| {
        let (code, report, _) = check(folder, arguments);
        (code, subjects(&report))
    };
    let (_, locked) = findings(&["keys"]);
    assert_eq!(locked, [one("keys/server.p12", 0, &["CHECK-UNREADABLE"])]);
    let (code, report, _) = check(folder, &["keys", "--fail-on", "never"]);
    assert_eq!(
        (code, &report["summary"]["failed"]),
        (Some(2), &json!(1)),
        "nothing of it was seen"
    );
    let (code, opened) = findings(&["keys", "--password-for", "*.p12=pass:changeit"]);
    assert_eq!(
        (code, opened),
        (Some(0), vec![one("keys/server.p12", 2, &[])])
    );
    let (_, other) = findings(&["keys", "--password-for", "*.jks=pass:changeit"]);
    assert_eq!(other, locked);
    let (code, common) = findings(&["keys", "--try-common-passwords"]);
    assert_eq!(code, Some(1));
    assert_eq!(common, [one("keys/server.p12", 2, &["STORE-PROTECTION"])]);
}

#[test]
fn a_key_that_others_can_read_and_one_of_another_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = |name: &str| fs::read_to_string(fixture(name)).unwrap();
    let both = text("pki/server.pem") + &text("pki/server.key.pem");
    fs::write(folder.join("good.pem"), both).unwrap();
    let wrong = text("pki/server.key.pem") + &text("pki/server-other-ca.pem");
    fs::write(folder.join("wrong.pem"), wrong).unwrap();
    for (name, mode) in [("good.pem", 0o644), ("wrong.pem", 0o600)] {
        fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
    }
    let (code, report, _) = check(folder, &["good.pem", "wrong.pem"]);
    assert_eq!(code, Some(1));
    let found = subjects(&report);
    assert_eq!(found[0], one("good.pem", 1, &["KEY-EXPOSED"]));
    assert_eq!(found[1].2, ["CERT-KEY-MISMATCH"]);
}

#[test]
fn what_is_no_certificate_file_alarms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "server.pem", "pki/server.pem");
    put(folder, "old.key.pem", "pki/server.key.pem");
    for (name, content) in [
        ("package.json", "{\"name\": \"x\"}"),
        ("web.xml", "<web/>"),
        ("index.html", "<!DOCTYPE html><html></html>"),
        ("php.ini", "[section]\nkey=value\n"),
        (
            "dh.pem",
            "-----BEGIN DH PARAMETERS-----\nMAYCAQsCAQI=\n-----END DH PARAMETERS-----\n",
        ),
        (
            "InRelease",
            "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
        ),
        ("make.sh", "echo '-----BEGIN CERTIFICATE-----'\necho body\n"),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    let (code, report, told) = check(folder, &["."]);
    assert_eq!(code, Some(0), "{report:#} {told}");
    // as a pattern of the shell names them
    let (code, report, _) = check(folder, &["server.pem", "old.key.pem"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        subjects(&report)[1],
        one("old.key.pem", 0, &["CHECK-UNREADABLE"])
    );
    let (code, _, told) = check(folder, &["old.key.pem"]);
    assert_eq!(code, Some(2), "a key alone is nothing that was checked");
    assert!(told.contains("there is no certificate to check"), "{told}");
}

#[test]
fn what_a_chain_does_not_need_is_a_note_and_a_second_server_is_no_ca() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = |name: &str| fs::read_to_string(fixture(name)).unwrap();
    let both = text("pki/server.pem") + &text("pki/server-renewed.pem");
    fs::write(folder.join("both.pem"), both).unwrap();
    let extra = text("pki/fullchain-server.pem") + &text("pki/other-root.pem");
    fs::write(folder.join("extra.pem"), extra).unwrap();
    let mut command = trustpack();
    command
        .current_dir(folder)
        .args(["check", "--json", "both.pem", "extra.pem", "--at", AT]);
    let (code, report, _) = read(&mut command);
    assert_eq!(code, Some(0), "{report:#}");
    for certificate in report["subjects"][0]["certificates"].as_array().unwrap() {
        assert_eq!(certificate["role"], "end-entity");
    }
    assert_eq!(subjects(&report)[1].2, ["CHAIN-EXTRA"]);
}

#[test]
fn a_kubeconfig_is_followed_to_its_files_and_to_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "ca.pem", "pki/root.pem");
    let cluster = |name: &str, path: &str| json!({ "name": name, "cluster": { "certificate-authority": path } });
    let config = json!({ "apiVersion": "v1", "kind": "Config", "clusters": [
        cluster("here", "ca.pem"), cluster("device", "/dev/zero"), cluster("gone", "gone.pem"),
    ] });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let (code, report, told) = check(folder, &["config.json"]);
    assert_eq!(code, Some(2), "{told}");
    let found = subjects(&report);
    assert!(found.contains(&one("ca.pem", 1, &[])), "{found:?}");
    let endless = found.iter().find(|(name, ..)| name == "/dev/zero").unwrap();
    assert_eq!(endless.2, ["CHECK-UNREADABLE"]);
    assert_eq!(
        report["summary"]["failed"], 1,
        "what is not here is only told"
    );
}

/// A specification of one channel, with a server of its own and an identity whose password is where `password` says.
fn specification(folder: &Path, password: &str) {
    put(folder, "identity.p12", "keystores/p12/openssl-key.p12");
    let text = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
    let (before, _) = text.split_once("[channel.trust]").unwrap();
    // a port that nobody listens at
    let before = before.replace("192.0.2.10:28090", "127.0.0.1:1");
    let identity =
        format!("[channel.identity]\nfile = \"identity.p12\"\npassword = \"{password}\"\n");
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("shop.toml"), before + &identity).unwrap();
    fs::write(folder.join("store.pass"), "changeit\n").unwrap();
}

#[test]
fn a_specification_in_a_folder_is_read_and_its_servers_are_asked_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    specification(&folder.join("channels"), "file:store.pass");
    let exclude = ["--exclude", "*.p12"];
    let (code, report, told) = check(folder, &[&["channels"], exclude.as_slice()].concat());
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(subjects(&report), [one("channels/identity.p12", 2, &[])]);
    let line = "note: channels/shop.toml: a channel specification with 1 server, asked only when the file is named";
    assert!(told.contains(line), "{told}");

    let (code, report, told) = check(folder, &["channels/shop.toml"]);
    assert_eq!(code, Some(1), "{told}");
    let found = subjects(&report);
    assert_eq!(found[0].0, "127.0.0.1:1");
    assert_eq!(found[1], one("channels/identity.p12", 2, &[]));
    assert!(!told.contains("asked only"), "{told}");
}

#[test]
fn the_password_that_a_specification_names_is_used_and_one_that_is_missing_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let message = |password: &str, arguments: &[&str]| {
        specification(&folder.join("channels"), password);
        let exclude = ["channels", "--exclude", "*.p12"];
        let (code, report, told) = check(folder, &[exclude.as_slice(), arguments].concat());
        let finding = &report["subjects"][0]["findings"][0]["message"];
        let finding = finding.as_str().unwrap_or_default().to_owned();
        (code, finding, told)
    };
    let (code, finding, _) = message("env:TRUSTPACK_TEST_NOT_SET", &[]);
    assert_eq!(code, Some(2));
    assert!(
        finding.contains("TRUSTPACK_TEST_NOT_SET is not set"),
        "{finding}"
    );
    let (code, finding, _) = message("file:/dev/zero", &[]);
    assert_eq!(code, Some(2));
    assert!(finding.contains("this is no file"), "{finding}");
    // a wrong one is no reason to leave the others untried, and a rule comes first
    fs::write(folder.join("wrong.pass"), "wrong\n").unwrap();
    let wrong = "file:../wrong.pass";
    let (code, finding, _) = message(wrong, &[]);
    assert_eq!(code, Some(2));
    assert!(finding.contains("password"), "{finding}");
    let (code, _, told) = message(wrong, &["--password", "pass:changeit"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, _, told) = message(wrong, &["--password-for", "*.p12=pass:changeit"]);
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn what_did_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.pem", "pki/server-expired.pem");
    put(folder, "pki/b.p12", "keystores/p12/openssl-key.p12");
    let silence = |id: &str, until: &str| {
        format!("[[silence]]\nid = \"{id}\"\npath = \"pki/*\"\nreason = \"r\"\nuntil = {until}\n")
    };
    let policy = [
        silence("CERT-EXPIRED", "2026-11-20"),
        silence("CERT-EXPIRED", "2026-12-31"),
        silence("CERT-WEAK", "2026-12-31"),
    ];
    fs::write(folder.join("policy.toml"), policy.concat()).unwrap();
    let arguments = [
        "pki",
        "--policy",
        "policy.toml",
        "--include",
        "*.p12",
        "--include",
        "*.pem",
        "--include",
        "*.pfx",
        "--password-for",
        "b.p12=pass:changeit",
        "--password-for",
        "*.p12=pass:changeit",
        "--password-for",
        "c.p12=pass:changeit",
    ];
    let (code, report, told) = check(folder, &arguments);
    assert_eq!(code, Some(0), "{report:#}");
    let lines: Vec<&str> = told
        .lines()
        .filter(|line| !line.contains("visible to every user"))
        .collect();
    assert_eq!(
        lines,
        [
            "warning: --include \"*.pfx\" fits no file in a folder",
            "warning: --password-for \"*.p12\" fits no file that is left to it, so its password is not tried",
            "warning: --password-for \"c.p12\" fits no file that is left to it, so its password is not tried",
            "note: silence 1 of the policy ended on 2026-11-20",
            "note: silence 3 of the policy fits nothing that was found",
        ]
    );
}

#[test]
fn a_key_in_a_file_of_a_like_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "good/tls.crt", "pki/server.pem");
    put(folder, "good/tls.key", "pki/server.key.pem");
    put(folder, "live/fullchain.pem", "pki/fullchain-server.pem");
    put(folder, "live/privkey.pem", "pki/server-other-ca.key.pem");
    let (code, report, _) = check(folder, &["."]);
    assert_eq!(code, Some(1));
    let found = subjects(&report);
    let of = |name: &str| found.iter().find(|(found, ..)| found == name).unwrap();
    assert_eq!(*of("./good/tls.crt"), one("./good/tls.crt", 1, &[]));
    assert_eq!(of("./live/fullchain.pem").2, ["CERT-KEY-MISMATCH"]);
}

#[test]
fn a_stream_longer_than_memory_would_like_is_checked_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pem = fs::read_to_string(fixture("pki/server.pem")).unwrap();
    let count = (5 << 20) / pem.len();
    let mut text = pem.repeat(count);
    text.push_str("-----BEGIN CERTIFICATE-----\nAAAA!\n-----END CERTIFICATE-----\n");
    let lines = text.lines().count();
    text.push_str(&pem);
    fs::write(folder.join("long.pem"), &text).unwrap();
    let mut command = trustpack();
    command
        .current_dir(folder)
        .args(["check", "long.pem", "--format", "jsonl", "--at", AT]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines_out: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (last, pieces) = lines_out.split_last().unwrap();
    assert!(pieces.len() > 3);
    assert_eq!(last["summary"]["subjects"], 1);
    assert_eq!(last["summary"]["certificates"], count + 1);
    let labels: Vec<&str> = pieces
        .iter()
        .flat_map(|piece| piece["certificates"].as_array().unwrap())
        .map(|certificate| certificate["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        (labels[0], *labels.last().unwrap()),
        ("1", (count + 1).to_string().as_str())
    );
    let findings: Vec<&Value> = pieces
        .iter()
        .flat_map(|piece| piece["findings"].as_array().unwrap())
        .collect();
    assert_eq!(findings.len(), 1);
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("line {}: ", lines - 2)),
        "{message}"
    );
}

#[test]
fn a_long_file_is_asked_for_exposed_keys_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.pem");
    let text = |name: &str| fs::read_to_string(fixture(name)).unwrap();
    let certificates = text("pki/server.pem").repeat((2 << 20) / text("pki/server.pem").len());
    let key = text("pki/server.key.pem");
    fs::write(
        &path,
        [&key, &certificates, &key, &certificates]
            .map(String::as_str)
            .concat(),
    )
    .unwrap();
    let exposed = |mode: u32| {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let (code, report, told) = check(folder.path(), &["long.pem"]);
        let findings = report["subjects"].as_array().unwrap().iter();
        let findings = findings.flat_map(|subject| subject["findings"].as_array().unwrap());
        let ids: Vec<String> = findings
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        (code, ids, told)
    };
    let (code, ids, told) = exposed(0o644);
    assert_eq!(
        (code, ids),
        (Some(1), vec!["KEY-EXPOSED".to_owned()]),
        "{told}"
    );
    let (code, ids, told) = exposed(0o600);
    assert_eq!((code, ids.len()), (Some(0), 0), "{told}");
}

#[test]
fn files_and_the_server_they_belong_to() {
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = pem::parse(fs::read(fixture("pki/server.key.pem")).unwrap()).unwrap();
    let chain = vec![der("der/server.cer"), der("der/intermediate.cer")];
    let server = Server::start(chain, key.into_contents());
    let findings = |pair: &str| {
        let mut command = trustpack();
        command.args(["check", "--json", "--at", AT, "--pair", pair]);
        command.arg("--connect").arg(server.address.to_string());
        command
            .arg("--roots")
            .arg(fixture("pki/root.pem"))
            .current_dir(fixture("."));
        let (code, report, told) = read(&mut command);
        let found = subjects(&report);
        assert_eq!(found.len(), 2, "the server and the file: {told}");
        (code, found[0].2.clone(), found[1].2.clone())
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(
        findings("pki/server.pem=server.test"),
        (Some(0), none.clone(), none.clone())
    );
    assert_eq!(
        findings("pki/root.pem=server.test"),
        (Some(0), none.clone(), none.clone())
    );
    let renewed = vec!["CERT-NOT-DEPLOYED".to_owned()];
    assert_eq!(
        findings("pki/server-renewed.pem=server.test"),
        (Some(0), none.clone(), renewed)
    );
    let refused = vec!["CERT-NOT-COVERED".to_owned()];
    assert_eq!(
        findings("pki/other-root.pem=server.test"),
        (Some(1), none.clone(), refused)
    );
    // the server is asked for a name that its certificate is not for
    let (code, host, _) = findings("pki/root.pem=elsewhere.test");
    assert_eq!((code, host), (Some(1), vec!["CERT-HOST".to_owned()]));
}

#[test]
fn what_is_named_twice_is_checked_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.pem", "pki/server.pem");
    put(folder, "pki/b.pem", "pki/root.pem");
    symlink("a.pem", folder.join("pki/link.pem")).unwrap();
    fs::hard_link(folder.join("pki/a.pem"), folder.join("hard.pem")).unwrap();
    let names = |arguments: &[&str]| {
        let (_, report, told) = check(folder, arguments);
        assert!(report.is_object(), "{told}");
        let names = subjects(&report).into_iter().map(|(name, ..)| name);
        names.collect::<Vec<_>>()
    };
    let a = "pki/a.pem";
    assert_eq!(names(&[a, a, "./pki/a.pem", "pki/link.pem"]), [a]);
    assert_eq!(names(&["hard.pem", a]), ["hard.pem"]);
    assert_eq!(names(&["pki", "./pki/a.pem"]), ["pki/b.pem", "./pki/a.pem"]);
    assert_eq!(names(&["pki", "pki", "."]), [a, "pki/b.pem", "./hard.pem"]);
    assert_eq!(names(&["gone.pem", "./gone.pem"]), ["gone.pem"]);
}

#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let pem = fs::read(fixture("pki/server.pem")).unwrap();
    for name in [b"\xfe.pem".as_slice(), b"\xff.pem"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(folder.path().join(name), &pem).unwrap();
    }
    let (code, report, told) = check(folder.path(), &["."]);
    assert_eq!(code, Some(0), "{told}");
    let expected = [one("./\\xfe.pem", 1, &[]), one("./\\xff.pem", 1, &[])];
    assert_eq!(subjects(&report), expected);
}

#[test]
fn patterns_fit_however_a_path_is_spelled() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.p12", "keystores/p12/openssl-key.p12");
    put(folder, "pki/old/b.pem", "pki/server-expired.pem");
    put(folder, "c.pem", "pki/server.pem");
    for rule in ["pki/a.p12", "./pki/a.p12", "pki//a.p12"] {
        for input in ["pki/a.p12", "./pki/a.p12"] {
            let password = format!("{rule}=pass:changeit");
            let (code, report, told) = check(folder, &[input, "--password-for", &password]);
            assert_eq!(code, Some(0), "{rule} {input}: {told}");
            assert_eq!(subjects(&report)[0].1, 2);
            fs::write(
                folder.join("policy.toml"),
                format!("[[rule]]\npath = \"{rule}\"\nwarn = \"90000d\"\ncrit = \"1d\"\n"),
            )
            .unwrap();
            let policy = ["--policy", "policy.toml", "--password-for", &password];
            let (code, ..) = check(folder, &[&[input], policy.as_slice()].concat());
            assert_eq!(code, Some(1), "{rule} {input}");
        }
    }
    let names = |arguments: &[&str]| {
        let (_, report, _) = check(folder, arguments);
        let names = subjects(&report).into_iter().map(|(name, ..)| name);
        names.collect::<Vec<_>>()
    };
    for exclude in ["pki/", "./pki", "./pki/"] {
        assert_eq!(names(&[".", "--exclude", exclude]), ["./c.pem"]);
        assert_eq!(names(&["pki", "c.pem", "--exclude", exclude]), ["c.pem"]);
    }
    for exclude in ["pki/old/", "./pki/old", "old/", "./old"] {
        let found = names(&["./pki", "--exclude", exclude]);
        assert_eq!(found, ["./pki/a.p12"], "{exclude}");
    }
    for include in ["./pki/a.p12", "pki/*.p12", "a.p12", "./a.p12"] {
        let found = names(&["./pki", "--include", include]);
        assert_eq!(found, ["./pki/a.p12"], "{include}");
    }
}
