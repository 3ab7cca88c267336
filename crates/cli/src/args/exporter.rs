//! The flags of `trustpack exporter`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use trustpack_core::report::Metrics;

use super::{Sources, parse_from, words};
use crate::commands::exporter::Allowed;
use crate::duration::{parse_duration, parse_interval};

/// Serve the metrics of a check to Prometheus, and probe servers as blackbox_exporter does.
///
/// `/metrics` has what the last round found; the sources are those of `check`, looked at again every so often and when a
/// file changes. `/probe?target=HOST:PORT&module=NAME` asks one server; none may be asked that is not allowed.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack exporter /etc/ssl/private trust.jks
  trustpack exporter --targets hosts.txt --listen 0.0.0.0:9219 --interval 15m
  trustpack exporter --allow '*.example.org:443' --allow 10.0.0.0/8
  trustpack exporter /etc/ssl/private --config exporter.toml

A configuration:
  allow = [\"*.example.org\", \"10.0.0.0/8:443\"]
  [tls]
  certificate = \"server.pem\"
  key = \"server.key\"
  [basic_auth]
  prometheus = \"$2y$10$...\"       # bcrypt, as of `htpasswd -nB prometheus`
  [modules.internal]
  prober = \"tcp\"
  roots = [\"internal-root.pem\"]
  timeout = \"5s\"

Routes: / · /metrics · /probe · /-/healthy · /-/ready
Exit codes: 0 ended by SIGTERM or Ctrl-C · 2 could not begin"))]
pub(crate) struct Exporter {
    #[command(flatten)]
    pub sources: Sources,

    #[command(flatten)]
    pub serving: Serving,
}

/// How it serves.
#[derive(Debug, Args)]
#[command(next_help_heading = "Serving")]
pub(crate) struct Serving {
    /// Where to listen; port 0 takes a free one, which is told on stderr. Repeatable.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9219")]
    pub listen: Vec<SocketAddr>,

    /// TLS, users, allowed targets and modules, in TOML; read again when it changes and at SIGHUP. One that is broken is
    /// told and not taken.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How often everything is looked at: 90s, 15m, 1h; at least 1s. It is at once when a file changes, and at SIGHUP.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_interval)]
    pub interval: Duration,

    /// What /probe may ask: HOST, *.SUFFIX, ADDR, NETWORK/BITS, each with or without :PORT, or * for every name. When a
    /// network is named, what a name resolves to must be in one. Default: nothing. Repeatable.
    #[arg(long, value_name = "TARGET", value_parser = parse_from::<Allowed>)]
    pub allow: Vec<Allowed>,

    /// How many servers may be probed at the same time; others wait as long as they have time.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub max_probes: u16,

    /// How many connections are served at the same time; others wait.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..=16384))]
    pub max_connections: u16,

    /// So much earlier than Prometheus gives up a probe ends.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = parse_duration)]
    pub timeout_offset: Duration,

    /// Name the metrics as this exporter does.
    #[arg(long, value_name = "EXPORTER", value_parser = words::<Metrics>(&["blackbox", "ssl_exporter", "x509"]))]
    pub metrics_compat: Option<Metrics>,
}
