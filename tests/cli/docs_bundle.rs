//! What the pages about bundles say has to run: in order, since one builds on the other, against servers on loopback.

use std::fs;
use std::path::Path;
use std::process::Command;

use time::{Duration, OffsetDateTime};

use crate::docs::{commands_of, words_of};
use crate::support::pki::{self, Certified};
use crate::support::server::Server;
use crate::support::{fixture, judge, root, run, stderr, stdout, trustpack};

/// The servers that the examples name, and where they are dialled.
struct World {
    folder: tempfile::TempDir,
    servers: Vec<(&'static str, Server)>,
}

impl World {
    /// A reader's own folder: the specifications of `docs/examples`, an identity certificate, a key that signs.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let examples = [
            ("telegram.toml", "telegram.toml"),
            ("whatsapp-twilio.toml", "twilio.toml"),
            ("whatsapp-twilio.toml", "channels.toml"),
        ];
        for (example, name) in examples {
            let example = root().join("docs/examples").join(example);
            fs::copy(example, folder.path().join(name)).unwrap();
        }
        for (file, name) in [
            ("pki/self-signed-ed25519.key.pem", "release.pem"),
            ("pki/self-signed-ed25519.pem", "release.pub"),
        ] {
            fs::copy(fixture(file), folder.path().join(name)).unwrap();
        }
        let identity = pem::parse(fs::read(fixture("pki/client-only.pem")).unwrap()).unwrap();
        fs::write(folder.path().join("identity.cer"), identity.contents()).unwrap();
        let ca = pki::ca("Reader's Root", None, |params| {
            params.not_after = OffsetDateTime::now_utc() + Duration::days(3000);
        });
        let hosts = [
            ("192.0.2.10:28090", "192.0.2.10"),
            ("api.twilio.com:443", "api.twilio.com"),
            ("tls-test.twilio.com:443", "tls-test.twilio.com"),
        ];
        let start = |(endpoint, name): (&'static str, &str)| (endpoint, serving(name, &ca));
        Self {
            servers: hosts.into_iter().map(start).collect(),
            folder,
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command of a page, dialling these servers, its output in the file that follows `>`.
    fn run(&self, command: &str) {
        let command = command
            .split_once(" #")
            .map_or(command, |(command, _)| command);
        let (command, written) = match command.split_once(" > ") {
            Some((command, file)) => (command, Some(file)),
            None => (command, None),
        };
        let mut words = words_of(command);
        let is_offline = words.iter().any(|word| word == "--offline");
        let asks = ["pack", "fetch", "watch", "--live", "--against"];
        if !is_offline && words.iter().any(|word| asks.contains(&word.as_str())) {
            let dialled = self.servers.iter();
            words.extend(
                dialled.map(|(name, server)| format!("--connect={name}={}", server.address)),
            );
        }
        let output = self.command(&words).output().unwrap();
        let told = stdout(&output) + &stderr(&output);
        // a plugin says by its code that Twilio has announced other roots
        let is_warning = command.contains("nagios") && output.status.code() == Some(1);
        assert!(output.status.success() || is_warning, "{command}: {told}");
        if let Some(file) = written {
            fs::write(self.path().join(file), output.stdout).unwrap();
        }
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = trustpack();
        command.args(words).current_dir(self.path());
        command
    }
}

fn serving(name: &str, ca: &Certified) -> Server {
    let server = pki::server(&[name], Some(ca), |_| {});
    Server::start(vec![server.der.clone(), ca.der.clone()], server.pkcs8())
}

#[test]
fn every_command_about_bundles_runs() {
    let text = fs::read_to_string(root().join("docs/bundle.md")).unwrap();
    let mut commands = commands_of(&text);
    // a word about a command is none
    commands.retain(|command| command.contains('.') || command.contains("telegram/"));
    assert!(commands.len() >= 15, "{commands:?}");
    let world = World::new();
    world.run("trustpack channel pack twilio.toml -o twilio.zip");
    for command in commands {
        world.run(command);
    }
    // what is to be run without trustpack
    if let Some(mut unzip) = judge("unzip") {
        let folder = world.path();
        run(unzip
            .args(["telegram.zip", "-d", "unpacked"])
            .current_dir(folder));
        let mut sums = Command::new("sha256sum");
        run(sums
            .args(["-c", "../SHA256SUMS"])
            .current_dir(folder.join("unpacked")));
    }
}

#[test]
fn every_command_about_the_watch_of_channels_runs() {
    let text = fs::read_to_string(root().join("docs/channel-watch.md")).unwrap();
    let commands = commands_of(&text);
    let commands: Vec<&str> = commands
        .into_iter()
        .filter(|command| command.starts_with("trustpack channel watch channels"))
        .collect();
    assert!(commands.len() >= 3, "{commands:?}");
    let world = World::new();
    world.run("trustpack channel pack channels.toml -o channels.zip");
    let metrics = world.path().join("channels.prom").display().to_string();
    fs::write(world.path().join("last.json"), "").unwrap();
    world.run("trustpack channel watch channels.zip --fail-on never --output json=last.json");
    for command in commands {
        let command = command.replace("/var/lib/node_exporter/channels.prom", &metrics);
        // Twilio has announced other roots, which is a warning of its own
        world.run(&format!("{command} --fail-on never"));
    }
}
