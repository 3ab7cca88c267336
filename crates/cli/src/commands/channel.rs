//! `trustpack channel`: from a specification to a bundle.

mod ask;
mod instructions;
mod list;
mod new;
mod pack;
mod show;
mod spec;
mod validate;

use anyhow::Result;
use trustpack_core::channel::{plan, schema};

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
        Channel::Plan(arguments) => instructions::run(&arguments.instructed, plan),
        Channel::Pack(arguments) => pack::run(&arguments, talk),
    }
}
