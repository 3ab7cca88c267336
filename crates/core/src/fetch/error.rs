//! Why a fetch ended early, in words for somebody who is woken by it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::words::{
    alert_meaning, closed_when, family_name, of_many, recognise, shown, timeout_meaning, tls_words,
};
use super::{AddressFamily, words};
use crate::tls::offer::CertificateType;
use crate::tls::proxy::ProxyError;
use crate::tls::starttls::{Protocol, StarttlsError};

/// Why a fetch ended early. [`reason`](FetchError::reason) is the stable word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The server ended the handshake with an alert (RFC 8446 section 6.2).
    #[error("the server sent the alert {alert}{}", alert_meaning(alert, server_name.as_deref(), *after_certificates, *client_certificate_requested))]
    Alert {
        /// Its name in the RFC, such as `handshake_failure`.
        alert: String,
        /// The name that was asked for, when one was sent.
        server_name: Option<String>,
        /// Whether the certificates had come before.
        after_certificates: bool,
        /// Whether the server had asked for a client certificate.
        client_certificate_requested: bool,
    },
    /// The connection ended in the middle.
    #[error("the server {} the connection {}", if *reset { "reset" } else { "closed" }, closed_when(*received, *after_certificates, *client_certificate_requested))]
    Closed {
        /// How many bytes came before.
        received: u64,
        /// Whether the certificates had come before.
        after_certificates: bool,
        /// Whether the server had asked for a client certificate.
        client_certificate_requested: bool,
        /// By a TCP reset, not in order.
        reset: bool,
    },
    /// The connection could not be made for a reason on this side.
    #[error("no connection to {address}: {why}")]
    Connect {
        /// Where to.
        address: SocketAddr,
        /// What the operating system says.
        why: String,
    },
    /// The name has addresses, but none of the wanted family.
    #[error("{host} has no {} address", family_name(*family))]
    NoAddressOfFamily {
        /// The name.
        host: String,
        /// What was wanted.
        family: AddressFamily,
    },
    /// TLS, but no certificate.
    #[error("the server presented no certificate")]
    NoCertificate,
    /// The server has certificates, but none of the type that was asked for.
    #[error("the server has no {} certificate", certificate_type.name())]
    NoSuchCertificate {
        /// What was asked for.
        certificate_type: CertificateType,
    },
    /// Something answers, in another language.
    #[error("the port answers, but not with TLS{}: {first_bytes:?}", speaks.map(|name| format!(" (this looks like {name})")).unwrap_or_default())]
    NotTls {
        /// What it looks like: `HTTP`, `SSH`, `SMTP`, …
        speaks: Option<&'static str>,
        /// The start of its answer, as text.
        first_bytes: String,
    },
    /// The engine does not speak the version.
    #[error("nothing can be offered: this engine does not speak this version of TLS")]
    NothingToOffer,
    /// The server chose another version than the one that was asked for.
    #[error("the server chose {chosen}, not the version that was asked for")]
    OtherVersion {
        /// Its name, or its number.
        chosen: String,
    },
    /// It may not be dialled, as the caller said.
    #[error("{host} is outside of the networks that may be asked{}", address.map(|address| format!(": {address}")).unwrap_or_default())]
    Outside {
        /// The host.
        host: String,
        /// One of its addresses, where it was looked up.
        address: Option<SocketAddr>,
    },
    /// The proxy did not make the connection.
    #[error("{error} ({proxy})")]
    Proxy {
        /// Which, without credentials.
        proxy: String,
        /// What it said.
        error: ProxyError,
    },
    /// The proxy cannot be connected to.
    #[error("the proxy {proxy} cannot be reached: {error}")]
    ProxyUnreachable {
        /// Which, without credentials.
        proxy: String,
        /// Why not.
        error: Box<Self>,
    },
    /// Nothing listens there.
    #[error("{address} refused the connection{}: nothing listens on that port", of_many(*addresses))]
    Refused {
        /// Who refused.
        address: SocketAddr,
        /// How many addresses the name has; all failed.
        addresses: usize,
    },
    /// The name has no address.
    #[error("the name {host} does not resolve: {why}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        why: String,
    },
    /// Nobody was asked, because the run was told to stop.
    #[error("it was not asked: the run was stopped")]
    Stopped,
    /// What comes before TLS did not lead to TLS.
    #[error("{0}")]
    Starttls(StarttlsError),
    /// The time was up.
    #[error("no end after {:.1} s: {}", after.as_secs_f64(), timeout_meaning(phase, *address))]
    Timeout {
        /// Doing what.
        phase: Phase,
        /// Since the start of the fetch.
        after: Duration,
        /// Whom it was waiting for, once known.
        address: Option<SocketAddr>,
    },
    /// The server broke a rule of TLS, or cannot do what we can.
    #[error("the TLS handshake failed: {why}")]
    Tls {
        /// What happened.
        why: String,
    },
    /// The certificates are too many or too large to be kept.
    #[error("the server's certificates are larger than {} together", words::size_limit(*bytes))]
    TooLarge {
        /// What the server announced; `None` when the handshake was given up at TLS 1.3's usual 64 KiB.
        bytes: Option<usize>,
    },
    /// There is no route.
    #[error("{address} cannot be reached{}: there is no route to it", of_many(*addresses))]
    Unreachable {
        /// Where to.
        address: SocketAddr,
        /// How many addresses the name has; all failed.
        addresses: usize,
    },
}

/// What was going on when the time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting for the name service.
    Resolve,
    /// Waiting for the TCP connection.
    Connect,
    /// Waiting for the proxy to make the connection.
    Proxy,
    /// Waiting for the server to say that TLS may begin.
    Starttls {
        /// What was spoken.
        protocol: Protocol,
    },
    /// Waiting for the server's part of the TLS handshake.
    Handshake {
        /// How many bytes had come.
        received: u64,
    },
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Starttls { .. } => "starttls",
            Self::Handshake { .. } => "handshake",
        })
    }
}

impl FetchError {
    /// A word from a closed list, for scripts:
    ///
    /// | word | meaning |
    /// |---|---|
    /// | `alert` | the server refused with a TLS alert |
    /// | `closed` | the connection ended in the middle |
    /// | `connect` | this machine could not open the connection |
    /// | `no-address-of-family` | the name has addresses, but none of IPv4 or IPv6 as asked |
    /// | `no-certificate` | TLS, but no certificate |
    /// | `no-such-certificate` | no certificate of the type that was asked for |
    /// | `not-tls` | the port answers in another language |
    /// | `nothing-to-offer` | the engine does not speak the version that was asked for |
    /// | `other-version` | not the version of TLS that was asked for |
    /// | `outside` | it has no address that may be dialled |
    /// | `proxy` | the proxy cannot be reached, refused, or is none |
    /// | `refused` | nothing listens on the port |
    /// | `resolve` | the name has no address |
    /// | `starttls` | the talk before TLS was refused, broken off or tampered with |
    /// | `stopped` | the run was stopped before its turn came |
    /// | `timeout` | the time was up |
    /// | `tls` | the server broke a rule of TLS, or needs what is not supported |
    /// | `too-large` | more certificates than are kept |
    /// | `unreachable` | there is no route |
    ///
    /// A line of a list of targets that is none has `bad-target`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Alert { .. } => "alert",
            Self::Closed { .. } => "closed",
            Self::Connect { .. } => "connect",
            Self::NoAddressOfFamily { .. } => "no-address-of-family",
            Self::NoCertificate => "no-certificate",
            Self::NoSuchCertificate { .. } => "no-such-certificate",
            Self::NotTls { .. } => "not-tls",
            Self::NothingToOffer => "nothing-to-offer",
            Self::OtherVersion { .. } => "other-version",
            Self::Outside { .. } => "outside",
            Self::Proxy { .. } | Self::ProxyUnreachable { .. } => "proxy",
            Self::Refused { .. } => "refused",
            Self::Resolve { .. } => "resolve",
            Self::Starttls(_) => "starttls",
            Self::Stopped => "stopped",
            Self::Timeout { .. } => "timeout",
            Self::Tls { .. } => "tls",
            Self::TooLarge { .. } => "too-large",
            Self::Unreachable { .. } => "unreachable",
        }
    }

    /// Whether asking again may help: what depends on load, on the network or on chance.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Closed { .. }
            | Self::Connect { .. }
            | Self::Proxy {
                error: ProxyError::Closed,
                ..
            }
            | Self::ProxyUnreachable { .. }
            | Self::Refused { .. }
            | Self::Resolve { .. }
            | Self::Starttls(StarttlsError::Closed { .. })
            | Self::Timeout { .. }
            | Self::Unreachable { .. } => true,
            Self::Alert { alert, .. } => alert == "internal_error",
            _ => false,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Alert {
                alert,
                after_certificates,
                client_certificate_requested,
                ..
            } => match alert.as_str() {
                _ if *after_certificates && *client_certificate_requested => CLIENT_CERTIFICATE,
                "handshake_failure" | "insufficient_security" if !after_certificates => {
                    "the server takes none of the versions and suites that were offered; ask for any version, and where many names are hosted for one of them"
                }
                "unrecognized_name" => {
                    "check the spelling, or give the name that the server is configured for"
                }
                _ => return None,
            },
            Self::Closed {
                after_certificates: true,
                client_certificate_requested: true,
                ..
            } => CLIENT_CERTIFICATE,
            Self::Closed { received: 0, .. } => {
                "a firewall or a load balancer without a healthy server does this, and so does a port without TLS"
            }
            Self::NoAddressOfFamily { .. } => "leave the choice of the address family open",
            Self::NotTls {
                speaks: Some("HTTP"),
                ..
            } => "this is the port for plain HTTP; HTTPS is usually on 443 or 8443",
            Self::NotTls {
                speaks: Some("SMTP" | "SMTP or FTP" | "FTP" | "IMAP" | "POP3"),
                ..
            } => {
                "this port starts in clear text: write smtp://, imap://, pop3:// or ftp:// before the host"
            }
            Self::NotTls { .. } => "check the port",
            Self::Refused { .. } => "check the port, and that the service runs",
            Self::Resolve { .. } => {
                "check the spelling, and whether this name is known only inside another network"
            }
            Self::Timeout { phase, .. } => match phase {
                Phase::Resolve => "check the name servers of this machine",
                Phase::Connect => {
                    "a firewall that drops packets does this; check that this machine may reach that port"
                }
                Phase::Proxy => "the proxy may not be able to reach the server; try without it",
                Phase::Starttls { .. } => {
                    "the port may speak TLS at once; write tls://HOST:PORT to ask for that"
                }
                Phase::Handshake { received: 0 } => {
                    "the port may not speak TLS, or a proxy in between has no server to pass it to"
                }
                Phase::Handshake { .. } => "a slow server; allow more time, or try again",
            },
            Self::Proxy {
                error: ProxyError::AuthenticationRequired,
                ..
            } => "name user and password in the proxy's URL: http://USER:PASSWORD@HOST:PORT",
            Self::Proxy { .. } | Self::ProxyUnreachable { .. } => {
                "check the proxy's URL; NO_PROXY names hosts that are reached without it"
            }
            Self::Starttls(StarttlsError::Injected { .. }) => {
                "somebody in between may be tampering; do not trust this path to the server"
            }
            Self::Starttls(StarttlsError::Unexpected { .. }) => {
                "check which protocol this port speaks; tls://HOST:PORT asks for TLS at once"
            }
            Self::Starttls(_) => {
                "the service may not be set up for TLS, or speak it at once on another port"
            }
            Self::NothingToOffer | Self::OtherVersion { .. } => {
                "leave the choice of the version open"
            }
            Self::TooLarge { .. } => {
                "no client takes such a chain; the server is broken or hostile"
            }
            Self::Unreachable { address, .. } if address.is_ipv6() => {
                "this machine may have no IPv6; try IPv4 only"
            }
            Self::Unreachable { .. } => {
                "check the network of this machine, and whether a VPN is needed"
            }
            Self::Closed { .. }
            | Self::Connect { .. }
            | Self::NoCertificate
            | Self::NoSuchCertificate { .. }
            | Self::Outside { .. }
            | Self::Stopped
            | Self::Tls { .. } => return None,
        };
        Some(hint.to_owned())
    }

    pub(super) fn not_tls(bytes: &[u8]) -> Self {
        Self::NotTls {
            speaks: recognise(bytes),
            first_bytes: shown(bytes),
        }
    }

    pub(super) fn tls(error: &rustls::Error) -> Self {
        if words::is_too_large(error) {
            return Self::TooLarge { bytes: None };
        }
        Self::Tls {
            why: tls_words(error),
        }
    }
}

const CLIENT_CERTIFICATE: &str =
    "to see its certificates no client certificate is needed: they are complete all the same";
