//! The way back: a bundle that somebody hands over, believed only when every file in it is as it was packed.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use trustpack_keystore::{self as keystore, ReadOptions};

use super::HostChain;
use super::archive::{self, UnzipError, unsafe_name, unzip};
use super::layout::{MANIFEST, SIGNATURE};
use super::manifest::{Manifest, VERSION};
use super::record::ChannelRecord;
use super::sign::VerifyingKey;
use super::store::{TrustFile, hex_sha256};
use crate::Certificate;
use crate::channel::Channel;
use crate::expiry::Subject;
use crate::report::{Finding, Severity};
use crate::trust::TrustAnchors;

mod contents;

/// A bundle in which every file is as it was packed. Only [`open`] and [`open_zip`] make one.
///
/// That is no proof of who packed it: [`is_signed_by`](Self::is_signed_by) is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenedBundle {
    /// What it says of itself.
    pub manifest: Manifest,
    /// By name.
    pub channels: Vec<OpenedChannel>,
    files: BTreeMap<String, Vec<u8>>,
}

/// One channel of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenedChannel {
    /// What was decided when it was packed.
    pub record: ChannelRecord,
    /// The model; secrets are references.
    pub channel: Channel,
    /// The recorded chain of every host that the trust file must cover, in the order of the record.
    pub hosts: Vec<HostChain>,
    pub(super) trust: TrustFile,
}

/// Why a bundle is not believed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The manifest cannot be read.
    #[error("{MANIFEST}: {why}")]
    Manifest {
        /// What the reader says.
        why: String,
    },
    /// There is no manifest, so it is no bundle.
    #[error("there is no {MANIFEST} in it{}", instead(nearest.as_deref()))]
    NoManifest {
        /// A file whose name differs in case only.
        nearest: Option<String>,
    },
    /// Something in it is not as it was packed. The findings name the files.
    #[error("the bundle is not as it was packed: {}", first(findings))]
    Refused {
        /// All of them, each critical.
        findings: Vec<Finding>,
    },
    /// A newer program packed it.
    #[error("{MANIFEST}: the layout {version} is newer than this program")]
    TooNew {
        /// Of the layout.
        version: u32,
    },
    /// The zip cannot be read, or is no zip that should be.
    #[error(transparent)]
    Unzip(#[from] UnzipError),
}

fn instead(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", only {name}"))
}

fn first(findings: &[Finding]) -> String {
    let first = findings.first();
    first.map_or_else(String::new, |found| {
        format!("{}: {}", found.subject, found.message)
    })
}

impl OpenError {
    /// The same as findings, each critical and about a file of the bundle, or about the bundle by the name given.
    pub fn findings(&self, name: &str) -> Vec<Finding> {
        let one = |id, subject: &str, hint: &'static str| {
            let message = match self {
                Self::Manifest { why } => why.clone(),
                Self::Unzip(UnzipError::Damaged { why, .. } | UnzipError::Unsafe { why, .. }) => {
                    why.clone()
                }
                other => other.to_string(),
            };
            vec![Finding::new(id, Severity::Critical, subject, message).with_hint(hint)]
        };
        match self {
            Self::Refused { findings } => findings.clone(),
            Self::Manifest { .. } => one("BUNDLE-CHANGED", MANIFEST, COPY_AGAIN),
            Self::NoManifest { .. } => one(
                "BUNDLE-MISSING",
                name,
                "names are case-sensitive; `trustpack channel pack` writes a bundle",
            ),
            Self::TooNew { .. } => one(
                "BUNDLE-BROKEN",
                name,
                "verify it with the version that packed it, or a newer one",
            ),
            Self::Unzip(UnzipError::Damaged { file, .. }) => {
                one("BUNDLE-CHANGED", file, COPY_AGAIN)
            }
            Self::Unzip(UnzipError::Unsafe { file, .. }) => one(
                "BUNDLE-BROKEN",
                file,
                "no version of trustpack packs this: find out where the file is from, and do not unpack it",
            ),
            Self::Unzip(_) => one("BUNDLE-BROKEN", name, COPY_AGAIN),
        }
    }
}

const COPY_AGAIN: &str = "copy the bundle again from where it was packed, or pack it again";

/// Opens a zip of a bundle: [`open`], and the zip itself must be the one that these files give.
///
/// # Errors
/// As [`open`]; also when the zip is broken, unsafe, or was packed by another program.
pub fn open_zip(bytes: &[u8]) -> Result<OpenedBundle, OpenError> {
    let opened = open(unzip(bytes)?)?;
    let files = &opened.manifest.files;
    let members: Vec<archive::Member<'_>> = opened
        .files
        .iter()
        .map(|(path, bytes)| archive::Member {
            path,
            bytes,
            private: files.iter().any(|file| file.path == *path && file.private),
        })
        .collect();
    let written = archive::zip(&members, opened.manifest.created);
    let written = written.map_err(|error| UnzipError::Broken {
        why: error.to_string(),
    })?;
    match archive::difference(&written, bytes) {
        None => Ok(opened),
        Some((place, file)) => Err(OpenError::Refused {
            findings: vec![changed(
                file.as_deref().unwrap_or(MANIFEST),
                &format!(
                    "the zip is not the one that these files give: byte {place} of it, outside of their content"
                ),
                "if the bundle was unpacked and zipped again, unpack it and verify the folder; else copy it again from where it was packed",
            )],
        }),
    }
}

/// Opens the files of a bundle, by their paths in it.
///
/// Every file must be listed in `MANIFEST.json` with its length and hash, every listed one be there; a signature must
/// be one of the manifest by the key that it names; and what the files hold must be what the manifest says of it.
///
/// # Errors
/// [`OpenError::Refused`] with every file that is changed, missing or too many.
pub fn open(files: Vec<(String, Vec<u8>)>) -> Result<OpenedBundle, OpenError> {
    let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
    let manifest = read_manifest(&files)?;
    let mut findings = Vec::new();
    findings.extend(files.keys().filter_map(|name| {
        let why = unsafe_name(name)?;
        Some(Finding::new("BUNDLE-BROKEN", Severity::Critical, name, why))
    }));
    findings.extend(judge_manifest(&manifest, &files));
    findings.extend(judge_files(&manifest, &files));
    if !findings.is_empty() {
        return Err(OpenError::Refused { findings });
    }
    let mut channels = Vec::new();
    for record in &manifest.channels {
        match contents::open(record, &files) {
            Ok(channel) => channels.push(channel),
            Err(found) => findings.extend(found),
        }
    }
    if !findings.is_empty() {
        return Err(OpenError::Refused { findings });
    }
    Ok(OpenedBundle {
        manifest,
        channels,
        files,
    })
}

fn read_manifest(files: &BTreeMap<String, Vec<u8>>) -> Result<Manifest, OpenError> {
    let Some(bytes) = files.get(MANIFEST) else {
        let mut names = files.keys();
        let nearest = names.find(|name| name.eq_ignore_ascii_case(MANIFEST));
        return Err(OpenError::NoManifest {
            nearest: nearest.cloned(),
        });
    };
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let unreadable = |error: serde_json::Error| OpenError::Manifest {
        why: error.to_string(),
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if version > VERSION {
        return Err(OpenError::TooNew { version });
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

/// The manifest and its signature.
fn judge_manifest(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Option<Finding> {
    let bytes = files.get(MANIFEST)?;
    if !manifest.is_digest_of(bytes) {
        let why = "it is not as it was packed: its own digest is another one";
        return Some(changed(MANIFEST, why, COPY_AGAIN));
    }
    let signer = manifest.signer.as_ref()?;
    let Some(signature) = files.get(SIGNATURE) else {
        let why = "the manifest says that it is signed, and the signature is not there";
        return Some(missing(SIGNATURE, why.to_owned()));
    };
    let key = VerifyingKey::from_record(signer).ok();
    if key.is_some_and(|key| key.accepts(bytes, signature)) {
        return None;
    }
    let why = format!("it is no signature of {MANIFEST} by the key that this names");
    let found = Finding::new("BUNDLE-SIGNATURE", Severity::Critical, SIGNATURE, why);
    Some(found.with_hint(COPY_AGAIN))
}

/// Every file against the list, and the list against the files.
fn judge_files(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_listed = |name: &str| manifest.files.iter().any(|file| file.path == name);
    for record in &manifest.files {
        match files.get(&record.path) {
            None => findings.push(missing(&record.path, not_there(&record.path, files))),
            Some(bytes) if bytes.len() != record.size => {
                let why = format!("{} bytes, and {} were packed", bytes.len(), record.size);
                findings.push(changed(&record.path, &why, COPY_AGAIN));
            }
            Some(bytes) if hex_sha256(bytes) != record.sha256 => {
                let why = "it is not as it was packed: its SHA-256 is another one";
                findings.push(changed(&record.path, why, COPY_AGAIN));
            }
            Some(_) => {}
        }
    }
    for name in files.keys() {
        let is_own = name == MANIFEST || name == SIGNATURE && manifest.signer.is_some();
        if !is_own && !is_listed(name) {
            let why = format!("{MANIFEST} does not list it");
            let found = Finding::new("BUNDLE-EXTRA", Severity::Critical, name, why);
            findings.push(found.with_hint(
                "remove it, or find out who added it; nothing in a bundle may be unknown",
            ));
        }
    }
    findings
}

fn not_there(path: &str, files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut names = files.keys();
    match names.find(|name| name.to_lowercase() == path.to_lowercase()) {
        Some(name) => format!("it is not there, only {name}: names are case-sensitive"),
        None => "it is not there".to_owned(),
    }
}

fn changed(file: &str, why: &str, hint: &str) -> Finding {
    Finding::new("BUNDLE-CHANGED", Severity::Critical, file, why).with_hint(hint)
}

fn missing(file: &str, why: String) -> Finding {
    Finding::new("BUNDLE-MISSING", Severity::Critical, file, why).with_hint(COPY_AGAIN)
}

impl OpenedBundle {
    /// The bytes of a file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The paths of all files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The hash of every file, as `sha256sum` writes it and `sha256sum -c` reads it.
    pub fn sums(&self) -> String {
        let files = self.files.iter();
        files
            .map(|(path, bytes)| format!("{}  {path}\n", hex_sha256(bytes)))
            .collect()
    }

    /// The key that signed it, as it says itself; the signature is good by that key.
    pub fn signer(&self) -> Option<VerifyingKey> {
        let record = self.manifest.signer.as_ref()?;
        VerifyingKey::from_record(record).ok()
    }

    /// Whether the holder of this key signed it.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let signed = self.file(MANIFEST).zip(self.file(SIGNATURE));
        signed.is_some_and(|(bytes, signature)| key.accepts(bytes, signature))
    }
}

impl OpenedChannel {
    /// What a client has that loads the packed trust file.
    pub fn anchors(&self) -> &TrustAnchors {
        &self.trust.anchors
    }

    /// The packed identity certificate, to be checked as any other file; `None` when none was packed.
    pub fn identity(&self, bundle: &OpenedBundle, at: OffsetDateTime) -> Option<Subject> {
        let file = &self.record.identity.as_ref()?.certificate;
        let contents = keystore::read(bundle.file(file)?, &ReadOptions::default()).ok()?;
        Some(Subject::from_contents(file, &contents, at))
    }

    /// The roots that a file vouched for when it was packed, one set for each file and none of those that `asked` knows: they
    /// are in the bundle alone. With the hosts whose root is not in it either, and the file that vouched for that.
    pub fn given_roots(
        &self,
        asked: &[TrustAnchors],
    ) -> (Vec<TrustAnchors>, Vec<(String, String)>) {
        let (mut sets, mut missing) = (Vec::new(), Vec::new());
        for (record, host) in self.record.hosts.iter().zip(&self.hosts) {
            let (Some(root), Some(origin)) = (&record.root, &record.root_known_to) else {
                continue;
            };
            let is_it = |one: &&Certificate| one.fingerprint().to_string() == *root;
            let mut known = asked.iter().flat_map(TrustAnchors::certificates);
            if asked.iter().any(|set| set.origin() == origin) || known.any(|one| is_it(&one)) {
                continue;
            }
            let trusted = self.trust.entries.iter().map(|(_, one)| one);
            let mut held = trusted.chain(&host.chain.certificates);
            match held.find(is_it) {
                Some(root) => sets.push(TrustAnchors::new(origin, vec![root.clone()])),
                None => missing.push((record.endpoint.clone(), origin.clone())),
            }
        }
        (sets, missing)
    }

    /// The certificates in the trust file with their aliases, in its order.
    pub fn trusted(&self) -> &[(String, Certificate)] {
        &self.trust.entries
    }
}
