//! Chains that were recorded earlier: `--offline`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trustpack_core::bundle::{
    ChainSource, HostChain, MANIFEST, OpenedBundle, OpenedChannel, host_name,
};
use trustpack_core::chain::Issuer;
use trustpack_core::channel::{Channel, HostRequirement};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::report::{Finding, page};
use trustpack_core::trust::TrustAnchors;

use super::chains::given;
use crate::bundle::{self, signature, signature::Signature};
use crate::hint::Hinted;
use crate::render::Talk;

/// Where recorded chains are.
pub(super) enum Recordings {
    /// An earlier bundle, in which every file is as it was packed.
    Bundle(Box<OpenedBundle>),
    /// A folder of files that are named by their hosts.
    Folder(PathBuf),
}

impl Recordings {
    /// An earlier bundle, as a zip or folder, or a folder with files that are named by their hosts.
    /// The bundle must be signed by `key`, when one is named.
    pub(super) fn open(path: &Path, key: Option<&Path>, talk: &Talk) -> Result<Self> {
        let name = path.display().to_string();
        let key = key.map(signature::read_key).transpose()?;
        if path.is_dir() && !path.join(MANIFEST).exists() {
            if key.is_some() {
                let message = format!("{name}: a folder of chains, which nobody signs");
                let hint = "leave --key out, or name a bundle with --offline";
                return Err(Hinted::new(message, hint).into());
            }
            return Ok(Self::Folder(path.to_owned()));
        }
        let opened = bundle::open(path)?.map_err(|findings| refused(&name, &findings))?;
        match signature::judge(&opened, key.as_ref()) {
            (_, Some(found)) => return Err(refused(&name, &[found])),
            (Signature::Good, None) => {}
            (_, None) => talk.say(signature::unchecked(&name, &opened)),
        }
        Ok(Self::Bundle(Box::new(opened)))
    }

    /// The roots that files vouched for when the earlier bundle was packed, so that nobody has to name them again. One that is
    /// not in the bundle is told, and refuses where it is to be strict.
    pub(super) fn given_roots(
        &self,
        asked: &[TrustAnchors],
        strict: bool,
        talk: &Talk,
    ) -> Result<Vec<TrustAnchors>> {
        let Self::Bundle(opened) = self else {
            return Ok(Vec::new());
        };
        let mut roots: Vec<TrustAnchors> = Vec::new();
        for channel in &opened.channels {
            let (sets, missing) = channel.given_roots(asked);
            for set in sets {
                let is_it = |known: &TrustAnchors| known.certificates() == set.certificates();
                if !roots.iter().any(is_it) {
                    roots.push(set);
                }
            }
            for (host, origin) in missing {
                let message = format!(
                    "{}: the root of {host} was known by {origin}, and is not in the earlier bundle",
                    channel.record.name
                );
                let hint = "name it again with --roots";
                if strict {
                    return Err(Hinted::new(message, hint).into());
                }
                talk.warn(format!("{message}: {hint}"));
            }
        }
        Ok(roots)
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
    own.into_iter().chain(others).find_map(|there| {
        let mut chains = there.hosts.iter();
        let found = chains.find(|chain| chain.endpoint == host.endpoint)?;
        Some(HostChain {
            issuers: found_before(there),
            ..found.clone()
        })
    })
}

/// What a server did not send was found elsewhere when the bundle was packed, and is in its trust file.
fn found_before(there: &OpenedChannel) -> Vec<Issuer> {
    let trusted = there.trusted().iter();
    let issuers = trusted.filter(|(_, certificate)| certificate.is_ca());
    issuers
        .map(|(_, certificate)| Issuer {
            certificate: certificate.clone(),
            origin: there.record.trust.file.clone(),
        })
        .collect()
}

fn refused(name: &str, findings: &[Finding]) -> anyhow::Error {
    let told: Vec<String> = findings.iter().map(page::finding_about).collect();
    let message = format!("{name}: not as it was packed\n{}", told.join(""));
    let hint = "name a bundle that `trustpack channel verify-bundle` accepts, or a folder of recorded chains";
    Hinted::new(message.trim_end(), hint).into()
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
            given(host, path, source).map(Some)
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
