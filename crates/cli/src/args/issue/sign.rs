//! What can be typed after `trustpack sign`, `renew` and `revoke`.

use std::path::PathBuf;

use clap::Args;
use time::OffsetDateTime;
use trustpack_core::issue::{Reason, Requested};

use super::super::store::EditOptions;
use super::super::{SourceParser, Time, words};
use super::Json;
use super::groups::{
    Allow, AuthorityChoice, DatesChoice, Issued, Kind, Locations, OptionalAuthority, StateChoice,
    Wishes,
};
use crate::duration::parse_time;
use crate::password::PasswordSource;

/// Issue a certificate for a request, as a small CA.
///
/// The request's own signature must hold. Of what it asks for, the alternative names are taken (--requested, --copy);
/// usages come from the profile, and what is said here comes before both. What was not granted is told. The certificate
/// is read back, compared, and every rule is asked of it before it is written.
#[derive(Debug, Args)]
#[command(
    override_usage = "trustpack sign <CSR> --ca <STORE|FILE>... [OPTIONS]",
    after_help = "\
Examples:
  trustpack sign server.csr --ca ca.p12 --ca-password env:CA_PASS --profile server --days 90 \\
      -o server.pem
  trustpack sign client.csr --ca ca.key ca.pem --profile client --until-issuer --chain -o chain.pem
  trustpack sign server.csr --ca ca.p12 --ca-password env:CA_PASS --profile server --days 90 \\
      --san other.test --state ca.toml -o other.pem

Exit codes: 0 issued · 1 refused: a rule, or the request's signature; nothing written · 2 not done"
)]
pub(crate) struct Sign {
    /// The request: PKCS#10 or SPKAC, PEM or DER; `-` for stdin.
    #[arg(value_name = "CSR")]
    pub request: String,

    #[command(flatten)]
    pub issuer: AuthorityChoice,
    #[command(flatten)]
    pub state: StateChoice,
    #[command(flatten)]
    pub wishes: Wishes,
    #[command(flatten)]
    pub locations: Locations,

    /// What is taken of the extensions that the request asks for: its alternative names; all but key identifiers and
    /// basicConstraints (copy); nothing (ignore); as names, but refuse when it asks for more than it gets (refuse).
    #[arg(long, value_name = "POLICY", help_heading = "Contents", value_parser = words::<Requested>(&["names", "copy", "ignore", "refuse"]))]
    pub requested: Option<Requested>,

    /// Take this extension of the request as well, by name or object identifier. Repeatable.
    #[arg(long, value_name = "EXTENSION", help_heading = "Contents")]
    pub copy: Vec<String>,

    /// Issue although the request's signature is bad or cannot be checked: nothing shows then that the requester has the
    /// key.
    #[arg(long, help_heading = "Rules")]
    pub accept_unchecked: bool,

    /// Write the CA's certificate and those above it behind the certificate.
    #[arg(long, help_heading = "Output")]
    pub chain: bool,

    #[command(flatten)]
    pub dates: DatesChoice,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub output: Issued,
    #[command(flatten)]
    pub json: Json,
}

/// Issue a certificate again with other dates, for the same key or a new one.
///
/// One that signed itself does so again; for others --ca names the CA. In a store the new chain takes the place of the
/// old one. Without dates it lasts as long as the old one did. Names and extensions are the same, byte for byte.
#[derive(Debug, Args)]
#[command(
    override_usage = "trustpack renew <FILE|STORE> [OPTIONS]",
    after_help = "\
Examples:
  trustpack renew server.pem --key server.key --days 90 -o server-2.pem
  trustpack renew keys.jks --entry server.test --days 365 --ca ca.p12 --ca-password env:CA_PASS \\
      --password env:STORE_PASS --backup
  trustpack renew server.pem --ca ca.p12 --ca-password env:CA_PASS --rekey --new-key next.key \\
      --new-password none -o next.pem

Exit codes: 0 renewed · 1 a rule would be broken, nothing written · 2 not done"
)]
pub(crate) struct Renew {
    /// A file with the certificate, or a store with its entry.
    #[arg(value_name = "FILE|STORE")]
    pub input: PathBuf,

    /// Alias of the entry in a store, when it has several keys.
    #[arg(long, value_name = "ALIAS")]
    pub entry: Option<String>,

    /// The key of a certificate that signed itself, when it is in another file.
    #[arg(long, value_name = "FILE", help_heading = "Key")]
    pub key: Option<String>,

    /// For a new key.
    #[arg(long, help_heading = "Key")]
    pub rekey: bool,

    #[command(flatten)]
    pub kind: Kind,

    /// Write the new key into this file, when the certificate is in one.
    #[arg(long, value_name = "FILE", requires = "rekey", help_heading = "Key")]
    pub new_key: Option<PathBuf>,

    /// Password of the new key's file.
    #[arg(long, value_name = "SOURCE", requires = "new_key", help_heading = "Passwords", value_parser = SourceParser::<PasswordSource>::default())]
    pub new_password: Option<PasswordSource>,

    #[command(flatten)]
    pub issuer: OptionalAuthority,
    #[command(flatten)]
    pub state: StateChoice,

    /// Write the issuers behind the certificate in a file.
    #[arg(long, help_heading = "Output")]
    pub chain: bool,

    /// The file to write, when the certificate is in one: PEM, or what its extension says. `-`, and the default: stdout.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Overwrite existing files.
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    #[command(flatten)]
    pub dates: DatesChoice,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub edit: EditOptions,
}

/// Revoke a certificate of a small CA, in its state; `new crl` then makes the list that says so.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack revoke server.pem --state ca.toml --reason superseded
  trustpack revoke 4b7e0c1d2a3f405162738495a6b7c8d9 --state ca.toml --reason key-compromise \\
      --since 2026-11-01
  trustpack revoke old.pem --state ca.toml --ca ca.pem

Exit codes: 0 revoked, or was so already · 2 not done: not issued by this CA, not readable")]
pub(crate) struct Revoke {
    /// The certificate: a file, or its serial number in hex.
    #[arg(value_name = "FILE|SERIAL")]
    pub certificate: String,

    /// The state of the CA that issued it.
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,

    /// The CA's certificate, to take up one that it issued and that its state does not know.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<String>,

    /// Why. Default: unspecified.
    #[arg(long, value_name = "REASON", value_parser = words::<Reason>(&Reason::WORDS))]
    pub reason: Option<Reason>,

    /// Since when, not later than now, which is the default.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<OffsetDateTime>,

    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
