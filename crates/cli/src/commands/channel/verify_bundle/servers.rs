//! Which chains are judged: those in the bundle, or what servers present.

use anyhow::{Context, Result};
use trustpack_core::bundle::{Candidate, ChainSource, HostChain, OpenedBundle, OpenedChannel};
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::Subject;
use trustpack_core::fetch::Fetched;

use crate::args::ChannelVerifyBundle;
use crate::hint::Hinted;
use crate::render::Talk;
use crate::servers::Plan;

/// A server that is asked for a host of a channel.
struct Question<'a> {
    channel: &'a OpenedChannel,
    host: &'a HostChain,
    endpoint: Endpoint,
}

/// The recorded chains unless servers are to be asked; and the servers that presented nothing.
pub(super) fn candidates<'a>(
    opened: &'a OpenedBundle,
    arguments: &ChannelVerifyBundle,
    talk: &Talk,
) -> Result<(Vec<Candidate<'a>>, Vec<Subject>)> {
    refuse_unknown_hosts(opened, arguments)?;
    let mut candidates = Vec::new();
    let mut failed = Vec::new();
    if !arguments.live && arguments.against.is_empty() {
        return Ok((opened.recorded(), failed));
    }
    for channel in &opened.channels {
        let questions = questions(channel, arguments);
        let endpoints = questions.iter().map(|question| question.endpoint.clone());
        let mut plan = Plan::new(endpoints, &arguments.reach, talk)?;
        // The specification says where its server is dialled; another server is where its name says.
        if let Some(connect) = channel.channel.connect().filter(|_| arguments.live) {
            let connect: Endpoint = connect
                .parse()
                .with_context(|| format!("{}: trust.connect", channel.record.name))?;
            plan.connect_by_default(&connect);
        }
        for (question, fetched) in questions.into_iter().zip(plan.run(talk)) {
            match question.answered(fetched) {
                Ok(candidate) => candidates.push(candidate),
                Err(subject) => failed.push(*subject),
            }
        }
    }
    Ok((candidates, failed))
}

/// A typing error must not look like a bundle that holds.
fn refuse_unknown_hosts(opened: &OpenedBundle, arguments: &ChannelVerifyBundle) -> Result<()> {
    let hosts = || opened.channels.iter().flat_map(|channel| &channel.hosts);
    for against in &arguments.against {
        let Some(wanted) = &against.host else {
            continue;
        };
        if !hosts().any(|host| host.endpoint == *wanted) {
            let known: Vec<String> = hosts().map(|host| host.endpoint.to_string()).collect();
            let message = format!("the bundle has no host {wanted}");
            return Err(Hinted::new(message, format!("it has {}", known.join(", "))).into());
        }
    }
    Ok(())
}

fn questions<'a>(channel: &'a OpenedChannel, arguments: &ChannelVerifyBundle) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    let mut ask = |host: &'a HostChain, endpoint: &Endpoint| {
        questions.push(Question {
            channel,
            host,
            endpoint: endpoint.clone(),
        });
    };
    for (place, host) in channel.hosts.iter().enumerate() {
        if arguments.live {
            ask(host, &host.endpoint);
        }
        for against in &arguments.against {
            let is_meant = match &against.host {
                Some(wanted) => *wanted == host.endpoint,
                // One store covers all hosts of the channel, so the server is asked once.
                None => place == 0,
            };
            if is_meant {
                ask(host, &against.endpoint);
            }
        }
    }
    questions
}

impl<'a> Question<'a> {
    fn answered(self, fetched: Fetched) -> Result<Candidate<'a>, Box<Subject>> {
        let name = format!("{}: {}", self.channel.record.name, self.endpoint);
        let Some(chain) = fetched.chain else {
            let (why, hint) = match &fetched.error {
                Some(error) => (error.to_string(), error.hint()),
                None => ("no certificate was presented".to_owned(), None),
            };
            return Err(Box::new(Subject::unreachable(name, why).advised(hint)));
        };
        let own = self.endpoint == self.host.endpoint;
        let recorded = self.host.server_name.clone().filter(|_| own);
        Ok(Candidate {
            channel: self.channel,
            host: self.host,
            chain: HostChain {
                endpoint: self.endpoint,
                server_name: fetched.target.server_name.or(recorded),
                chain,
                issuers: Vec::new(),
                source: ChainSource::Fetched {
                    protocol: fetched.protocol.map(|version| version.to_string()),
                },
            },
        })
    }
}
