//! The whole bundle: the files of every channel and `MANIFEST.json`, which lists them.

use std::collections::HashSet;

use serde::Serialize;
use time::OffsetDateTime;

use super::judge::Host;
use super::store::{TrustFile, hex_sha256};
use super::{BundleFile, PackError, Packed, archive, files, page};
use crate::channel::{Channel, KindWords};
use crate::report::{Finding, Severity};
use crate::text::rfc3339;

/// Named files in memory, sorted by path, with their manifest.
#[derive(Clone, Debug)]
pub struct Bundle {
    files: Vec<BundleFile>,
    created: OffsetDateTime,
}

const MANIFEST: &str = "MANIFEST.json";

impl Bundle {
    /// Joins channels. `created` is `SOURCE_DATE_EPOCH` where that is set, else the time that counts as now.
    ///
    /// # Errors
    /// [`PackError::Refused`] when two channels would share a folder on a file system that ignores case.
    pub fn new(channels: Vec<Packed>, created: OffsetDateTime) -> Result<Self, PackError> {
        unique_folders(channels.iter().map(|packed| packed.summary.name.as_str()))?;
        let mut summaries = Vec::new();
        let mut files = Vec::new();
        let mut pages = Vec::new();
        for packed in channels {
            summaries.push(packed.summary);
            pages.push(packed.page);
            files.extend(packed.files);
        }
        files.sort_by(|first, second| first.path.cmp(&second.path));
        pages.sort_by(|first, second| first.name().cmp(second.name()));
        files.push(page::render(&pages, created, &fingerprint(&files)));
        files.sort_by(|first, second| first.path.cmp(&second.path));
        summaries.sort_by(|first, second| first.name.cmp(&second.name));
        let manifest = Manifest {
            trustpack: env!("CARGO_PKG_VERSION"),
            created: rfc3339(created),
            channels: &summaries,
            files: files.iter().map(FileSummary::new).collect(),
        };
        let bytes = files::json(&manifest).map_err(|error| PackError::Written {
            file: MANIFEST.to_owned(),
            why: error.to_string(),
        })?;
        files.push(BundleFile {
            path: MANIFEST.to_owned(),
            purpose: "list of all other files",
            bytes,
        });
        files.sort_by(|first, second| first.path.cmp(&second.path));
        Ok(Self { files, created })
    }

    /// The files, sorted by path, the manifest among them.
    pub fn files(&self) -> &[BundleFile] {
        &self.files
    }

    /// The time that the bundle carries.
    pub fn created(&self) -> OffsetDateTime {
        self.created
    }

    /// The bundle as a zip: the same files and the same time give the same bytes.
    ///
    /// # Errors
    /// [`PackError::Archive`] when the zip cannot be written.
    pub fn to_zip(&self) -> Result<Vec<u8>, PackError> {
        archive::zip(&self.files, self.created).map_err(|error| PackError::Archive {
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

#[derive(Serialize)]
struct Manifest<'a> {
    trustpack: &'static str,
    created: String,
    channels: &'a [ChannelSummary],
    files: Vec<FileSummary<'a>>,
}

#[derive(Serialize)]
struct FileSummary<'a> {
    path: &'a str,
    size: usize,
    sha256: String,
    purpose: &'static str,
}

impl<'a> FileSummary<'a> {
    fn new(file: &'a BundleFile) -> Self {
        Self {
            path: &file.path,
            size: file.bytes.len(),
            sha256: hex_sha256(&file.bytes),
            purpose: file.purpose,
        }
    }
}

/// What the manifest says of a channel.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChannelSummary {
    name: String,
    #[serde(flatten)]
    kind: KindWords,
    trust_file: String,
    /// SHA-256 of the certificates in the trust file.
    anchors: Vec<String>,
    hosts: Vec<HostSummary>,
}

#[derive(Clone, Debug, Serialize)]
struct HostSummary {
    endpoint: String,
    chain_file: String,
    /// SHA-256 of the presented certificates, in the server's order.
    fingerprints: Vec<String>,
}

impl ChannelSummary {
    pub(super) fn new(channel: &Channel, hosts: &[Host<'_>], trust: &TrustFile) -> Self {
        let anchors = trust.entries.iter();
        let hosts = hosts.iter().map(|host| {
            let certificates = host.chain.chain.certificates.iter();
            HostSummary {
                endpoint: host.subject.clone(),
                chain_file: files::chain_path(channel, &host.requirement.endpoint),
                fingerprints: certificates
                    .map(|certificate| certificate.fingerprint().to_string())
                    .collect(),
            }
        });
        Self {
            name: channel.name.clone(),
            kind: channel.kind.into(),
            trust_file: trust.path.clone(),
            anchors: anchors
                .map(|(_, certificate)| certificate.fingerprint().to_string())
                .collect(),
            hosts: hosts.collect(),
        }
    }
}
