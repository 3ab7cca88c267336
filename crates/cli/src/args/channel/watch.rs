//! The flags of `trustpack channel watch`.

use std::path::PathBuf;

use clap::Args;

use crate::args::{
    Ari, Check, FactsFile, LimitFlags, Listed, Reach, ReadPassword, Roots, Sources, Time, Watch,
    Written,
};

/// The daily run: do the packed stores still cover the servers, and what ends soon.
///
/// Asks every server that a specification or bundle names. Certificates are judged as `check` does. With a bundle each server
/// is also compared with what was recorded: whether a Java client with the packed store accepts it, whether its certificate or
/// its CA is another one, whether it is about to move to roots that the store has not; and the store itself is checked. Of a
/// specification, what depends on the day: the version of the Graph API, the end of a token, the age of the facts about
/// providers. A server that cannot be reached is a finding, never a gap.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel watch whatsapp.zip
  trustpack channel watch channels.toml --bundle channels.zip --format nagios
  trustpack channel watch channels.toml --bundle channels.zip --output html=watch.html \\
      --output prometheus=/var/lib/node_exporter/channels.prom
  trustpack channel watch channels.zip --baseline last.json --output json=last.json

Exit codes: 0 nothing at or above --fail-on (with --baseline: nothing new or worse) · 1 findings at or above it · 2 could not do it
With --format nagios: 0 ok · 1 warning · 2 critical · 3 unknown (the watch itself could not run)"))]
pub(crate) struct ChannelWatch {
    /// A bundle (zip or folder), or a specification (TOML or JSON; `-` for stdin).
    #[arg(value_name = "BUNDLE|SPEC")]
    pub input: String,

    /// The bundle that was packed from the specification: what its servers are compared with.
    #[arg(long, value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,

    /// The bundle must be signed by this key: an Ed25519 public key or a certificate, PEM or DER.
    #[arg(long, value_name = "PUBLIC")]
    pub key: Option<PathBuf>,

    /// Watch only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    #[command(flatten)]
    pub limits: LimitFlags,
    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub ari: Ari,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub written: Written,
}

impl ChannelWatch {
    /// The check that it is, of nothing but what is recorded.
    pub(crate) fn into_check(self) -> Check {
        Check {
            sources: Sources {
                inputs: Vec::new(),
                listed: Listed {
                    targets: None,
                    yes_scan: false,
                    all_addresses: false,
                    cert_type: None,
                },
                include: Vec::new(),
                exclude: Vec::new(),
                system: false,
                pair: Vec::new(),
                limits: self.limits,
                facts: self.facts,
                input_password: ReadPassword {
                    input_password: Vec::new(),
                },
                password_for: Vec::new(),
                try_common_passwords: false,
                reach: self.reach,
                roots: self.roots,
                ari: self.ari,
            },
            shard: None,
            time: self.time,
            watch: Watch { watch: None },
            written: self.written,
        }
    }
}
