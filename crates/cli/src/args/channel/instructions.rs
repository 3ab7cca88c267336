//! The flags of the verbs of `trustpack channel` that print instructions for people.

use clap::Args;

use crate::args::Json;

/// Whom they are for, and how they are printed.
#[derive(Debug, Args)]
pub(crate) struct Instructed {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    #[command(flatten)]
    pub json: Json,
}

/// Print everything that is to be done to configure a channel, in order, as Markdown.
///
/// Every step with who does it, where (menu path), what to enter (the document's label and the value) and how to see that
/// it is done. A secret is shown as its reference. What must be recorded in the specification first stands at the top.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel plan telegram.toml
  trustpack channel plan channels.toml --channel support_bot > plan.md
  trustpack channel plan channels.toml --json

Exit codes: 0 printed · 2 the file cannot be read, or has no such channel"))]
pub(crate) struct ChannelPlan {
    #[command(flatten)]
    pub instructed: Instructed,
}
