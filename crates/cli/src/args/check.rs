//! The flags of `trustpack check`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::RoleThreshold;
use trustpack_core::report::{Shard, ShardError};

use super::watch::{Ari, Watch};
use super::{Listed, Reach, ReadPassword, Roots, SourceParser, Time, Written, parse_from};
use crate::commands::check::PasswordRule;

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
  trustpack check server.example:443 --format nagios --output prometheus=/var/lib/node_exporter/tls.prom
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
pub(crate) struct Check {
    /// Files, folders, stores, `-` for stdin, servers (host:port, https://host), in any mix.
    #[arg(required_unless_present_any = ["pair", "targets", "system"], value_name = "INPUT")]
    pub inputs: Vec<String>,

    #[command(flatten)]
    pub listed: Listed,

    /// Of folders, only files whose path or name fits this pattern (`*`, `?`, `[…]`, `**`). Repeatable.
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,

    /// Of folders, none of these files and folders. Repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// The certificate folders of this system too, as OpenSSL, systemd and Debian have them.
    #[arg(long)]
    pub system: bool,

    /// A file and the server that it belongs to: server.pem=api.example.org:443. Of a certificate it is told when the server
    /// presents an older one, of a trust store when its client would refuse the server. Both are checked. Repeatable.
    #[arg(long, value_name = "FILE=ENDPOINT", value_parser = parse_from::<Pair>, conflicts_with = "shard")]
    pub pair: Vec<Pair>,

    /// Warn below this: 30d, 72h, 33% of the lifetime, both (30d,33%: the lower wins), or a range of days as monitoring
    /// plugins have it (30:), or auto. For one role: anchor=90d, intermediate=…, end-entity=…; repeatable. Default: see above.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>)]
    pub warn: Vec<RoleThreshold>,

    /// Critical below this.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>)]
    pub crit: Vec<RoleThreshold>,

    /// A policy in TOML: thresholds by role, rules by path, host, issuer, subject, and silences with a reason and an end.
    /// --warn and --crit go before its own thresholds.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Check only a part, and leave the others to N - 1 other runs: I/N, counted from 0 as Kubernetes' indexed jobs are.
    /// `auto`: I is JOB_COMPLETION_INDEX, N is TRUSTPACK_SHARDS or JOB_COMPLETIONS, which you set. Each server, file and
    /// stdin is in exactly one part, by its name. `trustpack report merge` joins the reports.
    #[arg(long, value_name = "I/N|auto", value_parser = parse_from::<ShardChoice>, conflicts_with = "baseline")]
    pub shard: Option<ShardChoice>,

    #[command(flatten)]
    pub input_password: ReadPassword,

    /// The password of stores whose path or name fits: '*.p12=file:store.pass'. Repeatable; the first that fits counts,
    /// before --password.
    #[arg(long, value_name = "GLOB=SOURCE", value_parser = SourceParser::<PasswordRule>::default())]
    pub password_for: Vec<PasswordRule>,

    /// Try the empty password and "changeit" on stores that no other password opens. One that opens so and holds a key is
    /// a finding.
    #[arg(long)]
    pub try_common_passwords: bool,

    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub ari: Ari,
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

/// A file and a server.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub file: String,
    pub endpoint: String,
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // no server has an equals sign
        let split = text.rsplit_once('=');
        let Some((file, endpoint)) = split.filter(|(file, _)| !file.is_empty()) else {
            return Err(
                "it is written FILE=ENDPOINT, such as server.pem=example.org:443".to_owned(),
            );
        };
        let parsed = endpoint.parse::<Endpoint>();
        parsed.map_err(|error| error.to_string())?;
        Ok(Self {
            file: file.to_owned(),
            endpoint: endpoint.to_owned(),
        })
    }
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
