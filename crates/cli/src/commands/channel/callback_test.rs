//! `trustpack channel callback-test`: the callback URLs, called as the provider calls them.

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::call::Call;
use trustpack_core::call::callback::{NoCall, Once, calls};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, judge_callback};
use trustpack_core::fetch::call::{CallError, endpoint};

use super::spec;
use crate::args::ChannelCallbackTest;
use crate::commands::Outcome;
use crate::commands::aicc::advised;
use crate::commands::call::{Called, Caller, Defaults, Sources, number};
use crate::hint::Hinted;
use crate::render::Talk;
use crate::servers;

/// Runs the verb.
pub(super) fn run(arguments: &ChannelCallbackTest, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.spec)?;
    let once = Once {
        at: arguments.call.time.now(),
        number: number()?,
    };
    let mut wanted = spec::wanted(&spec, &arguments.channel)?;
    if arguments.channel.is_empty() {
        let is_published =
            |channel: &&Channel| !matches!(calls(channel, once), Err(NoCall::NotPublished { .. }));
        wanted.retain(is_published);
    }
    // nothing is sent before every call is known
    let mut tests = Vec::new();
    for channel in wanted {
        let made = calls(channel, once).map_err(|error| advised(channel, &error))?;
        for (path, call) in made {
            if arguments
                .only
                .as_deref()
                .is_none_or(|only| is_called(&call, only))
            {
                tests.push((channel, path, call));
            }
        }
    }
    if tests.is_empty() {
        let message = match &arguments.only {
            Some(only) => {
                format!("the specification has no channel with a {only} whose calls are published")
            }
            None => "the specification has no channel whose calls are published".to_owned(),
        };
        let hint = "telegram, instagram and whatsapp with infobip, twilio or cloud-api have such calls; only infobip and twilio have a report";
        return Err(Hinted::new(message, hint).into());
    }
    let names: Vec<&str> = tests
        .iter()
        .map(|(channel, ..)| channel.name.as_str())
        .collect();
    let alone = names
        .first()
        .copied()
        .filter(|first| names.iter().all(|name| name == first));
    let defaults = Defaults {
        trust: None,
        channel: alone,
    };
    let mut caller = Caller::new(&arguments.call, defaults, Sources::default(), talk)?;
    let mut current: Option<&Channel> = None;
    for (channel, path, call) in &tests {
        if !current.is_some_and(|current| std::ptr::eq(current, *channel)) {
            caller.turn_to(Sources::of_channel(&spec, channel));
            current = Some(channel);
        }
        if let Called::Untrusted(error) = caller.make(call)?
            && arguments.call.calling.trust.is_empty()
        {
            tell_more(&mut caller, channel, path, call, &error, once.at, talk);
        }
    }
    caller.tell(alone, Vec::new())
}

/// A message and an update go the same way.
fn is_called(call: &Call, only: &str) -> bool {
    match only {
        "report" => call.name == "report",
        _ => call.name != "report",
    }
}

/// What it means for this provider that no public root is behind the server.
fn tell_more(
    caller: &mut Caller<'_>,
    channel: &Channel,
    path: &str,
    call: &Call,
    error: &CallError,
    at: OffsetDateTime,
    talk: &Talk,
) {
    let (CallError::Untrusted { chain, .. }, Some(endpoint)) = (error, endpoint(call)) else {
        return;
    };
    let chain = PresentedChain::from_ders(chain.iter().cloned());
    let roots = servers::common_root_sets(talk);
    if let Some(finding) = judge_callback(channel, path, &endpoint, &chain, &roots, at) {
        caller.add(finding);
    }
}
