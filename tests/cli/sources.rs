//! Everything that `check` finds certificates in, in one run and alone.

mod folders;
mod packed;
mod specifications;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

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
