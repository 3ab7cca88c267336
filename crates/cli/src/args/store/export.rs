//! `store export`: entries, or parts of them, as files or as a store of their own.

use clap::Args;
use trustpack_core::keystore::Profile;

use super::Edited;
use crate::args::{Encoding, PROFILE_HELP, PROFILES, RequiredOutput, SourceParser, words};
use crate::password::{KeyPasswordSource, PasswordSource};

/// Write certificates, chains or keys of entries, or the entries as a store of their own.
///
/// The format follows the extension or --format. With `-o FOLDER/` each entry becomes a file of its own, named after
/// its alias.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store export keys.jks server -o server-chain.pem --what chain
  trustpack store export keys.jks server -o server.key --what key --key-password file:key.pass
  trustpack store export trust.jks '*' -o certificates/ --format der
  trustpack store export keys.jks server -o server.p12 --what entry --password env:STORE_PASS \\
      --output-password env:NEW_PASS

Exit codes: 0 written, or already the same · 2 not done")]
pub(crate) struct Export {
    #[command(flatten)]
    pub edited: Edited,

    /// Aliases or patterns (`api-*`); the only entry when left out.
    #[arg(value_name = "ALIAS", conflicts_with = "all")]
    pub aliases: Vec<String>,

    /// Every entry.
    #[arg(long)]
    pub all: bool,

    /// What to write of each: its certificate (of a key: its own), its chain, its private key, its key with the chain
    /// (key and chain), or the entry as it is. Default: the entry in a store, else the certificate.
    #[arg(long, value_name = "WHAT")]
    pub what: Option<What>,

    #[command(flatten)]
    pub output: RequiredOutput,
    #[command(flatten)]
    pub encoding: Encoding,

    /// Password of the store that is read: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Passwords of keys: to open them, and to encrypt them in the output. With none they are written in the clear,
    /// and ALIAS= only opens. Repeatable.
    #[arg(long, help_heading = "Passwords", value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    /// Password of the store that is written. Default: that of the store that is read.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub output_password: Option<PasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP)]
    pub profile: Option<Profile>,
}

/// What of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum What {
    /// The trusted certificate, or a key's own.
    Certificate,
    /// The whole chain, the key's own certificate first.
    Chain,
    /// The private key alone.
    Key,
    /// The private key and its chain.
    KeyAndChain,
    /// The entry as it is, as a store of its own.
    Entry,
}
