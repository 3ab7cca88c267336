//! `convert`.

use clap::Args;

use super::{Encoding, InputPassword, RequiredOutput, StorePassword};

/// Change the format of certificates, nothing else.
///
/// The format of the output follows its extension (.pem .crt · .cer .der · .p7b · .pkipath · .jks · .p12 .pfx) or --format.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack convert mycertfile.pem -o mycert.cer
  trustpack convert chain.p7b -o chain.pem
  trustpack convert truststore.jks -o truststore.p12 --password file:store.pass
  trustpack convert bundle.pem -o certificates/ --split --format der

Exit codes: 0 written, or already the same; what such a format never holds is left out with a word
· 2 not done, or a part could not be read or written"))]
pub(crate) struct Convert {
    /// Files, folders, `-` for stdin.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// Write each certificate into a file of its own, named after it, in the folder that -o names.
    #[arg(long)]
    pub split: bool,

    #[command(flatten)]
    pub output: RequiredOutput,
    #[command(flatten)]
    pub encoding: Encoding,
    #[command(flatten)]
    pub store_password: StorePassword,
    #[command(flatten)]
    pub input_password: InputPassword,
}
