//! `merge`, and how entries come into a store.

use std::path::PathBuf;

use clap::Args;
use time::OffsetDateTime;
use trustpack_core::keystore::Format;
use trustpack_core::merge::OnConflict;
use trustpack_core::select::Select;

use super::{
    InputPassword, Json, Proof, Reach, Roots, StorePassword, Time, format_help, parse_from, words,
};
use crate::duration::parse_time;

/// Join files, folders, stores and servers into one store, under a plan.
///
/// The plan is printed first, then applied in one write. Certificates that are already there under any alias are
/// not added again, so merging twice changes nothing. An existing store is kept and extended.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack merge root.cer issuing.pem -o truststore.jks --password file:store.pass
  trustpack merge https://api.infobip.com extra/ -o truststore.jks --password env:STORE_PASS
  trustpack merge old.jks new.p12 -o all.p12 --password prompt --dry-run

Exit codes: 0 applied, or nothing to do · 1 a conflict was refused, nothing written · 2 not done"))]
pub(crate) struct Merge {
    /// Files, folders, stores, `-` for stdin, servers (host:port, https://host), in any mix.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    #[command(flatten)]
    pub plan: PlanOptions,
    #[command(flatten)]
    pub output: MergedOutput,
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

/// How entries that come in are planned.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// What to do when an alias that the input or --alias names is taken by another entry. One that is made from a
    /// certificate gets a number.
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = words::<OnConflict>(&["fail", "keep", "rename", "replace"]))]
    pub on_conflict: OnConflict,

    /// Which certificates to take. Default: root and intermediates of servers, everything of files.
    #[arg(long, value_name = "WHICH", value_parser = words::<Select>(SELECT))]
    pub select: Option<Select>,

    /// Creation date of new entries. Default: notBefore of the certificate, so that equal input gives equal bytes.
    #[arg(long, value_name = "TIME|now", value_parser = parse_time)]
    pub created: Option<OffsetDateTime>,

    /// Print the plan and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Keep the file as it was as STORE.bak, STORE.bak.2, …
    #[arg(long)]
    pub backup: bool,
}

/// The store that is merged into.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct MergedOutput {
    /// The store: extended when it exists, else made; format by extension. `-` for stdout.
    #[arg(short, long, value_name = "STORE")]
    pub output: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,
}

/// The words of `--select`.
pub(super) const SELECT: &[&str] = &["chain", "intermediates", "issuers", "leaf", "root"];
