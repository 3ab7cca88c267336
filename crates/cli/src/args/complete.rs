//! `completions` and `man`.

use std::path::PathBuf;

use clap::Args;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack completions bash > /etc/bash_completion.d/trustpack
  trustpack completions zsh > ~/.zfunc/_trustpack

Exit codes: 0 printed")]
pub(crate) struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Print a manual page (roff), or write all of them into a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack man | man -l -
  trustpack man store import | man -l -
  trustpack man --folder /usr/local/share/man/man1

Exit codes: 0 printed, or written · 2 no such command, or not written")]
pub(crate) struct Man {
    /// The command whose page is printed. Default: the page of trustpack itself, which names them.
    #[arg(value_name = "COMMAND", conflicts_with = "folder")]
    pub command: Vec<String>,

    /// Write a page for every command into this folder: trustpack.1, trustpack-store-import.1, … It is made when it is missing.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}
