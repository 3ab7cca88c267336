//! Calls to providers and to the product, against servers on this machine that behave as the cited documents say.

mod aicc;
mod bad_answers;
mod callbacks;
mod meta;
mod secrets;
mod telegram;
mod trust;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::api::Api;
use crate::support::pki::{self, Certified};
use crate::support::{root, stderr, stdout, trustpack};

/// In the form that Telegram gives out; nobody has it.
pub(crate) const TOKEN: &str = "123456789:AAsecretsecretsecretsecretsecret_-9";

/// A private CA and a folder with specifications, secrets and its root.
pub(crate) struct World {
    pub folder: tempfile::TempDir,
    pub ca: Certified,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca = pki::ca("Calls Root", None, |_| {});
        fs::write(folder.path().join("root.pem"), ca.pem()).unwrap();
        fs::create_dir(folder.path().join("secrets")).unwrap();
        fs::write(
            folder.path().join("secrets/bot-token"),
            format!("{TOKEN}\n"),
        )
        .unwrap();
        Self { folder, ca }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server certificate of the CA.
    pub(crate) fn server(&self, names: &[&str]) -> Certified {
        pki::server(names, Some(&self.ca), |_| {})
    }

    /// An example of the documentation, changed.
    pub(crate) fn spec(&self, example: &str, change: impl Fn(String) -> String) -> String {
        let text = fs::read_to_string(root().join("docs/examples").join(example)).unwrap();
        fs::write(self.path(example), change(text)).unwrap();
        example.to_owned()
    }

    /// Runs in the folder; nothing of the environment is a proxy.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = trustpack();
        for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command.args(words).current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::from(self.command(words).output().unwrap())
    }
}

/// How it ended, and what it told.
#[derive(Debug)]
pub(crate) struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: stdout(&output),
            stderr: stderr(&output),
        }
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Asserts the code, and that this was told.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32, told: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.all().contains(told), "{told}: {self:?}");
    }
}

/// Dials a server for a host.
pub(crate) fn connect(host: &str, address: SocketAddr) -> String {
    format!("--connect={host}={address}")
}

/// The same for a server of ours.
pub(crate) fn at(host: &str, api: &Api) -> String {
    connect(host, api.address)
}
