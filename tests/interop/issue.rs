//! What we issue, every judge accepts that knows the key; what other tools request, we sign.

mod constraints;
mod foreign;
mod gnutls;
mod java;
mod linted;
mod matched;
mod names;
mod nss;
mod openssl;
mod python;
mod webpki;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{run, trustpack};

/// The kinds that every tool of today knows; `python` and Java 25 judge ML-DSA.
const KINDS: [&str; 5] = ["rsa-2048", "p-256", "p-384", "p-521", "ed25519"];

/// The profiles of end entities, each with a certificate of its name below every hierarchy.
const PROFILES: [&str; 3] = ["server", "client", "mutual"];

/// A folder with what one test issues.
struct Yard(tempfile::TempDir);

impl Yard {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Files one after the other in one.
    fn join(&self, parts: &[&str], name: &str) {
        let parts = parts.iter().map(|part| fs::read(self.path(part)).unwrap());
        fs::write(self.path(name), parts.collect::<Vec<_>>().concat()).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = trustpack();
        command
            .current_dir(self.folder())
            .env("PASS", "changeit")
            .args(arguments);
        command
    }

    /// Ours, which has to work.
    fn ours(&self, arguments: &[&str]) {
        run(&mut self.command(arguments));
    }

    /// A judge in this folder.
    fn judge(&self, program: &str, arguments: &[&str]) -> Option<Command> {
        let mut command = crate::support::judge(program)?;
        command.current_dir(self.folder()).args(arguments);
        Some(command)
    }

    /// Root and issuing CA, as files `root` and `issuing`, with `.key` and `.pem`.
    fn authorities(&self, kind: &str) {
        self.ours(&[
            "new",
            "ca",
            "--subject",
            "/DC=com/DC=example/CN=Root",
            "--type",
            kind,
            "--new-key",
            "root.key",
            "--password",
            "none",
            "--days",
            "30",
            "-o",
            "root.pem",
        ]);
        self.ours(&[
            "new",
            "ca",
            "--subject",
            "CN=Issuing,OU=One,OU=Two,O=Example",
            "--type",
            kind,
            "--new-key",
            "issuing.key",
            "--password",
            "none",
            "--until-issuer",
            "--path-length",
            "0",
            "--permit",
            "dns:example.test",
            "--permit",
            "ip:10.0.0.0/8",
            "--exclude",
            "dns:no.example.test",
            "--ca",
            "root.key",
            "root.pem",
            "-o",
            "issuing.pem",
        ]);
    }

    /// A request and a certificate of each profile below them.
    fn end_entities(&self, kind: &str) {
        for profile in PROFILES {
            let host = format!("{profile}.example.test");
            let subject = format!("CN={host}");
            let [key, csr, pem, chain] =
                ["key", "csr", "pem", "chain.pem"].map(|end| format!("{profile}.{end}"));
            self.ours(&[
                "new",
                "csr",
                "--subject",
                &subject,
                "--san",
                &host,
                "--san",
                "ip:10.1.2.3",
                "--type",
                kind,
                "--new-key",
                &key,
                "--password",
                "none",
                "-o",
                &csr,
            ]);
            self.sign(&csr, &pem, &["--profile", profile]);
            self.join(&[&pem, "issuing.pem"], &chain);
        }
    }

    /// Signs a request with the issuing CA.
    fn sign(&self, csr: &str, pem: &str, more: &[&str]) {
        let arguments = [
            "sign",
            csr,
            "--ca",
            "issuing.key",
            "issuing.pem",
            "root.pem",
            "--days",
            "10",
            "-o",
            pem,
        ];
        self.ours(&[&arguments[..], more].concat());
    }

    fn hierarchy(kind: &str) -> Self {
        let yard = Self::new();
        yard.authorities(kind);
        yard.end_entities(kind);
        yard
    }

    /// Two servers below the issuing CA, of which `two` is on its revocation list, `list.pem`.
    fn with_one_revoked(kind: &str) -> Self {
        let yard = Self::new();
        yard.authorities(kind);
        for name in ["one", "two"] {
            let host = format!("{name}.example.test");
            let [key, csr, pem] = ["key", "csr", "pem"].map(|end| format!("{name}.{end}"));
            yard.ours(&[
                "new",
                "csr",
                "--san",
                &host,
                "--type",
                kind,
                "--new-key",
                &key,
                "--password",
                "none",
                "-o",
                &csr,
            ]);
            yard.sign(
                &csr,
                &pem,
                &["--profile", "server", "--state", "issuing.toml"],
            );
        }
        yard.ours(&[
            "revoke",
            "two.pem",
            "--state",
            "issuing.toml",
            "--reason",
            "key-compromise",
        ]);
        yard.ours(&[
            "new",
            "crl",
            "--ca",
            "issuing.key",
            "issuing.pem",
            "--state",
            "issuing.toml",
            "--days",
            "7",
            "-o",
            "list.pem",
        ]);
        yard
    }
}
