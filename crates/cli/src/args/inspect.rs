//! `inspect`.

use clap::Args;
use trustpack_core::record::Field;

use super::{Json, Reach, ReadPassword, Time, parse_from};

/// Show what is inside files, folders, stores and servers. Whether somebody would trust it says `verify`.
///
/// Any format is found by content. A JKS is listed without its password. One certificate is shown as a page with all
/// its extensions, several as a table and as trees of who issued whom; requests and revocation lists as pages.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack inspect truststore.jks
  trustpack inspect chain.pem server.p12 --password file:store.pass --full
  trustpack inspect /etc/ssl/certs --fields not_after,remaining_days,subject,source
  trustpack inspect truststore.jks --pem > roots.pem

Exit codes: 0 everything was read · 2 something could not be read"))]
pub(crate) struct Inspect {
    /// Files, folders, `-` for stdin, servers (host:port, https://host).
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// A page for every certificate, however many there are.
    #[arg(long, help_heading = "Output", conflicts_with_all = ["pem", "fields", "json"])]
    pub full: bool,

    /// Print the certificates as PEM, each below a comment with its source, alias and subject.
    #[arg(long, help_heading = "Output", conflicts_with_all = ["fields", "json"])]
    pub pem: bool,

    /// Print one line a certificate: these fields, in this order, between tabs.
    ///
    /// source: the file or server. alias, kind: of the entry; a chain that a server sent is numbered. place: in the
    /// entry's chain, from 1. name: subject CN, else first SAN, else subject. subject, issuer: RFC 4514. serial, sha256,
    /// sha1: hex. not_before, not_after: RFC 3339. remaining_days: whole days, negative when expired. spki_sha256:
    /// base64. key: `RSA 2048`, `EC P-256`. signature_algorithm: `SHA256withRSA`. sans: alternative names, between
    /// commas. is_ca: true or false. version: 1 to 3. Control characters in values are spelled out.
    #[arg(long, help_heading = "Output", value_name = "LIST", value_delimiter = ',', value_parser = parse_from::<Field>, conflicts_with = "json")]
    pub fields: Vec<Field>,

    #[command(flatten)]
    pub input_password: ReadPassword,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
