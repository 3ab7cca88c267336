//! The `trustpack` command: parse, run, print once, exit.

mod args;
mod commands;
mod duration;
mod hint;
mod identity;
mod input;
mod keys;
mod opened;
mod ordered;
mod output;
mod password;
mod render;
mod servers;
mod store;
mod walk;

use std::process::ExitCode;

use clap::Parser;

use crate::render::Talk;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    let talk = Talk::new(arguments.quiet);
    match commands::run(arguments.command, &talk) {
        Ok(outcome) => outcome.exit_code(),
        // Whoever read our output has seen enough, as with `| head`.
        Err(error) if render::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            talk.error(&error);
            ExitCode::from(2)
        }
    }
}
