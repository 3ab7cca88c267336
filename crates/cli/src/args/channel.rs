//! The flags of `trustpack channel`.

mod export;
mod facts;
mod instructions;
mod pack;
mod record;
mod watch;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(crate) use export::{ChannelDiff, ChannelExport, RecordFormat};
pub(crate) use facts::{ChannelFacts, FactsFile};
pub(crate) use pack::{ChannelPack, ChannelVerifyBundle};
pub(crate) use record::ChannelRecord;
pub(crate) use watch::ChannelWatch;

use super::{ChannelCallbackTest, Json, Time};

pub(crate) use instructions::Instructed;
use instructions::{ChannelHandover, ChannelPlan, ChannelRequests, ChannelRotate};

#[derive(Debug, Subcommand)]
pub(crate) enum Channel {
    New(ChannelNew),
    List(ChannelList),
    Show(ChannelShow),
    Validate(ChannelValidate),
    Schema(ChannelSchema),
    Facts(ChannelFacts),
    Requests(ChannelRequests),
    Plan(ChannelPlan),
    Handover(ChannelHandover),
    Rotate(ChannelRotate),
    Pack(Box<ChannelPack>),
    VerifyBundle(Box<ChannelVerifyBundle>),
    Export(ChannelExport),
    Diff(ChannelDiff),
    Record(Box<ChannelRecord>),
    Watch(Box<ChannelWatch>),
    CallbackTest(Box<ChannelCallbackTest>),
}

/// Write a commented specification to fill in.
///
/// On a terminal, what is not given is asked. The kinds: telegram, instagram, and whatsapp with --provider infobip, other
/// (with --method basic or oAuth), cloud-api or twilio.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel new telegram support_bot -o telegram.toml
  trustpack channel new whatsapp --provider infobip wa_sales -o whatsapp.toml
  trustpack channel new whatsapp --provider other --method oAuth wa_bank
  trustpack channel new telegram support_bot --set info.base_url=https://192.0.2.10:28090

Exit codes: 0 written · 2 could not do it"))]
pub(crate) struct ChannelNew {
    /// telegram, whatsapp or instagram.
    #[arg(value_name = "TYPE")]
    pub kind: Option<String>,

    /// Channel name: letters, digits and underscores, at most 64, not starting with a digit.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Business solution provider of a WhatsApp channel.
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,

    /// Verification method of the provider `other`: basic or oAuth.
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,

    /// A value that is known already, by its key: info.base_url=https://192.0.2.10:28090. Repeatable.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,

    /// Ask for what is not given, also where there is no terminal; an empty answer leaves it open.
    #[arg(long)]
    pub ask: bool,

    /// Where to write it; `-` is stdout.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,
}

/// List the channels of a specification, with how many findings each has.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel list channels.toml
  trustpack channel list channels.toml --json

Exit codes: 0 listed · 2 the file cannot be read"))]
pub(crate) struct ChannelList {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// Show channels as sheets: every field by the document's label, with its value.
///
/// Defaults and included files are in it. A secret is shown as its reference; a value that is not valid is not shown.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel show channels.toml
  trustpack channel show channels.toml --channel support_bot --json
  trustpack channel show channels.toml --model json > channels.json

Exit codes: 0 shown · 2 the file cannot be read, or has no such channel"))]
pub(crate) struct ChannelShow {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Show only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    /// Print them as one specification instead, comments lost.
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    pub model: Option<ModelFormat>,

    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub json: Json,
}

/// How a specification is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModelFormat {
    Toml,
    Json,
}

/// Check a specification against the product's and the provider's rules, and the certificate files that it names. Opens no
/// connection.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel validate whatsapp.toml
  trustpack channel validate channels.toml --json
  trustpack channel validate channels.toml --strict --secrets

Exit codes: 0 no critical finding · 1 critical findings; with --strict also warnings · 2 the file cannot be read"))]
pub(crate) struct ChannelValidate {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Warnings count as critical findings do.
    #[arg(long)]
    pub strict: bool,

    /// Also look behind references to env: and file:, whether there is a secret of the right form. None is told.
    #[arg(long)]
    pub secrets: bool,

    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// Print the JSON Schema of a specification, for editors and other programs.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel schema > channels.schema.json

Exit codes: 0 printed"))]
pub(crate) struct ChannelSchema {}
