//! What the user names as input, turned into contents: files, folders, stdin, servers.
//!
//! A bad input never hides its neighbours: what could not be read is a [`Failure`] beside what was.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use trustpack_core::chain::PresentedChain;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::keystore::{
    self, At, Contents, Entry, Format, NoteKind, Password, ReadOptions,
};
use trustpack_core::report;

use crate::hint::{Hinted, of_file};
use crate::output::is_one_place;
use crate::password::PasswordSource;
use crate::platform::{Identity, is_pipe, open_pipe};
use crate::render::{Talk, waits_for};
use crate::walk::{Filter, Step, Walk};

/// No certificate file comes near it: all roots of the world are under 1 MB, 10,000 certificates in a store 10 MB.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// So many names fit on a few lines.
const PASSED_OVER_SHOWN: usize = 10;

/// One input, as meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Endpoint(Endpoint),
    Path(PathBuf),
    Stdin,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its name in messages.
    pub name: String,
    pub contents: Contents,
}

impl Loaded {
    /// Says what is odd about the file, and warns of what could not be read. Whether all of it could.
    pub(crate) fn tell_notes(&self, talk: &Talk) -> bool {
        for note in &self.contents.notes {
            match note.kind {
                NoteKind::Skipped => talk.warn(format!("{}: {note}", self.name)),
                _ => talk.say(format!("note: {}: {note}", self.name)),
            }
        }
        self.is_whole()
    }

    /// Whether nothing in the file had to be skipped.
    pub(crate) fn is_whole(&self) -> bool {
        is_whole(&self.contents)
    }

    /// Says what is in the file and is neither a certificate nor a key, where only those are written.
    pub(crate) fn tell_left_out(&self, talk: &Talk) {
        let contents = &self.contents;
        for (count, what) in [
            (contents.others.requests.len(), "certificate request"),
            (contents.others.crls.len(), "revocation list"),
            (contents.others.public_keys.len(), "public key"),
        ] {
            if count > 0 {
                let what = report::count(count, what);
                talk.say(format!("note: {}: {what} left out", self.name));
            }
        }
    }
}

/// The certificates of a file as a server would present them, and the name of the file.
pub(crate) fn load_chain(
    path: &str,
    passwords: &Passwords,
    talk: &Talk,
) -> Result<(String, PresentedChain)> {
    let hint = "check the path, or write a server as host:port or https://host";
    let loaded = load_as(path, passwords, hint)?;
    loaded.tell_notes(talk);
    let entries = loaded.contents.store.entries().iter();
    let chain = PresentedChain::from_ders(entries.flat_map(Entry::certificates).cloned());
    if chain.certificates.is_empty() {
        return Err(Hinted::new(
            format!("{}: no certificate to judge in it", loaded.name),
            "name the file with the chain that the server presents, end entity first",
        )
        .into());
    }
    Ok((loaded.name, chain))
}

/// The entries that Java sees: of a PKCS#12 file, only those that the reader does not call invisible.
pub(crate) fn visible(contents: &Contents) -> impl Iterator<Item = &Entry> {
    let hidden = |entry: &Entry| {
        contents.notes.iter().any(|note| {
            matches!(&note.at, At::Entry(alias) if alias == entry.alias.as_str())
                && note.message.starts_with("invisible to Java")
        })
    };
    let entries = contents.store.entries().iter();
    entries.filter(move |entry| !hidden(entry))
}

fn is_whole(contents: &Contents) -> bool {
    !contents
        .notes
        .iter()
        .any(|note| note.kind == NoteKind::Skipped)
}

/// An input that was not.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Its name in messages.
    pub name: String,
    pub error: anyhow::Error,
}

/// What came of all file inputs.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub loaded: Vec<Loaded>,
    pub failures: Vec<Failure>,
    /// Files in folders that are no certificate files.
    pub passed_over: PassedOver,
}

/// Files of folders that were left out. The first of them are named.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    names: Vec<String>,
    count: usize,
    /// What is no file, with what it is instead.
    others: Vec<String>,
    other_count: usize,
}

impl PassedOver {
    /// One more.
    pub(crate) fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < PASSED_OVER_SHOWN {
            self.names.push(name);
        }
    }

    /// One more that is no file, such as a socket.
    pub(crate) fn add_other(&mut self, name_and_kind: String) {
        self.other_count += 1;
        if self.others.len() < PASSED_OVER_SHOWN {
            self.others.push(name_and_kind);
        }
    }

    /// Says how many there were, since nothing is dropped without a line.
    pub(crate) fn tell(&self, talk: &Talk) {
        for other in &self.others {
            talk.say(format!("note: {other}, and is passed over"));
        }
        let more = self.other_count - self.others.len();
        if more > 0 {
            talk.say(format!("note: and {more} more that are no files"));
        }
        let Some((last, others)) = self.names.split_last() else {
            return;
        };
        let mut names = others.join(", ");
        let more = self.count - self.names.len();
        match (names.is_empty(), more) {
            (true, 0) => names.clone_from(last),
            (false, 0) => names = format!("{names} and {last}"),
            (_, _) => names = format!("{names}, {last} and {more} more"),
        }
        let files = report::count(self.count, "file");
        talk.say(format!(
            "note: {files} without certificates passed over: {names}"
        ));
    }
}

/// Passwords to be tried on stores that are read.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    /// Meant for the input by the user; when none of them fits, that is an error.
    named: Vec<Option<Password>>,
    /// That of another store in the same command; a try, not a claim.
    likely: Option<Password>,
}

impl Passwords {
    /// Asks each source once. `likely` is tried after the named ones.
    pub(crate) fn resolve(
        sources: &[PasswordSource],
        likely: Option<&Password>,
        talk: &Talk,
    ) -> Result<Self> {
        let ask = |source: &PasswordSource| source.resolve("the input", false, talk);
        let named = sources.iter().map(ask).collect::<Result<_>>()?;
        Ok(Self {
            named,
            likely: likely.cloned(),
        })
    }

    /// The one that the user named for this store, if any.
    pub(crate) fn named(password: Option<Password>) -> Self {
        Self {
            named: password.map(Some).into_iter().collect(),
            likely: None,
        }
    }

    /// Every password worth trying on a key.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Password> {
        self.named.iter().flatten().chain(&self.likely)
    }

    /// Reads with the first password that fits, else without any.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Contents, keystore::Error> {
        let mut refused = None;
        let likely = self.likely.iter().map(Some);
        for password in self.named.iter().map(Option::as_ref).chain(likely) {
            match keystore::read(bytes, &ReadOptions { password }) {
                Err(error @ keystore::Error::WrongPassword { .. }) => {
                    refused.get_or_insert(error);
                }
                // says more, and another password may be that of the MAC
                Err(error @ keystore::Error::IntegrityFailed { .. }) => refused = Some(error),
                read => return read,
            }
        }
        let Some(refused) = refused else {
            return keystore::read(bytes, &ReadOptions::default());
        };
        // Reading without a password would hide that the one that was named is wrong, or that the file is damaged.
        let is_damaged = matches!(refused, keystore::Error::IntegrityFailed { .. });
        if is_damaged || !self.named.is_empty() {
            return Err(refused);
        }
        match keystore::read(bytes, &ReadOptions::default()) {
            Ok(contents) if is_whole(&contents) => Ok(contents),
            _ => Err(refused),
        }
    }
}

impl Input {
    /// What an argument means: `-`, an existing path, a server, or a path that will be reported as missing.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if !text.contains("://") && Path::new(text).exists() || !Endpoint::looks_like(text) {
            return Ok(Self::Path(text.into()));
        }
        text.parse()
            .map(Self::Endpoint)
            .map_err(anyhow::Error::from)
    }

    /// All arguments; stdin may be named once.
    pub(crate) fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        let inputs = texts
            .iter()
            .map(|text| Self::parse(text))
            .collect::<Result<Vec<_>>>()?;
        if inputs.iter().filter(|input| **input == Self::Stdin).count() > 1 {
            return Err(Hinted::new("stdin can be read once only", "name `-` once").into());
        }
        Ok(inputs)
    }

    /// What an argument means where a bare host name is a server: an existing path, else a server.
    pub(crate) fn parse_subject(text: &str) -> Result<Self> {
        if text == "-" || Path::new(text).exists() || looks_like_path(text) {
            return Ok(if text == "-" {
                Self::Stdin
            } else {
                Self::Path(text.into())
            });
        }
        text.parse()
            .map(Self::Endpoint)
            .map_err(anyhow::Error::from)
    }

    /// Each of them once: a file or folder that is named again, also by a link, is the one that was named first.
    pub(crate) fn once(inputs: Vec<Self>) -> Vec<Self> {
        let mut there = HashSet::new();
        let mut missing = HashSet::new();
        let mut is_new = |input: &Self| match input {
            Self::Path(path) => match Identity::of(path) {
                Some(identity) => there.insert(identity),
                None => {
                    let parts = path.components();
                    missing.insert(
                        parts
                            .filter(|part| *part != Component::CurDir)
                            .collect::<PathBuf>(),
                    )
                }
            },
            Self::Endpoint(_) | Self::Stdin => true,
        };
        inputs.into_iter().filter(&mut is_new).collect()
    }

    /// Refuses an output that takes the place of a certificate file in a folder among the inputs.
    pub(crate) fn refuse_within(inputs: &[Self], output: &Path) -> Result<()> {
        let Ok(file) = output.canonicalize() else {
            return Ok(());
        };
        let mut folders = inputs.iter().filter_map(|input| match input {
            Self::Path(path) if path.is_dir() => path.canonicalize().ok(),
            Self::Path(_) | Self::Endpoint(_) | Self::Stdin => None,
        });
        if !is_named_as_one(&file) || !folders.any(|folder| file.starts_with(folder)) {
            return Ok(());
        }
        let output = output.display();
        let message = format!("{output} is named as a certificate file, in a folder that is read");
        Err(Hinted::new(message, "name another file for the output").into())
    }

    /// The servers among the inputs, in order.
    pub(crate) fn endpoints(inputs: &[Self]) -> impl Iterator<Item = Endpoint> + '_ {
        inputs.iter().filter_map(|input| match input {
            Self::Endpoint(endpoint) => Some(endpoint.clone()),
            Self::Path(_) | Self::Stdin => None,
        })
    }

    /// Refuses an output that is one of the inputs.
    pub(crate) fn refuse_as_output(inputs: &[Self], output: &Path) -> Result<()> {
        for input in inputs {
            if let Self::Path(path) = input
                && is_one_place(path, output)
            {
                return Err(Hinted::new(
                    format!("{} is both input and output", path.display()),
                    "name another output file",
                )
                .into());
            }
        }
        Ok(())
    }
}

/// Reads files, folders and stdin in order; endpoints are not for this function and are passed over.
pub(crate) fn load(inputs: &[Input], passwords: &Passwords) -> Files {
    let mut files = Files::default();
    for input in inputs {
        match input {
            Input::Endpoint(_) => {}
            Input::Path(path) if path.is_dir() => load_folder(path, passwords, &mut files),
            Input::Path(path) => {
                let name = name_of(path);
                let bytes = read_file(path);
                files.add(name, bytes, passwords);
            }
            Input::Stdin => files.add("stdin".to_owned(), read_stdin(), passwords),
        }
    }
    files
}

/// Reads one file that must be there: a store, a specification, a chain.
pub(crate) fn load_one(path: &str, passwords: &Passwords) -> Result<Loaded> {
    load_as(path, passwords, "check the path; a file is meant here")
}

/// The same; `hint` is for a path where nothing is.
pub(crate) fn load_as(path: &str, passwords: &Passwords, hint: &str) -> Result<Loaded> {
    let bytes = if path == "-" {
        read_stdin()
    } else {
        read_file(Path::new(path))
    };
    let name = if path == "-" {
        "stdin".to_owned()
    } else {
        path.to_owned()
    };
    let bytes = bytes.map_err(|error| of_file(error, &name, hint))?;
    let contents = passwords.read(&bytes).with_context(|| name.clone())?;
    Ok(Loaded { name, contents })
}

/// Reads stdin as it is.
pub(crate) fn read_stdin() -> Result<Vec<u8>> {
    read_capped(io::stdin().lock())
}

/// Reads a file as it is, up to the size that any certificate file can have.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Err(Hinted::new(
            "this is a folder, and a file is needed",
            "name a file in it",
        )
        .into());
    }
    let file = open_file(path)?;
    // told beforehand, it is not copied again and again while it grows
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::new();
    if let Ok(size) = usize::try_from(size.min(MAX_FILE_BYTES)) {
        let _ = bytes.try_reserve_exact(size + 1);
    }
    read_rest(file, &mut bytes)?;
    Ok(bytes)
}

/// Opens a file to be read. That of a pipe waits until somebody writes into it; when that takes long, it is said.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    if !is_pipe(path) {
        return File::open(path);
    }
    let (opened, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                waits_for(&format!("a writer of the pipe {}", path.display()));
            }
        });
        let file = open_pipe(path);
        drop(opened);
        file
    })
}

/// So long nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

impl Files {
    /// Names each failure on stderr; whether there was one.
    pub(crate) fn tell_failures(&self, talk: &Talk) -> bool {
        for failure in &self.failures {
            talk.failure(&failure.name, &failure.error);
        }
        self.passed_over.tell(talk);
        !self.failures.is_empty()
    }

    fn add(&mut self, name: String, bytes: Result<Vec<u8>>, passwords: &Passwords) {
        let read = bytes.and_then(|bytes| passwords.read(&bytes).map_err(anyhow::Error::from));
        match read {
            Ok(contents) => self.loaded.push(Loaded { name, contents }),
            Err(error) => self.failures.push(Failure { name, error }),
        }
    }
}

/// Every regular file below a folder, in name order. A file that is no certificate file at all is passed over, since
/// folders hold other things too; one that is damaged or locked, or named as a store and none, is a failure.
fn load_folder(folder: &Path, passwords: &Passwords, files: &mut Files) {
    for step in Walk::of(folder, Filter::default()) {
        let path = match step {
            Step::File(path) => path,
            Step::Failed { path, error } => {
                let name = name_of(&path);
                files.failures.push(Failure { name, error });
                continue;
            }
            Step::Skipped { path, what } => {
                let name = name_of(&path);
                files.passed_over.add_other(format!("{name} is {what}"));
                continue;
            }
        };
        let name = name_of(&path);
        match read_file(&path).map(|bytes| passwords.read(&bytes)) {
            Ok(Ok(contents)) => files.loaded.push(Loaded { name, contents }),
            Ok(Err(keystore::Error::Unknown { .. } | keystore::Error::Empty))
                if !is_named_as_one(&path) =>
            {
                files.passed_over.add(name);
            }
            Ok(Err(error)) => files.failures.push(Failure {
                name,
                error: error.into(),
            }),
            Err(error) => files.failures.push(Failure { name, error }),
        }
    }
}

/// What a file is called in messages and reports: its path, with every byte that is no UTF-8 as `\xff`, so that no two
/// paths look the same.
pub(crate) fn name_of(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02x}"));
        }
    }
    name
}

/// Whether the extension promises a certificate or a store: then an empty or strange file is no bystander.
pub(crate) fn is_named_as_one(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| Format::for_extension(extension).is_some())
}

/// A missing file is told as a missing file, not as a server that does not resolve.
fn looks_like_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 8] = [
        ".pem", ".crt", ".cer", ".der", ".p7b", ".jks", ".p12", ".pfx",
    ];
    !text.contains("://")
        && (text.starts_with(['.', '/', '~'])
            || EXTENSIONS.iter().any(|extension| text.ends_with(extension)))
}

fn read_capped(source: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_rest(source, &mut bytes)?;
    Ok(bytes)
}

/// Reads what follows bytes that were read, up to the size that any certificate file can have.
pub(crate) fn read_rest(source: impl Read, bytes: &mut Vec<u8>) -> Result<()> {
    let left = (MAX_FILE_BYTES + 1).saturating_sub(bytes.len() as u64);
    source.take(left).read_to_end(bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        anyhow::bail!(
            "larger than {} MiB, which no certificate file is",
            MAX_FILE_BYTES >> 20
        );
    }
    Ok(())
}
