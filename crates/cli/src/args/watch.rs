//! The flags of a check that keeps running, and of what issuers say of the time of renewal.

use std::time::Duration;

use clap::Args;

use super::parse_from;
use crate::commands::check::AcmeDirectory;
use crate::duration::parse_interval;

/// Whether to check again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Keep running")]
pub(crate) struct Watch {
    /// Check everything again every so often: 90s, 15m, 1h, 1d; at least 1s.
    ///
    /// Each round reads all files, lists, policies and password files anew and replaces the files of --output; on stdout
    /// its report follows the last one (jsonl suits that); a table on a terminal is drawn anew, with marks at what
    /// changed. An error ends the round, and the next one goes on. SIGHUP begins a round at once. SIGTERM or Ctrl-C ends
    /// it with exit 0.
    #[arg(long, value_name = "TIME", value_parser = parse_interval, conflicts_with = "at")]
    pub watch: Option<Duration>,
}

/// Whether issuers are asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Renewal information")]
pub(crate) struct Ari {
    /// Ask the ACME servers of issuers when they want end entity certificates to be renewed (RFC 9773). Every request is
    /// listed; none that fails changes the outcome.
    #[arg(long)]
    pub ari: bool,

    /// The ACME directory of an issuer whose name (RFC 4514) fits, or of all that are not known:
    /// '*O=Example*=https://acme.example/directory'. Repeatable; the first that fits counts, before those that are known.
    #[arg(long, value_name = "[ISSUER-GLOB=]URL", requires = "ari", value_parser = parse_from::<AcmeDirectory>)]
    pub acme_directory: Vec<AcmeDirectory>,
}
