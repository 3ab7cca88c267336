//! What can be typed after `trustpack new`: keys, requests, certificates, CAs and their revocation lists.

mod groups;
mod sign;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Json, SourceParser, Time};
use crate::password::PasswordSource;

pub(crate) use groups::{
    Allow, AuthorityChoice, DatesChoice, Issued, KeyChoice, Locations, StateChoice, StoreChoice,
    Wishes,
};
pub(crate) use sign::{Renew, Revoke, Sign};

#[derive(Debug, Subcommand)]
pub(crate) enum New {
    Key(NewKey),
    Csr(NewCsr),
    Cert(NewCert),
    Ca(NewCa),
    Crl(NewCrl),
}

/// Make a private key: as a file, or straight into a store.
///
/// A file is encrypted PKCS#8, mode 0600, and in the clear only with --password none. A store takes no key without a
/// certificate: the key signs itself one, as keytool -genkeypair does, which a CA's reply takes the place of later.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack new key -o server.key --password env:KEY_PASS
  trustpack new key --type p-256 -o server.key --password none
  trustpack new key --store keys.p12 --alias server --subject CN=server.test --days 90 \\
      --password env:STORE_PASS

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done")]
pub(crate) struct NewKey {
    #[command(flatten)]
    pub output: Issued,

    #[command(flatten)]
    pub kind: groups::Kind,

    #[command(flatten)]
    pub store: StoreChoice,

    /// Subject of the certificate that the key signs itself in a store, RFC 4514 or OpenSSL's form.
    #[arg(long, value_name = "NAME", requires = "store")]
    pub subject: Option<String>,

    #[command(flatten)]
    pub dates: DatesChoice,

    /// Password of the key file, or of the store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub json: Json,
}

/// Ask a CA for a certificate (PKCS#10), with a key that is there or a new one.
///
/// Names come from --subject and --san, from --like a certificate, or from the certificate that the key's entry has
/// already. The request is read back and its signature checked before it is written.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack new csr --subject 'CN=server.test,O=Example' --san server.test --new-key server.key \\
      --password none -o server.csr
  trustpack new csr --key keys.jks --entry server.test --input-password env:STORE_PASS -o again.csr
  trustpack new csr --like server.pem --new-key next.key --password env:KEY_PASS -o next.csr
  trustpack new csr --subject /DC=com/DC=example/CN=api --san dns:api.example --san ip:10.0.0.7 \\
      --profile mutual --must-staple --new-key api.key --type p-256 --password none -o api.csr

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done")]
pub(crate) struct NewCsr {
    #[command(flatten)]
    pub output: Issued,
    #[command(flatten)]
    pub key: KeyChoice,
    #[command(flatten)]
    pub wishes: Wishes,

    /// Ask for the same names and usages as this certificate.
    #[arg(long, value_name = "FILE", help_heading = "Contents")]
    pub like: Option<String>,

    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub json: Json,
}

/// Make a certificate that its own key signs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack new cert --subject CN=server.test --san server.test --profile server --days 30 \\
      --new-key server.key --password none -o server.pem
  trustpack new cert --subject CN=device-7 --days 365 --store keys.p12 --alias device-7 \\
      --password env:STORE_PASS

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done")]
pub(crate) struct NewCert {
    #[command(flatten)]
    pub output: Issued,
    #[command(flatten)]
    pub key: KeyChoice,
    #[command(flatten)]
    pub store: StoreChoice,
    #[command(flatten)]
    pub wishes: Wishes,
    #[command(flatten)]
    pub dates: DatesChoice,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub json: Json,
}

/// Make a CA: a root, or with --ca an intermediate below another one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack new ca --subject 'CN=Test Root' --days 3650 --store ca.p12 --password env:CA_PASS
  trustpack new ca --subject 'CN=Issuing' --path-length 0 --permit dns:example.com --until-issuer \\
      --ca ca.p12 --ca-password env:CA_PASS --store issuing.p12 --password env:CA_PASS
  trustpack new ca --subject 'O=Example,CN=Lab' --days 365 --type p-384 --new-key lab.key \\
      --password none -o lab.pem

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done")]
pub(crate) struct NewCa {
    #[command(flatten)]
    pub output: Issued,

    /// Its name, RFC 4514 (CN=a,O=b) or OpenSSL's form (/O=b/CN=a).
    #[arg(long, value_name = "NAME", help_heading = "Contents")]
    pub subject: String,

    /// How many CAs may follow below it; 0: it issues for end entities only.
    #[arg(long, value_name = "N", help_heading = "Contents")]
    pub path_length: Option<u32>,

    /// Names below it must lie here, as far as they are of this kind: dns:example.com, ip:10.0.0.0/8, email:, uri:, dir:.
    /// Repeatable.
    #[arg(long, value_name = "NAME", help_heading = "Contents")]
    pub permit: Vec<String>,

    /// Names below it must not lie here. Repeatable.
    #[arg(long, value_name = "NAME", help_heading = "Contents")]
    pub exclude: Vec<String>,

    #[command(flatten)]
    pub extension: groups::Extensions,
    #[command(flatten)]
    pub locations: Locations,
    #[command(flatten)]
    pub key: KeyChoice,
    #[command(flatten)]
    pub store: StoreChoice,
    #[command(flatten)]
    pub issuer: groups::OptionalAuthority,
    #[command(flatten)]
    pub state: StateChoice,
    #[command(flatten)]
    pub dates: DatesChoice,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub json: Json,
}

/// Make the revocation list of a small CA, out of its state.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack new crl --ca ca.p12 --ca-password env:CA_PASS --state ca.toml --days 7 -o ca.crl

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done")]
pub(crate) struct NewCrl {
    #[command(flatten)]
    pub output: Issued,
    #[command(flatten)]
    pub issuer: AuthorityChoice,

    /// What the CA issued and revoked, as sign and revoke keep it; the number of the list is counted there.
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,

    /// Days until there is another list.
    #[arg(
        long,
        value_name = "N",
        help_heading = "Dates",
        allow_negative_numbers = true
    )]
    pub days: u32,

    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
