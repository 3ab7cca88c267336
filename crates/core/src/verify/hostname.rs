//! Is this certificate for that host, as `sun.security.util.HostnameChecker` (TYPE_TLS) decides.

use std::net::IpAddr;

use rustls_pki_types::ServerName;

use crate::Certificate;
use crate::cert::AltName;

use super::Refusal;

/// Checks the name. `public_ca`: the path ends at a root that the JDK ships, which forbids wildcards for
/// public suffixes (`HostnameChecker.hasIllegalWildcard`).
pub(super) fn check(
    certificate: &Certificate,
    name: &ServerName<'_>,
    public_ca: bool,
) -> Result<(), Refusal> {
    let host = name.to_str();
    // X509TrustManagerImpl.checkIdentity and Utilities.rawToSNIHostName take the dot of a full name off
    let asked = host.strip_suffix('.').unwrap_or(&host);
    let java = match name {
        ServerName::IpAddress(address) => match match_ip(certificate, IpAddr::from(*address)) {
            Ok(()) => return Ok(()),
            Err(IpMismatch::NoNames) => "No subject alternative names present".to_owned(),
            Err(IpMismatch::Other) => {
                format!("No subject alternative names matching IP address {host} found")
            }
        },
        _ => match match_dns(certificate, asked, public_ca) {
            Ok(()) => return Ok(()),
            Err(DnsMismatch::Illegal) => format!("Illegal given domain name: {host}"),
            Err(DnsMismatch::Dns) => {
                format!("No subject alternative DNS name matching {host} found.")
            }
            Err(DnsMismatch::CommonName) => format!("No name matching {host} found"),
        },
    };
    Err(Refusal::HostMismatch {
        host: host.into_owned(),
        names: names(certificate),
        words: java,
    })
}

enum IpMismatch {
    NoNames,
    Other,
}

enum DnsMismatch {
    CommonName,
    Dns,
    Illegal,
}

/// `matchIP`: only iPAddress entries count, the CN never does.
///
/// One oddity is left out on purpose: when a CA of the path has name constraints, JDK 17's
/// `NameConstraintsExtension.verify` adds an address in the CN to the certificate's own list of names, and `matchIP`
/// then finds it there. Refusing is what the standard and every other path say.
fn match_ip(certificate: &Certificate, expected: IpAddr) -> Result<(), IpMismatch> {
    let names = certificate.extensions().subject_alt_names.as_ref();
    let names = names.ok_or(IpMismatch::NoNames)?;
    // InetAddress turns an IPv4-mapped address into the IPv4 one
    let found = names.iter().any(|name| match name {
        AltName::Ip(address) => address.to_canonical() == expected.to_canonical(),
        _ => false,
    });
    if found {
        Ok(())
    } else {
        Err(IpMismatch::Other)
    }
}

/// `matchDNS`: any dNSName decides; without one, the most specific CN does.
fn match_dns(certificate: &Certificate, host: &str, public_ca: bool) -> Result<(), DnsMismatch> {
    if !is_host_name(host) {
        return Err(DnsMismatch::Illegal);
    }
    let alt_names = certificate.extensions().subject_alt_names.iter().flatten();
    let dns_names: Vec<&str> = alt_names
        .filter_map(|name| match name {
            AltName::Dns(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    if !dns_names.is_empty() {
        let found = dns_names
            .iter()
            .any(|pattern| matches(host, pattern, public_ca));
        return if found { Ok(()) } else { Err(DnsMismatch::Dns) };
    }
    match certificate.subject().common_name() {
        Some(pattern) if matches(host, pattern, public_ca) => Ok(()),
        _ => Err(DnsMismatch::CommonName),
    }
}

/// `isMatched`
fn matches(host: &str, pattern: &str, public_ca: bool) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    if has_illegal_wildcard(&pattern, public_ca) || !is_host_name(&pattern.replace('*', "x")) {
        return false;
    }
    let host = host.to_ascii_lowercase();
    // StringTokenizer passes over empty labels
    let host: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    let pattern: Vec<&str> = pattern
        .split('.')
        .filter(|label| !label.is_empty())
        .collect();
    host.len() == pattern.len()
        && host
            .iter()
            .zip(&pattern)
            .all(|(label, pattern)| matches_label(label, pattern))
}

/// `hasIllegalWildcard`: alone, or nothing after it. Java asks the public suffix list only for its own roots;
/// here a single label stands for that list, because no such root signs for a longer public suffix.
fn has_illegal_wildcard(pattern: &str, public_ca: bool) -> bool {
    let Some(place) = pattern.rfind('*') else {
        return false;
    };
    let after = pattern.get(place + 1..).unwrap_or_default();
    match after.split_once('.') {
        None => true,
        Some((_, suffix)) => pattern == "*." || (public_ca && !suffix.contains('.')),
    }
}

/// `matchWildCards`: `*` stands for any part of one label, and may occur several times.
///
/// In an internationalised label only the lone `*` counts here. Java also takes a part of its Unicode form, such as `m*`
/// for `xn--mnchen-3ya` (tried), which no public CA issues; here that is a mismatch.
fn matches_label(label: &str, pattern: &str) -> bool {
    let Some((head, mut tail)) = pattern.split_once('*') else {
        return label == pattern;
    };
    // isMatched turns both names into Unicode first, so the ASCII of an A-label matches no part of a pattern
    if label.starts_with("xn--") && pattern != "*" {
        return false;
    }
    let Some(mut rest) = label.strip_prefix(head) else {
        return false;
    };
    while let Some((middle, after)) = tail.split_once('*') {
        let Some((_, remaining)) = rest.split_once(middle) else {
            return false;
        };
        (rest, tail) = (remaining, after);
    }
    rest.ends_with(tail)
}

/// `SNIHostName`: letters, digits and hyphens (RFC 1122 by `IDN.USE_STD3_ASCII_RULES`), no trailing dot.
fn is_host_name(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// The names that it is for, as many as fit on a line.
pub(super) fn names(certificate: &Certificate) -> String {
    let alt_names = certificate
        .extensions()
        .subject_alt_names
        .as_deref()
        .unwrap_or_default();
    let mut shown: Vec<String> = alt_names
        .iter()
        .take(SHOWN_NAMES)
        .map(AltName::to_string)
        .collect();
    if alt_names.len() > SHOWN_NAMES {
        shown.push(format!("{} more", alt_names.len() - SHOWN_NAMES));
    }
    if shown.is_empty() {
        return certificate.display_name();
    }
    shown.join(", ")
}

/// A line stays readable.
const SHOWN_NAMES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_java_does() {
        for (host, pattern) in [
            ("foo.a.com", "*.a.com"),
            ("foo.com", "f*.com"),
            ("abcde.a.com", "a*c*e.a.com"),
            ("FOO.a.com", "foo.A.COM"),
            ("x.y.com", "*.*.com"),
            ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
            ("xn--mnchen-3ya.de", "*.de"),
        ] {
            assert!(matches(host, pattern, false), "{host} {pattern}");
        }
        for (host, pattern) in [
            ("bar.foo.a.com", "*.a.com"),
            ("a.com", "*.a.com"),
            ("bar.com", "f*.com"),
            ("com", "*"),
            ("xn--mnchen-3ya.test", "xn--*.test"),
            ("xn--mnchen-3ya.test", "x*.test"),
            ("xn--mnchen-3ya.test", "*-3ya.test"),
            ("a.com", "*com"),
            ("a.com", "a.*"),
            ("a_b.com", "a_b.com"),
            ("a.com", ""),
            ("a.com", "a.com."),
        ] {
            assert!(!matches(host, pattern, false), "{host} {pattern}");
        }
    }

    #[test]
    fn a_wildcard_for_a_top_level_domain_is_illegal_for_public_roots_only() {
        assert!(!matches("foo.com", "*.com", true));
        assert!(matches("foo.internal", "*.internal", false));
        assert!(matches("foo.a.com", "*.a.com", true));
    }
}
