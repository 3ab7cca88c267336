//! The flags of `trustpack report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Written;

/// What is done with reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    Merge(ReportMerge),
}

/// Join reports of `check` into one, as one run would have written it.
///
/// Reads json and jsonl, as files and from stdin, several behind each other too. Subjects come in the order of their names.
/// A report without its end is an error, because whoever wrote it did not finish; so is a shard that is missing or there
/// twice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack report merge shards/*.jsonl
  trustpack report merge shards/*.jsonl --format prometheus > tls.prom
  cat shards/*.jsonl | trustpack report merge - --baseline last.json --output json=last.json

Exit codes: 0 nothing at or above --fail-on (with --baseline: nothing new or worse) · 1 findings at or above it · 2 could not do it, or something is missing with --partial
With --format nagios: 0 ok · 1 warning · 2 critical · 3 unknown")]
pub(crate) struct ReportMerge {
    /// Reports, or `-` for stdin.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Take what there is of reports that are cut short and of shards that are missing; each is named, and the exit code is 2.
    #[arg(long)]
    pub partial: bool,

    #[command(flatten)]
    pub written: Written,
}
