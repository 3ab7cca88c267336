//! The store of `--trust`: files, the roots of this system, Mozilla's, those of a JDK; several as one.

use std::path::{Path, PathBuf};

use anyhow::Result;
use trustpack_core::coverage::StoreEntry;
use trustpack_core::keystore::{Contents, KeyStore, Password};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::Client;

use crate::args::Verify;
use crate::hint::Hinted;
use crate::input::{self, Loaded, Passwords};
use crate::render::Talk;
use crate::servers;

/// What is trusted.
pub(super) struct Trust {
    pub anchors: TrustAnchors,
    /// Where each anchor stands.
    pub entries: Vec<StoreEntry>,
    /// Of the stores; a chain file may have the same.
    pub password: Option<Password>,
}

impl Trust {
    /// Reads every store; one that cannot be read, or holds nothing to trust, is an error.
    pub(super) fn load(arguments: &Verify, talk: &Talk) -> Result<Self> {
        let names = arguments.trust.join(", ");
        let password = match &arguments.password {
            Some(source) => source.resolve(&names, false, talk)?,
            None => None,
        };
        let client = super::client(arguments.client);
        let mut sets = Vec::new();
        let mut entries = Vec::new();
        for word in &arguments.trust {
            let (set, found) = of_word(word, password.as_ref(), client, talk)?;
            sets.push(set);
            entries.extend(found);
        }
        let anchors = match <[TrustAnchors; 1]>::try_from(sets) {
            Ok([alone]) => alone,
            Err(sets) => TrustAnchors::joined(sets),
        };
        Ok(Self {
            anchors,
            entries,
            password,
        })
    }
}

/// What one `--trust` names, as this client takes it.
pub(crate) fn of_word(
    word: &str,
    password: Option<&Password>,
    client: Client,
    talk: &Talk,
) -> Result<Trusted> {
    match word {
        "system" => of_set(servers::system_roots(talk)),
        "mozilla" => of_set(TrustAnchors::mozilla()),
        "java" => of_java(password, client, talk),
        path => of_file(
            path,
            &Passwords::named(password.cloned()).asking(),
            client,
            talk,
        ),
    }
}

/// Anchors, and where each stands.
pub(crate) type Trusted = (TrustAnchors, Vec<StoreEntry>);

fn of_set(set: TrustAnchors) -> Result<Trusted> {
    if set.certificates().is_empty() {
        let message = format!("{}: no certificate to trust in it", set.origin());
        return Err(Hinted::new(message, "name a store as a file, or `mozilla`").into());
    }
    let entries = StoreEntry::of_anchors(&set);
    Ok((set, entries))
}

fn of_file(path: &str, passwords: &Passwords, client: Client, talk: &Talk) -> Result<Trusted> {
    let trust = input::load_one(path, passwords)?;
    if !trust.tell_notes(talk) {
        talk.warn(format!(
            "{}: judged by what could be read of it",
            trust.name
        ));
    }
    match client {
        Client::Java | Client::Java21 => of_java_store(&trust),
        // other clients read no key store, but files of certificates
        _ => of_certificates(&trust),
    }
}

fn of_java_store(trust: &Loaded) -> Result<Trusted> {
    let seen = visible(&trust.contents);
    let anchors = TrustAnchors::from_store(trust.name.clone(), &seen);
    if anchors.certificates().is_empty() && seen.len() < trust.contents.store.len() {
        let message = format!("{}: no certificate in it is visible to Java", trust.name);
        let hint = "`trustpack store repair` makes the store visible to Java, where it lies";
        return Err(Hinted::new(message, hint).into());
    }
    let entries = StoreEntry::of_store(&trust.name, &seen);
    some(anchors, entries)
}

fn of_certificates(trust: &Loaded) -> Result<Trusted> {
    let store = &trust.contents.store;
    let anchors = TrustAnchors::from_every_certificate(trust.name.clone(), store);
    let entries = StoreEntry::of_every_certificate(&trust.name, store);
    some(anchors, entries)
}

fn some(anchors: TrustAnchors, entries: Vec<StoreEntry>) -> Result<Trusted> {
    if anchors.certificates().is_empty() {
        let message = format!("{}: no certificate to trust in it", anchors.origin());
        let hint =
            "name a store with certificates in it; `trustpack inspect` shows what a file holds";
        return Err(Hinted::new(message, hint).into());
    }
    Ok((anchors, entries))
}

fn of_java(password: Option<&Password>, client: Client, talk: &Talk) -> Result<Trusted> {
    let Some(path) = cacerts() else {
        let message = "no cacerts of a Java was found";
        let hint =
            "set JAVA_HOME, or name the file: JAVA_HOME/lib/security/cacerts, under jre/ in JDK 8";
        return Err(Hinted::new(message, hint).into());
    };
    let path = path.display().to_string();
    talk.say(format!("note: java: {path}"));
    // the password is that of another store, if it is not this one's
    of_file(
        &path,
        &Passwords::resolve(&[], password, talk)?,
        client,
        talk,
    )
}

/// That of `JAVA_HOME`, else of the `java` on the `PATH`, else of the distribution.
fn cacerts() -> Option<PathBuf> {
    let told = std::env::var_os("JAVA_HOME").map(PathBuf::from);
    let told = told.filter(|home| !home.as_os_str().is_empty());
    told.and_then(|home| of_home(&home))
        .or_else(of_path)
        .or_else(|| Some(PathBuf::from(OF_DEBIAN)).filter(|path| path.is_file()))
}

fn of_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join("java"));
    let program = programs.find(|program| program.is_file())?;
    // behind the links stands HOME/bin/java
    let home = program.canonicalize().ok()?;
    of_home(home.parent()?.parent()?)
}

fn of_home(home: &Path) -> Option<PathBuf> {
    let mut places = ["lib/security/cacerts", "jre/lib/security/cacerts"]
        .into_iter()
        .map(|place| home.join(place));
    places.find(|path| path.is_file())
}

/// The entries that Java sees: of a PKCS#12 file, only those that the reader does not call invisible.
fn visible(contents: &Contents) -> KeyStore {
    let mut store = KeyStore::new();
    for entry in input::visible(contents) {
        store.push_renamed(entry.clone());
    }
    store
}

const OF_DEBIAN: &str = "/etc/ssl/certs/java/cacerts";
