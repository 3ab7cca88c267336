//! What a JDK still speaks and openssl no longer does: SSLv3, DES, 3DES, RC4, export suites, fixed ECDH.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::certificates::Chain;
use super::kit::{Setup, judge};
use super::record::{differences, fetch_all};
use super::support::{root, run};

/// Ends with its input, or when it is dropped.
struct Java(Child);

impl Drop for Java {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = kill_process(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

/// A line of `Server.java`: Java's own client finished this handshake.
struct Case {
    protocol: String,
    suite: String,
    port: u16,
    /// The place of the chain among the keys; none where nothing is presented.
    key: Option<usize>,
}

fn start(keys: &[Chain], setup: &Setup, openssl: &Path) -> Option<(Java, Vec<Case>)> {
    let mut command = Command::new(judge("java")?);
    command
        .arg("-XX:TieredStopAtLevel=1")
        .arg(root().join("tests/servers/Server.java"));
    for (place, chain) in keys.iter().enumerate() {
        let file = setup.path(&format!("{place}.p12"));
        let mut export = Command::new(openssl);
        export
            .args(["pkcs12", "-export", "-passout", "pass:changeit", "-in"])
            .arg(&chain.with_key);
        run(export.arg("-out").arg(&file));
        command.arg(file);
    }
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut java = Java(child);
    let mut lines = BufReader::new(java.0.stdout.take().unwrap());
    let mut cases = Vec::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the Java server ended early");
        let [protocol, suite, port, key] = line.trim_end().split('\t').collect::<Vec<_>>()[..]
        else {
            // nothing more is written, but the pipe stays open for as long as the server
            std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
            return Some((java, cases));
        };
        cases.push(Case {
            protocol: protocol.to_owned(),
            suite: suite.to_owned(),
            port: port.parse().unwrap(),
            key: key.parse().ok(),
        });
    }
}

#[test]
fn java_presents_its_chain_in_every_version_and_suite() {
    let Some(openssl) = judge("openssl") else {
        return;
    };
    let setup = Setup::new();
    let dsa = setup.path("dsa.params");
    run(Command::new(&openssl)
        .args(["dsaparam", "-out"])
        .arg(&dsa)
        .arg("1024"));
    let dsa = format!("dsa:{}", dsa.display());
    let ca = setup
        .authority
        .by_openssl(&openssl, "rsa-ca", &["rsa:2048"]);
    let p256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    // the suites of fixed ECDH_RSA want a certificate that RSA signed
    let issuer = (ca.leaf, ca.key);
    let keys = [
        setup.chain.clone(),
        setup.authority.ecdsa("ecdsa"),
        setup.authority.by_openssl(&openssl, "dsa", &[&dsa]),
        setup
            .authority
            .by_openssl_under(&openssl, "ecdh-rsa", &p256, &issuer),
    ];
    let Some((_java, cases)) = start(&keys, &setup, &openssl) else {
        return;
    };
    let urls: Vec<String> = cases
        .iter()
        .map(|case| format!("tls://127.0.0.1:{}", case.port))
        .collect();
    let records = fetch_all(&urls);
    let mut wrong = Vec::new();
    for (case, record) in cases.iter().zip(&records) {
        // Java calls what SSLv3 had SSL_…, IANA calls everything TLS_…
        let suite = case.suite.replacen("SSL_", "TLS_", 1);
        let fields = json!({ "protocol": case.protocol, "cipher_suite": suite });
        let differences = match case.key {
            // in TLS 1.3 the suite does not say which key is to be presented
            Some(_) if case.protocol == "TLSv1.3" => keys
                .iter()
                .map(|chain| differences(record, chain, &fields))
                .min_by_key(Vec::len)
                .unwrap(),
            Some(key) => differences(record, &keys[key], &fields),
            None if record["error"].is_null() => vec!["no error".to_owned()],
            None => Vec::new(),
        };
        let name = |text| format!("{} {}: {text}", case.protocol, case.suite);
        wrong.extend(differences.into_iter().map(name));
    }
    eprintln!("{} versions with a suite", cases.len());
    assert!(
        cases.iter().any(|case| case.protocol == "SSLv3"),
        "this Java speaks no SSLv3"
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}
