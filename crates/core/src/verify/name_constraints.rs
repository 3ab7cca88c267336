//! Name constraints (RFC 5280 section 4.2.1.10) as `sun.security.x509.NameConstraintsExtension` checks them.

use crate::Certificate;
use crate::cert::asn1::{self, Reader};

mod names;

use names::{
    GeneralName, common_name_as_host, common_names_as_hosts_for_openssl, names_of, written_names,
};

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
    if is_end_entity {
        names.extend(common_names_as_hosts_for_openssl(certificate, &names));
    }
    names.iter().all(|name| constraints.allow(name))
}

/// Why Java or OpenSSL would refuse a certificate for its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    /// A constraint that ends Java's validation.
    Empty,
    /// A name, in words.
    Name(String),
    /// The constraints or the names cannot be read.
    Unreadable,
}

/// The first name of `certificate` that one of both refuses. rustls-webpki reads fewer names than either, and constraints
/// of fewer kinds.
pub(crate) fn outside(constraints: &[u8], certificate: &Certificate) -> Option<Outside> {
    let (Some(constraints), Some(written)) = (
        Constraints::from_der(constraints),
        written_names(certificate),
    ) else {
        return Some(Outside::Unreadable);
    };
    if let Some(name) = written.iter().find(|name| !constraints.allow(name)) {
        return Some(Outside::Name(name.to_string()));
    }
    let subject = certificate.subject();
    let for_java = subject
        .common_name()
        .and_then(|name| common_name_as_host(name, &written));
    let for_openssl = match certificate.is_ca() {
        true => Vec::new(),
        false => common_names_as_hosts_for_openssl(certificate, &written),
    };
    let both = for_openssl.into_iter().map(|host| ("OpenSSL", host));
    let mut read = for_java.map(|host| ("Java", host)).into_iter().chain(both);
    let host = read.find(|(_, host)| !constraints.allow(host));
    if let Some((who, host)) = host {
        return Some(Outside::Name(format!(
            "{host}, as which {who} reads the common name where no other host is in it,"
        )));
    }
    let names = names_of(certificate).unwrap_or_default();
    constraints.end_java(&names).then_some(Outside::Empty)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_other_than_the_default_are_refused() {
        let minimum_one = [
            0x30, 0x0a, 0xa0, 0x08, 0x30, 0x06, 0x82, 1, b'a', 0x80, 1, 1,
        ];
        assert!(Constraints::from_der(&minimum_one).is_none());
    }
}
