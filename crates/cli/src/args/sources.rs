//! What is checked, and by which policy: the flags of every verb that checks.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::RoleThreshold;

use super::watch::Ari;
use super::{FactsFile, Listed, Reach, ReadPassword, Roots, SourceParser, parse_from};
use crate::commands::check::PasswordRule;
use crate::password::PasswordSource;

/// Where certificates are, how they are reached, and what is good enough.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// Files, folders, stores, `-` for stdin, servers (host:port, https://host), in any mix.
    #[arg(value_name = "INPUT")]
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

    #[command(flatten)]
    pub limits: LimitFlags,

    #[command(flatten)]
    pub facts: FactsFile,

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
}

/// What is good enough.
#[derive(Debug, Args)]
pub(crate) struct LimitFlags {
    /// Warn below this: 30d, 72h, 33% of the lifetime, both (30d,33%: the lower wins), or a range of days as monitoring
    /// plugins have it (30:), or auto. For one role: anchor=90d, intermediate=…, end-entity=…; repeatable. Default: those of `trustpack check --help`.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>, allow_hyphen_values = true)]
    pub warn: Vec<RoleThreshold>,

    /// Critical below this.
    #[arg(long, value_name = "[ROLE=]LEFT", value_parser = parse_from::<RoleThreshold>, allow_hyphen_values = true)]
    pub crit: Vec<RoleThreshold>,

    /// A policy in TOML: thresholds by role, rules by path, host, issuer, subject, and silences with a reason and an end.
    /// --warn and --crit go before its own thresholds.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

impl Sources {
    /// What is read beside the inputs: lists, policies, roots, keys, files with passwords.
    pub(crate) fn other_files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let handshake = &self.reach.handshake;
        let passwords = self.input_password.input_password.iter();
        let passwords = passwords
            .chain(&handshake.client_password)
            .chain(self.password_for.iter().map(PasswordRule::source));
        let named = [&handshake.client_cert, &handshake.client_key];
        let named = named.into_iter().flatten().chain(&self.roots.files);
        let listed = self.listed.targets.iter();
        let listed = listed.chain(&self.limits.policy).chain(&self.facts.file);
        let passwords = passwords.filter_map(PasswordSource::file);
        named
            .map(PathBuf::from)
            .chain(listed.cloned())
            .chain(passwords.map(Path::to_owned))
    }
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
