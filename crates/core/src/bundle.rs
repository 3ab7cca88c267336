//! The package of a channel: the trust store that the document asks for, made, judged and put beside its evidence.
//!
//! [`pack`] turns presented chains into the files of one channel; [`Bundle`] joins channels, adds `MANIFEST.json` and
//! becomes a zip. [`open`] is the way back: an [`OpenedBundle`] is one in which every file is as it was packed.
//!
//! ```text
//! MANIFEST.json  MANIFEST.sig      hashes, decisions, verdicts; the signature over the bytes of that
//! <channel>/trust/                 what to upload as trust certificate
//! <channel>/identity/              what to upload as identity certificate, with its key where there is one
//! <channel>/chains/<host>.pem      what each server presented
//! <channel>/channel.json           the model; secrets are references
//! <channel>/report.json            what was found
//! <channel>/CHECKLIST.md           what remains to be done by hand
//! ```

mod anchors;
mod archive;
mod files;
mod identity;
mod judge;
mod layout;
mod manifest;
mod open;
mod overlap;
mod page;
mod record;
mod sign;
mod store;
mod verification;
mod watch;

use rustls_pki_types::ServerName;
use time::OffsetDateTime;
use trustpack_keystore::Password;

use crate::Certificate;
use crate::chain::{Issuer, PresentedChain};
use crate::channel::{Channel, HostRequirement, hosts, to_be_done, validate_channel};
use crate::endpoint::Endpoint;
use crate::expiry::Thresholds;
use crate::facts::Facts;
use crate::report::{Finding, Report, Severity};
use crate::trust::TrustAnchors;
use judge::Host;

pub use archive::{UnzipError, unzip};
pub use identity::IdentityFile;
pub use layout::{MANIFEST, SIGNATURE, host as host_name};
pub use manifest::{Bundle, BundleOptions, FileRecord, Manifest, check_names, listed};
pub use open::{OpenError, OpenedBundle, OpenedChannel, open, open_zip};
pub use record::{
    AnchorRecord, ChannelRecord, HostRecord, IdentityRecord, PassedOver, Reason, RenewalRecord,
    SourceRecord, TrustRecord,
};
pub use sign::{KeyError, SignerRecord, SigningKey, VerifyingKey};
pub use verification::{Candidate, HostVerdict, Verification, VerifyOptions};
pub use watch::Since;

/// Everything that a channel is packed from.
#[derive(Clone, Copy)]
pub struct PackRequest<'a> {
    /// What to pack.
    pub channel: &'a Channel,
    /// A chain for every host of [`hosts`]; others are left out with a note.
    pub hosts: &'a [HostChain],
    /// Who knows public roots, the first that does wins.
    pub roots: &'a [TrustAnchors],
    /// What is known of the providers and of public CAs.
    pub facts: &'a Facts,
    /// The resolved `trust.password`; needed for a JKS.
    pub password: Option<&'a Password>,
    /// What `identity.file` names, when it names anything.
    pub identity: Option<IdentityFile<'a>>,
    /// When, and how strictly.
    pub options: PackOptions,
}

/// When, and how strictly.
#[derive(Clone, Copy, Debug)]
pub struct PackOptions {
    /// The time that counts as now: decides whether the channel can be packed, and [`Packed::findings`].
    pub at: OffsetDateTime,
    /// `SOURCE_DATE_EPOCH`: what stands in the files as now, so that a later run gives the same bytes. Only the files
    /// are judged at this time; a certificate that has expired at `at` does not get past because of it.
    pub source_date_epoch: Option<OffsetDateTime>,
    /// Trusting an end entity alone, a suspected interception, and an identity that cannot be read are critical, and anything
    /// critical refuses.
    pub strict: bool,
    /// How close to its end a certificate may come.
    pub thresholds: Thresholds,
}

impl PackOptions {
    fn created(&self) -> OffsetDateTime {
        self.source_date_epoch.unwrap_or(self.at)
    }
}

/// The chain of one host.
#[derive(Clone, Debug)]
pub struct HostChain {
    /// The host, as [`hosts`] names it.
    pub endpoint: Endpoint,
    /// The identity that the certificate must carry, when it is not the endpoint's host.
    pub server_name: Option<ServerName<'static>>,
    /// What the server presented.
    pub chain: PresentedChain,
    /// More issuers to complete it from, where the server does not send them.
    pub issuers: Vec<Issuer>,
    /// How the chain was got.
    pub source: ChainSource,
}

/// How a chain was got.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainSource {
    /// From the server. Its address is not kept: one name often has many, and the files of two runs must be equal.
    Fetched {
        /// `TLSv1.3`, …
        protocol: Option<String>,
    },
    /// From a file that the specification names.
    Given {
        /// Its name.
        file: String,
    },
    /// From a recording, such as an earlier bundle.
    Recorded {
        /// Its name.
        file: String,
    },
}

/// One channel, packed in memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Packed {
    /// Its files, under a folder with its name.
    pub files: Vec<BundleFile>,
    /// Every finding at [`PackOptions::at`], those of the specification included.
    pub findings: Vec<Finding>,
    /// The report that is in the files, judged at `SOURCE_DATE_EPOCH` when that is set.
    pub report: Report,
    /// What was decided, and why.
    pub record: ChannelRecord,
    pub(crate) page: page::ChannelPage,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its path within the bundle, with `/`.
    pub path: String,
    /// What it is there for.
    pub purpose: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether a key is in it, so that nobody but its owner may read it.
    pub private: bool,
}

/// Why a channel cannot be packed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The zip could not be written.
    #[error("the zip cannot be written: {why}")]
    Archive {
        /// What the zip writer says.
        why: String,
    },
    /// A container could not be written or read back.
    #[error(transparent)]
    KeyStore(#[from] trustpack_keystore::Error),
    /// Packing would give something that does not work. The findings say what and what to do.
    #[error("the channel {channel:?} cannot be packed: {}", summary(findings))]
    Refused {
        /// The channel.
        channel: String,
        /// All findings; those that refuse are critical.
        findings: Vec<Finding>,
    },
    /// A file could not be rendered, or does not hold what was put in.
    #[error("{file}: {why}")]
    Written {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}

fn summary(findings: &[Finding]) -> String {
    let critical = findings
        .iter()
        .filter(|found| found.severity == Severity::Critical);
    let lines: Vec<String> = critical
        .map(|found| format!("{} {}: {}", found.id, found.subject, found.message))
        .collect();
    lines.join("; ")
}

/// Packs one channel: chooses anchors, writes the container of the document, reads it back and judges every host as a
/// Java client with exactly that file would.
///
/// A host that the file does not cover refuses the whole, whatever the reason: what cannot be used is not made.
///
/// # Errors
/// [`PackError::Refused`] with the findings that refuse; the others when something could not be written.
pub fn pack(request: &PackRequest<'_>) -> Result<Packed, PackError> {
    let PackRequest {
        channel, options, ..
    } = *request;
    let refused = |findings: Vec<Finding>| PackError::Refused {
        channel: channel.label(),
        findings,
    };

    // 1. The specification, and a chain for every host.
    let judge_specification = |at| {
        let mut findings = validate_channel(channel, request.facts, at);
        findings.extend(identity::judge(request, at));
        findings
    };
    let specification = judge_specification(options.at);
    if is_critical(&specification) {
        return Err(refused(specification));
    }
    let (hosts, mut missing) = gather(request);
    if is_critical(&missing) {
        missing.extend(specification);
        return Err(refused(missing));
    }
    let authorities: Vec<Certificate> = hosts
        .iter()
        .flat_map(|(_, host)| &host.chain.certificates)
        .filter(|certificate| certificate.is_ca())
        .cloned()
        .collect();
    let hosts: Vec<Host<'_>> = hosts
        .into_iter()
        .map(|(requirement, chain)| {
            Host::new(requirement, chain, &authorities, request.roots, options.at)
        })
        .collect();

    // 2. Anchors and container.
    if let Some(unfit) = store::password_problem(channel, request.password) {
        return Err(refused(vec![unfit]));
    }
    let chosen = anchors::choose(request, &hosts).map_err(|mut nothing| {
        nothing.extend(specification.clone());
        refused(nothing)
    })?;
    let certificates: Vec<Certificate> = chosen.certificates().cloned().collect();
    let trust = store::write(channel, &certificates, request.password)?;
    let identity = identity::pack(request)?;

    // 3. Every host against what was just written and read back.
    let others = [missing, chosen.findings.clone()].concat();
    let known = [specification, others.clone()].concat();
    let judged = judge::judge(request, &hosts, &trust, &known, options.at);
    let findings = judged.findings();
    if judged.refuses || (options.strict && is_critical(&findings)) {
        return Err(refused(findings));
    }

    // 4. The files, as of the time that they carry.
    let created = options.created();
    let judged = if created == options.at {
        judged
    } else {
        let known = [judge_specification(created), others].concat();
        judge::judge(request, &hosts, &trust, &known, created)
    };
    if judged.refuses {
        return Err(refused(judged.findings()));
    }
    let delivered = files::delivered(&hosts, &trust, identity.record.as_ref());
    let steps = to_be_done(channel, request.facts, Some(&delivered));
    let record = identity.record;
    let record = ChannelRecord::new(channel, &hosts, &chosen, &trust, record, created);
    let mut files = files::render(request, &hosts, &trust, &record, &judged.report)?;
    files.extend(identity.files);
    let page = page::Shown {
        hosts: &hosts,
        trust: &trust,
        identity: record.identity.as_ref(),
        steps: &steps,
        report: &judged.report,
    };
    Ok(Packed {
        page: page::ChannelPage::new(channel, &page, created),
        files,
        findings,
        report: judged.report,
        record,
    })
}

fn is_critical(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|found| found.severity == Severity::Critical)
}

/// Pairs what must be covered with what was brought.
fn gather<'a>(request: &PackRequest<'a>) -> (Vec<(HostRequirement, &'a HostChain)>, Vec<Finding>) {
    let required = hosts(request.channel);
    let mut findings = Vec::new();
    let mut pairs = Vec::new();
    for requirement in &required {
        let brought = request
            .hosts
            .iter()
            .find(|host| is_same(&host.endpoint, &requirement.endpoint));
        let problem = match brought {
            None => "there is no chain for this host",
            Some(host) if host.chain.certificates.is_empty() => {
                "the chain has no readable certificate"
            }
            Some(host) => {
                pairs.push((requirement.clone(), host));
                continue;
            }
        };
        findings.push(
            Finding::new(
                "CERT-NOT-COVERED",
                Severity::Critical,
                requirement.endpoint.to_string(),
                format!("{problem} ({})", requirement.why),
            )
            .with_hint(
                "make the host reachable, record its chain for --offline, or give its certificates as a file in trust.files",
            ),
        );
    }
    for host in request.hosts {
        if !required
            .iter()
            .any(|requirement| is_same(&host.endpoint, &requirement.endpoint))
        {
            findings.push(Finding::new(
                "FIELD-UNUSED",
                Severity::Note,
                host.endpoint.to_string(),
                "this host is not among those that the channel must cover, and is left out",
            ));
        }
    }
    (pairs, findings)
}

fn is_same(first: &Endpoint, second: &Endpoint) -> bool {
    first.port() == second.port() && first.host().eq_ignore_ascii_case(second.host())
}

#[cfg(test)]
mod tests;
