//! What `lint` takes.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use trustpack_core::lint::Profile;

use super::{FactsFile, Json, Reach, ReadPassword, Time};

/// Judge certificates by the rules for those who issue them: RFC 5280, and for public CAs the Baseline Requirements.
///
/// critical: what must not be; a public CA has to revoke it, or a strict client refuses it. warning: what should not be.
/// note: what is discouraged. A rule holds for certificates that were issued while it was in force. Servers are asked for
/// what they present.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack lint server.pem
  trustpack lint chain.pem --profile public-server --json
  trustpack lint https://api.infobip.com
  trustpack lint --rules

Exit codes: 0 nothing critical · 1 critical findings · 2 something could not be read"))]
pub(crate) struct Lint {
    /// Files and folders of any format, `-` for stdin, servers (host:port, https://host).
    #[arg(required_unless_present = "rules", value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// What the certificates are judged as; default: public-server when a policy of the CA/Browser Forum is in it, else
    /// private.
    ///
    /// private: RFC 5280 and what clients insist on. public-server: the Baseline Requirements too; CA certificates beside
    /// it as those of a public CA. public-ca: a CA certificate of a public CA.
    #[arg(long, value_name = "PROFILE", value_parser = profiles())]
    pub profile: Option<Profile>,

    /// List the rules instead, each with its section and from which day it holds.
    #[arg(long, conflicts_with_all = ["inputs", "profile"])]
    pub rules: bool,

    #[command(flatten)]
    pub input_password: ReadPassword,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

fn profiles() -> impl TypedValueParser<Value = Profile> {
    let words = PossibleValuesParser::new(Profile::ALL.map(Profile::word));
    words.try_map(|word| {
        let mut all = Profile::ALL.into_iter();
        all.find(|profile| profile.word() == word)
            .ok_or("no such profile")
    })
}
