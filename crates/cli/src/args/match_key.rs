//! What `match` takes.

use clap::Args;

use super::{Json, ReadPassword};

/// Say to which certificate, request, store entry or key of some files a key belongs.
///
/// KEY is a private key, of any format; or a certificate, a request or a public key, to look for its private key. The public
/// halves are compared, nothing else: not names, not dates.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack match server.key server.pem
  trustpack match sealed.key /etc/ssl --password prompt
  trustpack match request.csr keys/ --json
  trustpack match keys.jks new.pem --alias server --password env:STORE_PASS

Exit codes: 0 it belongs to one of them at least · 1 to none · 2 it could not be told"))]
pub(crate) struct Match {
    /// The file with the key; `-` for stdin.
    #[arg(value_name = "KEY")]
    pub key: String,

    /// What it may belong to: files and folders of any format, `-` for stdin.
    #[arg(required = true, value_name = "WITH")]
    pub inputs: Vec<String>,

    /// Which key of KEY, where it has several.
    #[arg(long, value_name = "ALIAS")]
    pub alias: Option<String>,

    #[command(flatten)]
    pub input_password: ReadPassword,
    #[command(flatten)]
    pub json: Json,
}
