//! `trustpack aicc`: calls to the product itself.

use anyhow::Result;
use trustpack_core::call::aicc::token_check;
use trustpack_core::call::callback::NoCall;
use trustpack_core::channel::{Channel, Spec};
use trustpack_core::fetch::call::Trust;

use super::Outcome;
use super::call::{Caller, Defaults, Sources, of_pack};
use super::channel::spec;
use crate::args::{Aicc, AiccTokenCheck};
use crate::hint::Hinted;
use crate::render::Talk;
use crate::servers;

/// Runs the verb.
pub(super) fn run(verb: &Aicc, talk: &Talk) -> Result<Outcome> {
    match verb {
        Aicc::TokenCheck(arguments) => check(arguments, talk),
    }
}

fn check(arguments: &AiccTokenCheck, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.whose.spec)?;
    let has_app =
        |channel: &&Channel| !matches!(token_check(channel, None), Err(NoCall::NoApp { .. }));
    let what = "with an app of the product";
    let channel = spec::the_one(&spec, arguments.whose.channel.as_deref(), has_app, what)?;
    let api = arguments.api.as_ref();
    let call = token_check(channel, api).map_err(|error| advised(channel, &error))?;
    let trust = match arguments.call.calling.trust.is_empty() {
        true => default_trust(arguments, &spec, channel, talk)?,
        false => None,
    };
    let defaults = Defaults {
        trust,
        channel: Some(&channel.name),
    };
    let sources = Sources::of_channel(&spec, channel);
    let mut caller = Caller::new(&arguments.call, defaults, sources, talk)?;
    caller.make(&call)?;
    caller.tell(Some(&channel.name), Vec::new())
}

/// The store that the specification's files make.
fn default_trust(
    arguments: &AiccTokenCheck,
    spec: &Spec,
    channel: &Channel,
    talk: &Talk,
) -> Result<Option<Trust>> {
    let roots = servers::root_sets(&arguments.roots, talk)?;
    let facts = crate::facts::read(&arguments.facts)?;
    let packed = of_pack(
        spec,
        channel,
        &roots,
        &facts,
        arguments.call.time.now(),
        talk,
    )?;
    Ok(Some(match packed {
        Some(anchors) => Trust::Store(anchors),
        None => Trust::Public(roots),
    }))
}

/// What to do when a call cannot be made.
pub(super) fn advised(channel: &Channel, error: &NoCall) -> anyhow::Error {
    let hint = match error {
        NoCall::Missing { path } if path.starts_with("outputs.") => {
            "`trustpack channel record` writes it into the specification".to_owned()
        }
        NoCall::Missing { .. } => "write it into the specification".to_owned(),
        NoCall::NotValid { .. } => "`trustpack channel validate` says what is wrong".to_owned(),
        NoCall::NotPublished { .. } => {
            "ask the provider for a test message, or send one to the number".to_owned()
        }
        NoCall::NoApp { .. } => {
            "telegram, instagram and other with oAuth have one; name such a channel with --channel"
                .to_owned()
        }
        _ => String::new(),
    };
    Hinted::new(format!("{}: {error}", channel.label()), hint).into()
}
