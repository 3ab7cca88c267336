//! `store delete`, `rename`, `copy` and `repair`: whole entries.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::{EditOptions, Edited, Picked};
use crate::args::SourceParser;
use crate::password::PasswordSource;

/// Remove entries.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store delete trust.jks old-root --password env:STORE_PASS
  trustpack store delete trust.jks 'test-*' --password env:STORE_PASS --dry-run

Exit codes: 0 deleted · 2 not done: no such alias, store not readable")]
pub(crate) struct Delete {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Give an entry another alias.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store rename trust.jks mykey server --password env:STORE_PASS

Exit codes: 0 renamed, or named so already · 2 not done: no such alias, the new one is taken")]
pub(crate) struct Rename {
    #[command(flatten)]
    pub edited: Edited,

    /// The alias it has.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The alias it gets.
    #[arg(value_name = "NEW", value_parser = NonEmptyStringValueParser::new())]
    pub new: String,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Copy entries, within a store or into another one with its own password.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store copy keys.jks server --as server-old --password env:STORE_PASS
  trustpack store copy keys.jks 'api-*' --to other.p12 --password env:STORE_PASS \\
      --to-password env:OTHER_PASS

Exit codes: 0 copied, or there already · 2 not done: no such alias, the alias is taken there")]
pub(crate) struct Copy {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    /// The alias of the copy, of one entry.
    #[arg(long = "as", value_name = "ALIAS", value_parser = NonEmptyStringValueParser::new(), required_unless_present = "to")]
    pub new: Option<String>,

    /// The store to copy into, extended when it exists, else made. Default: the same store.
    #[arg(long, value_name = "STORE")]
    pub to: Option<PathBuf>,

    /// Password of that store. Default: that of the first.
    #[arg(long, value_name = "SOURCE", requires = "to", value_parser = SourceParser::<PasswordSource>::default())]
    pub to_password: Option<PasswordSource>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Put right what readers of a store object to.
///
/// Aliases of JKS in lower case, chains in order, trusted certificates of PKCS#12 visible to Java, weak protection of
/// PKCS#12 brought up to date, old versions of a layout. What is fine is left alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store repair trust.p12 --password env:STORE_PASS --dry-run
  trustpack store repair old.jks --password env:STORE_PASS --backup

Exit codes: 0 repaired, or nothing to repair · 2 not done")]
pub(crate) struct Repair {
    #[command(flatten)]
    pub edited: Edited,
    #[command(flatten)]
    pub edit: EditOptions,
}
