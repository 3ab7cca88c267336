//! The whole bundle: the files of every channel, and `MANIFEST.json`, which lists them and is written last.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::layout::{MANIFEST, SIGNATURE};
use super::record::ChannelRecord;
use super::sign::{SignerRecord, SigningKey};
use super::store::hex_sha256;
use super::{BundleFile, PackError, Packed, archive, files, page};
use crate::channel::Channel;
use crate::report::{Finding, Severity};
use crate::text::moment;

/// Named files in memory, sorted by path, with their manifest.
#[derive(Clone, Debug)]
pub struct Bundle {
    files: Vec<BundleFile>,
    created: OffsetDateTime,
}

/// `MANIFEST.json`: every other file with its hash, and what was decided for every channel.
///
/// Fields may be added; a change of meaning is another [`version`](Self::version).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Of this layout.
    pub version: u32,
    /// The version of the program that packed.
    pub trustpack: String,
    /// What counted as now: `SOURCE_DATE_EPOCH` where that was set.
    #[serde(with = "moment")]
    pub created: OffsetDateTime,
    /// Who signed, when somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<SignerRecord>,
    /// By name.
    pub channels: Vec<ChannelRecord>,
    /// Every file but the manifest and its signature, by path.
    pub files: Vec<FileRecord>,
    /// SHA-256 of this file with 64 zeros in this place: an accident is noticed without a signature. No protection
    /// against anybody who means it.
    pub manifest_sha256: String,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path in the bundle.
    pub path: String,
    /// Its length in bytes.
    pub size: usize,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// What it is there for.
    pub purpose: String,
    /// Whether a key is in it, so that nobody but its owner may read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
}

/// How a bundle is made.
#[derive(Clone, Copy, Debug)]
pub struct BundleOptions<'a> {
    /// `SOURCE_DATE_EPOCH` where that is set, else the time that counts as now.
    pub created: OffsetDateTime,
    /// Signs the manifest.
    pub signing_key: Option<&'a SigningKey>,
}

/// The layout that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;

impl Bundle {
    /// Joins channels.
    ///
    /// # Errors
    /// [`PackError::Refused`] when two channels would share a folder on a file system that ignores case.
    pub fn new(channels: Vec<Packed>, options: &BundleOptions<'_>) -> Result<Self, PackError> {
        unique_folders(channels.iter().map(|packed| packed.record.name.as_str()))?;
        let mut records = Vec::new();
        let mut files = Vec::new();
        let mut pages = Vec::new();
        for packed in channels {
            records.push(packed.record);
            pages.push(packed.page);
            files.extend(packed.files);
        }
        files.sort_by(|first, second| first.path.cmp(&second.path));
        pages.sort_by(|first, second| first.name().cmp(second.name()));
        files.push(page::render(&pages, options.created, &fingerprint(&files)));
        files.sort_by(|first, second| first.path.cmp(&second.path));
        records.sort_by(|first, second| first.name.cmp(&second.name));
        let manifest = Manifest {
            version: VERSION,
            trustpack: env!("CARGO_PKG_VERSION").to_owned(),
            created: options.created,
            signer: options.signing_key.map(SigningKey::record),
            channels: records,
            files: files.iter().map(FileRecord::new).collect(),
            manifest_sha256: ZEROS.to_owned(),
        };
        let bytes = manifest.to_bytes().map_err(|error| PackError::Written {
            file: MANIFEST.to_owned(),
            why: error.to_string(),
        })?;
        if let Some(key) = options.signing_key {
            files.push(BundleFile {
                path: SIGNATURE.to_owned(),
                purpose: "signature over MANIFEST.json, Ed25519",
                bytes: key.sign(&bytes),
                private: false,
            });
        }
        files.push(BundleFile {
            path: MANIFEST.to_owned(),
            purpose: "list of all other files",
            bytes,
            private: false,
        });
        files.sort_by(|first, second| first.path.cmp(&second.path));
        Ok(Self {
            files,
            created: options.created,
        })
    }

    /// The files, sorted by path, the manifest among them.
    pub fn files(&self) -> &[BundleFile] {
        &self.files
    }

    /// The time that the bundle carries.
    pub fn created(&self) -> OffsetDateTime {
        self.created
    }

    /// Whether a key is in any file, so that nobody but its owner may read the bundle.
    pub fn is_private(&self) -> bool {
        self.files.iter().any(|file| file.private)
    }

    /// The bundle as a zip: the same files and the same time give the same bytes.
    ///
    /// # Errors
    /// [`PackError::Archive`] when the zip cannot be written.
    pub fn to_zip(&self) -> Result<Vec<u8>, PackError> {
        let files = self.files.iter();
        let members: Vec<_> = files
            .map(|file| archive::Member {
                path: &file.path,
                bytes: &file.bytes,
                private: file.private,
            })
            .collect();
        archive::zip(&members, self.created).map_err(|error| PackError::Archive {
            why: error.to_string(),
        })
    }
}

/// SHA-256 over the digests of all files, hex: another bundle has another one.
fn fingerprint(files: &[BundleFile]) -> String {
    let lines: String = files
        .iter()
        .map(|file| format!("{}  {}\n", hex_sha256(&file.bytes), file.path))
        .collect();
    hex_sha256(lines.as_bytes())
}

/// Stands in the place of the manifest's own digest while that is taken.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Manifest {
    /// The file, with its own digest.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let bytes = files::json(self)?;
        let digest = hex_sha256(&bytes);
        Ok(replaced(&bytes, ZEROS, &digest).unwrap_or(bytes))
    }

    /// Whether the bytes from which it was read are those that were written.
    pub(super) fn is_digest_of(&self, bytes: &[u8]) -> bool {
        let blank = replaced(bytes, &self.manifest_sha256, ZEROS);
        blank.is_some_and(|blank| hex_sha256(&blank) == self.manifest_sha256)
    }
}

/// The bytes with another value in the last field. Its name stands between quotes, which no text of a JSON file can hold.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let field = |digest: &str| format!("\"manifest_sha256\": \"{digest}\"");
    let start = text.rfind(&field(from))?;
    let rest = text.get(start + field(from).len()..)?;
    Some([text.get(..start)?, &field(to), rest].concat().into_bytes())
}

/// The paths that a manifest of any version lists, and no more than that is believed of it: none when it is unreadable.
pub fn listed(manifest: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Listed {
        files: Vec<ListedFile>,
    }
    #[derive(Deserialize)]
    struct ListedFile {
        path: String,
    }
    let read = serde_json::from_slice::<Listed>(manifest);
    let files = read.map(|listed| listed.files).unwrap_or_default();
    files.into_iter().map(|file| file.path).collect()
}

impl FileRecord {
    fn new(file: &BundleFile) -> Self {
        Self {
            path: file.path.clone(),
            size: file.bytes.len(),
            sha256: hex_sha256(&file.bytes),
            purpose: file.purpose.to_owned(),
            private: file.private,
        }
    }
}

/// Whether the channels can be in one bundle, before anything is fetched for them.
///
/// # Errors
/// [`PackError::Refused`] when two would share a folder on a file system that ignores case.
pub fn check_names(channels: &[&Channel]) -> Result<(), PackError> {
    unique_folders(channels.iter().map(|channel| channel.name.as_str()))
}

fn unique_folders<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), PackError> {
    let mut folders = HashSet::new();
    // A channel without a name is refused for that.
    for name in names.filter(|name| !name.is_empty()) {
        if !folders.insert(name.to_lowercase()) {
            return Err(same_folder(name.to_owned()));
        }
    }
    Ok(())
}

fn same_folder(name: String) -> PackError {
    PackError::Refused {
        findings: vec![
            Finding::new(
                "NAME-DUP",
                Severity::Critical,
                format!("{name}: name"),
                "another channel of the bundle has the same folder",
            )
            .with_hint("rename one of the two, or pack them apart"),
        ],
        channel: name,
    }
}
