//! The flags of `trustpack verify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Json, Reach, SourceParser, Time};
use crate::duration::parse_duration;
use crate::password::PasswordSource;

/// Would this client accept this server with this store, and why not.
///
/// --as java is a default Java TLS client: every certificate in the store is an anchor, partial chains are fine,
/// a server certificate that is itself in the store is accepted even when expired, and the host name or IP address
/// must match. --as openssl and --as browser judge by theirs. CERT-LEAF-ONLY says that the store holds only until the server's next renewal.
///
/// With --targets, many servers: which of them the store covers, when it stops, which of its entries none of them uses.
///
/// None of these clients checks revocation by its defaults. Where there is something to check by (--crl, a stapled OCSP
/// response, --revocation fetch), the answer is that of the client set up to check it: what is revoked is refused.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  trustpack verify https://api.infobip.com --trust truststore.jks
  trustpack verify 10.0.0.7:28090 --trust mycert.cer --as java --after-renewal
  trustpack verify api.infobip.com --trust system --as openssl
  trustpack verify chain.pem --host api.infobip.com --trust trust.p12 --password env:PASS
  trustpack verify api.infobip.com --trust java --trust extra.pem --until
  trustpack verify --targets hosts.txt --trust truststore.jks --json
  trustpack verify https://api.infobip.com --trust truststore.jks --crl issuing.crl --crl root.crl
  trustpack verify https://api.infobip.com --trust system --revocation fetch --revocation-fail hard

Exit codes: 0 accepted · 1 refused, or one of several is · 2 could not do it (nothing fetched, store
  unreadable, not to be judged), or not for all of several. --until and --after-renewal change none;
  they leave revocation out"))]
pub(crate) struct Verify {
    /// A server (host, host:port, https://host) or a file with the chain it presents, end entity first.
    #[arg(
        value_name = "ENDPOINT|FILE",
        required_unless_present = "targets",
        conflicts_with = "targets"
    )]
    pub subject: Option<String>,

    /// The trust store: a file in any format; `system`, the roots of this system; `mozilla`, Mozilla's; `java`, the cacerts
    /// of the Java that is found. A file of that name is written ./java. Repeatable: all of them as one store.
    #[arg(
        long,
        value_name = "STORE|system|mozilla|java",
        required = true,
        num_args = 1
    )]
    pub trust: Vec<String>,

    /// The client whose rules decide.
    #[arg(long = "as", value_name = "CLIENT", default_value = "java")]
    pub client: ClientWord,

    /// The name that the certificate must have. Default: the server's own. --server-name is also sent to the server.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// A list of servers, one a line, in place of one server; what follows `#` is a comment; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,

    /// Password of the trust store: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", value_parser = SourceParser::<PasswordSource>::default())]
    pub password: Option<PasswordSource>,

    #[command(flatten)]
    pub what_if: WhatIf,
    #[command(flatten)]
    pub revocation: RevocationFlags,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub time: Time,
    #[command(flatten)]
    pub json: Json,
}

/// What else is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "What if")]
pub(crate) struct WhatIf {
    /// Also the date on which the answer changes, and which certificate changes it. --targets always says so.
    #[arg(long)]
    pub until: bool,

    /// Also whether it holds after a new certificate of the same CA, another intermediate of the same root, another root.
    #[arg(long, conflicts_with = "targets")]
    pub after_renewal: bool,
}

/// Whether certificates are revoked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Revocation")]
pub(crate) struct RevocationFlags {
    /// Judge by the revocation lists in this file: DER, PEM, PKCS#7, several in one. Repeatable. Each counts for the
    /// certificates of its issuer, once that issuer's signature on it is good.
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<String>,

    /// What to judge by. Every request of `fetch` is listed, and tells a stranger which certificate is looked at.
    #[arg(long, value_name = "HOW", default_value = "given")]
    pub revocation: RevocationWord,

    /// What follows when nothing tells whether a certificate is revoked: soft, a note, none if nobody asked; hard, a refusal.
    #[arg(long, value_name = "HOW", default_value = "soft")]
    pub revocation_fail: FailWord,

    /// For all lists and responses of one server together; --timeout does not count for them.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub revocation_timeout: Duration,
}

/// Where it is told what is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RevocationWord {
    /// Nothing: the client with its defaults.
    Off,
    /// What is there: the lists of --crl, and the OCSP response that the server staples.
    Given,
    /// That, and where it does not tell, what the certificates point to: OCSP responders, then lists, by http:// only.
    Fetch,
}

/// What follows when nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailWord {
    Soft,
    Hard,
}

/// Clients whose rules are known.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ClientWord {
    /// A default Java TLS client (HttpsURLConnection) of JDK 8u241 to 17.
    Java,
    /// The same of JDK 21 to 25, which takes a wildcard in the leftmost label only.
    #[value(name = "java21")]
    Java21,
    /// OpenSSL 3 at security level 2: only self-signed certificates of the store are anchors.
    #[value(name = "openssl")]
    OpenSsl,
    /// OpenSSL 3 with -partial_chain: any certificate of the store is an anchor.
    #[value(name = "openssl-partial-chain")]
    OpenSslPartialChain,
    /// As rustls-webpki: alternative names only, no old algorithms; for public roots 398 days at most.
    Browser,
}
