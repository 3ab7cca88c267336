//! The configuration: users, TLS, what is read again, and what is not taken.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::process::Signal;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName};

use super::{Answer, Exporting, value};
use crate::support::{fixture, stderr, trustpack};

/// Of `secret`, at the lowest cost there is.
const HASH: &str = "$2y$04$QVUEtgWGhgjbKVkl9gwVz.gdUYvhAPaQdvp.U0NVd2Axh.sLJSdSO";

fn write(folder: &Path, text: &str) {
    // as editors and Kubernetes do it
    fs::write(folder.join("new.toml"), text).unwrap();
    fs::rename(folder.join("new.toml"), folder.join("exporter.toml")).unwrap();
}

fn start(folder: &Path, text: &str) -> Exporting {
    write(folder, text);
    Exporting::start(folder, &["--config", "exporter.toml"])
}

fn authorization(credentials: &str) -> String {
    format!("Authorization: Basic {}\r\n", STANDARD.encode(credentials))
}

#[test]
fn users_are_asked_for_name_and_password() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = start(
        folder.path(),
        &format!("[basic_auth]\nprometheus = \"{HASH}\"\n"),
    );
    for path in ["/", "/metrics", "/probe?target=a:1", "/nothing"] {
        for headers in [
            String::new(),
            authorization("prometheus:wrong"),
            authorization("prometheus:"),
            authorization("nobody:secret"),
            authorization("secret"),
            "Authorization: Bearer secret\r\n".to_owned(),
            "Authorization: Basic ****\r\n".to_owned(),
        ] {
            let refused = exporting.request("GET", path, &headers);
            assert_eq!(refused.status, 401, "{path} {headers}");
            assert!(refused.head.contains("www-authenticate: basic "));
        }
    }
    // twice: the second time from memory
    for _ in 0..2 {
        let right = authorization("prometheus:secret");
        assert_eq!(exporting.request("GET", "/metrics", &right).status, 200);
    }
    // whoever starts it asks without a password
    assert_eq!(exporting.get("/-/healthy").status, 200);
    assert_eq!(exporting.get("/-/ready").status, 200);
}

#[test]
fn it_speaks_tls_with_a_certificate_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let chain =
        ["pki/server.pem", "pki/intermediate.pem"].map(|name| fs::read(fixture(name)).unwrap());
    fs::write(path("server.pem"), chain.concat()).unwrap();
    fs::copy(fixture("pki/server.key.pem"), path("server.key")).unwrap();
    let tls = "[tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n";
    let exporting = start(folder.path(), tls);

    let mut roots = RootCertStore::empty();
    let root = fs::read(fixture("pki/root.pem")).unwrap();
    let root = pem::parse(root).unwrap().into_contents();
    roots.add(CertificateDer::from(root)).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("server.test").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, exporting.connect());
    let request = b"GET /metrics HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 200);
    assert_eq!(value(&answer.body, "trustpack_exporter_build_info"), 1.0);
    // plain HTTP is no TLS, and is over at once
    assert_eq!(exporting.get("/metrics").status, 0);
}

#[test]
fn a_new_configuration_counts_and_a_broken_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = start(folder.path(), "allow = []\n");
    let probe = |one: &Exporting| {
        one.get("/probe?target=127.0.0.1:1&module=tcp_connect")
            .status
    };
    let taken = |one: &Exporting| {
        value(
            &one.metrics(),
            "trustpack_exporter_config_last_reload_successful",
        )
    };
    assert_eq!((probe(&exporting), taken(&exporting)), (403, 1.0));
    write(folder.path(), "allow = [\"127.0.0.1\"]\n");
    exporting.watching.line("the configuration was read again");
    assert_eq!(probe(&exporting), 200);

    write(folder.path(), "alow = []\n");
    let told = exporting
        .watching
        .line("the new configuration is not taken");
    assert!(
        told.contains("exporter.toml: there is no key alow"),
        "{told}"
    );
    assert_eq!(
        exporting.watching.line("hint: "),
        "hint: perhaps it is allow"
    );
    assert_eq!((probe(&exporting), taken(&exporting)), (200, 0.0));
    fs::remove_file(folder.path().join("exporter.toml")).unwrap();
    exporting.watching.line("no such file");
    assert_eq!((probe(&exporting), taken(&exporting)), (200, 0.0));

    write(folder.path(), "");
    exporting.watching.line("the configuration was read again");
    assert_eq!((probe(&exporting), taken(&exporting)), (403, 1.0));
    exporting.watching.signal(Signal::HUP);
    exporting.watching.line("the configuration was read again");
}

#[test]
fn what_keeps_strangers_out_is_not_taken_away_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let users = format!("[basic_auth]\nprometheus = \"{HASH}\"\n");
    let exporting = start(folder.path(), &users);
    for (text, why) in [
        ("", "it has no basic_auth any more"),
        ("allow = [\"a.example\"]\n", "it has no basic_auth any more"),
        ("[basic_auth]\n", "basic_auth names nobody"),
    ] {
        write(folder.path(), text);
        let told = exporting
            .watching
            .line("the new configuration is not taken");
        assert!(told.contains(why), "{told}");
        assert_eq!(exporting.get("/metrics").status, 401, "{text:?}");
    }
    // what would be waited for
    let file = folder.path().join("exporter.toml");
    fs::remove_file(&file).unwrap();
    exporting.watching.line("no such file");
    rustix::fs::mkfifoat(rustix::fs::CWD, &file, 0o600.into()).unwrap();
    exporting.watching.line("this is no file");
    write(folder.path(), &users);
    exporting.watching.line("the configuration was read again");
    assert_eq!(exporting.get("/metrics").status, 401);
}

#[test]
fn a_configuration_that_changes_all_the_time_is_taken_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let exporting = start(folder.path(), "");
    let text = format!("allow = [\"127.0.0.1\"]\n# {}\n", "x".repeat(1 << 20));
    let path = folder.path().join("exporter.toml");
    // in pieces, into the file itself
    for round in 0..4 {
        let mut file = fs::File::create(&path).unwrap();
        for piece in text.as_bytes().chunks(64 << 10) {
            file.write_all(piece).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(exporting.get("/-/healthy").status, 200, "{round}");
    }
    exporting.until(|one| {
        one.get("/probe?target=127.0.0.1:1&module=tcp_connect")
            .status
            == 200
    });
}

#[test]
fn what_makes_no_sense_is_refused_at_the_start_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.pem"), "nothing").unwrap();
    for (text, told) in [
        ("allow = 1", "exporter.toml at line 1, column 9: "),
        ("allow = [\"https://a/\"]", "is no target"),
        ("alow = []", "there is no key alow"),
        ("[tls]\ncert = \"a\"", "there is no key tls.cert"),
        ("[tls]\ncertificate = \"absent\"", "absent: "),
        ("[tls]\ncertificate = \"bad.pem\"", "bad.pem: "),
        (
            "[tls]\ncertificate = \"a\"\npassword = \"prompt\"",
            "read again and again",
        ),
        (
            "[basic_auth]\na = \"plain\"",
            "basic_auth.a: this is no hash of bcrypt",
        ),
        ("[modules.a]\n", "modules.a: there is no prober"),
        (
            "[modules.a]\nprober = \"icmp\"",
            "modules.a: there is no prober",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\ntimout = 1",
            "there is no key timout",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\ntimeout = \"x\"",
            "modules.a: invalid value 'x' for '--timeout <TIME>'",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\nstarttls = \"x\"",
            "modules.a: invalid value 'x'",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\nconnect = \"b:1\"",
            "there is no key connect",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\nclient_password = \"prompt\"\nclient_cert = \"a\"",
            "give them once",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\nroots = \"absent\"",
            "absent: no such file",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\ntls = 1",
            "tls: expected true or false",
        ),
        (
            "[modules.a]\nprober = \"tcp\"\nwarn = \"nonsense\"",
            "modules.a: invalid value 'nonsense'",
        ),
    ] {
        write(folder.path(), text);
        let mut command = trustpack();
        command
            .current_dir(folder.path())
            .args(["exporter", "--config", "exporter.toml"]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        let error = stderr(&output);
        assert!(error.starts_with("error: exporter.toml"), "{text}: {error}");
        assert!(error.contains(told), "{text}: {error}");
    }
}
