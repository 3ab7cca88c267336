//! The flags of `trustpack channel export` and `trustpack channel diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::Json;

/// Write channel records as the product exports them: basic and robot configuration, never a secret.
///
/// At most 100,000 channels at a time, at most 2,000 in a file; all of them when none is named. Every key of a specification
/// under basic and robot is a column.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel export channels.toml -o channels.csv
  trustpack channel export channels.toml -o export/ --format json
  trustpack channel export channels.toml -o - --channel support_bot

Exit codes: 0 exported · 1 a channel has a value that is not valid: nothing written · 2 could not do it"))]
pub(crate) struct ChannelExport {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Export only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    /// A file, `-` for stdout, or a folder when it ends with `/`: it gets as many files as needed.
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,

    /// Default: by the extension of the file, else csv.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<RecordFormat>,

    /// Overwrite existing files.
    #[arg(long)]
    pub force: bool,
}

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    Csv,
    Json,
}

/// Compare an exported file with a specification: basic and robot configuration, the only parts that are exported.
///
/// Columns are known by the keys of a specification or by the document's labels; others are counted and skipped.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel diff channels.csv channels.toml
  trustpack channel diff export/ channels.toml --json

Exit codes: 0 the same · 1 something differs · 2 could not do it"))]
pub(crate) struct ChannelDiff {
    /// The exported file, CSV or JSON, or a folder with the files of one export.
    #[arg(value_name = "EXPORT")]
    pub export: PathBuf,

    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    #[command(flatten)]
    pub json: Json,
}
