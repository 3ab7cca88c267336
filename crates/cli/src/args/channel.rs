//! The flags of `trustpack channel`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Json, Proof, Reach, Roots, Time};

#[derive(Debug, Subcommand)]
pub(crate) enum Channel {
    New(ChannelNew),
    Validate(ChannelValidate),
    Pack(Box<ChannelPack>),
}

/// Write a commented specification to fill in.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel new telegram support_bot -o telegram.toml
  trustpack channel new whatsapp --provider infobip wa_sales -o whatsapp.toml

Exit codes: 0 written · 2 could not do it"))]
pub(crate) struct ChannelNew {
    /// telegram or whatsapp.
    #[arg(value_name = "TYPE")]
    pub kind: String,

    /// Channel name: letters, digits and underscores, at most 64, not starting with a digit.
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Business solution provider of a WhatsApp channel.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,

    /// Where to write it; `-` is stdout.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,
}

/// Check a specification against the product's and the provider's rules. Opens no connection.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel validate whatsapp.toml
  trustpack channel validate channels.toml --json

Exit codes: 0 no critical finding · 1 critical findings · 2 the file cannot be read"))]
pub(crate) struct ChannelValidate {
    /// The specification (TOML); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    #[command(flatten)]
    pub json: Json,
}

/// Fetch, choose, write, verify and pack what a channel needs.
///
/// For each host that must be covered: fetches its chain (or takes the files that the specification names),
/// chooses anchors, writes the container that the product asks for, verifies the host against what was just written,
/// and packs store, chains, model, report, checklist and manifest. No secret goes into the bundle.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel pack whatsapp.toml -o whatsapp.zip
  trustpack channel pack telegram.toml -o telegram.zip --connect 10.0.0.7:28090
  SOURCE_DATE_EPOCH=1790000000 trustpack channel pack whatsapp.toml -o whatsapp.zip

Exit codes: 0 packed · 1 a host would not be accepted, or the specification is not valid: nothing written
  · 2 could not do it"))]
pub(crate) struct ChannelPack {
    /// The specification (TOML).
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Pack only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    /// The bundle: a .zip file, or a folder when it ends with `/`.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    /// Overwrite an existing bundle.
    #[arg(long)]
    pub force: bool,

    /// Treat CERT-LEAF-ONLY and other lasting risks as errors.
    #[arg(long)]
    pub strict: bool,

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
