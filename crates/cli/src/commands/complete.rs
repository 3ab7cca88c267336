//! `completions` and `man`: out of the binary itself, so that they are always of this version.

mod page;

use std::path::Path;

use anyhow::Result;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use self::page::{name_of, page};
use super::Outcome;
use crate::args::{Arguments, Man};
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy};
use crate::render::print;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "trustpack", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}

/// Prints the page of one command, or writes those of all.
pub(super) fn manual(arguments: &Man) -> Result<Outcome> {
    let mut root = Arguments::command();
    // gives every command its whole name
    root.build();
    if let Some(folder) = &arguments.folder {
        output::create_folder(folder)?;
        write_pages(&root, folder)?;
        return Ok(Outcome::Fine);
    }
    let mut command = &root;
    for word in &arguments.command {
        command = pages_below(command)
            .find(|verb| verb.get_name() == word)
            .ok_or_else(|| unknown(command, word))?;
    }
    print(&String::from_utf8_lossy(&page(command)?))?;
    Ok(Outcome::Fine)
}

/// The commands below one that have a page.
fn pages_below(command: &Command) -> impl Iterator<Item = &Command> {
    let verbs = command.get_subcommands();
    verbs.filter(|verb| verb.get_name() != "help" && !verb.is_hide_set())
}

fn unknown(command: &Command, word: &str) -> anyhow::Error {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let known: Vec<&str> = pages_below(command).map(Command::get_name).collect();
    let message = format!("{name} has no command '{}'", word.escape_debug());
    let hint = match known.is_empty() {
        true => format!("its page is that of `{name}` alone"),
        false => format!("one of {}", known.join(", ")),
    };
    Hinted::new(message, hint).into()
}

fn write_pages(command: &Command, folder: &Path) -> Result<()> {
    let file = folder.join(format!("{}.1", name_of(command)));
    output::save(&file, &page(command)?, Privacy::Public, Existing::Replace)?;
    pages_below(command).try_for_each(|verb| write_pages(verb, folder))
}
