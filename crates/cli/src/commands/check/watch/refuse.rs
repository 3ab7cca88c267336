//! What a check cannot do that keeps running.

use std::path::Path;

use anyhow::Result;

use crate::args::Check;
use crate::hint::Hinted;
use crate::input::Input;

/// Refuses what can be read once, or asks somebody, and what has one answer only.
pub(super) fn what_cannot_be_asked_again(arguments: &Check) -> Result<()> {
    let inputs = Input::parse_all(&arguments.inputs)?;
    let targets = arguments.listed.targets.as_deref();
    if inputs.contains(&Input::Stdin) || targets == Some(Path::new("-")) {
        return refused(
            "stdin can be read once, and --watch reads everything in every round",
            "name a file, or run the check without --watch for each report",
        );
    }
    let named = inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some(path.as_path()),
        Input::Endpoint(_) | Input::Stdin => None,
    });
    if named.chain(targets).any(is_handed_over) {
        return refused(
            "what a shell hands over as /dev/stdin or /dev/fd/N can be read once, and --watch reads everything in every round",
            "name a file, or run the check without --watch for each report",
        );
    }
    let general = arguments.input_password.input_password.iter();
    let client = arguments.reach.handshake.client_password.iter();
    let mut sources = general
        .chain(client)
        .chain(arguments.password_for.iter().map(|rule| rule.source()));
    if !sources.all(|source| source.is_stored()) {
        return refused(
            "--watch reads passwords in every round, and prompt and fd: give them once",
            "name the password with file:PATH or env:NAME",
        );
    }
    if arguments.written.is_for_monitoring() {
        return refused(
            "--format nagios is one answer with its exit code, and --watch does not end",
            "write it into a file: --output nagios=FILE",
        );
    }
    Ok(())
}

/// Whether it is a file that was open when this program began.
fn is_handed_over(path: &Path) -> bool {
    let folders = ["/dev/fd", "/proc/self/fd"];
    path == Path::new("/dev/stdin") || folders.iter().any(|folder| path.starts_with(folder))
}

fn refused(message: &str, hint: &str) -> Result<()> {
    Err(Hinted::new(message, hint).into())
}
