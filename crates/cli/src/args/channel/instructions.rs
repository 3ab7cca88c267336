//! The flags of the verbs of `trustpack channel` that print instructions for people.

use clap::{Args, ValueEnum};
use trustpack_core::channel::Change;

use super::FactsFile;
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
    pub facts: FactsFile,
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

/// Print what to ask the system administrator for, as Markdown for a ticket.
///
/// The app with its APIs (names as the product spells them), the address of the API Fabric, and the address trustlist, as far
/// as each channel needs them. Secrets are asked for and not told.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel requests telegram.toml
  trustpack channel requests channels.toml --channel wa_sales --json

Exit codes: 0 printed · 1 printed, and something must be recorded first · 2 the file cannot be read, or has no such channel"))]
pub(crate) struct ChannelRequests {
    #[command(flatten)]
    pub instructed: Instructed,
}

/// Print what to tell Infobip, Twilio, Meta, Telegram or another provider, as Markdown.
///
/// The URLs that the product has generated are taken from the specification; where one is not recorded yet, the sheet says
/// what to record first. A secret is shown as its reference: pass it on by a protected way.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel handover whatsapp.toml
  trustpack channel handover channels.toml --channel support_bot --json

Exit codes: 0 printed · 1 printed, and something must be recorded first · 2 the file cannot be read, or has no such channel"))]
pub(crate) struct ChannelHandover {
    #[command(flatten)]
    pub instructed: Instructed,
}

/// Print what to do, in order, when something changes under a channel that is in use, as Markdown.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel rotate telegram.toml --changed app
  trustpack channel rotate channels.toml --channel wa_sales --changed provider,certificates
  trustpack channel rotate channels.toml --json

Exit codes: 0 printed · 2 the file cannot be read, or has no such channel"))]
pub(crate) struct ChannelRotate {
    #[command(flatten)]
    pub instructed: Instructed,

    /// What changes; default all. Repeatable, or with commas.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub changed: Vec<Changed>,
}

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Changed {
    /// What the provider gave: user, password, BaseUrl, keys, tokens.
    Provider,
    /// The app, its key or its secret.
    App,
    /// What the provider proves itself with.
    Webhook,
    /// The trust certificate or the identity certificate.
    Certificates,
}

impl ChannelRotate {
    /// In the order in which they are followed.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let asked: Vec<Change> = self.changed.iter().map(|one| one.change()).collect();
        let is_asked = |change: &&Change| asked.is_empty() || asked.contains(change);
        Change::ALL.iter().filter(is_asked).copied().collect()
    }
}

impl Changed {
    const fn change(self) -> Change {
        match self {
            Self::Provider => Change::Provider,
            Self::App => Change::App,
            Self::Webhook => Change::Webhook,
            Self::Certificates => Change::Certificates,
        }
    }
}
