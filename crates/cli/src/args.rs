//! What can be typed: clap types only. Each command turns its part into a plan of its own.

mod call;
mod channel;
mod check;
mod diff;
mod explain;
mod exporter;
mod fetch;
mod issue;
mod lint;
mod match_key;
mod reach;
mod report;
mod sources;
pub(crate) mod store;
mod verify;
mod watch;
mod written;

use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use time::OffsetDateTime;
use trustpack_core::keystore::{Format, Profile};
use trustpack_core::merge::OnConflict;
use trustpack_core::record::Field;
use trustpack_core::select::Select;

use crate::duration::parse_time;
use crate::password::{KeyPasswordSource, PasswordSource};

pub(crate) use call::{
    Aicc, AiccTokenCheck, Bot, Calling, ChannelCallbackTest, Meta, MetaChallenge, Recent, Telegram,
    TelegramDelete, TelegramSetWebhook, TelegramStatus,
};
pub(crate) use channel::{
    Channel, ChannelDiff, ChannelExport, ChannelFacts, ChannelList, ChannelNew, ChannelPack,
    ChannelRecord, ChannelShow, ChannelValidate, ChannelVerifyBundle, ChannelWatch, FactsFile,
    Instructed, ModelFormat, RecordFormat,
};
pub(crate) use check::{Check, ShardChoice};
pub(crate) use diff::Diff;
pub(crate) use explain::Explain;
pub(crate) use exporter::{Exporter, Serving};
pub(crate) use fetch::Fetch;
pub(crate) use issue::{
    DatesChoice, Issued, KeyChoice, Locations, New, NewCa, NewCert, NewCrl, NewCsr, NewKey, Renew,
    Revoke, Sign, StoreChoice, Wishes,
};
pub(crate) use lint::Lint;
pub(crate) use match_key::Match;
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
    /// Print the manual page (roff).
    #[command(after_help = "\
Examples:
  trustpack man | man -l -
  trustpack man > /usr/local/share/man/man1/trustpack.1

Exit codes: 0 printed")]
    Man,
}

/// Show what is inside files, folders, stores and servers; judges nothing.
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

/// Change the format of certificates, nothing else.
///
/// The format of the output follows its extension (.pem .crt · .cer .der · .p7b · .pkipath · .jks · .p12 .pfx) or --format.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack convert mycertfile.pem -o mycert.cer
  trustpack convert chain.p7b -o chain.pem
  trustpack convert truststore.jks -o truststore.p12 --password file:store.pass
  trustpack convert bundle.pem -o certificates/ --split --format der

Exit codes: 0 written, or already the same · 2 not done, or not all of it"))]
pub(crate) struct Convert {
    /// Files, folders, `-` for stdin.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// Write each certificate into a file of its own, named after it, in the folder that -o names.
    #[arg(long)]
    pub split: bool,

    #[command(flatten)]
    pub output: RequiredOutput,
    #[command(flatten)]
    pub encoding: Encoding,
    #[command(flatten)]
    pub store_password: StorePassword,
    #[command(flatten)]
    pub input_password: InputPassword,
}

/// Join files, folders, stores and servers into one store, under a plan.
///
/// The plan is printed first, then applied in one write. Certificates that are already there under any alias are
/// not added again, so merging twice changes nothing. An existing store is kept and extended.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack merge root.cer issuing.pem -o truststore.jks --password file:store.pass
  trustpack merge https://api.infobip.com extra/ -o truststore.jks --password env:STORE_PASS
  trustpack merge old.jks new.p12 -o all.p12 --password prompt --dry-run

Exit codes: 0 applied, or nothing to do · 1 a conflict was refused, nothing written · 2 not done"))]
pub(crate) struct Merge {
    /// Files, folders, stores, `-` for stdin, servers (host:port, https://host), in any mix.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    #[command(flatten)]
    pub plan: PlanOptions,
    #[command(flatten)]
    pub output: MergedOutput,
    #[command(flatten)]
    pub store_password: StorePassword,
    #[command(flatten)]
    pub input_password: InputPassword,
    #[command(flatten)]
    pub proof: Proof,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub roots: Roots,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// Rehearse the whole job offline, against servers on this machine.
///
/// Makes a private CA, starts loopback servers that stand for infobip, Twilio and the product's front end, and runs the public
/// commands against them with their real output: three channels are validated, packed and verified. Then the servers renew
/// their certificates: a store made by hand breaks, the packed ones hold. Then one moves to another CA: the watch tells, and
/// packing again mends it. It ends with the page of the bundle.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack demo
  trustpack demo --dir rehearsal --hold
  trustpack demo --force

Exit codes: 0 every step went as it should · 1 a step did not · 2 could not do it"))]
pub(crate) struct Demo {
    /// Folder for everything that the rehearsal makes.
    #[arg(long, value_name = "DIR", default_value = "trustpack-demo")]
    pub dir: PathBuf,

    /// Replace the folder of an earlier rehearsal. No other folder is ever replaced.
    #[arg(long)]
    pub force: bool,

    /// Keep the servers running afterwards, so that the printed commands can be repeated, until Enter.
    #[arg(long)]
    pub hold: bool,
}

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack completions bash > /etc/bash_completion.d/trustpack
  trustpack completions zsh > ~/.zfunc/_trustpack

Exit codes: 0 printed")]
pub(crate) struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
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

/// An output that may be left out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OptionalOutput {
    /// Write certificates: a file (format by extension), `-` for stdout, or a folder when it ends with `/`.
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,
}

fn format_help() -> String {
    let words = Format::words();
    format!("Format of the output, when the extension does not say it: {words}")
}

/// An output that must be named.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct RequiredOutput {
    /// The file to write; format by extension. `-` for stdout.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file that holds something else.
    #[arg(long)]
    pub force: bool,

    /// Do all but write.
    #[arg(long)]
    pub dry_run: bool,

    /// Keep the file as it was as FILE.bak, FILE.bak.2, …
    #[arg(long)]
    pub backup: bool,
}

/// Forms that some readers want.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Encoding {
    /// Write PKCS#7 as PEM text in place of DER.
    #[arg(long)]
    pub armor: bool,

    /// Write keys in PEM as OpenSSL did before PKCS#8: RSA PRIVATE KEY, EC PRIVATE KEY.
    #[arg(long)]
    pub traditional: bool,
}

/// How entries that come in are planned.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// What to do when an alias that the input or --alias names is taken by another entry. One that is made from a
    /// certificate gets a number.
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = words::<OnConflict>(&["fail", "keep", "rename", "replace"]))]
    pub on_conflict: OnConflict,

    /// Which certificates to take. Default: root and intermediates of servers, everything of files.
    #[arg(long, value_name = "WHICH", value_parser = words::<Select>(SELECT))]
    pub select: Option<Select>,

    /// Creation date of new entries. Default: notBefore of the certificate, so that equal input gives equal bytes.
    #[arg(long, value_name = "TIME|now", value_parser = parse_time)]
    pub created: Option<OffsetDateTime>,

    /// Print the plan and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Keep the file as it was as STORE.bak, STORE.bak.2, …
    #[arg(long)]
    pub backup: bool,
}

/// The store that is merged into.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct MergedOutput {
    /// The store: extended when it exists, else made; format by extension. `-` for stdout.
    #[arg(short, long, value_name = "STORE")]
    pub output: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,
}

/// The password of the store that is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct StorePassword {
    /// Password of the store to write: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Password of the keys in it, when it differs; with ALIAS= of that key only, which it opens as well. Repeatable.
    #[arg(long, value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP)]
    pub profile: Option<Profile>,
}

/// Passwords of the stores that are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct InputPassword {
    /// Password of input stores, tried in turn: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,
}

/// Passwords of the stores that are read, where none is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct ReadPassword {
    /// Passwords of the stores, tried in turn: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long = "password", visible_alias = "input-password", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,
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

/// Parses where a password comes from, or a URL in which a token may stand. What is none may be the secret itself, so the
/// refusal, other than clap's own, does not repeat it.
#[derive(Clone)]
struct SourceParser<T>(PhantomData<fn() -> T>);

impl<T> Default for SourceParser<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T> TypedValueParser for SourceParser<T>
where
    T: std::str::FromStr + Clone + Send + Sync + 'static,
    T::Err: std::fmt::Display,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parsed = match value.to_str() {
            Some(text) => text.parse::<T>().map_err(|error| error.to_string()),
            None => Err("not UTF-8".to_owned()),
        };
        parsed.map_err(|why| {
            let argument = argument.map(ToString::to_string).unwrap_or_default();
            let message = format!("invalid value for '{argument}': {why}\n");
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

/// The words of `--profile`.
const PROFILES: &[&str] = &["modern", "legacy", "passwordless", "pbmac1"];

const PROFILE_HELP: &str = "\
How a PKCS#12 is protected: modern (Java 8u301, OpenSSL 1.1.1 or later), legacy (3DES: everything), passwordless (as the \
cacerts of JDK 18), pbmac1 (OpenSSL 3.4, Java 26 or later). Default: as it is, a new one modern";

/// The words of `--select`.
const SELECT: &[&str] = &["chain", "intermediates", "issuers", "leaf", "root"];

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
