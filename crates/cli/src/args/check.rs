//! The flags of `trustpack check`.

use std::str::FromStr;

use clap::Args;
use clap::builder::Resettable;
use trustpack_core::report::{Shard, ShardError};

use super::watch::Watch;
use super::{Sources, Time, Written, parse_from};

/// Apply the expiry policy to files, folders, stores and servers.
///
/// Default policy: a server certificate warns below min(30 d, a quarter of its lifetime) and is critical below
/// min(7 d, an eighth); a certificate of at most 10 days below a third and a sixth; CA certificates below 90 d and
/// 30 d. A renewal on time never warns. A server that cannot be reached is a finding, never a gap.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack check api.infobip.com:443 truststore.jks
  trustpack check /etc/ssl/certs --warn 60d --crit 14d
  trustpack check hosts/*.pem --warn 33% --fail-on critical --json
  trustpack check server.example:443 --format nagios \\
      --output prometheus=/var/lib/node_exporter/tls.prom
  trustpack check /etc/ssl/certs --baseline last.json --output json=last.json
  trustpack check --targets hosts.txt --shard 0/8 --format jsonl > 0.jsonl

A policy:
  [thresholds]
  warn = { end-entity = \"21d\", anchor = \"90d\" }
  [[rule]]
  host = \"*.internal\"
  warn = \"10d\"
  [[silence]]
  id = \"CERT-EXPIRED\"
  path = \"/srv/old/*\"
  reason = \"switched off with the old site\"
  until = 2027-01-31

Exit codes: 0 nothing at or above --fail-on (with --baseline: nothing new or worse) · 1 findings at or above it · 2 could not do it
With --format nagios: 0 ok · 1 warning · 2 critical · 3 unknown (the check itself could not run)"))]
#[command(mut_arg("inputs", |inputs| inputs.required_unless_present_any(["pair", "targets", "system"])))]
pub(crate) struct Check {
    #[command(flatten)]
    pub sources: Sources,

    /// Check only a part, and leave the others to N - 1 other runs: I/N, counted from 0 as Kubernetes' indexed jobs are.
    /// `auto`: I is JOB_COMPLETION_INDEX, N is TRUSTPACK_SHARDS or JOB_COMPLETIONS, which you set. Each server, file and
    /// stdin is in exactly one part, by its name. `trustpack report merge` joins the reports.
    #[arg(long, value_name = "I/N|auto", value_parser = parse_from::<ShardChoice>, help_heading = Resettable::Reset, conflicts_with_all = ["baseline", "pair"])]
    pub shard: Option<ShardChoice>,

    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub watch: Watch,
    #[command(flatten)]
    pub written: Written,
}

/// Which part of a check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ShardChoice {
    /// As the environment says.
    Auto,
    One(Shard),
}

impl FromStr for ShardChoice {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            text => text.parse().map(Self::One),
        }
    }
}
