//! Is this certificate for that host, as `sun.security.util.HostnameChecker` (TYPE_TLS) decides.

use std::net::IpAddr;

use rustls_pki_types::ServerName;

use crate::Certificate;
use crate::cert::{AltName, has_unreadable_alt_names};
use crate::name::Name;

use super::Refusal;

/// Of which the rules for names differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// JDK 8u241 to 17: wildcards in any label.
    Jdk17,
    /// JDK 21 to 25: in the leftmost one, and alternative names that are not parsed refuse.
    Jdk21,
}

/// Checks the name. `public_ca`: the path ends at a root that the JDK ships, which forbids wildcards for
/// public suffixes (`HostnameChecker.hasIllegalWildcard`).
pub(super) fn check(
    certificate: &Certificate,
    name: &ServerName<'_>,
    public_ca: bool,
    release: Release,
) -> Result<(), Refusal> {
    let unreadable = has_unreadable_alt_names(certificate);
    let host = name.to_str();
    // X509TrustManagerImpl.checkIdentity and Utilities.rawToSNIHostName take the dot of a full name off
    let asked = host.strip_suffix('.').unwrap_or(&host);
    let alt_names = &certificate.extensions().subject_alt_names;
    let alt_names = alt_names.as_deref().filter(|_| !unreadable);
    let java = match name {
        // X509CertImpl.getExtensionIfParseable
        _ if unreadable && release == Release::Jdk21 => {
            "the subject alternative names cannot be parsed".to_owned()
        }
        ServerName::IpAddress(address) => match match_ip(alt_names, IpAddr::from(*address)) {
            Ok(()) => return Ok(()),
            Err(IpMismatch::NoNames) => "No subject alternative names present".to_owned(),
            Err(IpMismatch::Other) => {
                format!("No subject alternative names matching IP address {host} found")
            }
        },
        _ => match (Dns {
            asked,
            public_ca,
            release,
        })
        .check(alt_names, certificate.subject())
        {
            Ok(()) => return Ok(()),
            Err(DnsMismatch::Illegal) => format!("Illegal given domain name: {host}"),
            Err(DnsMismatch::Dns) => {
                format!("No subject alternative DNS name matching {host} found.")
            }
            Err(DnsMismatch::CommonName) => format!("No name matching {host} found"),
        },
    };
    Err(Refusal::HostMismatch {
        certificate: certificate.clone(),
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
fn match_ip(names: Option<&[AltName]>, expected: IpAddr) -> Result<(), IpMismatch> {
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

/// What a DNS name is asked for, and by whose rules.
struct Dns<'a> {
    asked: &'a str,
    public_ca: bool,
    release: Release,
}

impl Dns<'_> {
    /// `matchDNS`: any dNSName decides; without one, the most specific CN does.
    fn check(&self, alt_names: Option<&[AltName]>, subject: &Name) -> Result<(), DnsMismatch> {
        if !is_host_name(self.asked) {
            return Err(DnsMismatch::Illegal);
        }
        let alt_names = alt_names.iter().copied().flatten();
        let mut dns_names = alt_names
            .filter_map(|name| match name {
                AltName::Dns(name) => Some(name.as_str()),
                _ => None,
            })
            .peekable();
        if dns_names.peek().is_some() {
            return match dns_names.any(|pattern| self.matches(pattern)) {
                true => Ok(()),
                false => Err(DnsMismatch::Dns),
            };
        }
        match subject.common_name() {
            Some(pattern) if self.matches(pattern) => Ok(()),
            _ => Err(DnsMismatch::CommonName),
        }
    }

    /// `isMatched`
    fn matches(&self, pattern: &str) -> bool {
        let pattern = pattern.to_ascii_lowercase();
        if has_illegal_wildcard(&pattern, self.public_ca)
            || !is_host_name(&pattern.replace('*', "x"))
        {
            return false;
        }
        let host = self.asked.to_ascii_lowercase();
        match self.release {
            Release::Jdk17 => matches_all(&host, &pattern),
            Release::Jdk21 => matches_leftmost(&host, &pattern),
        }
    }
}

/// `matchAllWildcards`
fn matches_all(host: &str, pattern: &str) -> bool {
    let mut pairs = host.split('.').zip(pattern.split('.'));
    // neither has empty labels (is_host_name)
    host.split('.').count() == pattern.split('.').count()
        && pairs.all(|(label, pattern)| matches_label(label, pattern))
}

/// `matchLeftmostWildcard`
fn matches_leftmost(host: &str, pattern: &str) -> bool {
    let (label, rest) = host.split_once('.').unwrap_or((host, ""));
    let (pattern, others) = pattern.split_once('.').unwrap_or((pattern, ""));
    rest == others && matches_label(label, pattern)
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
mod tests;
