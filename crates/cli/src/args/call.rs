//! The flags of the calls to providers and to the product.

use std::net::Ipv4Addr;
use std::time::Duration;

use clap::{Args, Subcommand};
use trustpack_core::call::Address;
use trustpack_core::endpoint::ConnectRule;

use super::{FactsFile, Json, Roots, SourceParser, Time, parse_from};
use crate::duration::{parse_duration, parse_interval};
use crate::password::PasswordSource;

/// How a call is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "The call")]
pub(crate) struct Calling {
    /// Send it. Without this flag nothing is sent and no connection is opened: what would be sent is shown, with
    /// references in place of secrets.
    #[arg(long)]
    pub send: bool,

    /// Which servers may have it: `system`, `mozilla`; a store in any format; a bundle of `channel pack`, of which the
    /// channel's trust certificate counts. A store of yours is taken as a Java client takes it. Repeatable.
    #[arg(long, value_name = "STORE|BUNDLE|system|mozilla", num_args = 1)]
    pub trust: Vec<String>,

    /// Password of the trust store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", requires = "trust", value_parser = SourceParser::<PasswordSource>::default())]
    pub trust_password: Option<PasswordSource>,

    /// Dial ADDR:PORT and keep the name; with HOST:PORT= for that server only. Repeatable.
    #[arg(long, value_name = "[HOST:PORT=]ADDR:PORT", value_parser = parse_from::<ConnectRule>)]
    pub connect: Vec<ConnectRule>,

    /// IPv4 only.
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// IPv6 only.
    #[arg(short = '6', long)]
    pub ipv6: bool,

    /// For one whole call: name resolution, connection, proxy, TLS, and the answer to its last byte.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub timeout: Duration,

    /// http://[USER:PASSWORD@]HOST:PORT, socks5://… (names are looked up here), socks5h://… (there); `none`. Default:
    /// https_proxy or all_proxy from the environment; no_proxy names hosts that are reached directly.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
}

/// A call: how and when it is made, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct CallFlags {
    #[command(flatten)]
    pub calling: Calling,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// One channel of a specification.
#[derive(Debug, Args)]
pub(crate) struct OneChannel {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// The channel, when there are several for which the call is.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
}

/// The Telegram webhook of a channel: set it, see what became of it, remove it.
#[derive(Debug, Subcommand)]
pub(crate) enum Telegram {
    SetWebhook(Box<TelegramSetWebhook>),
    Status(Box<TelegramStatus>),
    Delete(Box<TelegramDelete>),
}

/// Whose webhook it is.
#[derive(Debug, Args)]
pub(crate) struct Bot {
    #[command(flatten)]
    pub whose: OneChannel,

    /// The bot's token, in place of handover.bot_token: env:NAME, file:PATH, fd:N, prompt.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub token: Option<PasswordSource>,

    /// A Bot API server of your own; http:// on this machine only.
    #[arg(long, value_name = "URL", default_value = "https://api.telegram.org", value_parser = SourceParser::<Address>::default())]
    pub api: Address,
}

/// Tell Telegram where to send a channel's messages: setWebhook, then getWebhookInfo.
///
/// The URL is the recorded outputs.message_url. A certificate is uploaded only when no public root is behind it: the one in
/// --certificate, else the root or self-signed certificate that the recorded chain (trust.files) or, with --send or --check,
/// the server itself shows. Telegram calls ports 443, 80, 88 and 8443 over IPv4; what it would refuse is not sent.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack telegram set-webhook telegram.toml --certificate none
  trustpack telegram set-webhook telegram.toml --send
  trustpack telegram set-webhook telegram.toml --certificate private-root.cer \\
      --drop-pending-updates --send
  trustpack telegram set-webhook telegram.toml --api http://127.0.0.1:8081 --certificate none --send

Exit codes: 0 set, or shown · 1 Telegram refuses it, calls it in vain, or would; or its server is not
  trusted · 2 could not do it: no whole answer, a value is missing"))]
pub(crate) struct TelegramSetWebhook {
    #[command(flatten)]
    pub bot: Bot,

    /// The root, or the self-signed certificate, behind the URL, in any format; it is sent as PEM. `none`: nothing is
    /// uploaded and nobody is asked whether it should be.
    #[arg(long, value_name = "FILE|none")]
    pub certificate: Option<String>,

    /// Ask the server of the URL for its certificate also without --send.
    #[arg(long)]
    pub check: bool,

    /// Send it although it will be refused or called in vain.
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub options: WebhookOptions,
    #[command(flatten)]
    pub recent: Recent,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub call: CallFlags,
}

/// What else Telegram can be told.
#[derive(Debug, Args)]
#[command(next_help_heading = "The webhook")]
pub(crate) struct WebhookOptions {
    /// Telegram calls this address, whatever the host resolves to.
    #[arg(long, value_name = "IPV4")]
    pub ip_address: Option<Ipv4Addr>,

    /// Telegram sends so many updates at a time; its default is 40. A Bot API server of your own takes up to 100000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_connections: Option<u32>,

    /// Only these kinds of updates: message, callback_query, …
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub allowed_updates: Option<Vec<String>>,

    /// Telegram forgets the updates that wait.
    #[arg(long)]
    pub drop_pending_updates: bool,

    /// Sent with every update as X-Telegram-Bot-Api-Secret-Token: env:NAME, file:PATH, fd:N, prompt. Off by default: it is not
    /// known whether AICC looks at it.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub secret_token: Option<PasswordSource>,
}

/// What counts as an error of now.
#[derive(Debug, Args)]
#[command(next_help_heading = "The webhook")]
pub(crate) struct Recent {
    /// Telegram's last error counts when it is not older; an older one is only told.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_interval)]
    pub recent: Duration,
}

/// Ask Telegram what is set, and what went wrong last: getWebhookInfo.
///
/// The last error is explained, with what to do about it.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack telegram status telegram.toml
  trustpack telegram status telegram.toml --send
  trustpack telegram status telegram.toml --token file:/run/secrets/bot-token --send --json

Exit codes: 0 the webhook is the recorded URL and has no recent error, or the call was shown · 1 another
  or none is set, the last error is recent, or Telegram's server is not trusted · 2 could not do it"))]
pub(crate) struct TelegramStatus {
    #[command(flatten)]
    pub bot: Bot,
    #[command(flatten)]
    pub recent: Recent,
    #[command(flatten)]
    pub call: CallFlags,
}

/// Remove the webhook: deleteWebhook, then getWebhookInfo.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack telegram delete telegram.toml
  trustpack telegram delete telegram.toml --send

Exit codes: 0 removed, or shown · 1 Telegram refuses it, one is still set, or its server is not trusted
  · 2 could not do it"))]
pub(crate) struct TelegramDelete {
    #[command(flatten)]
    pub bot: Bot,

    /// Telegram forgets the updates that wait.
    #[arg(long)]
    pub drop_pending_updates: bool,

    #[command(flatten)]
    pub recent: Recent,
    #[command(flatten)]
    pub call: CallFlags,
}

/// Calls to the product itself.
#[derive(Debug, Subcommand)]
pub(crate) enum Aicc {
    TokenCheck(Box<AiccTokenCheck>),
}

/// Check an app key and its secret, and the trust store, with one call to the API Fabric: tokenByAkSk.
///
/// The call goes to the address of BaseUrl. By default the trust store is the one that `channel pack` makes from the files in
/// trust.files; where they do not cover every host, public roots. The token is forgotten.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack aicc token-check telegram.toml
  trustpack aicc token-check telegram.toml --trust telegram.zip --send
  trustpack aicc token-check telegram.toml --trust trust.cer --connect 10.0.0.7:28090 --send --json

Exit codes: 0 key, secret and trust store work, or the call was shown · 1 they do not · 2 could not do it:
  no whole answer, not the API Fabric, a value is missing"))]
pub(crate) struct AiccTokenCheck {
    #[command(flatten)]
    pub whose: OneChannel,

    /// The address of the API Fabric, in place of that of BaseUrl.
    #[arg(long, value_name = "URL", value_parser = SourceParser::<Address>::default())]
    pub api: Option<Address>,

    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub call: CallFlags,
}

/// Calls from Meta's side.
#[derive(Debug, Subcommand)]
pub(crate) enum Meta {
    Challenge(Box<MetaChallenge>),
}

/// Verify a callback URL as Meta does: a GET with hub.mode, hub.verify_token and hub.challenge, which must come back.
///
/// Meta takes no self-signed certificate, so public roots are the default.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack meta challenge whatsapp.toml --channel wa_demo
  trustpack meta challenge whatsapp.toml --channel wa_demo --send
  trustpack meta challenge https://aicc.example.com/social/on/facebook/7 \\
      --verify-code env:VERIFY_CODE --send

Exit codes: 0 the challenge came back, or the call was shown · 1 it did not, or Meta would not connect
  · 2 could not do it"))]
pub(crate) struct MetaChallenge {
    /// The callback URL, or a specification with a cloud-api or Instagram channel.
    #[arg(value_name = "URL|SPEC")]
    pub target: String,

    /// The channel of the specification, when there are several.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,

    /// The verify token, in place of the one of the specification: env:NAME, file:PATH, fd:N, prompt.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub verify_code: Option<PasswordSource>,
    #[command(flatten)]
    pub call: CallFlags,
}

/// Call the recorded callback URLs as the provider does: with its headers, its credentials, its bodies.
///
/// infobip: the header AccountKey, a message and a report. twilio: Basic authentication, a message and a report. telegram: an
/// update. cloud-api, instagram: Meta's verification. How others call is not published. A message that is taken reaches an
/// agent, from a customer who is made up; a report is about a message that nobody sent.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel callback-test whatsapp.toml
  trustpack channel callback-test whatsapp.toml --only report --send
  trustpack channel callback-test channels.toml --channel wa_sales --send --json

Exit codes: 0 every call was taken, or shown · 1 one was not, or the provider would not connect
  · 2 could not do it"))]
pub(crate) struct ChannelCallbackTest {
    /// The specification (TOML or JSON); `-` for stdin.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Only these channels; default all whose calls are published.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    /// Only this one of two calls.
    #[arg(long, value_name = "CALL", value_parser = ["message", "report"])]
    pub only: Option<String>,
    #[command(flatten)]
    pub call: CallFlags,
}
