//! The `trustpack` command: parse, run, print once, exit.

mod args;
mod bundle;
mod commands;
mod duration;
mod facts;
mod hint;
mod identity;
mod input;
mod keys;
mod memory;
mod opened;
mod ordered;
mod output;
mod password;
mod platform;
mod render;
mod servers;
mod store;
mod walk;

use std::process::ExitCode;

use clap::Parser;
use trustpack_core::report::ServiceState;

use crate::render::Talk;

fn main() -> ExitCode {
    memory::keep_private();
    let is_for_monitoring = args::is_for_monitoring(std::env::args_os());
    let arguments = match args::Arguments::try_parse().map_err(args::with_tip) {
        Ok(arguments) => arguments,
        Err(error) if is_for_monitoring => {
            let _ = error.print();
            // help that was asked for
            if !error.use_stderr() {
                return ExitCode::from(ServiceState::Unknown.code());
            }
            let told = error.to_string();
            let told = told.lines().next().unwrap_or_default();
            return unknown(told.trim_start_matches("error: "));
        }
        Err(error) => error.exit(),
    };
    let talk = Talk::new(arguments.quiet);
    match commands::run(arguments.command, &talk) {
        Ok(outcome) => outcome.exit_code(),
        // Whoever read our output has seen enough, as with `| head`.
        Err(error) if render::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            talk.error(&error);
            match is_for_monitoring {
                true => unknown(&render::told(&error)),
                false => ExitCode::from(2),
            }
        }
    }
}

/// A monitoring system reads stdout only, and takes every code but its own four for a broken plugin.
fn unknown(why: &str) -> ExitCode {
    let state = ServiceState::Unknown;
    // if that cannot be printed either, the code still says it
    let _ = render::print(&state.line(why));
    ExitCode::from(state.code())
}
