//! Where certificates are written, and in which form.

use std::path::PathBuf;

use clap::Args;
use trustpack_core::keystore::Format;

use super::parse_from;

/// An output that may be left out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OptionalOutput {
    /// Write certificates: a file (format by extension), `-` for stdout, or a folder when it ends with `/`.
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,
}

pub(super) fn format_help() -> String {
    let words = Format::words();
    format!("Format of the output, when the extension does not say it: {words}")
}

/// An output that must be named.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct RequiredOutput {
    /// The file to write; format by extension. `-` for stdout.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file that holds something else.
    #[arg(long)]
    pub force: bool,

    /// Do all but write.
    #[arg(long)]
    pub dry_run: bool,

    /// Keep the file as it was as FILE.bak, FILE.bak.2, …
    #[arg(long)]
    pub backup: bool,
}

/// Forms that some readers want.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Encoding {
    /// Write PKCS#7 as PEM text in place of DER.
    #[arg(long)]
    pub armor: bool,

    /// Write keys in PEM as OpenSSL did before PKCS#8: RSA PRIVATE KEY, EC PRIVATE KEY.
    #[arg(long)]
    pub traditional: bool,
}
