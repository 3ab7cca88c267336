//! `trustpack channel pack`: fetch, choose, write, verify, check, pack.

mod identity;
mod recorded;
mod save;
mod show;
mod sign;

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::bundle::{
    Bundle, BundleOptions, ChainSource, HostChain, PackError, PackOptions, PackRequest,
    check_names, pack,
};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, HostRequirement, SecretRef, hosts, validate_channel};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::Thresholds;
use trustpack_core::identity::judge_trust;
use trustpack_core::keystore::{Entry, Password};
use trustpack_core::report::{Finding, Severity};

use self::recorded::Recordings;
use self::show::{Refused, show};
use super::spec;
use crate::args::ChannelPack;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::password::PasswordSource;
use crate::render::Talk;
use crate::servers::{Doubt, Judging, Plan, doubt};

/// Runs the verb.
pub(super) fn run(arguments: &ChannelPack, talk: &Talk) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    if let Err(PackError::Refused { channel, findings }) = check_names(&channels) {
        show(arguments, &[], &[Refused { channel, findings }])?;
        return Ok(not_written(arguments, talk));
    }
    let epoch = source_date_epoch()?;
    let at = arguments.time.now();
    if let Some(old) = facts.age_problem(at) {
        talk.warn(format!("{}: {}", old.subject, old.message));
    }
    let signing_key = sign::key(arguments, talk)?;
    let recordings = arguments.offline.as_deref().map(Recordings::open);
    let gathering = Gathering {
        arguments,
        judging: Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?,
        recordings: recordings.transpose()?,
        talk,
    };
    let options = PackOptions {
        at,
        source_date_epoch: epoch,
        strict: arguments.strict,
        // The same as `trustpack check` without thresholds.
        thresholds: Thresholds::default(),
    };

    let mut packed = Vec::new();
    let mut refused = Vec::new();
    for channel in channels {
        // Nothing is fetched for a specification that cannot be packed anyway.
        let mut problems = validate_channel(channel, &facts, at);
        let folder = |path: &str| spec::folder(&spec, channel.place_of(path));
        problems.extend(keys_in_trust(channel, &folder("trust.files"), at)?);
        if has_critical(&problems) {
            refused.push(Refused {
                channel: channel.label(),
                findings: problems,
            });
            continue;
        }
        let chains = gathering.chains(channel, &folder("trust.files"))?;
        let purpose = format!("the trust store of {}", channel.name);
        let place = folder("trust.password");
        let password = resolve(channel.trust_password(), &place, &purpose, talk)?;
        let identity = identity::Read::new(channel, &folder, talk)?;
        let request = PackRequest {
            channel,
            hosts: &chains,
            roots: &gathering.judging.roots,
            facts: &facts,
            password: password.as_ref(),
            identity: identity.as_ref().map(identity::Read::file),
            options,
        };
        match pack(&request) {
            // A bundle over which a host would be refused is not handed out.
            Ok(done) if has_critical(&done.findings) => refused.push(Refused {
                channel: channel.label(),
                findings: done.findings,
            }),
            Ok(done) => packed.push(done),
            Err(PackError::Refused { channel, findings }) => {
                refused.push(Refused { channel, findings })
            }
            Err(error) => return Err(error).with_context(|| channel.label()),
        }
    }
    show(arguments, &packed, &refused)?;
    if !refused.is_empty() {
        return Ok(not_written(arguments, talk));
    }
    let bundle = BundleOptions {
        created: epoch.unwrap_or(options.at),
        signing_key: signing_key.as_ref(),
    };
    let bundle = Bundle::new(packed, &bundle)?;
    if let Some(path) = &arguments.output {
        save::save(path, &bundle, arguments, talk)?;
    }
    Ok(Outcome::Fine)
}

/// A host that fails while others pass leaves nothing behind.
fn not_written(arguments: &ChannelPack, talk: &Talk) -> Outcome {
    if let Some(path) = &arguments.output {
        talk.warn(format!("{} was not written", path.display()));
    }
    Outcome::No
}

fn has_critical(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Critical)
}

/// Private keys in files that are for certificates, as `channel validate` finds them.
fn keys_in_trust(channel: &Channel, folder: &Path, at: OffsetDateTime) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for requirement in hosts(channel) {
        let Some(file) = channel.given_file(&requirement) else {
            continue;
        };
        let path = folder.join(file).display().to_string();
        let loaded = input::load_one(&path, &Passwords::default())
            .with_context(|| format!("{}: trust.files", channel.name))?;
        let judged = judge_trust(file, &loaded.contents, at).into_iter();
        found.extend(judged.filter(|finding| finding.id == "CERT-KEY-IN-TRUST"));
    }
    Ok(found)
}

/// The time that a reproducible build carries (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn source_date_epoch() -> Result<Option<OffsetDateTime>> {
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty())
    else {
        return Ok(None);
    };
    let seconds = value.to_str().and_then(|text| text.parse::<i64>().ok());
    let time = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    time.map(Some).ok_or_else(|| {
        Hinted::new(
            "SOURCE_DATE_EPOCH is no number of seconds since 1970",
            "`date +%s` prints one, or unset it",
        )
        .into()
    })
}

/// How chains are got.
struct Gathering<'a> {
    arguments: &'a ChannelPack,
    judging: Judging,
    recordings: Option<Recordings>,
    talk: &'a Talk,
}

impl Gathering<'_> {
    /// A chain for every host that must be covered: from the file that the specification names, else from a recording, else
    /// from the server. What was not recorded is not fetched, and is told by whoever packs.
    fn chains(&self, channel: &Channel, folder: &Path) -> Result<Vec<HostChain>> {
        let mut chains = Vec::new();
        let mut to_fetch = Vec::new();
        for requirement in hosts(channel) {
            if let Some(file) = channel.given_file(&requirement) {
                let source = ChainSource::Given {
                    file: file.to_owned(),
                };
                let chain = given(&requirement, &folder.join(file), source);
                chains.push(chain.with_context(|| format!("{}: trust.files", channel.name))?);
                continue;
            }
            match &self.recordings {
                Some(recordings) => chains.extend(recordings.chain(channel, &requirement)?),
                None => to_fetch.push(requirement.endpoint),
            }
        }
        chains.extend(self.fetch(channel, to_fetch)?);
        Ok(chains)
    }

    fn fetch(&self, channel: &Channel, endpoints: Vec<Endpoint>) -> Result<Vec<HostChain>> {
        let Self {
            arguments,
            judging,
            talk,
            ..
        } = self;
        let mut chains = Vec::new();
        let mut failed: Vec<(String, String)> = Vec::new();
        let mut plan = Plan::new(endpoints, &arguments.reach, talk)?;
        if let Some(connect) = channel.connect() {
            let connect: Endpoint = connect
                .parse()
                .with_context(|| format!("{}: trust.connect", channel.name))?;
            plan.connect_by_default(&connect);
        }
        for fetched in plan.run(talk) {
            if let Some(Doubt::Unexpected(error) | Doubt::Unproven(error)) =
                doubt(&fetched, &arguments.proof)
            {
                let place = format!("{}: {}", channel.name, fetched.target.endpoint);
                return Err(anyhow::Error::from(error).context(place));
            }
            let analysis = judging.analyse_telling(&fetched, talk);
            let issuers = analysis.map(|analysis| analysis.completed);
            let Some(chain) = fetched.chain else {
                let endpoint = &fetched.target.endpoint;
                let (message, hint) = match &fetched.error {
                    Some(error) => (error.to_string(), error.hint().unwrap_or_default()),
                    None => ("no certificate was presented".to_owned(), String::new()),
                };
                failed.push((format!("{endpoint}: {message}"), hint));
                continue;
            };
            chains.push(HostChain {
                endpoint: fetched.target.endpoint,
                server_name: fetched.target.server_name,
                chain,
                issuers: issuers.unwrap_or_default(),
                source: ChainSource::Fetched {
                    protocol: fetched.protocol.map(|version| version.to_string()),
                },
            });
        }
        // each of them, in an order of their own, since whoever mends one wants to know of the others
        failed.sort();
        let (messages, hints): (Vec<String>, Vec<String>) = failed.into_iter().unzip();
        match hints.into_iter().next() {
            None => Ok(chains),
            Some(hint) => {
                let message = format!("{}: {}", channel.name, messages.join("; "));
                Err(Hinted::new(message, hint).into())
            }
        }
    }
}

/// The certificates of a file as a server would present them.
fn given(requirement: &HostRequirement, path: &Path, source: ChainSource) -> Result<HostChain> {
    let loaded = input::load_one(&path.display().to_string(), &Passwords::default())?;
    let certificates = loaded
        .contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates)
        .cloned();
    Ok(HostChain {
        endpoint: requirement.endpoint.clone(),
        server_name: None,
        chain: PresentedChain::from_ders(certificates),
        issuers: Vec::new(),
        source,
    })
}

/// A password, from where the specification says that it is.
fn resolve(
    secret: Option<&SecretRef>,
    folder: &Path,
    purpose: &str,
    talk: &Talk,
) -> Result<Option<Password>> {
    // A literal is a critical finding and has stopped this channel before.
    let source = match secret {
        Some(SecretRef::Prompt) => Some(PasswordSource::Prompt),
        secret => secret.and_then(|one| PasswordSource::of_specification(one, folder)),
    };
    let Some(source) = source else {
        return Ok(None);
    };
    source.resolve(purpose, false, talk)
}
