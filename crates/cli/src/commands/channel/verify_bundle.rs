//! `trustpack channel verify-bundle`: is it as it was packed, and does it still do its work.

mod page;
mod servers;

use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::bundle::{HostVerdict, VerifyOptions};
use trustpack_core::expiry::Thresholds;
use trustpack_core::keystore::Password;
use trustpack_core::report::{Finding, Report, Severity};

use crate::args::ChannelVerifyBundle;
use crate::bundle::{self, signature, signature::Signature};
use crate::commands::Outcome;
use crate::render::{Talk, print, print_json};

/// Everything that came out.
#[derive(Serialize)]
struct Answer<'a> {
    bundle: String,
    holds: bool,
    /// Whether every file is as it was packed.
    intact: bool,
    /// Whether it would hold without `--strict`, and does not with it.
    #[serde(skip)]
    fails_by_warnings: bool,
    signature: Signature,
    /// SHA-256 of the public key that signed, hex.
    signer: Option<String>,
    /// Of the program that packed it.
    trustpack: Option<&'a str>,
    /// When, RFC 3339.
    created: Option<String>,
    files: usize,
    hosts: Vec<HostVerdict>,
    /// About the bundle itself; those about its hosts are in the report.
    findings: Vec<Finding>,
    report: Option<Report>,
}

/// Runs the verb.
pub(super) fn run(arguments: &ChannelVerifyBundle, talk: &Talk) -> Result<Outcome> {
    let key = arguments.key.as_deref();
    let key = key.map(signature::read_key).transpose()?;
    let opened = match bundle::open(&arguments.bundle)? {
        Ok(opened) => opened,
        Err(findings) => return refuse(arguments, findings),
    };
    let (signature, refused) = signature::judge(&opened, key.as_ref());
    let mut findings: Vec<Finding> = refused.into_iter().collect();
    findings.extend(
        bundle::exposed(&arguments.bundle, &opened)
            .into_iter()
            .map(exposed),
    );
    if arguments.sums && signature != Signature::Refused {
        print(opened.sums().trim_end())?;
        return Ok(Outcome::Fine);
    }
    let passwords = passwords(arguments, talk)?;
    let options = VerifyOptions {
        at: arguments.time.now(),
        thresholds: Thresholds::default(),
        passwords: &passwords,
    };
    let (candidates, failed) = servers::candidates(&opened, arguments, talk)?;
    let is_incomplete = !failed.is_empty();
    let verification = opened.verify(&candidates, failed, &options);
    let limit = match arguments.strict {
        true => Severity::Warning,
        false => Severity::Critical,
    };
    let is_holding = |limit, strict| {
        findings.iter().all(|found| found.severity < limit) && verification.holds(strict)
    };
    let holds = is_holding(limit, arguments.strict);
    show(
        arguments,
        &Answer {
            bundle: arguments.bundle.display().to_string(),
            holds,
            fails_by_warnings: !holds && is_holding(Severity::Critical, false),
            intact: true,
            signature,
            signer: opened.signer().map(|key| key.to_string()),
            trustpack: Some(&opened.manifest.trustpack),
            created: Some(rfc3339(opened.manifest.created)),
            files: opened.paths().count(),
            hosts: verification.hosts,
            findings,
            report: Some(verification.report),
        },
    )?;
    Ok(match holds {
        // who could not be asked may accept or not: that weighs more than a refusal
        _ if is_incomplete => Outcome::Incomplete,
        true => Outcome::Fine,
        false => Outcome::No,
    })
}

fn show(arguments: &ChannelVerifyBundle, answer: &Answer<'_>) -> Result<()> {
    match arguments.json.json {
        true => print_json(answer),
        false => print(page::render(answer).trim_end()),
    }
}

/// What is not as it was packed is not looked at any further.
fn refuse(arguments: &ChannelVerifyBundle, findings: Vec<Finding>) -> Result<Outcome> {
    let answer = Answer {
        bundle: arguments.bundle.display().to_string(),
        holds: false,
        intact: false,
        fails_by_warnings: false,
        signature: Signature::None,
        signer: None,
        trustpack: None,
        created: None,
        files: 0,
        hosts: Vec::new(),
        findings,
        report: None,
    };
    show(arguments, &answer)?;
    Ok(Outcome::No)
}

fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

fn exposed(path: String) -> Finding {
    let message = "a key is in it, and others than its owner may read it";
    Finding::new("KEY-EXPOSED", Severity::Warning, path, message)
        .with_hint("`chmod 600` it, and the folders that it was copied to")
}

fn passwords(arguments: &ChannelVerifyBundle, talk: &Talk) -> Result<Vec<Password>> {
    let sources = arguments.password.iter();
    let asked = sources.map(|source| source.resolve("the stores of the bundle", false, talk));
    let asked = asked.collect::<Result<Vec<_>>>()?;
    Ok(asked.into_iter().flatten().collect())
}
