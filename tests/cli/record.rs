//! `channel record`: what is in the file afterwards, and what servers have to say.

use std::fs;

use rustls_pki_types::CertificateDer;

use crate::support::server::Server;
use crate::support::{fixture, root, run, stderr, stdout, trustpack};

const URL: &str = "https://server.test/social/on/whatsapp/infobip/message/77";

/// A copy of an example of the documentation.
fn copy(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::copy(root().join("docs/examples").join(name), &path).unwrap();
    (folder, path)
}

#[test]
fn comments_stay_and_nothing_else_changes() {
    let (_folder, path) = copy("whatsapp-infobip.toml");
    let before = fs::read_to_string(&path).unwrap();
    let old = before.lines().find(|line| line.starts_with("message_url"));
    run(trustpack().args(["channel", "record"]).arg(&path).args([
        "--channel",
        "wa_sales",
        "--message-url",
        URL,
    ]));
    let after = fs::read_to_string(&path).unwrap();
    assert_eq!(
        after,
        before.replace(old.unwrap(), &format!("message_url = \"{URL}\""))
    );
}

#[test]
fn a_refused_value_leaves_the_file_as_it_is() {
    let (_folder, path) = copy("whatsapp-cloud-api.toml");
    let before = fs::read(&path).unwrap();
    for (flag, value) in [
        ("--verification-code", "Hunter2SecretXyz"),
        ("--url", "https://u:Hunter2SecretXyz@aicc.example.com/x"),
    ] {
        let output = trustpack()
            .args(["channel", "record", "--json"])
            .arg(&path)
            .args(["--channel", "wa_demo", flag, value])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!told.contains("Hunter2"), "{told}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn the_server_behind_the_url_is_judged_as_its_caller_would() {
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = fs::read(fixture("pki/server.key.pem")).unwrap();
    let key = pem::parse(key).unwrap().into_contents();
    let chain = vec![der("der/server.cer"), der("der/intermediate.cer")];
    let server = Server::start(chain, key);
    let (_folder, path) = copy("whatsapp-infobip.toml");
    let record = |url: &str, more: &[&str]| {
        let connect = server.address.to_string();
        let mut command = trustpack();
        command.args(["channel", "record", "--check", "--dry-run"]);
        command.arg(&path).args(["--channel", "wa_sales"]);
        command.args(["--message-url", url, "--connect", &connect]);
        command.args(["--at", "2026-11-21"]).args(more);
        let output = command.output().unwrap();
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let own_root = fixture("pki/root.pem").display().to_string();
    let (code, told) = record(URL, &["--roots", &own_root]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = record(URL, &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("warning CB-SELF-SIGNED"), "{told}");
    let elsewhere = URL.replace("server.test", "other.example.com");
    let (code, told) = record(&elsewhere, &["--roots", &own_root, "--force"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("critical CB-CERTIFICATE"), "{told}");
}
