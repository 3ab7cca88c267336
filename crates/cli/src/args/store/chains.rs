//! `store import-reply`, `append-chain` and `trim-chain`: the chain of a key.

use clap::Args;

use super::{EditOptions, Edited};

/// Put a CA's answer in the place of a key's chain.
///
/// The reply's certificate must have the public key of the entry. Its issuers are taken from the reply, from the
/// certificates that the store trusts and from --with; every signature is checked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import-reply keys.jks server reply.p7b --password env:STORE_PASS
  trustpack store import-reply keys.p12 server reply.pem --with issuing.pem root.pem \\
      --password env:STORE_PASS

Exit codes: 0 imported, or there already · 2 not done: another key, not readable, no such alias")]
pub(crate) struct ImportReply {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry whose request was answered.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The reply: PEM, DER or PKCS#7, in one or more files.
    #[arg(required = true, value_name = "REPLY")]
    pub reply: Vec<String>,

    /// More certificates to complete the chain from.
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    pub with: Vec<String>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Put issuers behind the chain of a key.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store append-chain keys.jks server issuing.pem root.pem --password env:STORE_PASS

Exit codes: 0 appended, or there already · 2 not done: a certificate that is no part of the chain, no such alias")]
pub(crate) struct AppendChain {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The issuers: files in any format, in any order.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Take issuers off the end of a key's chain.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store trim-chain keys.jks server --password env:STORE_PASS
  trustpack store trim-chain keys.jks server --count 2 --password env:STORE_PASS

Exit codes: 0 trimmed · 2 not done: fewer issuers than that, no such alias")]
pub(crate) struct TrimChain {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// How many.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: usize,

    #[command(flatten)]
    pub edit: EditOptions,
}
