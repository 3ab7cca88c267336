//! Which servers a call may go to.

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::bundle::{
    ChainSource, HostChain, MANIFEST, PackError, PackOptions, PackRequest, pack,
};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, Spec, hosts};
use trustpack_core::expiry::Thresholds;
use trustpack_core::facts::Facts;
use trustpack_core::fetch::call::Trust;
use trustpack_core::keystore::{self, Entry, ReadOptions};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::Client;

use super::source_of;
use crate::args::Calling;
use crate::bundle;
use crate::commands::channel::spec;
use crate::commands::verify::trust::of_word;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::platform::is_pipe;
use crate::render::Talk;
use crate::servers;

/// Who is trusted where no flag says so, and which channel of a bundle is meant.
pub(crate) struct Defaults<'a> {
    pub trust: Option<Trust>,
    pub channel: Option<&'a str>,
}

/// The roots of this system and Mozilla's.
fn public(talk: &Talk) -> Trust {
    Trust::Public(servers::common_root_sets(talk))
}

/// What the flags say, else the default, else public roots.
pub(super) fn load(calling: &Calling, defaults: Defaults<'_>, talk: &Talk) -> Result<Trust> {
    if calling.trust.is_empty() {
        return Ok(defaults.trust.unwrap_or_else(|| public(talk)));
    }
    let password = match &calling.trust_password {
        Some(source) => source.resolve(&calling.trust.join(", "), false, talk)?,
        None => None,
    };
    let is_public = |word: &String| matches!(word.as_str(), "system" | "mozilla");
    let mut sets = Vec::new();
    for word in &calling.trust {
        let set = match bundled(word, defaults.channel)? {
            Some(set) => set,
            None => {
                let found = of_word(word, password.as_ref(), Client::Java, talk);
                found.map_err(|error| told_as_ours(error, word))?.0
            }
        };
        sets.push(set);
    }
    if calling.trust.iter().all(is_public) {
        return Ok(Trust::Public(sets));
    }
    Ok(Trust::Store(match <[TrustAnchors; 1]>::try_from(sets) {
        Ok([alone]) => alone,
        Err(sets) => TrustAnchors::joined(sets),
    }))
}

/// A file that is not there could be no server here.
fn told_as_ours(error: anyhow::Error, word: &str) -> anyhow::Error {
    let is_missing = !Path::new(word).exists() && !matches!(word, "system" | "mozilla" | "java");
    match is_missing {
        true => Hinted::new(
            format!("{word}: no such file or folder"),
            "check the path of --trust: a store, or a bundle that `trustpack channel pack` wrote",
        )
        .into(),
        false => error,
    }
}

/// The trust certificate of a channel in a bundle, a zip or a folder, which must be as it was packed; `None` when it is no
/// bundle.
fn bundled(path: &str, channel: Option<&str>) -> Result<Option<TrustAnchors>> {
    let place = Path::new(path);
    let is_one = match place.is_dir() {
        true => place.join(MANIFEST).is_file(),
        false => place.is_file() && !is_pipe(place) && is_zip(place)?,
    };
    if !is_one {
        return Ok(None);
    }
    let opened = bundle::open(place)?.map_err(|findings| {
        let first = findings.first();
        let why = first.map_or_else(String::new, |one| {
            format!("{}: {}", one.subject, one.message)
        });
        Hinted::new(
            format!("{path}: the bundle is not as it was packed: {why}"),
            "`trustpack channel verify-bundle` tells all of it; pack it again, or name a store",
        )
    })?;
    let known = opened.channels.iter().map(|one| one.record.name.as_str());
    let known = known.collect::<Vec<_>>().join(", ");
    let mut channels = opened.channels.iter();
    let found = match channel {
        Some(name) => channels.find(|one| one.record.name == name),
        None => channels.next().filter(|_| opened.channels.len() == 1),
    };
    let Some(found) = found else {
        let message = match channel {
            Some(name) => format!("{path}: the bundle has no channel {name:?}"),
            None => format!("{path}: the bundle has several channels, and none is named"),
        };
        return Err(Hinted::new(message, format!("it has {known}")).into());
    };
    let origin = format!("{path}: {}", found.record.trust.file);
    let certificates = found.anchors().certificates().to_vec();
    Ok(Some(TrustAnchors::new(origin, certificates)))
}

/// By its first bytes.
fn is_zip(path: &Path) -> Result<bool> {
    let bytes = input::read_file(path).with_context(|| path.display().to_string())?;
    Ok(bytes.starts_with(b"PK\x03\x04"))
}

/// What `channel pack` would make of the files in `trust.files`, where they cover every host; nothing is asked of servers.
pub(crate) fn of_pack(
    spec: &Spec,
    channel: &Channel,
    roots: &[TrustAnchors],
    facts: &Facts,
    at: OffsetDateTime,
    talk: &Talk,
) -> Result<Option<TrustAnchors>> {
    let folder = spec::folder(spec, channel.place_of("trust.files"));
    let mut chains = Vec::new();
    for host in hosts(channel) {
        let Some(file) = channel.given_file(&host) else {
            return Ok(None);
        };
        let path = folder.join(file).display().to_string();
        let loaded = input::load_one(&path, &Passwords::default())
            .with_context(|| format!("{}: trust.files", channel.label()))?;
        let entries = loaded.contents.store.entries().iter();
        let ders = entries.flat_map(Entry::certificates).cloned();
        chains.push(HostChain {
            endpoint: host.endpoint,
            server_name: None,
            chain: PresentedChain::from_ders(ders),
            issuers: Vec::new(),
            source: ChainSource::Given {
                file: file.to_owned(),
            },
        });
    }
    if chains.is_empty() {
        return Ok(None);
    }
    let secret = channel.trust_password();
    let source = secret.and_then(|secret| source_of(spec, channel, "trust.password", secret));
    let password = match source {
        Some(source) => Some(source.secret("trust.password", talk)?),
        None => None,
    };
    let request = PackRequest {
        channel,
        hosts: &chains,
        roots,
        facts,
        password: password.as_ref(),
        // what is shown to servers has no part in what is trusted
        identity: None,
        options: PackOptions {
            at,
            source_date_epoch: None,
            strict: false,
            thresholds: Thresholds::default(),
        },
    };
    let packed = match pack(&request) {
        Ok(packed) => packed,
        Err(PackError::Refused { findings, .. }) => {
            let first = findings.first();
            let why = first.map_or_else(String::new, |one| {
                format!("{}: {}", one.subject, one.message)
            });
            return Err(Hinted::new(
                format!(
                    "{}: no trust store can be made of trust.files: {why}",
                    channel.label()
                ),
                "`trustpack channel validate` says what is wrong; --trust names a store",
            )
            .into());
        }
        Err(error) => return Err(error).with_context(|| channel.label()),
    };
    let name = channel.trust_file_name();
    let Some(file) = packed.files.iter().find(|file| file.path.ends_with(name)) else {
        return Ok(None);
    };
    let options = ReadOptions {
        password: password.as_ref(),
    };
    let contents = keystore::read(&file.bytes, &options)?;
    let origin = format!("{}, of trust.files", file.path);
    Ok(Some(TrustAnchors::from_store(origin, &contents.store)))
}
