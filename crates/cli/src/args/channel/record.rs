//! The flags of `trustpack channel record`.

use clap::Args;

use super::FactsFile;
use crate::args::{Json, Reach, Roots, Time};

/// Write what the product has generated into the specification: paste it from the Channel Integration page.
///
/// Form, port and path of the URLs are judged first, and whether two of them are exchanged; comments stay. Opens no
/// connection without --check. Codes and keys are recorded as references: env:NAME, file:PATH or prompt.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel record telegram.toml --channel support_bot \\
      --message-url https://aicc.example.com/apiaccess/api/telegram/message/42
  trustpack channel record whatsapp.toml --channel wa_sales --message-url URL \\
      --report-url URL --dry-run
  trustpack channel record whatsapp.toml --channel wa_sales --message-url URL --check
  trustpack channel record whatsapp.toml --channel wa_demo --verification-code env:WA_CODE

Exit codes: 0 recorded, or nothing to change · 1 a value is not what the product generates, or with --check the caller would
  refuse the server: nothing written · 2 could not do it"))]
pub(crate) struct ChannelRecord {
    /// The specification (TOML or JSON). A channel of an included file is written there.
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// The channel.
    #[arg(long, value_name = "NAME")]
    pub channel: String,

    #[command(flatten)]
    pub outputs: Outputs,

    /// Write although there are warnings, such as a path of another form. What is critical is never written.
    #[arg(long)]
    pub force: bool,

    /// Show what would change, and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Ask the servers behind the URLs for their certificates, and judge them as the caller would.
    #[arg(long)]
    pub check: bool,

    #[command(flatten)]
    pub facts: FactsFile,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// What the product generates, by the document's labels.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Outputs {
    /// url used to send message to agent.
    #[arg(long, value_name = "URL")]
    pub message_url: Option<String>,

    /// url used to send report to agent.
    #[arg(long, value_name = "URL")]
    pub report_url: Option<String>,

    /// URL (cloud-api).
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// Where the Verification Code is (cloud-api).
    #[arg(long, value_name = "REFERENCE")]
    pub verification_code: Option<String>,

    /// Where the hub.verify_token is (Instagram).
    #[arg(long, value_name = "REFERENCE")]
    pub verify_token: Option<String>,

    /// Where the scenario key is; NO as the page shows it before Generate is told to be missing.
    #[arg(long, value_name = "REFERENCE")]
    pub scenario_key: Option<String>,
}

impl Outputs {
    /// Every flag by the key under `outputs`, given or not.
    pub(crate) fn by_key(&self) -> [(&'static str, Option<&String>); 6] {
        [
            ("message_url", self.message_url.as_ref()),
            ("report_url", self.report_url.as_ref()),
            ("url", self.url.as_ref()),
            ("verification_code", self.verification_code.as_ref()),
            ("verify_token", self.verify_token.as_ref()),
            ("scenario_key", self.scenario_key.as_ref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use trustpack_core::channel::Kind;

    use super::*;

    #[test]
    fn every_output_has_a_flag() {
        let flags = Outputs {
            message_url: None,
            report_url: None,
            url: None,
            verification_code: None,
            verify_token: None,
            scenario_key: None,
        };
        for kind in Kind::all() {
            for field in kind.outputs() {
                let is_it = |(key, _): &(&str, _)| *key == field.key;
                assert!(flags.by_key().iter().any(is_it), "{kind:?}: {}", field.key);
            }
        }
    }
}
