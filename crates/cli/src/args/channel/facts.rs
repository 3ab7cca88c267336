//! The flags of `trustpack channel facts`, and of every verb that goes by facts.

use std::path::PathBuf;

use clap::Args;

use crate::args::{Json, Time};

/// Facts in place of those that are built in.
#[derive(Debug, Args)]
pub(crate) struct FactsFile {
    /// Take dated provider facts from this file, not from those that are built in; `trustpack channel facts --toml` prints one.
    #[arg(long = "facts", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Print the dated facts about providers and public CAs by which specifications and certificates are judged.
///
/// Each with what it is about, since when or until when it holds, where it can be read, and when somebody last looked there:
/// versions of the Graph API, roots that clients drop, providers that move to other roots, ports of webhooks, lifetimes.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel facts
  trustpack channel facts twilio-rest-anchors telegram-webhook
  trustpack channel facts --json
  trustpack channel facts --toml > facts.toml
  trustpack channel facts --facts facts.toml

Exit codes: 0 printed · 2 the file cannot be read, or there is no such fact"))]
pub(crate) struct ChannelFacts {
    /// Only these facts, by their ids; default all.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,

    /// Print them as the file for --facts, comments and all.
    #[arg(long, conflicts_with_all = ["json", "ids"])]
    pub toml: bool,

    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
