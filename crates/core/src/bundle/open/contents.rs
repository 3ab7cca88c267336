//! What the files of a channel hold, against what the manifest says of it: whoever changed a file could have changed its
//! hash as well, and an honest manifest says the same twice.

use std::collections::BTreeMap;

use trustpack_keystore::{self as keystore, Entry, ReadOptions};

use super::OpenedChannel;
use crate::bundle::record::{ChannelRecord, HostRecord, IdentityRecord};
use crate::bundle::store::{TrustFile, Unfit};
use crate::bundle::{ChainSource, HostChain, files, layout};
use crate::cert::Fingerprint;
use crate::chain::PresentedChain;
use crate::channel::{Channel, HostRequirement, Spec, hosts};
use crate::report::{Finding, Severity};
use crate::verify::ServerName;

type Files = BTreeMap<String, Vec<u8>>;

/// Reads the files of a channel.
pub(super) fn open(record: &ChannelRecord, files: &Files) -> Result<OpenedChannel, Vec<Finding>> {
    let mut findings = Vec::new();
    let channel = channel(record, files).map_err(|found| vec![*found])?;
    let trust = trust(record, files).map_err(|found| findings.push(*found));
    let required = hosts(&channel);
    let listed = |host: &HostRequirement| {
        let name = host.endpoint.to_string();
        record.hosts.iter().any(|there| there.endpoint == name)
    };
    for host in required.iter().filter(|host| !listed(host)) {
        let why = format!(
            "the manifest has no chain of {}, which the channel needs",
            host.endpoint
        );
        findings.push(*unlike(&layout::own(&channel, files::MODEL), why));
    }
    let mut chains = Vec::new();
    for host in &record.hosts {
        match chain(host, &required, files) {
            Ok(chain) => chains.push(chain),
            Err(found) => findings.push(*found),
        }
    }
    if let Some(identity) = &record.identity {
        findings.extend(judge_identity(identity, files).err().map(|found| *found));
    }
    match trust {
        Ok(trust) if findings.is_empty() => Ok(OpenedChannel {
            record: record.clone(),
            channel,
            hosts: chains,
            trust,
        }),
        _ => Err(findings),
    }
}

fn unlike(file: &str, why: String) -> Box<Finding> {
    let found = Finding::new("BUNDLE-CONTENT", Severity::Critical, file, why);
    let hint = "trustpack does not pack this: find out who made the bundle, and pack it again";
    Box::new(found.with_hint(hint))
}

fn bytes<'a>(file: &str, files: &'a Files) -> Result<&'a [u8], Box<Finding>> {
    let found = files.get(file).map(Vec::as_slice);
    found.ok_or_else(|| {
        unlike(
            file,
            "the manifest speaks of it, and does not list it".to_owned(),
        )
    })
}

fn channel(record: &ChannelRecord, files: &Files) -> Result<Channel, Box<Finding>> {
    let file = format!("{}/{}", record.name, files::MODEL);
    let bytes = bytes(&file, files)?;
    let text = String::from_utf8_lossy(bytes);
    let spec = Spec::read(&text).map_err(|error| unlike(&file, error.to_string()))?;
    let mut channels = spec.channels.into_iter();
    match (channels.next(), channels.next()) {
        (Some(channel), None) if channel.name == record.name => Ok(channel),
        _ => Err(unlike(
            &file,
            format!("it is not the model of {}", record.name),
        )),
    }
}

fn trust(record: &ChannelRecord, files: &Files) -> Result<TrustFile, Box<Finding>> {
    let trust = &record.trust;
    let bytes = bytes(&trust.file, files)?.to_vec();
    // Certificates in a JKS can be read without its password, which only its digest needs.
    let read = TrustFile::read(&trust.file, trust.container, bytes, None);
    let read = read.map_err(|unfit| match unfit {
        Unfit::Key(found) => found,
        Unfit::Unreadable(why) => unlike(&trust.file, why),
    })?;
    let held = read.entries.iter();
    let held = held.map(|(_, certificate)| certificate.fingerprint().to_string());
    let listed = trust.anchors.iter().map(|anchor| &*anchor.fingerprint);
    match held.eq(listed) {
        true => Ok(read),
        false => {
            let why = "it holds other certificates than the manifest lists as anchors";
            Err(unlike(&trust.file, why.to_owned()))
        }
    }
}

/// The certificate, and the one beside the key; whose key that is takes its password.
fn judge_identity(record: &IdentityRecord, files: &Files) -> Result<(), Box<Finding>> {
    for file in [Some(&record.certificate), record.key_store.as_ref()] {
        let Some(file) = file else { continue };
        let contents = keystore::read(bytes(file, files)?, &ReadOptions::default());
        let contents = contents.map_err(|error| unlike(file, error.to_string()))?;
        let is_listed = |entry: &Entry| {
            let own = entry.certificates().first();
            own.is_some_and(|der| Fingerprint::of(der).to_string() == record.fingerprint)
        };
        if !contents.store.entries().iter().any(is_listed) {
            let why = "it holds another certificate than the manifest lists as identity";
            return Err(unlike(file, why.to_owned()));
        }
    }
    Ok(())
}

fn chain(
    record: &HostRecord,
    required: &[HostRequirement],
    files: &Files,
) -> Result<HostChain, Box<Finding>> {
    let file = &record.chain_file;
    let host = required
        .iter()
        .find(|host| host.endpoint.to_string() == record.endpoint);
    let host = host.ok_or_else(|| {
        let why = format!("the channel has no host {}", record.endpoint);
        unlike(file, why)
    })?;
    let contents = keystore::read(bytes(file, files)?, &ReadOptions::default());
    let contents = contents.map_err(|error| unlike(file, error.to_string()))?;
    let entries = contents.store.entries().iter();
    let chain = PresentedChain::from_ders(entries.flat_map(Entry::certificates).cloned());
    let held = chain.certificates.iter();
    let held = held.map(|certificate| certificate.fingerprint().to_string());
    if !held.eq(record.fingerprints.iter().cloned()) || !chain.unreadable.is_empty() {
        let why = "it holds other certificates than the manifest lists for the host";
        return Err(unlike(file, why.to_owned()));
    }
    let name = record.server_name.as_ref();
    let name = name.map(|name| ServerName::try_from(name.clone()));
    Ok(HostChain {
        endpoint: host.endpoint.clone(),
        server_name: name
            .transpose()
            .map_err(|_| unlike(file, "the server name is none".to_owned()))?,
        chain,
        issuers: Vec::new(),
        source: ChainSource::Recorded { file: file.clone() },
    })
}
