//! The flags of `trustpack fetch`.

use std::path::PathBuf;

use clap::Args;
use trustpack_core::select::Select;

use super::{
    Json, Listed, OptionalOutput, Proof, Reach, Roots, SELECT, StorePassword, Time, words,
};

/// Get the chain that a server presents.
///
/// The chain is kept whatever happens afterwards: when nothing here trusts it, when the server wants a client
/// certificate, when the handshake breaks later. Where a modern handshake is refused, a probe reads the certificates
/// alone: SSLv3 to TLS 1.2, any cipher suite. It tells what is wrong with the chain; whether a
/// client would trust it says `verify`.
///
/// Servers that switch to TLS after a talk in clear are named by their scheme (smtp:// lmtp:// imap:// pop3:// ftp://
/// ldap:// xmpp:// xmpp-server:// postgres:// mysql:// mssql:// sieve:// nntp:// irc:// rdp://) or known by their port;
/// tls://host:port asks for TLS at once.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack fetch api.infobip.com
  trustpack fetch smtp://mail.example.com:587 -o chain.pem
  trustpack fetch gateway.example --connect 10.0.0.7:8443 --select issuers -o ca.pem
  trustpack fetch --targets hosts.txt --jsonl --parallel 256 --timeout 3s > seen.jsonl
  trustpack fetch 10.0.0.7:28090 --install truststore.jks --password file:store.pass

Exit codes: 0 every server presented a chain · 1 not what was expected or locked, or not wanted: nothing installed
  · 2 at least one server presented nothing (the others are written)"))]
pub(crate) struct Fetch {
    /// Servers: host, host:port, https://host, smtp://host, tls://host:port, [v6]:port; a network such as
    /// 10.0.0.0/24:8443 with --yes-scan.
    #[arg(required_unless_present = "targets", value_name = "ENDPOINT")]
    pub endpoints: Vec<String>,

    #[command(flatten)]
    pub listed: Listed,

    /// Which certificates to write, print or install. Default: what was sent; to be installed, root and intermediates.
    #[arg(long, value_name = "WHICH", value_parser = words::<Select>(SELECT))]
    pub select: Option<Select>,

    /// One JSON object a line, in the order of arrival.
    #[arg(long, conflicts_with = "json")]
    pub jsonl: bool,

    #[command(flatten)]
    pub proof: Proof,
    #[command(flatten)]
    pub trust: Trusting,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub output: OptionalOutput,
    #[command(flatten)]
    pub store_password: StorePassword,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// What was seen before, and what goes into a store now.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is expected of servers")]
pub(crate) struct Trusting {
    /// Write down what every server presented.
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,

    /// Fail when a server presents something else than is written there, and name what changed.
    #[arg(long, value_name = "FILE")]
    pub locked: Option<PathBuf>,

    /// Show what one server presents and whether this store accepts it, ask, and put its issuers into the store.
    #[arg(long, value_name = "STORE", conflicts_with_all = ["output", "jsonl", "json", "targets"])]
    pub install: Option<PathBuf>,
}
