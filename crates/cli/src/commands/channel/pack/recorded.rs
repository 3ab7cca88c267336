//! Chains that were recorded earlier: `--offline`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::bundle::{ChainSource, HostChain, OpenedBundle, host_name};
use trustpack_core::channel::{Channel, HostRequirement};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::report::page;

use crate::bundle;
use crate::hint::Hinted;

/// Where recorded chains are.
pub(super) enum Recordings {
    /// An earlier bundle, in which every file is as it was packed.
    Bundle(Box<OpenedBundle>),
    /// A folder of files that are named by their hosts.
    Folder(PathBuf),
}

impl Recordings {
    /// An earlier bundle, as a zip or folder, or a folder with files that are named by their hosts.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if path.is_dir() && !path.join("MANIFEST.json").exists() {
            return Ok(Self::Folder(path.to_owned()));
        }
        match bundle::open(path)? {
            Ok(opened) => Ok(Self::Bundle(Box::new(opened))),
            Err(findings) => {
                let told: Vec<String> = findings.iter().map(page::finding_about).collect();
                let message = format!(
                    "{}: not as it was packed\n{}",
                    path.display(),
                    told.join("")
                );
                let hint = "name a bundle that `trustpack channel verify-bundle` accepts, or a folder of recorded chains";
                Err(Hinted::new(message.trim_end(), hint).into())
            }
        }
    }

    /// The chain of a host; `None` when none was recorded.
    pub(super) fn chain(
        &self,
        channel: &Channel,
        host: &HostRequirement,
    ) -> Result<Option<HostChain>> {
        match self {
            Self::Bundle(opened) => Ok(of_bundle(opened, channel, host)),
            Self::Folder(folder) => of_folder(folder, channel, host),
        }
    }
}

/// That of the same channel first; a server is the same whoever asks.
fn of_bundle(
    opened: &OpenedBundle,
    channel: &Channel,
    host: &HostRequirement,
) -> Option<HostChain> {
    let is_own = |name: &str| name == channel.name;
    let (own, others): (Vec<_>, Vec<_>) = opened
        .channels
        .iter()
        .partition(|there| is_own(&there.record.name));
    let mut chains = own.into_iter().chain(others).flat_map(|there| &there.hosts);
    chains
        .find(|chain| chain.endpoint == host.endpoint)
        .cloned()
}

fn of_folder(
    folder: &Path,
    channel: &Channel,
    host: &HostRequirement,
) -> Result<Option<HostChain>> {
    let places = [
        folder.to_owned(),
        folder.join("chains"),
        folder.join(&channel.name).join("chains"),
    ];
    let mut found: Vec<PathBuf> = Vec::new();
    for place in places.iter().filter(|place| place.is_dir()) {
        for entry in fs::read_dir(place).with_context(|| place.display().to_string())? {
            let path = entry?.path();
            if path.is_file() && is_named_by(&path, &host.endpoint) {
                found.push(path);
            }
        }
    }
    found.sort();
    match found.as_slice() {
        [] => Ok(None),
        [path] => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let source = ChainSource::Recorded {
                file: name.into_owned(),
            };
            super::given(host, path, source).map(Some)
        }
        [one, other, ..] => {
            let message = format!(
                "{}: both {} and {} are named by it",
                host.endpoint,
                one.display(),
                other.display()
            );
            Err(Hinted::new(message, "keep the one that is meant in the folder").into())
        }
    }
}

/// As a bundle names it, or as `trustpack fetch -o FOLDER/` does.
fn is_named_by(path: &Path, endpoint: &Endpoint) -> bool {
    let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
        return false;
    };
    let fetched = endpoint.to_string().replace([':', '/', '[', ']'], "_");
    [host_name(endpoint), fetched]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(stem))
}
