//! The words for what went wrong: alerts, phases, foreign protocols.

use std::fmt;
use std::net::SocketAddr;

use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved};

use super::{AddressFamily, Phase};
use crate::tls::probe::MAX_MESSAGE;

/// Whether what came first cannot be a TLS record: type 20 to 24, then major version 3 (RFC 8446 section 5.1).
pub(super) fn is_not_tls(first_bytes: &[u8]) -> bool {
    match first_bytes {
        [] => false,
        [kind] => !(20..=24).contains(kind),
        [kind, major, ..] => !(20..=24).contains(kind) || *major != 3,
    }
}

/// The name in RFC 8446 section 6 and the extensions that define more.
pub(super) fn alert_name(code: u8) -> String {
    let known = ALERTS.iter().find(|(number, _)| *number == code);
    known.map_or_else(|| format!("number {code}"), |(_, name)| (*name).to_owned())
}

pub(super) fn alert_meaning(
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
        "protocol_version" => ": it speaks none of the versions that were offered".to_owned(),
        "handshake_failure" | "insufficient_security" => {
            ": none of the cipher suites, groups or signatures that were offered suits it"
                .to_owned()
        }
        "internal_error" => {
            ": it has a problem of its own, often no certificate for this name".to_owned()
        }
        _ => String::new(),
    }
}

pub(super) fn closed_when(
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

pub(super) fn timeout_meaning(phase: &Phase, address: Option<SocketAddr>) -> String {
    let server = address.map_or_else(|| "the server".to_owned(), |address| address.to_string());
    match phase {
        Phase::Resolve => "the name service did not answer".to_owned(),
        Phase::Connect => format!("{server} did not answer the connection request"),
        Phase::Proxy => "the proxy did not make the connection".to_owned(),
        Phase::Starttls { protocol } => {
            format!("{server} did not get as far as TLS while {protocol} was spoken")
        }
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

pub(super) fn family_name(family: AddressFamily) -> &'static str {
    match family {
        AddressFamily::Any => "IP",
        AddressFamily::V4 => "IPv4",
        AddressFamily::V6 => "IPv6",
    }
}

pub(super) fn of_many(addresses: usize) -> String {
    match addresses {
        0 | 1 => String::new(),
        2 => " (and so failed the other address)".to_owned(),
        many => format!(" (and so failed the {} other addresses)", many - 1),
    }
}

/// Servers that speak first, or answer what they do not understand in their own words.
pub(super) fn recognise(bytes: &[u8]) -> Option<&'static str> {
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

/// The first line of an answer, or of a banner, fit for a terminal.
pub(super) fn shown(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| b"\r\n".contains(byte)).next();
    let line = line.filter(|line| !line.is_empty()).unwrap_or(bytes);
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    };
    line.iter().take(SHOWN_BYTES).map(printable).collect()
}

/// Whether rustls gave up on the size of a message: 64 KiB, which only certificates reach.
pub(super) fn is_too_large(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge
                | InvalidMessage::CertificatePayloadTooLarge
                | InvalidMessage::MessageTooLarge
        )
    )
}

pub(super) fn size_limit(announced: Option<usize>) -> String {
    match announced {
        None => "64 KiB".to_owned(),
        Some(announced) => format!(
            "{} MiB ({:.1} MiB announced)",
            MAX_MESSAGE >> 20,
            announced as f64 / f64::from(1 << 20)
        ),
    }
}

/// rustls' errors without its type names.
pub(super) fn tls_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::BadSignature) => {
            "its signature does not fit its certificate, so it does not hold that certificate's key"
                .to_owned()
        }
        Error::InvalidMessage(why) => format!("unreadable TLS message ({})", spaced(why)),
        Error::PeerMisbehaved(PeerMisbehaved::SignedKxWithWrongAlgorithm) => {
            "the server signed with an algorithm that does not fit its cipher suite".to_owned()
        }
        Error::PeerMisbehaved(why) => format!("the server broke a rule of TLS ({})", spaced(why)),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "the server speaks only TLS older than 1.2".to_owned(),
        Error::PeerIncompatible(why) => {
            format!(
                "the server asks for what is not supported here ({})",
                spaced(why)
            )
        }
        other => other.to_string(),
    }
}

/// `NoCertificateRequest` → `no certificate request`.
fn spaced(name: &impl fmt::Debug) -> String {
    let mut words = String::new();
    for letter in format!("{name:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

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
