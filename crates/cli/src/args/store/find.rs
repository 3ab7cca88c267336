//! `store find`: the entries that hold a certificate.

use clap::Args;
use time::OffsetDateTime;
use trustpack_core::edit::is_fingerprint;

use crate::args::{Json, SourceParser};
use crate::duration::parse_time;
use crate::password::PasswordSource;

/// Find the entries that hold a certificate.
///
/// What is given must hold of one certificate; chains are looked through as well.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store find trust.jks --cert server.pem
  trustpack store find *.jks *.p12 --password env:STORE_PASS --expires-before 2027-01-01
  trustpack store find trust.jks --subject 'Example Root' --json

Exit codes: 0 found · 1 not found · 2 a store could not be read")]
pub(crate) struct Find {
    /// Stores, files and folders of any format.
    #[arg(required = true, value_name = "STORE")]
    pub stores: Vec<String>,

    /// A file with the certificate, or with several of which one is enough.
    #[arg(long, value_name = "FILE")]
    pub cert: Option<String>,

    /// SHA-256 or SHA-1, hex with or without colons; eight digits or more.
    #[arg(long, value_name = "HEX", value_parser = parse_fingerprint)]
    pub fingerprint: Option<String>,

    /// A part of the subject, in any case.
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,

    /// A part of the issuer, in any case.
    #[arg(long, value_name = "TEXT")]
    pub issuer: Option<String>,

    /// Not valid any more at this time (RFC 3339, or a date).
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires_before: Option<OffsetDateTime>,

    /// Passwords of the stores, tried in turn: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long = "password", visible_alias = "input-password", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,

    #[command(flatten)]
    pub json: Json,
}

fn parse_fingerprint(text: &str) -> Result<String, String> {
    if is_fingerprint(text) {
        Ok(text.to_owned())
    } else {
        Err("a fingerprint is hex, eight digits of it or more".to_owned())
    }
}
