//! What can be typed: clap types only. Each command turns its part into a plan of its own.

mod call;
mod channel;
mod check;
mod complete;
mod convert;
mod demo;
mod diff;
mod explain;
mod exporter;
mod fetch;
mod foreign;
mod inspect;
mod issue;
mod lint;
mod match_key;
mod merge;
mod output;
mod passwords;
mod reach;
mod report;
mod sources;
pub(crate) mod store;
mod verify;
mod watch;
mod written;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use time::OffsetDateTime;

use self::merge::SELECT;
use self::output::format_help;
use self::passwords::{PROFILE_HELP, PROFILES};
use crate::duration::parse_time;

pub(crate) use call::{
    Aicc, AiccTokenCheck, Bot, CallFlags, Calling, ChannelCallbackTest, Meta, MetaChallenge,
    Recent, Telegram, TelegramDelete, TelegramSetWebhook, TelegramStatus,
};
pub(crate) use channel::{
    Channel, ChannelDiff, ChannelExport, ChannelFacts, ChannelList, ChannelNew, ChannelPack,
    ChannelRecord, ChannelShow, ChannelValidate, ChannelVerifyBundle, ChannelWatch, FactsFile,
    Instructed, ModelFormat, RecordFormat,
};
pub(crate) use check::{Check, ShardChoice};
pub(crate) use complete::{Completions, Man};
pub(crate) use convert::Convert;
pub(crate) use demo::Demo;
pub(crate) use diff::Diff;
pub(crate) use explain::Explain;
pub(crate) use exporter::{Exporter, Serving};
pub(crate) use fetch::Fetch;
pub(crate) use foreign::with_tip;
pub(crate) use inspect::Inspect;
pub(crate) use issue::{
    DatesChoice, Issued, KeyChoice, Locations, New, NewCa, NewCert, NewCrl, NewCsr, NewKey, Renew,
    Revoke, Sign, StoreChoice, Wishes,
};
pub(crate) use lint::Lint;
pub(crate) use match_key::Match;
pub(crate) use merge::{Merge, MergedOutput, PlanOptions};
pub(crate) use output::{Encoding, OptionalOutput, RequiredOutput};
pub(crate) use passwords::{InputPassword, ReadPassword, SourceParser, StorePassword};
pub(crate) use reach::{CertType, Handshake, Listed, Proof, Reach, StarttlsChoice};
pub(crate) use report::{Report, ReportMerge};
pub(crate) use sources::{LimitFlags, Sources};
pub(crate) use verify::{ClientWord, FailWord, RevocationFlags, RevocationWord, Verify};
pub(crate) use watch::{Ari, Watch};
pub(crate) use written::{ReportFile, Written, is_for_monitoring};

const STORE_EXAMPLES: &str = "\
Examples:
  trustpack inspect keys.jks
  trustpack store import trust.jks root.pem --password env:STORE_PASS
  trustpack store rename keys.jks mykey server --password env:STORE_PASS --dry-run

Exit codes: 0 done, or nothing to do · 1 a conflict was refused, nothing found · 2 could not do it";

const NEW_EXAMPLES: &str = "\
Examples, a CA in three commands:
  trustpack new ca --subject 'CN=Test CA' --days 3650 --store ca.p12 --password env:CA_PASS
  trustpack new csr --subject CN=server.test --san server.test --new-key server.key \\
      --password none -o server.csr
  trustpack sign server.csr --ca ca.p12 --ca-password env:CA_PASS --profile server --days 90 \\
      -o server.pem

Exit codes: 0 made · 1 a rule would be broken, nothing written · 2 not done";

const EXIT_CODES: &str = "\
Exit codes: 0 fine · 1 the answer is no (expired, not trusted, invalid) · 2 could not do it";

/// Fetch, judge, merge, check and pack certificates and trust stores.
///
/// stdout is data, stderr is talk. Every command that reports takes --json.
#[derive(Debug, Parser)]
#[command(name = "trustpack", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Say nothing on stderr but errors and warnings.
    #[arg(short, long, global = true)]
    pub quiet: bool,

    #[command(subcommand)]
    pub command: Command,
}

// The help of a verb is the comment on its arguments: one here would take its place and cut it to one line.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Fetch(Fetch),
    Inspect(Inspect),
    Convert(Convert),
    Merge(Merge),
    /// Change one store, entry by entry: import, export, delete, rename, copy, passwords, repair.
    #[command(subcommand, after_help = STORE_EXAMPLES)]
    Store(store::Store),
    /// Make keys, requests, certificates, CAs and their revocation lists.
    #[command(subcommand, after_help = NEW_EXAMPLES)]
    New(New),
    Sign(Sign),
    Renew(Renew),
    Revoke(Revoke),
    Check(Check),
    Verify(Verify),
    Diff(Diff),
    Lint(Lint),
    Match(Match),
    Exporter(Exporter),
    Explain(Explain),
    /// Reports of `check`: join those of several runs.
    #[command(subcommand)]
    Report(Report),
    /// Messaging channels: their model, their certificates, their bundle.
    #[command(subcommand)]
    Channel(Channel),
    #[command(subcommand)]
    Telegram(Telegram),
    #[command(subcommand)]
    Aicc(Aicc),
    #[command(subcommand)]
    Meta(Meta),
    Demo(Demo),
    Completions(Completions),
    Man(Man),
}

/// Where roots are looked up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Roots and issuers")]
pub(crate) struct Roots {
    /// More roots and issuers, asked first: a file or folder in any format. Then the system store, then Mozilla's
    /// list. Repeatable.
    #[arg(long = "roots", value_name = "FILE")]
    pub files: Vec<String>,

    /// Fetch issuers that a server does not send from where its certificates say, by HTTP. Every request is listed.
    #[arg(long)]
    pub aia: bool,
}

/// What counts as now.
#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
pub(crate) struct Time {
    /// What counts as now (RFC 3339, or a date); default: the clock.
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time)]
    pub at: Option<OffsetDateTime>,
}

impl Time {
    /// The time that counts as now.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let now = self.at.unwrap_or_else(OffsetDateTime::now_utc);
        // Whole seconds, as certificates count; reports and bundles are easier on the eye.
        now.replace_nanosecond(0).unwrap_or(now)
    }
}

/// Machine-readable output.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Json {
    /// Machine-readable output on stdout.
    #[arg(long)]
    pub json: bool,
}

/// One of a few words, which the help, the completions and the refusal of another word list.
fn words<T>(known: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(known).try_map(|word| word.parse::<T>())
}

/// A value of one of our own types that parses itself.
fn parse_from<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _};

    use super::Arguments;

    /// What is too long would be cut in two where it is shown, and could not be copied.
    #[test]
    fn examples_fit_into_a_terminal() {
        fn check(command: &Command, long: &mut Vec<String>) {
            let help = command.get_after_help().map(ToString::to_string);
            let lines = help.iter().flat_map(|help| help.lines());
            let examples = lines.filter(|line| line.starts_with("  "));
            long.extend(
                examples
                    .filter(|line| line.chars().count() > 100)
                    .map(str::to_owned),
            );
            command
                .get_subcommands()
                .for_each(|below| check(below, long));
        }
        let mut long = Vec::new();
        check(&Arguments::command(), &mut long);
        assert_eq!(long, Vec::<String>::new());
    }
}
