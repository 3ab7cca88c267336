//! The names that name constraints speak of, as each client finds them in a certificate.

use std::fmt;
use std::net::IpAddr;

use crate::Certificate;
use crate::cert::asn1::{self, Reader};
use crate::name::Name;
use crate::text;

/// The kinds of names that can be constrained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GeneralName {
    Directory(Name),
    Dns(String),
    Email(String),
    /// An address, or address and mask.
    Ip(Vec<u8>),
    /// Not constrained here: the tag.
    Other(u8),
    Uri(String),
}

impl GeneralName {
    pub(super) fn read(element: asn1::Element<'_>) -> Option<Self> {
        let text = || {
            std::str::from_utf8(element.value)
                .ok()
                .map(str::to_ascii_lowercase)
        };
        Some(match element.tag & 0x1f {
            1 => Self::Email(text()?),
            2 => Self::Dns(text()?),
            4 => Self::Directory(Name::from_der(element.value)),
            6 => Self::Uri(text()?),
            7 => Self::Ip(element.value.to_vec()),
            other => Self::Other(other),
        })
    }

    pub(super) fn is_same_kind(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(two)) => one == two,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// `GeneralNameInterface.constrains`: the same name or one below `base`.
    pub(super) fn is_within(&self, base: &Self) -> bool {
        match (self, base) {
            (Self::Directory(name), Self::Directory(base)) => name.is_within_for_java(base),
            (Self::Dns(name), Self::Dns(base)) => is_below(name, base),
            (Self::Email(name), Self::Email(base)) => is_mail_within(name, base),
            (Self::Ip(address), Self::Ip(base)) => is_in_network(address, base),
            (Self::Uri(uri), Self::Uri(base)) => is_uri_within(uri, base),
            _ => false,
        }
    }
}

impl fmt::Display for GeneralName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Directory(name) => ("directory name", name.to_string()),
            Self::Dns(name) => ("DNS name", text::escape(name)),
            Self::Email(name) => ("mail address", text::escape(name)),
            Self::Ip(octets) => ("IP address", address(octets)),
            Self::Other(tag) => ("alternative name of the kind", tag.to_string()),
            Self::Uri(name) => ("URI", text::escape(name)),
        };
        write!(formatter, "the {kind} {}", text::cut(&text, SHOWN))
    }
}

fn address(octets: &[u8]) -> String {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    let address = v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from));
    address.map_or_else(|_| asn1::hex(octets), |address| address.to_string())
}

/// Of a name in a message so many characters.
const SHOWN: usize = 200;

/// Labels added on the left (`DNSName.constrains`); with a leading dot in the constraint at least one.
fn is_below(name: &str, base: &str) -> bool {
    if base.is_empty() || name == base {
        return true;
    }
    match name.strip_suffix(base) {
        Some(rest) => rest.ends_with('.') != base.starts_with('.'),
        None => false,
    }
}

/// A mailbox, a host, or with a leading dot a domain (`RFC822Name.constrains`).
fn is_mail_within(name: &str, base: &str) -> bool {
    if name == base {
        return true;
    }
    match name.strip_suffix(base) {
        Some(_) if base.contains('@') => false,
        Some(_) if base.starts_with('.') => true,
        Some(rest) => rest.ends_with('@'),
        None => false,
    }
}

/// Address octets, then mask octets (`IPAddressName.constrains`).
fn is_in_network(address: &[u8], base: &[u8]) -> bool {
    if base.len() != address.len() * 2 {
        return false;
    }
    let (network, mask) = base.split_at(address.len());
    address
        .iter()
        .zip(network.iter().zip(mask))
        .all(|(octet, (network, mask))| octet & mask == network & mask)
}

/// The host part decides (`URIName.constrains`).
fn is_uri_within(uri: &str, base: &str) -> bool {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = after_scheme
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    if base.starts_with('.') {
        host.ends_with(base)
    } else {
        host == base
    }
}

/// Subject, alternative names, and what Java adds when those lack a kind; `None` when something is unreadable.
pub(super) fn names_of(certificate: &Certificate) -> Option<Vec<GeneralName>> {
    let mut names = written_names(certificate)?;
    if let Some(common_name) = certificate.subject().common_name() {
        names.extend(common_name_as_host(common_name, &names));
    }
    Some(names)
}

/// Subject and alternative names; mail addresses of the subject when there are no alternative names.
pub(super) fn written_names(certificate: &Certificate) -> Option<Vec<GeneralName>> {
    let subject = certificate.subject();
    let mut names = Vec::new();
    if !subject.is_empty() {
        names.push(GeneralName::Directory(subject.clone()));
    }
    match certificate.subject_alt_names_der() {
        Some(der) => {
            for element in Reader::inside(der, asn1::SEQUENCE)? {
                names.push(GeneralName::read(element)?);
            }
        }
        None => names.extend(
            subject
                .attributes()
                .filter(|a| a.kind() == "emailAddress")
                .map(|address| GeneralName::Email(address.value().to_ascii_lowercase())),
        ),
    }
    Some(names)
}

/// "see if the last CN inside subjectName can be used instead" (`NameConstraintsExtension.verify`)
pub(super) fn common_name_as_host(common_name: &str, names: &[GeneralName]) -> Option<GeneralName> {
    let candidate = match common_name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => GeneralName::Ip(address.octets().to_vec()),
        Ok(IpAddr::V6(address)) => GeneralName::Ip(address.octets().to_vec()),
        Err(_) if is_dns_name(common_name) => GeneralName::Dns(common_name.to_ascii_lowercase()),
        Err(_) => return None,
    };
    let known = names.iter().any(|name| name.is_same_kind(&candidate));
    (!known).then_some(candidate)
}

/// "see if the subject's common names are to be treated as DNS names" (`NAME_CONSTRAINTS_check_CN`): where there is no
/// dNSName, each that looks like one of two labels at least (`cn2dnsid`).
pub(super) fn common_names_as_hosts_for_openssl(
    certificate: &Certificate,
    written: &[GeneralName],
) -> Vec<GeneralName> {
    if written
        .iter()
        .any(|name| matches!(name, GeneralName::Dns(_)))
    {
        return Vec::new();
    }
    let subject = certificate.subject().attributes();
    let common_names = subject.filter(|one| one.kind() == "CN");
    let hosts = common_names.map(|one| one.value());
    hosts
        .filter(|name| is_dns_name_for_openssl(name))
        .map(|host| GeneralName::Dns(host.to_ascii_lowercase()))
        .collect()
}

/// `cn2dnsid`: letters, digits and underscores anywhere, dots and hyphens inside and a dot beside neither; without a dot it is
/// none.
fn is_dns_name_for_openssl(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut has_dot = false;
    for (at, byte) in bytes.iter().enumerate() {
        let is_inner = at > 0 && at + 1 < bytes.len();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + 1);
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {}
            b'-' if is_inner => {}
            b'.' if is_inner && !matches!(after, Some(b'.' | b'-')) && before != Some(&b'-') => {
                has_dot = true;
            }
            _ => return false,
        }
    }
    has_dot
}

/// `DNSName(String)` of JDK 17: labels of letters, digits and inner hyphens, the first character a letter or digit.
fn is_dns_name(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|label| {
            label.starts_with(|first: char| first.is_ascii_alphanumeric())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_constraints_add_whole_labels_on_the_left() {
        for (name, base, within) in [
            ("example.com", "example.com", true),
            ("a.example.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("a.example.com", ".example.com", true),
            ("example.com", ".example.com", false),
            ("example.org", "example.com", false),
        ] {
            assert_eq!(is_below(name, base), within, "{name} {base}");
        }
    }

    #[test]
    fn addresses_mails_and_uris_are_compared_by_their_own_rules() {
        assert!(is_in_network(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]));
        assert!(!is_in_network(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]));
        assert!(!is_in_network(&[10; 16], &[10, 0, 0, 0, 255, 0, 0, 0]));
        assert!(is_mail_within("a@b.c", "b.c"));
        assert!(!is_mail_within("a@x.b.c", "b.c"));
        assert!(is_mail_within("a@x.b.c", ".b.c"));
        assert!(is_uri_within("https://u@h.b.c:1/x", ".b.c"));
        assert!(!is_uri_within("https://b.c/", ".b.c"));
    }

    /// As OpenSSL 3.0.22 and Java 17 to 25 read them; a name of one label is a host for Java only.
    #[test]
    fn a_common_name_is_a_host_by_each_clients_own_rules() {
        for (name, openssl, java) in [
            ("h.example", true, true),
            ("my_host.example", true, false),
            ("server", false, true),
            ("Issuing CA", false, false),
            ("a..b", false, false),
            ("a-.b", false, true),
            ("-a.b", false, false),
            ("a.", false, false),
            ("", false, false),
        ] {
            assert_eq!(is_dns_name_for_openssl(name), openssl, "{name}");
            assert_eq!(is_dns_name(name), java, "{name}");
        }
    }
}
