//! The flags of `trustpack channel pack` and `trustpack channel verify-bundle`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use trustpack_core::endpoint::Endpoint;

use crate::args::{FactsFile, Json, Proof, Reach, Roots, SourceParser, Time, parse_from};
use crate::password::PasswordSource;

/// Fetch, choose, write, verify and pack what a channel needs.
///
/// For each host that must be covered: fetches its chain (or takes the files that the specification names),
/// chooses anchors, writes the container that the product asks for, verifies the host against what was just written,
/// now and after a renewal, and packs store, chains, model, report, checklist and manifest. docs/bundle.md tells the
/// layout. Passwords and other secrets stay references; a key is
/// in the bundle only where identity.file holds one and identity.password seals it. A host that fails leaves nothing behind.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel pack whatsapp.toml -o whatsapp.zip
  trustpack channel pack telegram.toml -o telegram.zip --connect 10.0.0.7:28090
  trustpack channel pack whatsapp.toml --explain
  trustpack channel pack whatsapp.toml -o next.zip --offline whatsapp.zip
  trustpack channel pack whatsapp.toml -o whatsapp.zip --sign release.pem \\
      --sign-password env:SIGN_PASS
  SOURCE_DATE_EPOCH=1790000000 trustpack channel pack whatsapp.toml -o whatsapp.zip

Exit codes: 0 packed · 1 a host would not be accepted, or the specification is not valid: nothing written
  · 2 could not do it, or a server presents nothing: nothing written"))]
pub(crate) struct ChannelPack {
    /// The specification (TOML or JSON).
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// Pack only these channels; default all.
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,

    /// The bundle: a .zip file, or a folder when it ends with `/`.
    #[arg(short, long, value_name = "FILE", required_unless_present = "explain")]
    pub output: Option<PathBuf>,

    /// Overwrite an existing bundle.
    #[arg(long)]
    pub force: bool,

    /// Ask no server: take the chains of an earlier bundle, or of files in a folder that are named by their hosts, as
    /// `trustpack fetch -o FOLDER/` writes them.
    #[arg(long, value_name = "BUNDLE|FOLDER", conflicts_with = "aia")]
    pub offline: Option<PathBuf>,

    /// The earlier bundle of --offline must be signed by this key: an Ed25519 public key or a certificate, PEM or DER.
    #[arg(long, value_name = "PUBLIC", requires = "offline")]
    pub key: Option<PathBuf>,

    /// Show why each anchor was chosen, and what becomes of each host after a renewal. Without -o, nothing is written.
    #[arg(long)]
    pub explain: bool,

    /// Treat CERT-LEAF-ONLY and other lasting risks as errors.
    #[arg(long)]
    pub strict: bool,

    /// Sign the manifest with this Ed25519 private key (PKCS#8, PEM or DER): the bundle has a MANIFEST.sig.
    #[arg(long, value_name = "KEY")]
    pub sign: Option<String>,

    /// Password of that key: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", requires = "sign", value_parser = SourceParser::<PasswordSource>::default())]
    pub sign_password: Option<PasswordSource>,

    #[command(flatten)]
    pub facts: FactsFile,
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

/// Is a bundle as it was packed, and does it still do its work.
///
/// Every file must have the hash that the manifest lists, none may be missing or too many, and a signature must be good.
/// Then every host is judged as a Java client with the packed trust file would: by the chain that was recorded, offline;
/// with --live by what the servers present now; with --against by what another server presents, such as the one on
/// which a provider shows its next certificate.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack channel verify-bundle whatsapp.zip
  trustpack channel verify-bundle whatsapp/ --key release.pub --json
  trustpack channel verify-bundle whatsapp.zip --live
  trustpack channel verify-bundle twilio.zip --against api.twilio.com=tls-test.twilio.com
  trustpack channel verify-bundle whatsapp.zip --at 2027-02-01
  trustpack channel verify-bundle whatsapp.zip --sums > SHA256SUMS

Exit codes: 0 as it was packed, and every host is accepted · 1 it is not, or one is not; with --strict also
  warnings · 2 could not do it, or with --live or --against a server presents nothing"))]
pub(crate) struct ChannelVerifyBundle {
    /// The bundle: a zip or a folder.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,

    /// It must be signed by this key: an Ed25519 public key or a certificate, PEM or DER.
    #[arg(long, value_name = "PUBLIC")]
    pub key: Option<PathBuf>,

    /// Ask the servers themselves.
    #[arg(long)]
    pub live: bool,

    /// Ask this server instead, by its own name; with HOST= for that host only. Repeatable.
    #[arg(long, value_name = "[HOST=]ENDPOINT", value_parser = parse_from::<Against>)]
    pub against: Vec<Against>,

    /// Print the hash of every file as `sha256sum -c` takes it, and nothing else.
    #[arg(long, conflicts_with_all = ["json", "live", "against"])]
    pub sums: bool,

    /// A password of the stores, to be tried on each: env:NAME, file:PATH, fd:N, prompt. Repeatable.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Vec<PasswordSource>,

    /// Warnings count as critical findings do.
    #[arg(long)]
    pub strict: bool,

    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// A server that stands for others.
#[derive(Clone, Debug)]
pub(crate) struct Against {
    /// For which host; for every one when none is named.
    pub host: Option<Endpoint>,
    /// Who is asked.
    pub endpoint: Endpoint,
}

impl FromStr for Against {
    type Err = trustpack_core::endpoint::EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, endpoint) = match text.split_once('=') {
            Some((host, endpoint)) => (Some(host.parse()?), endpoint),
            None => (None, text),
        };
        Ok(Self {
            host,
            endpoint: endpoint.parse()?,
        })
    }
}
