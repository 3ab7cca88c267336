//! `trustpack channel pack`: fetch, choose, write, verify, check, pack.

mod chains;
mod identity;
mod recorded;
mod save;
mod show;
mod sign;

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::bundle::{
    Bundle, BundleOptions, PackError, PackOptions, PackRequest, check_names, pack,
};
use trustpack_core::channel::{Channel, SecretRef, SpecFinding, judge_files, validate_channel};
use trustpack_core::expiry::Thresholds;
use trustpack_core::keystore::Password;
use trustpack_core::report::{Finding, Severity};

use self::chains::{Gathered, Gathering};
use self::show::{Came, Refused};
use super::spec;
use crate::args::ChannelPack;
use crate::commands::Outcome;
use crate::hint::Hinted;
use crate::password::PasswordSource;
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(arguments: &ChannelPack, talk: &Talk) -> Result<Outcome> {
    let facts = crate::facts::read(&arguments.facts)?;
    let spec = spec::read(&arguments.spec)?;
    let channels = spec::wanted(&spec, &arguments.channel)?;
    save::refuse(arguments)?;
    let mut came = Came::default();
    if let Err(PackError::Refused { channel, findings }) = check_names(&channels) {
        came.refused.push(Refused { channel, findings });
        return not_written(arguments, &came, talk);
    }
    let epoch = source_date_epoch()?;
    let at = arguments.time.now();
    if let Some(old) = facts.age_problem(at) {
        talk.warn(format!("{}: {}", old.subject, old.message));
    }
    let signing_key = sign::key(arguments, talk)?;
    let gathering = Gathering::new(arguments, at, talk)?;
    let options = PackOptions {
        at,
        source_date_epoch: epoch,
        strict: arguments.strict,
        // The same as `trustpack check` without thresholds.
        thresholds: Thresholds::default(),
    };

    let judged = judge_files(&spec, &mut spec::named_file, None, at);
    for channel in channels {
        // Nothing is fetched for a specification that cannot be packed anyway.
        let mut problems = validate_channel(channel, &facts, at);
        let folder = |path: &str| spec::folder(&spec, channel.place_of(path));
        problems.extend(keys_in_trust(&judged, channel));
        if has_critical(&problems) {
            came.refused.push(Refused {
                channel: channel.label(),
                findings: problems,
            });
            continue;
        }
        let Gathered { chains, failed } = gathering.chains(channel, &folder("trust.files"))?;
        if let Some(failed) = failed {
            came.failed.push(failed);
            continue;
        }
        let purpose = format!("the trust store of {}", channel.name);
        let place = folder("trust.password");
        let password = resolve(channel.trust_password(), &place, &purpose, talk)?;
        let identity = identity::Read::new(channel, &folder, talk)?;
        let request = PackRequest {
            channel,
            hosts: &chains,
            roots: gathering.roots(),
            facts: &facts,
            password: password.as_ref(),
            identity: identity.as_ref().map(identity::Read::file),
            options,
        };
        match pack(&request) {
            // A bundle over which a host would be refused is not handed out.
            Ok(done) if has_critical(&done.findings) => came.refused.push(Refused {
                channel: channel.label(),
                findings: done.findings,
            }),
            Ok(done) => came.packed.push(done),
            Err(PackError::Refused { channel, findings }) => {
                came.refused.push(Refused { channel, findings });
            }
            Err(error) => return Err(error).with_context(|| channel.label()),
        }
    }
    if !came.refused.is_empty() || !came.failed.is_empty() {
        return not_written(arguments, &came, talk);
    }
    let options = BundleOptions {
        created: epoch.unwrap_or(options.at),
        signing_key: signing_key.as_ref(),
    };
    let bundle = Bundle::new(came.packed.clone(), &options)?;
    let saved = match &arguments.output {
        Some(path) => Some(save::save(path, &bundle, arguments)?),
        None => None,
    };
    came.show(arguments, Some(&bundle), talk)?;
    if let Some(told) = saved {
        talk.say(told);
    }
    Ok(Outcome::Fine)
}

/// A host that fails while others pass leaves nothing behind.
fn not_written(arguments: &ChannelPack, came: &Came, talk: &Talk) -> Result<Outcome> {
    came.show(arguments, None, talk)?;
    for failed in &came.failed {
        failed.tell(talk);
    }
    if let Some(path) = &arguments.output {
        talk.warn(format!("{} was not written", path.display()));
    }
    // what could not be asked may be fine or not: that weighs more than a refusal
    Ok(match came.failed.is_empty() {
        true => Outcome::No,
        false => Outcome::Incomplete,
    })
}

fn has_critical(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Critical)
}

/// Private keys in files that are for certificates, as `channel validate` finds them.
fn keys_in_trust(judged: &[SpecFinding], channel: &Channel) -> Vec<Finding> {
    let label = channel.label();
    let is_one = |found: &&SpecFinding| {
        found.id == "CERT-KEY-IN-TRUST" && found.channel.as_ref() == Some(&label)
    };
    let found = judged.iter().filter(is_one);
    found.cloned().map(Finding::from).collect()
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
