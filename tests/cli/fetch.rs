//! `trustpack fetch` against servers on loopback: lists, stores, what is expected, ways to a server.

mod expected;
mod lists;
mod stores;
mod ways;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{stdout, trustpack};

/// A root, an issuing CA, a server certificate, and a server that sends the last two.
struct Site {
    root: Certified,
    issuing: Certified,
    leaf: Certified,
    server: Server,
}

impl Site {
    fn new() -> Self {
        Self::with_leaf(|_| {})
    }

    fn with_leaf(change: impl FnOnce(&mut rcgen::CertificateParams)) -> Self {
        let root = pki::ca("Root", None, |_| {});
        let issuing = pki::ca("Issuing", Some(&root), |_| {});
        let leaf = pki::server(&["a.test", "127.0.0.1"], Some(&issuing), change);
        let chain = vec![leaf.der.clone(), issuing.der.clone()];
        let server = Server::start(chain, leaf.pkcs8());
        Self {
            root,
            issuing,
            leaf,
            server,
        }
    }

    fn target(&self) -> String {
        self.server.address.to_string()
    }

    /// SHA-256 of the server's own certificate, as openssl writes it.
    fn fingerprint(&self) -> String {
        sha256(&self.leaf.der)
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(bytes);
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    hex.join(":")
}

/// `trustpack fetch` in a folder, without the proxies of whoever runs the tests.
fn fetch(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = trustpack();
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("STORE_PASS", "changeit")
        .arg("fetch")
        .args(arguments)
        .output()
        .unwrap()
}

/// The lines of `--jsonl`.
fn records(output: &Output) -> Vec<Value> {
    let text = stdout(output);
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn has_finding(record: &Value, id: &str) -> bool {
    let findings = record["findings"].as_array().unwrap();
    findings.iter().any(|finding| finding["id"] == id)
}
