//! What can be typed after `trustpack store`.

mod chains;
mod entries;
mod export;
mod find;
mod import;
mod new;
mod passwords;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use trustpack_core::keystore::Profile;

use super::{PROFILE_HELP, PROFILES, SourceParser, words};
use crate::password::{KeyPasswordSource, PasswordSource};

pub(crate) use chains::{AppendChain, ImportReply, TrimChain};
pub(crate) use entries::{Copy, Delete, Rename, Repair};
pub(crate) use export::{Export, What};
pub(crate) use find::Find;
pub(crate) use import::{Import, ImportKey, Incoming};
pub(crate) use new::New;
pub(crate) use passwords::{KeyPasswd, Passwd};

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    New(New),
    Import(Import),
    ImportKey(ImportKey),
    ImportReply(ImportReply),
    Export(Export),
    Delete(Delete),
    Rename(Rename),
    Copy(Copy),
    AppendChain(AppendChain),
    TrimChain(TrimChain),
    Passwd(Passwd),
    KeyPasswd(KeyPasswd),
    Repair(Repair),
    Find(Find),
}

/// The store that is changed.
#[derive(Debug, Args)]
pub(crate) struct Edited {
    /// The store: any format, found by content.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
}

/// The entries that are meant.
#[derive(Debug, Args)]
pub(crate) struct Picked {
    /// Aliases or patterns (`api-*`).
    #[arg(
        value_name = "ALIAS",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub aliases: Vec<String>,

    /// Every entry.
    #[arg(long)]
    pub all: bool,
}

/// How a store is changed.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct EditOptions {
    /// Password of the store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Passwords of its keys where they differ, with ALIAS= of that key only. Repeatable.
    #[arg(long, value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP, help_heading = "Output")]
    pub profile: Option<Profile>,

    /// Say what would change and write nothing.
    #[arg(long, help_heading = "Output")]
    pub dry_run: bool,

    /// Keep the file as it was as STORE.bak, STORE.bak.2, …
    #[arg(long, help_heading = "Output")]
    pub backup: bool,

    /// Machine-readable output on stdout.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
