//! What several of the verbs that issue have in common.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use time::OffsetDateTime;
use trustpack_core::issue::{KeyKind, Rule};
use trustpack_core::keystore::Format;

use super::super::{SourceParser, Time, format_help, parse_from, words};
use crate::duration::parse_time;
use crate::password::{KeyPasswordSource, PasswordSource};

/// Where what was made is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Issued {
    /// The file to write: PEM, or what its extension says. `-`, and the default: stdout.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[arg(long, value_name = "FORMAT", value_parser = parse_from::<Format>, help = format_help())]
    pub format: Option<Format>,

    /// Overwrite existing files, and in a store the entry of the same alias.
    #[arg(long)]
    pub force: bool,
}

/// Which kind of key is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct Kind {
    /// Kind of the new key. Default: rsa-3072.
    #[arg(long = "type", value_name = "TYPE", value_parser = words::<KeyKind>(&KeyKind::WORDS))]
    pub kind: Option<KeyKind>,
}

/// The key that a request or certificate is for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyChoice {
    /// The private key: a file or a store.
    #[arg(long, value_name = "FILE|STORE")]
    pub key: Option<String>,

    /// Alias of the entry in that store, when it has several.
    #[arg(long, value_name = "ALIAS", requires = "key")]
    pub entry: Option<String>,

    /// Make a new key and write it into this file.
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub new_key: Option<PathBuf>,

    #[command(flatten)]
    pub kind: Kind,

    /// Password of what is written, of the new key's file or of the store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    /// Password of the key or store that is read, from the same sources. Repeatable.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub input_password: Vec<PasswordSource>,
}

/// The store that a new key goes into.
#[derive(Debug, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct StoreChoice {
    /// Put key and certificates into this store, made when it is not there; format by extension.
    #[arg(long, value_name = "STORE", conflicts_with = "output")]
    pub store: Option<PathBuf>,

    /// Alias of the entry. Default: after the subject.
    #[arg(long, value_name = "ALIAS", requires = "store", value_parser = NonEmptyStringValueParser::new())]
    pub alias: Option<String>,

    /// Password of the key in the store, when it differs.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", requires = "store", value_parser = SourceParser::<KeyPasswordSource>::default())]
    pub key_password: Vec<KeyPasswordSource>,
}

/// Whose it is and what it is for.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Contents")]
pub(crate) struct Wishes {
    /// Subject: RFC 4514 (CN=a,OU=b,O=c) or OpenSSL's form (/O=c/OU=b/CN=a); types may repeat, `+` joins.
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,

    /// Alternative name: host, address, mail address or URI, or with dns:, ip:, email:, uri:, dir:, rid: before it.
    /// Repeatable.
    #[arg(long, value_name = "NAME")]
    pub san: Vec<String>,

    /// What it is for: server, client, mutual, ca, or a file (docs/issue.md).
    #[arg(long, value_name = "PROFILE|FILE")]
    pub profile: Option<String>,

    /// Key usages by their names in RFC 5280. Default: what a key of its kind is used for.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub key_usage: Vec<String>,

    /// Extended key usages: serverAuth, clientAuth, … or object identifiers.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub eku: Vec<String>,

    /// A TLS server must staple an OCSP response (RFC 7633).
    #[arg(long)]
    pub must_staple: bool,

    #[command(flatten)]
    pub extension: Extensions,
}

/// Any extension.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Contents")]
pub(crate) struct Extensions {
    /// Any extension, in the place of one that would be there: DER of its value as hex, or a file. Repeatable.
    #[arg(long, value_name = "OID=[critical,]HEX|@FILE")]
    pub extension: Vec<String>,
}

/// Where things about it are.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Contents")]
pub(crate) struct Locations {
    /// Where the issuer's revocation list is. Repeatable.
    #[arg(long, value_name = "URL")]
    pub crl_url: Vec<String>,

    /// Where the issuer's OCSP responder is. Repeatable.
    #[arg(long, value_name = "URL")]
    pub ocsp_url: Vec<String>,

    /// Where the issuer's certificate is. Repeatable.
    #[arg(long, value_name = "URL")]
    pub issuer_url: Vec<String>,
}

/// From when to when.
#[derive(Debug, Args)]
#[command(next_help_heading = "Dates")]
pub(crate) struct DatesChoice {
    /// Valid for so many days.
    #[arg(long, value_name = "N", group = "end", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub days: Option<u32>,

    /// Its last second (RFC 3339), or the start of a date.
    #[arg(long, value_name = "TIME", group = "end", value_parser = parse_time)]
    pub not_after: Option<OffsetDateTime>,

    /// As long as the issuer.
    #[arg(long, group = "end")]
    pub until_issuer: bool,

    /// Its first second. Default: now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub not_before: Option<OffsetDateTime>,

    #[command(flatten)]
    pub time: Time,
}

/// The CA that signs.
#[derive(Debug, Args)]
#[command(next_help_heading = "CA")]
pub(crate) struct AuthorityChoice {
    /// The CA: a store with its key and chain, or files with its key, its certificate and those above it.
    #[arg(long, required = true, num_args = 1.., value_name = "STORE|FILE")]
    pub ca: Vec<String>,

    /// Alias of the CA in that store, when it has several keys.
    #[arg(long, value_name = "ALIAS")]
    pub ca_alias: Option<String>,

    /// Password of the CA's store and key: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub ca_password: Vec<PasswordSource>,
}

/// The CA above, where there is one.
#[derive(Debug, Args)]
#[command(next_help_heading = "CA")]
pub(crate) struct OptionalAuthority {
    /// The CA above: a store with its key and chain, or files with its key, its certificate and those above it.
    #[arg(long, num_args = 1.., value_name = "STORE|FILE")]
    pub ca: Vec<String>,

    /// Alias of the CA in that store, when it has several keys.
    #[arg(long, value_name = "ALIAS", requires = "ca")]
    pub ca_alias: Option<String>,

    /// Password of the CA's store and key: env:NAME, file:PATH, fd:N, prompt, none, empty. Repeatable.
    #[arg(long, help_heading = "Passwords", value_name = "SOURCE", requires = "ca", value_parser = SourceParser::<PasswordSource>::default())]
    pub ca_password: Vec<PasswordSource>,
}

/// What the CA remembers.
#[derive(Debug, Args)]
#[command(next_help_heading = "CA")]
pub(crate) struct StateChoice {
    /// Keep what the CA of --ca issues in this file, made when it is not there; revoke and new crl need it.
    #[arg(long, value_name = "FILE", requires = "ca")]
    pub state: Option<PathBuf>,
}

/// Rules that may be broken.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct Allow {
    /// Issue although this rule is broken, by the word that the refusal names. Repeatable.
    #[arg(long, value_name = "RULE", value_parser = words::<Rule>(&RULES))]
    pub allow: Vec<Rule>,
}

/// The words of all rules.
const RULES: [&str; Rule::ALL.len()] = Rule::words();
