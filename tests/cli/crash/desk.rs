//! A folder with files, copied for each run, and what has become of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use walkdir::WalkDir;

use super::commands::SETUP;
use crate::support::server::Server;
use crate::support::{fixture, root, run, stderr, stdout, trustpack};

/// Mode and bytes of a file.
type File = (u32, Vec<u8>);

/// The desk as [`SETUP`] made it, and a server.
pub(super) struct Desk {
    folder: TempDir,
    server: Server,
    fingerprint: String,
}

impl Desk {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        put("pass", b"changeit");
        put("other", b"another-password");
        for (name, origin) in [
            ("key.pem", "server.key.pem"),
            ("chain.pem", "fullchain-server.pem"),
            ("leaf.pem", "server.pem"),
            ("mid.pem", "intermediate.pem"),
            ("root.pem", "root.pem"),
            ("other.pem", "other-root.pem"),
            ("fullchain-ip.pem", "fullchain-ip.pem"),
        ] {
            put(name, &fs::read(fixture("pki").join(origin)).unwrap());
        }
        let specification = root().join("docs/examples/telegram.toml");
        put("channel.toml", &fs::read(specification).unwrap());
        let specification = fs::read_to_string(fixture("channels/telegram.toml")).unwrap();
        let specification = specification.replace("../pki/", "");
        put("pack.toml", specification.as_bytes());
        let read = |name: &str| pem::parse_many(fs::read(folder.path().join(name)).unwrap());
        let chain = read("chain.pem").unwrap().into_iter();
        let chain = chain.map(|one| one.into_contents().into()).collect();
        let key = read("key.pem").unwrap().remove(0).into_contents();
        let server = Server::start(chain, key);
        let mut inspect = trustpack();
        inspect.args(["inspect", "leaf.pem", "--fields", "sha256"]);
        let fingerprint = stdout(&run(inspect.current_dir(folder.path())));
        let fingerprint = format!("sha256:{}", fingerprint.trim());
        let desk = Self {
            folder,
            server,
            fingerprint,
        };
        for line in SETUP {
            let mut command = desk.command(line, desk.folder.path());
            run(&mut command);
        }
        desk
    }

    /// A copy of it, which goes when it is dropped.
    pub(super) fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        copy
    }

    /// The words of a line.
    pub(super) fn words(&self, line: &str) -> Vec<String> {
        let server = self.server.address.to_string();
        let line = line
            .replace("{server}", &server)
            .replace("{fingerprint}", &self.fingerprint);
        line.split_whitespace().map(str::to_owned).collect()
    }

    pub(super) fn command(&self, line: &str, folder: &Path) -> Command {
        let mut command = trustpack();
        command.args(self.words(line)).current_dir(folder);
        command.stdin(Stdio::null());
        command
    }
}

impl Desk {
    /// Whether a command ends well there, or what it says.
    pub(super) fn works(&self, line: &str, folder: &Path) -> Result<(), String> {
        let output = self.command(line, folder).output().unwrap();
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("{line}: {}", stderr(&output))),
        }
    }
}

/// Every file of a folder.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    files: BTreeMap<String, File>,
}

impl Snapshot {
    pub(super) fn of(folder: &Path) -> Self {
        let entries = WalkDir::new(folder).into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().is_file());
        let read = |entry: walkdir::DirEntry| {
            let name = entry.path().strip_prefix(folder).unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            let bytes = fs::read(entry.path()).unwrap();
            (name.to_str().unwrap().to_owned(), (mode, bytes))
        };
        Self {
            files: files.map(read).collect(),
        }
    }

    /// Files that no run leaves behind when it ends by itself.
    pub(super) fn strays(&self) -> Vec<&str> {
        let names = self.files.keys().map(String::as_str);
        names.filter(|name| name.contains(".trustpack-")).collect()
    }

    /// What another one has otherwise.
    pub(super) fn changed_in<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let names = self.files.keys().chain(other.files.keys());
        let changed = names.filter(|name| self.files.get(*name) != other.files.get(*name));
        let mut changed: Vec<&str> = changed.map(String::as_str).collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

/// What a run that nobody interrupts makes of the desk.
pub(super) struct Expected<'a> {
    desk: &'a Desk,
    before: Snapshot,
    after: Snapshot,
    shapes: BTreeMap<String, String>,
}

/// How many of the files that a command writes were as before, and how many were new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub old: usize,
    pub new: usize,
}

impl<'a> Expected<'a> {
    pub(super) fn of(desk: &'a Desk, line: &str) -> Self {
        let copy = desk.copy();
        let before = Snapshot::of(copy.path());
        run(&mut desk.command(line, copy.path()));
        let after = Snapshot::of(copy.path());
        let mut shapes = BTreeMap::new();
        let mut expected = Self {
            desk,
            before,
            after,
            shapes: BTreeMap::new(),
        };
        for name in expected.before.changed_in(&expected.after) {
            let shape = expected.shape(copy.path(), name);
            shapes.insert(name.to_owned(), shape);
        }
        expected.shapes = shapes;
        assert!(!expected.shapes.is_empty(), "{line} writes nothing");
        assert!(expected.after.strays().is_empty(), "{line}");
        expected
    }

    /// The files that the command reads or writes, those in a folder by that.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.before.files.keys().chain(self.shapes.keys());
        names.filter_map(|name| name.split('/').next())
    }

    /// Each file is the old one or the new one, and no other is touched.
    pub(super) fn found_in(&self, folder: &Path) -> Result<Found, String> {
        let now = Snapshot::of(folder);
        let mut found = Found::default();
        for name in now.changed_in(&self.before) {
            let is_stray = name.contains(".trustpack-");
            if !is_stray && !self.shapes.contains_key(name) {
                return Err(format!("{name} was touched"));
            }
        }
        for (name, shape) in &self.shapes {
            let (before, after) = (self.before.files.get(name), self.after.files.get(name));
            let now = now.files.get(name);
            if now == before {
                found.old += 1;
                continue;
            }
            let mode = |file: Option<&File>| file.map(|(mode, _)| *mode);
            let is_new =
                now == after || (mode(now) == mode(after) && self.shape(folder, name) == *shape);
            match is_new {
                true => found.new += 1,
                false => {
                    let length = now.map(|(_, bytes)| bytes.len());
                    return Err(format!(
                        "{name} is neither old nor new: {length:?}, {:o}",
                        mode(now).unwrap_or_default()
                    ));
                }
            }
        }
        Ok(found)
    }

    /// What is the same in every new one, whatever its keys and salts are.
    fn shape(&self, folder: &Path, name: &str) -> String {
        let Ok(bytes) = fs::read(folder.join(name)) else {
            return "absent".to_owned();
        };
        let inspect = |password: &str| -> Output {
            let line = format!("inspect {name} --json --password file:{password}");
            self.desk.command(&line, folder).output().unwrap()
        };
        for password in ["pass", "other"] {
            let output = inspect(password);
            if output.status.success() {
                return entries(&output.stdout);
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().last().unwrap_or_default();
        // of a state, a report, a page
        let last: String = last.chars().filter(|one| !one.is_alphanumeric()).collect();
        format!("{} lines, the last {last:?}", text.lines().count())
    }
}

/// Aliases, kinds and chains of what `inspect --json` told.
fn entries(json: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(json).unwrap();
    let file = &value["files"][0];
    let entries = file["entries"].as_array().unwrap().iter();
    let told = entries.map(|entry| {
        let chain = entry["certificates"].as_array().map(Vec::len);
        format!("{} {} {chain:?}", entry["alias"], entry["kind"])
    });
    let told: Vec<String> = told.collect();
    let others = (&file["format"], &file["requests"], &file["crls"]);
    format!("{told:?} {others:?}")
}
