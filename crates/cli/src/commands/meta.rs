//! `trustpack meta`: calls from Meta's side.

use anyhow::Result;
use trustpack_core::call::meta::{challenge, of_channel, paths};
use trustpack_core::call::{Call, check_callback};
use trustpack_core::channel::Channel;

use super::Outcome;
use super::aicc::advised;
use super::call::{Caller, Defaults, Sources, number};
use super::channel::spec;
use crate::args::{Meta, MetaChallenge};
use crate::hint::Hinted;
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(verb: &Meta, talk: &Talk) -> Result<Outcome> {
    match verb {
        Meta::Challenge(arguments) => match is_url(&arguments.target) {
            true => of_url(arguments, talk),
            false => of_spec(arguments, talk),
        },
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// The name of the verify token where no specification has one.
const CODE: &str = "verify code";

fn of_url(arguments: &MetaChallenge, talk: &Talk) -> Result<Outcome> {
    let url = &arguments.target;
    if let Err(error) = check_callback(url) {
        let hint = "write https://HOST/PATH without user information, query and fragment; Meta adds the query";
        return Err(Hinted::new(format!("the URL cannot be called: {error}"), hint).into());
    }
    let mut sources = Sources::default();
    let Some(source) = &arguments.verify_code else {
        let hint = "name it with --verify-code env:NAME, file:PATH, fd:N or prompt";
        return Err(Hinted::new("there is no verify token for the URL", hint).into());
    };
    let slot = sources.put(CODE, source);
    let call = challenge(url, &slot, number()?);
    make(arguments, &call, sources, None, talk)
}

fn of_spec(arguments: &MetaChallenge, talk: &Talk) -> Result<Outcome> {
    let spec = spec::read(&arguments.target)?;
    let is_called = |channel: &&Channel| paths(channel).is_some();
    let what = "that Meta calls";
    let channel = spec::the_one(&spec, arguments.channel.as_deref(), is_called, what)?;
    let mut sources = Sources::of_channel(&spec, channel);
    let token = match (&arguments.verify_code, paths(channel)) {
        (Some(source), Some((_, path))) => Some(sources.put(path, source)),
        _ => None,
    };
    let call = of_channel(channel, token.as_ref(), number()?);
    let (_, call) = call.map_err(|error| advised(channel, &error))?;
    make(arguments, &call, sources, Some(&channel.name), talk)
}

fn make(
    arguments: &MetaChallenge,
    call: &Call,
    sources: Sources,
    channel: Option<&str>,
    talk: &Talk,
) -> Result<Outcome> {
    let defaults = Defaults {
        trust: None,
        channel,
    };
    let mut caller = Caller::new(&arguments.call, defaults, sources, talk)?;
    caller.make(call)?;
    caller.tell(channel, Vec::new())
}
