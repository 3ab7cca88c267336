//! The flags of `trustpack check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::RoleThreshold;
use trustpack_core::report::{FailOn, Metrics, ReportFormat, UnknownWord};

use super::watch::{Ari, Watch};
use super::{Json, Listed, Reach, ReadPassword, Roots, SourceParser, Time, parse_from, words};
use crate::commands::check::PasswordRule;
use crate::output::is_stdout;

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

Exit codes: 0 nothing at or above --fail-on · 1 findings at or above it · 2 could not do it
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
    #[arg(long, value_name = "FILE=ENDPOINT", value_parser = parse_from::<Pair>)]
    pub pair: Vec<Pair>,

    /// Warn below this: 30d, 72h, 33% of the lifetime, both (30d,33%: the lower wins), or a range of days as monitoring
    /// plugins have it (30:). For one role: anchor=90d, intermediate=…, end-entity=…; repeatable. Default: see above.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>)]
    pub warn: Vec<RoleThreshold>,

    /// Critical below this.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>)]
    pub crit: Vec<RoleThreshold>,

    /// A policy in TOML: thresholds by role, rules by path, host, issuer, subject, and silences with a reason and an end.
    /// --warn and --crit go before its own thresholds.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Exit 1 from this severity on.
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = words::<FailOn>(&["critical", "warning", "note", "never"]))]
    pub fail_on: FailOn,

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
    pub json: Json,

    /// How the report is written on stdout. Default: table, or nothing with --output.
    ///
    /// table, markdown: for people. json, jsonl (a line per subject as it is judged), csv: for programs. junit, sarif,
    /// github (annotations): for CI. prometheus: for a textfile collector. nagios: one line, and its exit codes 0 ok, 1
    /// warning, 2 critical, 3 unknown, whatever --fail-on would say.
    #[arg(long, value_name = "FORMAT", help_heading = "Output", value_parser = words::<ReportFormat>(&FORMATS), conflicts_with = "json")]
    pub format: Option<ReportFormat>,

    /// Also write it into a file, which appears when it is whole: json=report.json. Repeatable.
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output", value_parser = parse_from::<ReportFile>)]
    pub output: Vec<ReportFile>,

    /// Name the metrics of prometheus as this exporter does.
    #[arg(long, value_name = "EXPORTER", help_heading = "Output", value_parser = words::<Metrics>(&["blackbox", "ssl_exporter", "x509"]))]
    pub metrics_compat: Option<Metrics>,
}

impl Check {
    /// Whether a monitoring system reads the exit code.
    pub(crate) fn is_for_monitoring(&self) -> bool {
        self.format == Some(ReportFormat::Nagios)
    }

    /// Whether the report, or one of them, goes to stdout.
    pub(crate) fn writes_stdout(&self) -> bool {
        let mut files = self.output.iter();
        self.json.json
            || self.format.is_some()
            || self.output.is_empty()
            || files.any(|output| is_stdout(&output.path))
    }
}

/// The same of arguments that may make no sense otherwise: what is wrong with them is told in the same way.
pub(crate) fn is_for_monitoring(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let nagios = ReportFormat::Nagios.word();
    let arguments = arguments.into_iter().skip(1);
    // the verb stands before everything but flags that take no value
    let mut arguments =
        arguments.skip_while(|argument| argument.to_string_lossy().starts_with('-'));
    if arguments.next().is_none_or(|verb| verb != "check") {
        return false;
    }
    let mut is_value = false;
    for argument in arguments {
        if is_value && argument == nagios {
            return true;
        }
        let text = argument.to_string_lossy();
        if text.strip_prefix("--format=") == Some(nagios) {
            return true;
        }
        is_value = text == "--format";
    }
    false
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

/// A format and a file.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    pub format: ReportFormat,
    pub path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            return Err("it is written FORMAT=FILE, such as json=report.json".to_owned());
        };
        Ok(Self {
            format: format
                .parse()
                .map_err(|error: UnknownWord| error.to_string())?,
            path: path.into(),
        })
    }
}

/// Every word of [`ReportFormat`].
const FORMATS: [&str; ReportFormat::ALL.len()] = ReportFormat::words();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitoring_is_known_from_arguments_that_make_no_sense() {
        let is = |line: &str| is_for_monitoring(line.split(' ').map(OsString::from));
        assert!(is("trustpack check --format nagios --nonsense"));
        assert!(is("trustpack -q check --format=nagios"));
        assert!(!is("trustpack check --format csv nagios"));
        assert!(!is("trustpack convert check --format nagios"));
        assert!(!is("trustpack"));
    }
}
