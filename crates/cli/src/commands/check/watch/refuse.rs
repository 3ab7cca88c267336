//! What a check cannot do that keeps running.

use std::path::Path;

use anyhow::Result;

use crate::args::{Check, Sources};
use crate::hint::Hinted;
use crate::input::Input;

/// Refuses what can be read once, or asks somebody, and what has one answer only.
pub(super) fn what_cannot_be_asked_again(arguments: &Check) -> Result<()> {
    what_can_be_read_once(&arguments.sources, "--watch", "the check without --watch")?;
    if arguments.written.is_for_monitoring() {
        return refused(
            "--format nagios is one answer with its exit code, and --watch does not end",
            "write it into a file: --output nagios=FILE",
        );
    }
    Ok(())
}

/// Refuses what can be read once, or asks somebody. `who` reads it again and again, and `other` is what does so once.
pub(in crate::commands) fn what_can_be_read_once(
    sources: &Sources,
    who: &str,
    other: &str,
) -> Result<()> {
    let inputs = Input::parse_all(&sources.inputs)?;
    let targets = sources.listed.targets.as_deref();
    if inputs.contains(&Input::Stdin) || targets == Some(Path::new("-")) {
        return refused(
            format!("stdin can be read once, and {who} reads everything in every round"),
            format!("name a file, or run {other} for each report"),
        );
    }
    let named = inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some(path.as_path()),
        Input::Endpoint(_) | Input::Stdin => None,
    });
    if named.chain(targets).any(is_handed_over) {
        return refused(
            format!(
                "what a shell hands over as /dev/stdin or /dev/fd/N can be read once, and {who} reads everything in every round"
            ),
            format!("name a file, or run {other} for each report"),
        );
    }
    let general = sources.input_password.input_password.iter();
    let client = sources.reach.handshake.client_password.iter();
    let mut passwords = general
        .chain(client)
        .chain(sources.password_for.iter().map(|rule| rule.source()));
    if !passwords.all(|source| source.is_stored()) {
        return refused(
            format!("{who} reads passwords in every round, and prompt and fd: give them once"),
            "name the password with file:PATH or env:NAME",
        );
    }
    Ok(())
}

/// Whether it is a file that was open when this program began.
fn is_handed_over(path: &Path) -> bool {
    let folders = ["/dev/fd", "/proc/self/fd"];
    path == Path::new("/dev/stdin") || folders.iter().any(|folder| path.starts_with(folder))
}

fn refused(message: impl Into<String>, hint: impl Into<String>) -> Result<()> {
    Err(Hinted::new(message, hint).into())
}
