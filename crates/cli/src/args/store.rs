//! What can be typed after `trustpack store`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use time::OffsetDateTime;
use trustpack_core::edit::is_fingerprint;
use trustpack_core::keystore::{Format, Profile};

use super::{
    Encoding, InputPassword, Json, PROFILE_HELP, PROFILES, PlanOptions, Proof, Reach,
    RequiredOutput, Roots, SourceParser, StorePassword, Time, format_help, parse_from, words,
};
use crate::duration::parse_time;
use crate::password::{KeyPasswordSource, PasswordSource};

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    New(New),
    Import(Import),
    ImportKey(ImportKey),
    ImportReply(ImportReply),
    Export(Export),
    Delete(Delete),
    Rename(Rename),
    Copy(Copy),
    AppendChain(AppendChain),
    TrimChain(TrimChain),
    Passwd(Passwd),
    KeyPasswd(KeyPasswd),
    Repair(Repair),
    Find(Find),
}

/// Make an empty store.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store new trust.jks --password env:STORE_PASS
  trustpack store new keys.p12 --password prompt

Exit codes: 0 made, or there already and empty · 2 could not do it")]
pub(crate) struct New {
    /// The store to make; format by extension.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite an existing file.
    #[arg(long)]
    pub force: bool,

    /// Do all but write.
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub store_password: StorePassword,
}

/// Add trusted certificates: any number, from files, folders, stores and servers.
///
/// As `trustpack merge`, for trusted certificates only: the plan is printed, then applied in one write; a certificate
/// that is there under any alias is not added again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import trust.jks root.pem issuing.p7b --password env:STORE_PASS
  trustpack store import trust.jks corporate-root.cer --alias corporate --password env:STORE_PASS
  trustpack store import trust.p12 https://api.infobip.com --password file:store.pass --backup

Exit codes: 0 added, or there already · 1 a conflict was refused, nothing written · 2 not done")]
pub(crate) struct Import {
    #[command(flatten)]
    pub incoming: Incoming,
}

/// Add a private key with its chain: from PEM, PKCS#8, PKCS#12 or another store.
///
/// The key and its certificate must belong together. The chain is completed from all that is named, in any order.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import-key keys.jks server.key server.pem issuing.pem --alias server \\
      --password env:STORE_PASS
  trustpack store import-key keys.p12 old.jks --input-password file:old.pass \\
      --password env:STORE_PASS
  trustpack store import-key keys.jks server.p12 --input-password env:P12_PASS \\
      --key-password env:KEY_PASS --password env:STORE_PASS

Exit codes: 0 added, or there already · 1 a conflict was refused, nothing written · 2 not done")]
pub(crate) struct ImportKey {
    #[command(flatten)]
    pub incoming: Incoming,
}

/// What comes into a store, and how.
#[derive(Debug, Args)]
pub(crate) struct Incoming {
    /// The store, extended when it exists, else made.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,

    /// Files, folders, stores, `-` for stdin, servers.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    /// Alias of the one entry that comes in.
    #[arg(long, value_name = "ALIAS", value_parser = NonEmptyStringValueParser::new())]
    pub alias: Option<String>,

    #[command(flatten)]
    pub plan: PlanOptions,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

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

/// Put a CA's answer in the place of a key's chain.
///
/// The reply's certificate must have the public key of the entry. Its issuers are taken from the reply, from the
/// certificates that the store trusts and from --with; every signature is checked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store import-reply keys.jks server reply.p7b --password env:STORE_PASS
  trustpack store import-reply keys.p12 server reply.pem --with issuing.pem root.pem \\
      --password env:STORE_PASS

Exit codes: 0 imported, or there already · 2 not done: another key, not readable, no such alias")]
pub(crate) struct ImportReply {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry whose request was answered.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The reply: PEM, DER or PKCS#7, in one or more files.
    #[arg(required = true, value_name = "REPLY")]
    pub reply: Vec<String>,

    /// More certificates to complete the chain from.
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    pub with: Vec<String>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Write certificates, chains or keys of entries, or the entries as a store of their own.
///
/// The format follows the extension or --format. With `-o FOLDER/` each entry becomes a file of its own, named after
/// its alias.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store export keys.jks server -o server-chain.pem --what chain
  trustpack store export keys.jks server -o server.key --what key --key-password file:key.pass
  trustpack store export trust.jks '*' -o certificates/ --format der
  trustpack store export keys.jks server -o server.p12 --what entry --password env:STORE_PASS \\
      --output-password env:NEW_PASS

Exit codes: 0 written, or already the same · 2 not done")]
pub(crate) struct Export {
    #[command(flatten)]
    pub edited: Edited,

    /// Aliases or patterns (`api-*`); the only entry when left out.
    #[arg(value_name = "ALIAS", conflicts_with = "all")]
    pub aliases: Vec<String>,

    /// Every entry.
    #[arg(long)]
    pub all: bool,

    /// What to write of each: its certificate (of a key: its own), its chain, its private key, its key with the chain
    /// (key and chain), or the entry as it is. Default: the entry in a store, else the certificate.
    #[arg(long, value_name = "WHAT")]
    pub what: Option<What>,

    #[command(flatten)]
    pub output: RequiredOutput,
    #[command(flatten)]
    pub encoding: Encoding,

    /// Password of the store that is read: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Passwords of keys: to open them, and to encrypt them in the output. With none they are written in the clear,
    /// and ALIAS= only opens. Repeatable.
    #[arg(long, help_heading = "Passwords", value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    /// Password of the store that is written. Default: that of the store that is read.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub output_password: Option<PasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP)]
    pub profile: Option<Profile>,
}

/// What of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum What {
    /// The trusted certificate, or a key's own.
    Certificate,
    /// The whole chain, the key's own certificate first.
    Chain,
    /// The private key alone.
    Key,
    /// The private key and its chain.
    KeyAndChain,
    /// The entry as it is, as a store of its own.
    Entry,
}

/// Remove entries.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store delete trust.jks old-root --password env:STORE_PASS
  trustpack store delete trust.jks 'test-*' --password env:STORE_PASS --dry-run

Exit codes: 0 deleted · 2 not done: no such alias, store not readable")]
pub(crate) struct Delete {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Give an entry another alias.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store rename trust.jks mykey server --password env:STORE_PASS

Exit codes: 0 renamed, or named so already · 2 not done: no such alias, the new one is taken")]
pub(crate) struct Rename {
    #[command(flatten)]
    pub edited: Edited,

    /// The alias it has.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The alias it gets.
    #[arg(value_name = "NEW", value_parser = NonEmptyStringValueParser::new())]
    pub new: String,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Copy entries, within a store or into another one with its own password.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store copy keys.jks server --as server-old --password env:STORE_PASS
  trustpack store copy keys.jks 'api-*' --to other.p12 --password env:STORE_PASS \\
      --to-password env:OTHER_PASS

Exit codes: 0 copied, or there already · 2 not done: no such alias, the alias is taken there")]
pub(crate) struct Copy {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    /// The alias of the copy, of one entry.
    #[arg(long = "as", value_name = "ALIAS", value_parser = NonEmptyStringValueParser::new(), required_unless_present = "to")]
    pub new: Option<String>,

    /// The store to copy into, extended when it exists, else made. Default: the same store.
    #[arg(long, value_name = "STORE")]
    pub to: Option<PathBuf>,

    /// Password of that store. Default: that of the first.
    #[arg(long, value_name = "SOURCE", requires = "to", value_parser = SourceParser::<PasswordSource>::default())]
    pub to_password: Option<PasswordSource>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Put issuers behind the chain of a key.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store append-chain keys.jks server issuing.pem root.pem --password env:STORE_PASS

Exit codes: 0 appended, or there already · 2 not done: a certificate that is no part of the chain, no such alias")]
pub(crate) struct AppendChain {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// The issuers: files in any format, in any order.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Take issuers off the end of a key's chain.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store trim-chain keys.jks server --password env:STORE_PASS
  trustpack store trim-chain keys.jks server --count 2 --password env:STORE_PASS

Exit codes: 0 trimmed · 2 not done: fewer issuers than that, no such alias")]
pub(crate) struct TrimChain {
    #[command(flatten)]
    pub edited: Edited,

    /// The entry.
    #[arg(value_name = "ALIAS")]
    pub alias: String,

    /// How many.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: usize,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Change the password of a store.
///
/// Keys that had the store's password get the new one as well; others keep theirs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store passwd keys.jks --password env:OLD_PASS --new-password env:NEW_PASS
  trustpack store passwd trust.p12 --password file:old.pass --new-password file:new.pass \\
      --profile modern --backup

Exit codes: 0 changed · 2 not done: wrong password, store not readable")]
pub(crate) struct Passwd {
    #[command(flatten)]
    pub edited: Edited,

    /// The new password: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub new_password: Option<PasswordSource>,

    /// Leave the keys under the password that they have.
    #[arg(long)]
    pub keep_key_passwords: bool,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Change the password of keys in a store.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store key-passwd keys.jks server --key-password env:OLD_KEY \\
      --new-key-password env:NEW_KEY --password env:STORE_PASS

Exit codes: 0 changed · 2 not done: wrong password, no such alias")]
pub(crate) struct KeyPasswd {
    #[command(flatten)]
    pub edited: Edited,

    #[command(flatten)]
    pub picked: Picked,

    /// The new password of the keys. Default: that of the store.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub new_key_password: Option<PasswordSource>,

    #[command(flatten)]
    pub edit: EditOptions,
}

/// Put right what readers of a store object to.
///
/// Aliases of JKS in lower case, chains in order, trusted certificates of PKCS#12 visible to Java, weak protection of
/// PKCS#12 brought up to date, old versions of a layout. What is fine is left alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trustpack store repair trust.p12 --password env:STORE_PASS --dry-run
  trustpack store repair old.jks --password env:STORE_PASS --backup

Exit codes: 0 repaired, or nothing to repair · 2 not done")]
pub(crate) struct Repair {
    #[command(flatten)]
    pub edited: Edited,
    #[command(flatten)]
    pub edit: EditOptions,
}

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

/// The entries that are meant.
#[derive(Debug, Args)]
pub(crate) struct Picked {
    /// Aliases or patterns (`api-*`).
    #[arg(
        value_name = "ALIAS",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub aliases: Vec<String>,

    /// Every entry.
    #[arg(long)]
    pub all: bool,
}

/// The store that is changed.
#[derive(Debug, Args)]
pub(crate) struct Edited {
    /// The store: any format, found by content.
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
}

/// How a store is changed.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Passwords")]
pub(crate) struct EditOptions {
    /// Password of the store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Passwords of its keys where they differ, with ALIAS= of that key only. Repeatable.
    #[arg(long, value_name = "[ALIAS=]SOURCE", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,

    #[arg(long, value_name = "PROFILE", value_parser = words::<Profile>(PROFILES), help = PROFILE_HELP, help_heading = "Output")]
    pub profile: Option<Profile>,

    /// Say what would change and write nothing.
    #[arg(long, help_heading = "Output")]
    pub dry_run: bool,

    /// Keep the file as it was as STORE.bak, STORE.bak.2, …
    #[arg(long, help_heading = "Output")]
    pub backup: bool,

    /// Machine-readable output on stdout.
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
