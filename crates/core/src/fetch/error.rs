//! Why a fetch ended early, in words for somebody who is woken by it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::AddressFamily;
use super::words::{
    alert_meaning, closed_when, family_name, of_many, recognise, shown, timeout_meaning, tls_words,
};

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
    /// Something answers, in another language.
    #[error("the port answers, but not with TLS{}: {first_bytes:?}", speaks.map(|name| format!(" (this looks like {name})")).unwrap_or_default())]
    NotTls {
        /// What it looks like: `HTTP`, `SSH`, `SMTP`, …
        speaks: Option<&'static str>,
        /// The start of its answer, as text.
        first_bytes: String,
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
            Self::Handshake { .. } => "handshake",
        })
    }
}

impl FetchError {
    /// A word from a closed list, for scripts: `alert`, `closed`, `connect`, `no-address-of-family`,
    /// `no-certificate`, `not-tls`, `refused`, `resolve`, `timeout`, `tls`, `unreachable`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Alert { .. } => "alert",
            Self::Closed { .. } => "closed",
            Self::Connect { .. } => "connect",
            Self::NoAddressOfFamily { .. } => "no-address-of-family",
            Self::NoCertificate => "no-certificate",
            Self::NotTls { .. } => "not-tls",
            Self::Refused { .. } => "refused",
            Self::Resolve { .. } => "resolve",
            Self::Timeout { .. } => "timeout",
            Self::Tls { .. } => "tls",
            Self::Unreachable { .. } => "unreachable",
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
                "handshake_failure" | "protocol_version" | "insufficient_security"
                    if !after_certificates =>
                {
                    "try `openssl s_client -connect HOST:PORT -showcerts -tls1_1` or `-tls1_2 -cipher ALL:@SECLEVEL=0`"
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
                "this port starts in clear text and switches with STARTTLS; ask the port with TLS from the start (SMTP 465, IMAP 993, POP3 995, FTP 990)"
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
                Phase::Handshake { received: 0 } => {
                    "the port may not speak TLS, or a proxy in between has no server to pass it to"
                }
                Phase::Handshake { .. } => "a slow server; allow more time, or try again",
            },
            Self::Unreachable { address, .. } if address.is_ipv6() => {
                "this machine may have no IPv6; try IPv4 only"
            }
            Self::Unreachable { .. } => {
                "check the network of this machine, and whether a VPN is needed"
            }
            Self::Closed { .. } | Self::Connect { .. } | Self::NoCertificate | Self::Tls { .. } => {
                return None;
            }
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
        Self::Tls {
            why: tls_words(error),
        }
    }
}

const CLIENT_CERTIFICATE: &str =
    "to see its certificates no client certificate is needed: they are complete all the same";
