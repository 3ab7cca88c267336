//! How servers are reached: the flags that every verb shares that asks servers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use trustpack_core::endpoint::ConnectRule;
use trustpack_core::fetch::EngineChoice;
use trustpack_core::lock::Expectation;
use trustpack_core::tls::offer::{CertificateType, Version};
use trustpack_core::tls::starttls::Protocol;

use super::{SourceParser, parse_from, words};
use crate::duration::parse_duration;
use crate::password::PasswordSource;

/// How servers are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reaching servers")]
pub(crate) struct Reach {
    /// Name sent as SNI and expected in the certificate.
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,

    /// Dial ADDR:PORT and keep the name; with HOST:PORT= for that server only. Repeatable.
    #[arg(long, value_name = "[HOST:PORT=]ADDR:PORT", value_parser = parse_from::<ConnectRule>)]
    pub connect: Vec<ConnectRule>,

    /// What to speak before TLS, where the server's URL does not say it: smtp, imap, ldap, postgres, … `none`: TLS at
    /// once. Default: by the well-known port.
    #[arg(long, value_name = "PROTOCOL", default_value = "auto", hide_default_value = true, value_parser = parse_from::<StarttlsChoice>)]
    pub starttls: StarttlsChoice,

    /// IPv4 only.
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// IPv6 only.
    #[arg(short = '6', long)]
    pub ipv6: bool,

    /// For one whole fetch: name resolution, connection, proxy, STARTTLS and handshake.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub timeout: Duration,

    /// Ask a server again that gave nothing for a reason that may pass: time-out, reset, no route, no name.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=20))]
    pub retries: u32,

    /// How many servers to ask at the same time.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub parallel: u16,

    /// How many of them may have the same address.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub per_address: u16,

    /// Open at most so many connections a second: 50/s.
    #[arg(long, value_name = "N/s", value_parser = parse_from::<Rate>)]
    pub rate: Option<Rate>,

    /// http://[USER:PASSWORD@]HOST:PORT, socks5://… (names are looked up here), socks5h://… (there); `none`. Default:
    /// https_proxy or all_proxy from the environment; no_proxy names hosts that are reached directly.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    #[command(flatten)]
    pub handshake: Handshake,
}

/// Servers beyond those that are named one by one, and which of their addresses and certificates.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    /// A list of servers, one a line; what follows `#` is a comment; `-` is stdin. Read as it is needed, however long.
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,

    /// Ask every address of a network (10.0.0.0/24, 2001:db8::/120), at most 65536 of one.
    #[arg(long)]
    pub yes_scan: bool,

    /// A record for every address of a name, and a finding where they present different certificates.
    #[arg(long)]
    pub all_addresses: bool,

    /// Ask for a certificate of this type; `all`: for each, in a connection and a record of its own.
    #[arg(long, value_name = "TYPE", value_parser = words::<CertType>(&["rsa", "ecdsa", "mldsa", "all"]))]
    pub cert_type: Option<CertType>,
}

/// What is said to servers.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Handshake {
    /// tls: a whole handshake, TLS 1.2 and 1.3, proven. probe: reads the certificates and leaves, SSLv3 to TLS 1.2, any
    /// cipher suite, proves nothing. auto: the probe where a handshake is refused.
    #[arg(long, value_name = "ENGINE", default_value = "auto", value_parser = words::<EngineChoice>(&["auto", "tls", "probe"]))]
    pub engine: EngineChoice,

    /// This version only.
    #[arg(long, value_name = "VERSION", value_parser = words::<Version>(&Version::WORDS))]
    pub tls_version: Option<Version>,

    /// Application protocols to offer, best first; empty: none. Not after STARTTLS.
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "h2,http/1.1"
    )]
    pub alpn: Vec<String>,

    /// Shown to servers that want a client certificate: a PEM, PKCS#12, JKS or other file with its key.
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<String>,

    /// Its key, when that is in another file.
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<String>,

    /// Password of these files: env:NAME, file:PATH, fd:N, prompt, none, empty.
    #[arg(long, value_name = "SOURCE", requires = "client_cert", value_parser = SourceParser::<PasswordSource>::default())]
    pub client_password: Option<PasswordSource>,
}

/// What makes a server's certificates good enough for a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is expected of servers")]
pub(crate) struct Proof {
    /// The server's own certificate must have this SHA-256: sha256:HEX, with or without colons. One of several will do.
    #[arg(long, value_name = "SHA256", value_parser = parse_certificate)]
    pub expect_fingerprint: Vec<Expectation>,

    /// Its public key must have this SHA-256: sha256:HEX, or sha256/BASE64 as browsers pin it. One of several will do.
    #[arg(long, value_name = "SHA256", value_parser = parse_key)]
    pub expect_spki: Vec<Expectation>,

    /// Take a chain although the server did not prove that it holds the key.
    #[arg(long)]
    pub accept_unproven: bool,
}

/// A hash is one of the certificate, in whatever form it is written.
fn parse_certificate(text: &str) -> Result<Expectation, String> {
    parse_hash("certificate:", text)
}

/// A hash is one of the key, in whatever form it is written.
fn parse_key(text: &str) -> Result<Expectation, String> {
    parse_hash("spki:", text)
}

fn parse_hash(kind: &str, text: &str) -> Result<Expectation, String> {
    let named = match text.starts_with(kind) {
        true => text.to_owned(),
        false => format!("{kind}{text}"),
    };
    let parsed = named.parse::<Expectation>();
    parsed.map_err(|error| error.to_string().replacen(kind, "", 1))
}

/// What `--starttls` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StarttlsChoice {
    /// The port says.
    Auto,
    /// TLS at once.
    None,
    Protocol(Protocol),
}

impl std::str::FromStr for StarttlsChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            word => Protocol::for_scheme(word)
                .map(Self::Protocol)
                .ok_or_else(|| {
                    let known: Vec<&str> = Protocol::ALL
                        .iter()
                        .map(|protocol| protocol.name())
                        .collect();
                    format!("expected auto, none, {}", known.join(", "))
                }),
        }
    }
}

/// Connections a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate(pub u32);

impl std::str::FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix("/s").unwrap_or(text);
        match number.parse() {
            Ok(0) | Err(_) => Err("write a number of connections a second, such as 50/s"),
            Ok(rate) => Ok(Self(rate)),
        }
    }
}

/// What `--cert-type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertType {
    All,
    One(CertificateType),
}

impl std::str::FromStr for CertType {
    type Err = trustpack_core::report::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        if word == "all" {
            return Ok(Self::All);
        }
        let mut known = CertificateType::ALL.into_iter();
        let found = known.find(|kind| kind.word() == word);
        found
            .map(Self::One)
            .ok_or_else(|| trustpack_core::report::UnknownWord {
                word: word.to_owned(),
                known: "rsa, ecdsa, mldsa, all",
            })
    }
}
