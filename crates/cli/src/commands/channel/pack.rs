//! `trustpack channel pack`: fetch, choose, write, verify, check, pack.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use time::OffsetDateTime;
use trustpack_core::bundle::{
    Bundle, ChainSource, HostChain, PackError, PackOptions, PackRequest, Packed, check_names, pack,
};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, HostRequirement, hosts, validate_channel};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::Thresholds;
use trustpack_core::keystore::{Entry, Password};
use trustpack_core::report::{Finding, Report, Severity, page};

use super::spec;
use crate::args::ChannelPack;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::output::{self, Existing, Privacy, Saved};
use crate::password::PasswordSource;
use crate::render::{Talk, print, print_json};
use crate::servers::{Doubt, Judging, Plan, doubt};

/// Runs the verb.
pub(super) fn run(arguments: &ChannelPack, talk: &Talk) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    if let Err(PackError::Refused { channel, findings }) = check_names(&channels) {
        show(arguments, &[], &[Refused { channel, findings }])?;
        talk.warn(format!("{} was not written", arguments.output.display()));
        return Ok(Outcome::No);
    }
    let epoch = source_date_epoch()?;
    let at = arguments.time.now();
    if let Some(old) = facts.age_problem(at) {
        talk.warn(format!("{}: {}", old.subject, old.message));
    }
    let judging = Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?;
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
        let problems = validate_channel(channel, &facts, at);
        if has_critical(&problems) {
            refused.push(Refused {
                channel: channel.label(),
                findings: problems,
            });
            continue;
        }
        let folder = |path| spec::folder(&spec, channel.place_of(path));
        let chains = gather(channel, &folder("trust.files"), arguments, &judging, talk)?;
        let password = resolve(channel, &folder("trust.password"), talk)?;
        let request = PackRequest {
            channel,
            hosts: &chains,
            roots: &judging.roots,
            facts: &facts,
            password: password.as_ref(),
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
        talk.warn(format!("{} was not written", arguments.output.display()));
        return Ok(Outcome::No);
    }
    save(
        &Bundle::new(packed, epoch.unwrap_or(options.at))?,
        arguments,
        talk,
    )?;
    Ok(Outcome::Fine)
}

fn has_critical(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Critical)
}

/// A channel that cannot be packed.
#[derive(Serialize)]
struct Refused {
    channel: String,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Outline<'a> {
    packed: Vec<&'a Report>,
    refused: &'a [Refused],
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

/// A chain for every host that must be covered: from the file that the specification names, else from the server.
fn gather(
    channel: &Channel,
    folder: &Path,
    arguments: &ChannelPack,
    judging: &Judging,
    talk: &Talk,
) -> Result<Vec<HostChain>> {
    let mut chains = Vec::new();
    let mut to_fetch = Vec::new();
    for requirement in hosts(channel) {
        match channel.given_file(&requirement) {
            Some(file) => chains.push(
                given(&requirement, &folder.join(file), file)
                    .with_context(|| format!("{}: trust.files", channel.name))?,
            ),
            None => to_fetch.push(requirement.endpoint),
        }
    }
    let mut plan = Plan::new(to_fetch, &arguments.reach, talk)?;
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
            return Err(
                Hinted::new(format!("{}: {endpoint}: {message}", channel.name), hint).into(),
            );
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
    Ok(chains)
}

fn given(requirement: &HostRequirement, path: &Path, name: &str) -> Result<HostChain> {
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
        source: ChainSource::Given {
            file: name.to_owned(),
        },
    })
}

/// The password of the trust store, from where the specification says that it is.
fn resolve(channel: &Channel, folder: &Path, talk: &Talk) -> Result<Option<Password>> {
    // A literal is a critical finding and has stopped this channel before.
    let secret = channel.trust_password();
    let Some(source) = secret.and_then(|one| PasswordSource::of_specification(one, folder)) else {
        return Ok(None);
    };
    source.resolve(&format!("the trust store of {}", channel.name), false, talk)
}

fn show(arguments: &ChannelPack, packed: &[Packed], refused: &[Refused]) -> Result<()> {
    if arguments.json.json {
        let packed = packed.iter().map(|packed| &packed.report).collect();
        return print_json(&Outline { packed, refused });
    }
    for one in packed {
        for file in &one.files {
            print(&format!(
                "{}  {} bytes, {}",
                file.path,
                file.bytes.len(),
                file.purpose
            ))?;
        }
        for finding in &one.findings {
            print(page::finding_about(finding).trim_end())?;
        }
    }
    for one in refused {
        print(&format!("{}: cannot be packed", one.channel))?;
        for finding in &one.findings {
            print(page::finding_about(finding).trim_end())?;
        }
    }
    Ok(())
}

/// One zip, or the files in a folder when the path ends with `/`.
fn save(bundle: &Bundle, arguments: &ChannelPack, talk: &Talk) -> Result<()> {
    let path = &arguments.output;
    let existing = if arguments.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let files = bundle.files().len();
    if output::is_stdout(path) || !output::is_folder(path) {
        let saved = output::save(path, &bundle.to_zip()?, Privacy::Public, existing)?;
        let name = path.display();
        talk.say(match saved {
            Saved::Unchanged => format!("{name} is unchanged: {files} files"),
            Saved::Written => format!("wrote {name}: {files} files"),
        });
        return Ok(());
    }
    for file in bundle.files() {
        let target = path.join(&file.path);
        if let Some(parent) = target.parent() {
            output::create_folder(parent)?;
        }
        output::save(&target, &file.bytes, Privacy::Public, existing)?;
    }
    talk.say(format!("wrote {}: {files} files", path.display()));
    Ok(())
}
