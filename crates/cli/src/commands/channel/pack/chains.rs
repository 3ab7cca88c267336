//! A chain for every host that a channel needs.

use std::path::Path;

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::bundle::{ChainSource, HostChain};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, HostRequirement, hosts};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::keystore::Entry;
use trustpack_core::trust::TrustAnchors;

use super::recorded::Recordings;
use super::show::Failed;
use crate::args::ChannelPack;
use crate::input::{self, Passwords};
use crate::render::Talk;
use crate::servers::{Doubt, Judging, Plan, doubt};

/// How chains are got.
pub(super) struct Gathering<'a> {
    arguments: &'a ChannelPack,
    judging: Judging,
    recordings: Option<Recordings>,
    talk: &'a Talk,
}

/// What was got for a channel.
pub(super) struct Gathered {
    pub chains: Vec<HostChain>,
    /// The servers that presented nothing.
    pub failed: Option<Failed>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        arguments: &'a ChannelPack,
        at: OffsetDateTime,
        talk: &'a Talk,
    ) -> Result<Self> {
        let recordings = match &arguments.offline {
            Some(path) => Some(Recordings::open(path, arguments.key.as_deref(), talk)?),
            None => None,
        };
        let mut judging = Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?;
        if let Some(recordings) = &recordings {
            let given = recordings.given_roots(&judging.roots, arguments.strict, talk)?;
            judging = judging.knowing(given.into_iter());
        }
        Ok(Self {
            arguments,
            judging,
            recordings,
            talk,
        })
    }

    /// Who knows roots.
    pub(super) fn roots(&self) -> &[TrustAnchors] {
        &self.judging.roots
    }

    /// A chain for every host that must be covered: from the file that the specification names, else from a recording, else
    /// from the server. What was not recorded is not fetched, and is told by whoever packs.
    pub(super) fn chains(&self, channel: &Channel, folder: &Path) -> Result<Gathered> {
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
        let fetched = self.fetch(channel, to_fetch)?;
        chains.extend(fetched.chains);
        Ok(Gathered { chains, ..fetched })
    }

    fn fetch(&self, channel: &Channel, endpoints: Vec<Endpoint>) -> Result<Gathered> {
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
        let failed = hints.into_iter().next().map(|hint| Failed {
            channel: channel.name.clone(),
            message: messages.join("; "),
            hint,
        });
        Ok(Gathered { chains, failed })
    }
}

/// The certificates of a file as a server would present them.
pub(super) fn given(
    requirement: &HostRequirement,
    path: &Path,
    source: ChainSource,
) -> Result<HostChain> {
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
