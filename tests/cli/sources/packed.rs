//! Archives, lists and streams: what lies inside is checked as files are.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

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
