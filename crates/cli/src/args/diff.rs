//! What `diff` takes.

use clap::Args;

use super::{Json, Reach, ReadPassword, Time};

/// What differs between two stores, chains, bundles, lock files, folders or servers.
///
/// added, removed: on one side only. renewed: another certificate with the same subject and key, or the same subject and
/// issuer. moved: the same under another alias or in another file. changed: the same alias with another holder, or
/// another kind of entry. The order of certificates is no difference, nor is the format. Of bundles and folders the
/// certificate files are compared.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack diff old.jks new.p12 --password env:STORE_PASS
  trustpack diff chain.pem https://api.infobip.com
  trustpack diff hosts.lock https://api.infobip.com --json
  trustpack diff old.jks new.jks --for api.infobip.com --for chain.pem --password file:store.pass

Exit codes: 0 no difference · 1 they differ, or a server gained or lost trust · 2 could not do it"))]
pub(crate) struct Diff {
    /// A file of any format, a folder, a bundle, a lock file, `-` for stdin, or a server (host:port, https://host).
    #[arg(value_name = "A")]
    pub before: String,

    /// The same: what it is compared with.
    #[arg(value_name = "B")]
    pub after: String,

    /// Also say whether a default Java client accepts this server with A, and with B: host, host:port, a URL, or a file
    /// with the chain it presents, whose name is that of --server-name, else the first one in the certificate.
    /// Repeatable.
    #[arg(long = "for", value_name = "ENDPOINT|FILE")]
    pub subjects: Vec<String>,

    #[command(flatten)]
    pub input_password: ReadPassword,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}
