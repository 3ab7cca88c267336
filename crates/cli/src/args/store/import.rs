//! `store import` and `store import-key`: what comes into a store, and how.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use trustpack_core::keystore::Format;

use crate::args::{
    InputPassword, Json, PlanOptions, Proof, Reach, Roots, StorePassword, Time, format_help,
    parse_from,
};

/// Add trusted certificates: any number, from files, folders, stores and servers.
///
/// As `trustpack merge`, for trusted certificates only: the plan is printed, then applied in one write; a certificate
/// that is there under any alias is not added again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import trust.jks root.pem issuing.p7b --password env:STORE_PASS
  trustpack store import trust.jks corporate-root.cer --alias corporate --password env:STORE_PASS
  trustpack store import trust.p12 https://api.infobip.com --password file:store.pass --backup

Exit codes: 0 added, or there already · 1 a conflict was refused, nothing written · 2 not done")]
pub(crate) struct Import {
    #[command(flatten)]
    pub incoming: Incoming,
}

/// Add a private key with its chain: from PEM, PKCS#8, PKCS#12 or another store.
///
/// The key and its certificate must belong together. The chain is completed from all that is named, in any order.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import-key keys.jks server.key server.pem issuing.pem --alias server \\
      --password env:STORE_PASS
  trustpack store import-key keys.p12 old.jks --input-password file:old.pass \\
      --password env:STORE_PASS
  trustpack store import-key keys.jks server.p12 --input-password env:P12_PASS \\
      --key-password env:KEY_PASS --password env:STORE_PASS

Exit codes: 0 added, or there already · 1 a conflict was refused, nothing written · 2 not done")]
pub(crate) struct ImportKey {
    #[command(flatten)]
    pub incoming: Incoming,
}

/// What comes into a store, and how.
#[derive(Debug, Args)]
pub(crate) struct Incoming {
    /// The store, extended when it exists, else made.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,

    /// Files, folders, stores, `-` for stdin, servers.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// Alias of the one entry that comes in.
    #[arg(long, value_name = "ALIAS", value_parser = NonEmptyStringValueParser::new())]
    pub alias: Option<String>,

    #[command(flatten)]
    pub plan: PlanOptions,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    #[command(flatten)]
    pub store_password: StorePassword,
    #[command(flatten)]
    pub input_password: InputPassword,
    #[command(flatten)]
    pub proof: Proof,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
