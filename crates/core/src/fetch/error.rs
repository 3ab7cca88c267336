//! Why a fetch ended early, in words for somebody who is woken by it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, PeerIncompatible, PeerMisbehaved};

use super::AddressFamily;

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
        let line = bytes.split(|byte| b"\r\n".contains(byte)).next();
        let line = line.filter(|line| !line.is_empty()).unwrap_or(bytes);
        let shown = line.get(..SHOWN_BYTES).unwrap_or(line);
        Self::NotTls {
            speaks: recognise(bytes),
            first_bytes: readable(shown),
        }
    }

    pub(super) fn tls(error: &rustls::Error) -> Self {
        let why = match error {
            rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
                "its signature does not fit its certificate, so it does not hold that certificate's key".to_owned()
            }
            rustls::Error::PeerMisbehaved(PeerMisbehaved::SignedKxWithWrongAlgorithm) => {
                "the server signed with an algorithm that does not fit its cipher suite".to_owned()
            }
            rustls::Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => "the server speaks only TLS older than 1.2".to_owned(),
            other => other.to_string(),
        };
        Self::Tls { why }
    }
}

/// Whether what came first cannot be a TLS record: type 20 to 24, then major version 3 (RFC 8446 section 5.1).
pub(super) fn is_not_tls(first_bytes: &[u8]) -> bool {
    match first_bytes {
        [] => false,
        [kind] => !(20..=24).contains(kind),
        [kind, major, ..] => !(20..=24).contains(kind) || *major != 3,
    }
}

/// The name in RFC 8446 section 6 and the extensions that define more, not rustls' spelling.
pub(super) fn alert_name(alert: AlertDescription) -> String {
    let code = u8::from(alert);
    let known = ALERTS.iter().find(|(number, _)| *number == code);
    known.map_or_else(|| format!("number {code}"), |(_, name)| (*name).to_owned())
}

fn alert_meaning(
    alert: &str,
    server_name: Option<&str>,
    after_certificates: bool,
    client_certificate_requested: bool,
) -> String {
    match alert {
        _ if after_certificates && client_certificate_requested => {
            " after its certificates: it wants a client certificate".to_owned()
        }
        "unrecognized_name" => match server_name {
            Some(name) => format!(": it does not know the name {name}"),
            None => ": it wants to be asked by name".to_owned(),
        },
        _ if after_certificates => " after its certificates".to_owned(),
        "protocol_version" => ": it may speak only TLS older than 1.2".to_owned(),
        "handshake_failure" | "insufficient_security" => {
            ": it may speak only TLS older than 1.2, or only cipher suites, curves or keys that are out of use".to_owned()
        }
        "internal_error" => ": it has a problem of its own, often no certificate for this name".to_owned(),
        _ => String::new(),
    }
}

fn closed_when(
    received: u64,
    after_certificates: bool,
    client_certificate_requested: bool,
) -> String {
    if after_certificates && client_certificate_requested {
        return "after its certificates, having asked for a client certificate".to_owned();
    }
    if after_certificates {
        return "after its certificates, before the handshake was complete".to_owned();
    }
    match received {
        0 => "before it sent anything".to_owned(),
        1 => "during the handshake, after 1 byte".to_owned(),
        count => format!("during the handshake, after {count} bytes"),
    }
}

fn timeout_meaning(phase: &Phase, address: Option<SocketAddr>) -> String {
    let server = address.map_or_else(|| "the server".to_owned(), |address| address.to_string());
    match phase {
        Phase::Resolve => "the name service did not answer".to_owned(),
        Phase::Connect => format!("{server} did not answer the connection request"),
        Phase::Handshake { received: 0 } => {
            format!("{server} took the connection, then sent nothing")
        }
        Phase::Handshake { received: 1 } => {
            format!("{server} stopped or was too slow during the TLS handshake, after 1 byte")
        }
        Phase::Handshake { received } => {
            format!(
                "{server} stopped or was too slow during the TLS handshake, after {received} bytes"
            )
        }
    }
}

fn family_name(family: AddressFamily) -> &'static str {
    match family {
        AddressFamily::Any => "IP",
        AddressFamily::V4 => "IPv4",
        AddressFamily::V6 => "IPv6",
    }
}

fn of_many(addresses: usize) -> String {
    match addresses {
        0 | 1 => String::new(),
        2 => " (and so failed the other address)".to_owned(),
        many => format!(" (and so failed the {} other addresses)", many - 1),
    }
}

/// Servers that speak first, or answer what they do not understand in their own words.
fn recognise(bytes: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(bytes).to_ascii_uppercase();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
    if starts(&["HTTP/", "<HTML", "<!DOCTYPE", "<?XML"]) {
        Some("HTTP")
    } else if starts(&["SSH-"]) {
        Some("SSH")
    } else if starts(&["220", "421", "554"]) {
        let (smtp, ftp) = (text.contains("SMTP"), text.contains("FTP"));
        Some(match (smtp, ftp) {
            (true, _) => "SMTP",
            (false, true) => "FTP",
            (false, false) => "SMTP or FTP",
        })
    } else if starts(&["* OK", "* PREAUTH", "* BYE"]) {
        Some("IMAP")
    } else if starts(&["+OK"]) {
        Some("POP3")
    } else if starts(&["-ERR"]) {
        Some("Redis or POP3")
    } else if text.contains("MYSQL_NATIVE") || text.contains("CACHING_SHA2") {
        Some("MySQL")
    } else {
        None
    }
}

fn readable(bytes: &[u8]) -> String {
    let shown = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    };
    bytes.iter().map(shown).collect()
}

const CLIENT_CERTIFICATE: &str = "the server wants a client certificate; the certificates it presented are complete all the same";

/// A status line or a banner; more only fills the terminal.
const SHOWN_BYTES: usize = 60;

const ALERTS: &[(u8, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (60, "export_restriction"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
    (121, "ech_required"),
];
