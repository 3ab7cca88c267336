//! What `explain` takes.

use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use trustpack_core::catalogue;

use super::Json;

/// Print the page of a finding: what it means, and what to do.
///
/// Also what happens to users, how to look closer, and where it is written. Identifiers stand in the reports of `check`,
/// in the JSON of all verbs, and in warnings; they never change their meaning. docs/findings.md has all pages.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack explain CERT-EXPIRED
  trustpack explain cert-leaf-only chain-order | less
  trustpack explain --list
  trustpack explain --list --json | jq -r '.findings[].id'

Exit codes: 0 printed · 2 there is no such finding"))]
pub(crate) struct Explain {
    /// Identifiers of findings, such as CERT-LEAF-ONLY; case does not matter.
    #[arg(required_unless_present = "list", value_name = "ID", value_parser = Known, hide_possible_values = true)]
    pub ids: Vec<String>,

    /// All of them, with severity and title.
    #[arg(long, conflicts_with = "ids")]
    pub list: bool,

    #[command(flatten)]
    pub json: Json,
}

/// Any text, completed to an identifier by shells: what is none gets an answer with the nearest ones.
#[derive(Clone)]
struct Known;

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let pages = catalogue::pages().iter();
        Some(Box::new(
            pages.map(|page| PossibleValue::new(page.id).help(page.title)),
        ))
    }
}
