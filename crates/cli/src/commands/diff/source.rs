//! One of the two that are compared, read as what it is.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::bundle::unzip;
use trustpack_core::chain::PresentedChain;
use trustpack_core::diff::Side;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::keystore::{self, KeyStore};
use trustpack_core::lock::Lock;
use trustpack_core::trust::TrustAnchors;

use crate::args::Reach;
use crate::hint::Hinted;
use crate::input::{self, Failure, Files, Input, Loaded, Passwords};
use crate::render::Talk;
use crate::servers::{self, Plan};

/// What was named.
pub(super) struct Source {
    name: String,
    what: What,
}

enum What {
    File(Box<Loaded>),
    /// Of a folder or bundle, each named by its path in it.
    Files(Vec<Loaded>),
    Lock(Lock),
    Unasked(Endpoint),
    Server(PresentedChain),
}

impl Source {
    /// Reads a file or folder; a server is asked later.
    pub(super) fn load(input: &Input, passwords: &Passwords, talk: &Talk) -> Result<Self> {
        let (name, what) = match input {
            Input::Endpoint(endpoint) => (endpoint.to_string(), What::Unasked(endpoint.clone())),
            Input::Path(path) if path.is_dir() => {
                let name = path.display().to_string();
                (name, What::Files(folder(input, path, passwords, talk)?))
            }
            Input::Path(path) => {
                let name = path.display().to_string();
                let bytes = input::read_file(path).with_context(|| name.clone())?;
                (name.clone(), file(&name, &bytes, passwords, talk)?)
            }
            Input::Stdin => {
                let name = "stdin".to_owned();
                let bytes = input::read_stdin().with_context(|| name.clone())?;
                (name.clone(), file(&name, &bytes, passwords, talk)?)
            }
        };
        let source = Self { name, what };
        for loaded in source.loaded() {
            loaded.tell_notes(talk);
            loaded.tell_left_out(talk);
        }
        Ok(source)
    }

    /// What is compared. Beside a lock, a server has its place in it.
    pub(super) fn side(&self, beside_lock: bool) -> Side {
        let mut side = Side::new(&self.name);
        match &self.what {
            What::File(loaded) => side.add_contents(None, &loaded.contents),
            What::Files(files) => {
                for loaded in files {
                    side.add_contents(Some(&loaded.name), &loaded.contents);
                }
            }
            What::Lock(lock) => side.add_lock(lock),
            What::Unasked(_) => (),
            What::Server(chain) => {
                side.add_chain(beside_lock.then_some(self.name.as_str()), chain);
            }
        }
        side
    }

    /// What a Java client would trust with it: a store, or every store of a folder or bundle taken as one. The chains
    /// in a bundle are evidence, and nobody trusts them.
    pub(super) fn anchors(&self) -> Result<TrustAnchors> {
        if matches!(
            self.what,
            What::Lock(_) | What::Unasked(_) | What::Server(_)
        ) {
            return Err(Hinted::new(
                format!(
                    "{}: no trust store, and --for asks what two stores accept",
                    self.name
                ),
                "compare two stores, or leave --for out",
            )
            .into());
        }
        let mut store = KeyStore::new();
        let files = self.loaded().iter();
        for loaded in files.filter(|one| !one.name.contains("/chains/")) {
            for entry in input::visible(&loaded.contents) {
                store.push_renamed(entry.clone());
            }
        }
        Ok(TrustAnchors::from_store(self.name.clone(), &store))
    }

    /// Its name in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the other side's server has a place of its own in it.
    pub(super) fn is_lock(&self) -> bool {
        matches!(self.what, What::Lock(_))
    }

    /// Whether nothing of it had to be skipped.
    pub(super) fn is_whole(&self) -> bool {
        self.loaded().iter().all(Loaded::is_whole)
    }

    fn loaded(&self) -> &[Loaded] {
        match &self.what {
            What::File(loaded) => std::slice::from_ref(loaded.as_ref()),
            What::Files(files) => files,
            What::Lock(_) | What::Unasked(_) | What::Server(_) => &[],
        }
    }
}

/// Asks what servers there are among the two, both at the same time.
pub(super) fn fetch_servers(
    mut sources: [Source; 2],
    reach: &Reach,
    talk: &Talk,
) -> Result<[Source; 2]> {
    let endpoints = sources.iter().filter_map(|source| match &source.what {
        What::Unasked(endpoint) => Some(endpoint.clone()),
        _ => None,
    });
    let endpoints: Vec<Endpoint> = endpoints.collect();
    if endpoints.is_empty() {
        return Ok(sources);
    }
    let answers = Plan::new(endpoints, reach, talk)?.run(talk);
    let unasked = sources
        .iter_mut()
        .filter(|source| matches!(source.what, What::Unasked(_)));
    for (source, answer) in unasked.zip(answers) {
        source.what = What::Server(servers::presented(answer, talk)?);
    }
    Ok(sources)
}

/// A bundle, a lock, or whatever else certificates come in.
fn file(name: &str, bytes: &[u8], passwords: &Passwords, talk: &Talk) -> Result<What> {
    if bytes.starts_with(b"PK\x03\x04") {
        return bundle(name, bytes, passwords, talk);
    }
    if let Some(text) = lock_text(bytes) {
        return match Lock::from_toml(text) {
            Ok(lock) => Ok(What::Lock(lock)),
            Err(error) => Err(Hinted::new(
                format!("{name}: {error}"),
                "make the lock again with `trustpack fetch HOST --lock FILE`",
            )
            .into()),
        };
    }
    let contents = passwords.read_named(name, bytes);
    let contents = contents.with_context(|| name.to_owned())?;
    let name = name.to_owned();
    Ok(What::File(Box::new(Loaded { name, contents })))
}

/// The text of what is meant to be a lock: TOML whose first statement is a version.
fn lock_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let value = first.strip_prefix("version")?;
    value.trim_start().starts_with('=').then_some(text)
}

fn folder(input: &Input, path: &Path, passwords: &Passwords, talk: &Talk) -> Result<Vec<Loaded>> {
    let mut files = input::load(std::slice::from_ref(input), passwords);
    if path.join("MANIFEST.json").is_file() {
        let (papers, failures) = files.failures.into_iter().partition(|failure| {
            let error = failure.error.downcast_ref::<keystore::Error>();
            error.is_some_and(|error| is_paper(Path::new(&failure.name), error))
        });
        files.failures = failures;
        let papers: Vec<Failure> = papers;
        for paper in papers {
            files.passed_over.add(paper.name);
        }
    }
    for loaded in &mut files.loaded {
        let inside = Path::new(&loaded.name).strip_prefix(path);
        if let Ok(inside) = inside {
            loaded.name = inside.display().to_string();
        }
    }
    whole(&path.display().to_string(), files, talk)
}

fn bundle(name: &str, bytes: &[u8], passwords: &Passwords, talk: &Talk) -> Result<What> {
    let unpacked = unzip(bytes).map_err(|error| {
        let hint =
            "name a bundle that `trustpack channel pack` wrote, or unpack it and name the folder";
        Hinted::new(format!("{name}: {error}"), hint)
    })?;
    let mut files = Files::default();
    for (path, bytes) in unpacked {
        match passwords.read(&bytes) {
            Ok(contents) => files.loaded.push(Loaded {
                name: path,
                contents,
            }),
            Err(error) if is_paper(Path::new(&path), &error) => files.passed_over.add(path),
            Err(error) => return Err(error).with_context(|| format!("{name}: {path}")),
        }
    }
    Ok(What::Files(whole(name, files, talk)?))
}

/// Whether a file of a bundle is its model, its report, its checklist or its list, which all hold no certificates.
fn is_paper(path: &Path, error: &keystore::Error) -> bool {
    use keystore::Error::{Empty, Recognised, Unknown};
    matches!(error, Empty | Recognised { .. } | Unknown { .. }) && !input::is_named_as_one(path)
}

/// Refuses a folder of which a file cannot be read: it would look as if its certificates had been removed.
fn whole(name: &str, files: Files, talk: &Talk) -> Result<Vec<Loaded>> {
    files.passed_over.tell(talk);
    if let Some(failure) = files.failures.into_iter().next() {
        return Err(failure.error.context(failure.name));
    }
    if files.loaded.is_empty() {
        return Err(Hinted::new(
            format!("{name}: no certificate file in it"),
            "`trustpack inspect` shows what a folder holds",
        )
        .into());
    }
    Ok(files.loaded)
}
