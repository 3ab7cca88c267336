//! `store new`: an empty store.

use std::path::PathBuf;

use clap::Args;
use trustpack_core::keystore::Format;

use crate::args::{StorePassword, format_help, parse_from};

/// Make an empty store.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store new trust.jks --password env:STORE_PASS
  trustpack store new keys.p12 --password prompt

Exit codes: 0 made, or there already and empty · 2 could not do it")]
pub(crate) struct New {
    /// The store to make; format by extension.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,

    /// Do all but write.
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub store_password: StorePassword,
}
