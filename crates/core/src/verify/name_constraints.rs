//! Name constraints (RFC 5280 section 4.2.1.10) as `sun.security.x509.NameConstraintsExtension` checks them.

use std::net::IpAddr;

use crate::Certificate;
use crate::cert::asn1::{self, Reader};
use crate::name::Name;

/// Whether every name of `certificate` is allowed by the DER of a nameConstraints value; `false` when it is broken.
pub(crate) fn allow(constraints: &[u8], certificate: &Certificate) -> bool {
    let Some(constraints) = Constraints::from_der(constraints) else {
        return false;
    };
    names_of(certificate).is_some_and(|names| {
        !constraints.end_java(&names) && names.iter().all(|name| constraints.allow(name))
    })
}

/// As `NAME_CONSTRAINTS_check` of OpenSSL does: the common name counts only for an end entity without a dNSName.
pub(super) fn allow_as_openssl(
    constraints: &[u8],
    certificate: &Certificate,
    is_end_entity: bool,
) -> bool {
    let Some(constraints) = Constraints::from_der(constraints) else {
        return false;
    };
    let Some(mut names) = written_names(certificate) else {
        return false;
    };
    let has_dns = names.iter().any(|name| matches!(name, GeneralName::Dns(_)));
    if is_end_entity && !has_dns {
        let subject = certificate.subject().attributes();
        let common_names = subject.filter(|one| one.kind() == "CN");
        let hosts = common_names
            .map(|one| one.value())
            .filter(|cn| is_dns_name(cn));
        names.extend(hosts.map(|host| GeneralName::Dns(host.to_ascii_lowercase())));
    }
    names.iter().all(|name| constraints.allow(name))
}

/// As rustls-webpki does: alternative names only, and constraints on directory names or addresses of resources refuse.
pub(super) fn allow_as_webpki(constraints: &[u8], certificate: &Certificate) -> bool {
    let Some(constraints) = Constraints::from_der(constraints) else {
        return false;
    };
    let listed = || constraints.permitted.iter().chain(&constraints.excluded);
    if listed().any(|base| matches!(base, GeneralName::Directory(_))) {
        return false;
    }
    let names = match certificate.subject_alt_names_der() {
        Some(der) => Reader::inside(der, asn1::SEQUENCE)
            .and_then(|list| list.map(GeneralName::read).collect::<Option<Vec<_>>>()),
        None => Some(Vec::new()),
    };
    names.is_some_and(|names| {
        names.iter().all(|name| match name {
            GeneralName::Dns(pattern) if constraints.excludes_below(pattern) => false,
            GeneralName::Dns(_) | GeneralName::Ip(_) => constraints.allow(name),
            other => !listed().any(|base| other.is_same_kind(base)),
        })
    })
}

/// What [`allow`] and its like have to do for this certificate: every name against every constraint, and the reading of
/// both.
pub(super) fn cost(constraints: &[u8], certificate: &Certificate) -> usize {
    let bases = count_bases(constraints);
    let names = count_alt_names(certificate) + certificate.subject().attributes().count();
    names
        .saturating_mul(bases)
        .saturating_add(names)
        .saturating_add(bases)
}

/// `NAME_CONSTRAINTS_check` of OpenSSL: "Guard against certificates with an excessive number of names or constraints".
pub(super) fn are_too_many_for_openssl(constraints: &[u8], certificate: &Certificate) -> bool {
    const NAME_CHECK_MAX: usize = 1 << 20;
    let names = count_alt_names(certificate) + certificate.subject().attributes().count();
    names > 0 && count_bases(constraints) > NAME_CHECK_MAX / names
}

/// The comparisons that rustls-webpki counts (`check_name_constraints`): the subject is one name to it.
pub(super) fn comparisons_of_webpki(constraints: &[u8], certificate: &Certificate) -> usize {
    (count_alt_names(certificate) + 1).saturating_mul(count_bases(constraints))
}

fn count_bases(constraints: &[u8]) -> usize {
    let parts = Reader::inside(constraints, asn1::SEQUENCE);
    let parts = parts.into_iter().flatten();
    parts.map(|part| Reader::new(part.value).count()).sum()
}

fn count_alt_names(certificate: &Certificate) -> usize {
    let names = certificate.subject_alt_names_der();
    let names = names.and_then(|der| Reader::inside(der, asn1::SEQUENCE));
    names.map_or(0, Iterator::count)
}

#[derive(Clone, Debug, Default)]
struct Constraints {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

/// The kinds of names that can be constrained.
#[derive(Clone, Debug, PartialEq, Eq)]
enum GeneralName {
    Directory(Name),
    Dns(String),
    Email(String),
    /// An address, or address and mask.
    Ip(Vec<u8>),
    /// Not constrained here: the tag.
    Other(u8),
    Uri(String),
}

impl Constraints {
    /// `DNSName.constrains` looks at the first character of an empty constraint: StringIndexOutOfBoundsException, which
    /// ends the handshake.
    fn end_java(&self, names: &[GeneralName]) -> bool {
        let mut all = self.permitted.iter().chain(&self.excluded);
        let is_empty =
            |base: &GeneralName| matches!(base, GeneralName::Dns(base) if base.is_empty());
        all.any(is_empty)
            && names
                .iter()
                .any(|name| matches!(name, GeneralName::Dns(name) if !name.is_empty()))
    }

    /// Whether a wildcard may stand for a name that is excluded.
    fn excludes_below(&self, pattern: &str) -> bool {
        let Some(parent) = pattern.strip_prefix("*.") else {
            return false;
        };
        self.excluded.iter().any(|base| match base {
            GeneralName::Dns(base) => base.split_once('.').is_some_and(|(_, rest)| rest == parent),
            _ => false,
        })
    }

    /// `SEQUENCE { permitted [0] SEQUENCE OF GeneralSubtree, excluded [1] SEQUENCE OF GeneralSubtree }`
    fn from_der(der: &[u8]) -> Option<Self> {
        let mut found = Self::default();
        for part in Reader::inside(der, asn1::SEQUENCE)? {
            let subtrees = Reader::new(part.value)
                .map(|subtree| {
                    let mut fields = Reader::new(subtree.value);
                    let base = GeneralName::read(fields.next()?)?;
                    // "minimum MUST be zero, and maximum MUST be absent"; Java refuses others
                    fields.is_empty().then_some(base)
                })
                .collect::<Option<Vec<_>>>()?;
            match part.tag {
                0xa0 => found.permitted = subtrees,
                0xa1 => found.excluded = subtrees,
                _ => return None,
            }
        }
        Some(found)
    }

    /// Excluded subtrees win; a permitted list binds only the kinds of names that it mentions.
    fn allow(&self, name: &GeneralName) -> bool {
        // "Narrowing, widening, and matching are not supported for OtherName" ends Java's validation
        let lists = || self.permitted.iter().chain(&self.excluded);
        if matches!(name, GeneralName::Other(_)) && lists().any(|base| name.is_same_kind(base)) {
            return false;
        }
        if self.excluded.iter().any(|base| name.is_within(base)) {
            return false;
        }
        let mut same_kind = self
            .permitted
            .iter()
            .filter(|base| name.is_same_kind(base))
            .peekable();
        same_kind.peek().is_none() || same_kind.any(|base| name.is_within(base))
    }
}

impl GeneralName {
    fn read(element: asn1::Element<'_>) -> Option<Self> {
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

    fn is_same_kind(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(two)) => one == two,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// `GeneralNameInterface.constrains`: the same name or one below `base`.
    fn is_within(&self, base: &Self) -> bool {
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
fn names_of(certificate: &Certificate) -> Option<Vec<GeneralName>> {
    let mut names = written_names(certificate)?;
    if let Some(common_name) = certificate.subject().common_name() {
        names.extend(common_name_as_host(common_name, &names));
    }
    Some(names)
}

/// Subject and alternative names; mail addresses of the subject when there are no alternative names.
fn written_names(certificate: &Certificate) -> Option<Vec<GeneralName>> {
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
fn common_name_as_host(common_name: &str, names: &[GeneralName]) -> Option<GeneralName> {
    let candidate = match common_name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => GeneralName::Ip(address.octets().to_vec()),
        Ok(IpAddr::V6(address)) => GeneralName::Ip(address.octets().to_vec()),
        Err(_) if is_dns_name(common_name) => GeneralName::Dns(common_name.to_ascii_lowercase()),
        Err(_) => return None,
    };
    let known = names.iter().any(|name| name.is_same_kind(&candidate));
    (!known).then_some(candidate)
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

    #[test]
    fn distances_other_than_the_default_are_refused() {
        let minimum_one = [
            0x30, 0x0a, 0xa0, 0x08, 0x30, 0x06, 0x82, 1, b'a', 0x80, 1, 1,
        ];
        assert!(Constraints::from_der(&minimum_one).is_none());
    }
}
