//! `store passwd` and `store key-passwd`: the passwords of a store and of its keys.

use clap::Args;

use super::{EditOptions, Edited, Picked};
use crate::args::SourceParser;
use crate::password::PasswordSource;

/// Change the password of a store.
///
/// Keys that had the store's password get the new one as well; others keep theirs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store passwd keys.jks --password env:OLD_PASS --new-password env:NEW_PASS
  trustpack store passwd trust.p12 --password file:old.pass --new-password file:new.pass \\
      --profile modern --backup

Exit codes: 0 changed · 2 not done: wrong password, store not readable")]
pub(crate) struct Passwd {
    #[command(flatten)]
    pub edited: Edited,

    /// The new password: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub new_password: Option<PasswordSource>,

    /// Leave the keys under the password that they have.
    #[arg(long)]
    pub keep_key_passwords: bool,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Change the password of keys in a store.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store key-passwd keys.jks server --key-password env:OLD_KEY \\
      --new-key-password env:NEW_KEY --password env:STORE_PASS

Exit codes: 0 changed · 2 not done: wrong password, no such alias")]
pub(crate) struct KeyPasswd {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    /// The new password of the keys. Default: that of the store.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub new_key_password: Option<PasswordSource>,

    #[command(flatten)]
    pub edit: EditOptions,
}
