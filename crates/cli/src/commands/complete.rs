//! `completions` and `man`: out of the binary itself, so that they are always of this version.

use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::Outcome;
use crate::args::Arguments;
use crate::render::print;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "trustpack", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}

/// Prints the manual page: one for the command, one section for each verb.
pub(super) fn manual() -> Result<Outcome> {
    let mut page = Vec::new();
    let command = Arguments::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    sections(&command, "trustpack", &mut page)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Fine)
}

fn sections(command: &Command, name: &str, page: &mut Vec<u8>) -> Result<()> {
    for verb in command.get_subcommands() {
        let name = format!("{name}-{}", verb.get_name());
        clap_mangen::Man::new(verb.clone())
            .title(name.clone())
            .render(page)?;
        sections(verb, &name, page)?;
    }
    Ok(())
}
