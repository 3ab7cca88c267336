//! `trustpack channel`: from a specification to a bundle.

mod ask;
mod callback_test;
mod diff;
mod export;
mod facts;
mod instructions;
mod list;
mod new;
mod pack;
mod record;
mod show;
pub(crate) mod spec;
mod validate;
mod verify_bundle;
mod watch;

use anyhow::Result;
use trustpack_core::channel::{handover, plan, requests, rotate, schema};

use super::Outcome;
use crate::args::Channel;
use crate::render::{Talk, print_json};

/// Runs the verb.
pub(super) fn run(verb: Channel, talk: &Talk) -> Result<Outcome> {
    match verb {
        Channel::New(arguments) => new::run(&arguments, talk),
        Channel::List(arguments) => list::run(&arguments),
        Channel::Show(arguments) => show::run(&arguments),
        Channel::Validate(arguments) => validate::run(&arguments),
        Channel::Schema(_) => {
            print_json(&schema())?;
            Ok(Outcome::Fine)
        }
        Channel::Facts(arguments) => facts::run(&arguments),
        Channel::Requests(arguments) => instructions::tell(&arguments.instructed, requests),
        Channel::Plan(arguments) => instructions::run(&arguments.instructed, plan),
        Channel::Handover(arguments) => instructions::tell(&arguments.instructed, handover),
        Channel::Rotate(arguments) => {
            let changes = arguments.changes();
            instructions::run(&arguments.instructed, |channel, facts| {
                rotate(channel, facts, &changes)
            })
        }
        Channel::Pack(arguments) => pack::run(&arguments, talk),
        Channel::VerifyBundle(arguments) => verify_bundle::run(&arguments, talk),
        Channel::Export(arguments) => export::run(&arguments, talk),
        Channel::Diff(arguments) => diff::run(&arguments, talk),
        Channel::Record(arguments) => record::run(&arguments, talk),
        Channel::Watch(arguments) => watch::run(*arguments, talk),
        Channel::CallbackTest(arguments) => callback_test::run(&arguments, talk),
    }
}
