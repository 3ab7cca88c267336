//! Alternative names, and the common name beside them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use time::macros::date;

use super::when;
use crate::lint::view::{
    DIRECTORY_NAME, DNS_NAME, EDI_PARTY_NAME, EMAIL, IP_ADDRESS, OTHER_NAME, REGISTERED_ID,
    SUBJECT_ALT_NAME, URI, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};
use crate::text::escape;

const PAGE: &str = "LINT-ALT-NAME";
const NAMES: &str = "RFC 5280 section 4.2.1.6";
const LABELS: &str = "RFC 5280 section 4.2.1.6, RFC 1034 section 3.5";
const BASELINE: &str = "Baseline Requirements section 7.1.2.7.12";
const INTERNAL: &str = "Baseline Requirements sections 4.2.2 and 7.1.2.7.12";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "alt-name-missing",
        Critical,
        "Baseline Requirements section 7.1.2.7.12, RFC 9525 section 6.3",
        |view| {
            when(
                !view.has(SUBJECT_ALT_NAME),
                "there is no subjectAltName, and no browser reads the common name",
            )
        },
    )
    .of(Of::Server)
    .from(date!(2012 - 07 - 01)),
    Rule::new(PAGE, "alt-name-empty", Critical, NAMES, |view| {
        when(
            view.has(SUBJECT_ALT_NAME) && view.alt_names.is_empty(),
            "subjectAltName has no name",
        )
    }),
    Rule::new(PAGE, "alt-name-blank", Critical, NAMES, |view| {
        let text = [DNS_NAME, EMAIL, URI, IP_ADDRESS];
        let mut blank = view
            .alt_names
            .iter()
            .filter(|name| text.contains(&name.tag));
        when(
            blank.any(|name| name.value.is_empty()),
            "an alternative name is empty",
        )
    }),
    Rule::new(PAGE, "alt-name-not-critical", Critical, NAMES, |view| {
        when(
            view.subject.is_empty()
                && view.has(SUBJECT_ALT_NAME)
                && !view.is_critical(SUBJECT_ALT_NAME),
            "the subject is empty, and subjectAltName is not critical",
        )
    }),
    Rule::new(PAGE, "alt-name-critical", Warning, NAMES, |view| {
        when(
            !view.subject.is_empty() && view.is_critical(SUBJECT_ALT_NAME),
            "subjectAltName is critical although there is a subject",
        )
    })
    .public(),
    Rule::forum(
        PAGE,
        "common-name-not-among-alt-names",
        "Baseline Requirements section 7.1.4.3",
        |view| {
            let wrong = view
                .common_names
                .iter()
                .find(|name| !is_among(view, name, |one, other| one.eq_ignore_ascii_case(other)))?;
            Some(format!(
                "the common name {} is not among the alternative names",
                escape(wrong)
            ))
        },
    ),
    Rule::forum(
        PAGE,
        "common-name-spelled-otherwise",
        "Baseline Requirements section 7.1.4.3",
        |view| {
            let wrong = view
                .common_names
                .iter()
                .find(|name| !is_among(view, name, |one, other| one == other))?;
            Some(format!(
                "the common name {} is not spelled as any of the alternative names",
                escape(wrong)
            ))
        },
    )
    .from(date!(2021 - 08 - 25)),
    Rule::new(PAGE, "dns-name-not-ascii", Critical, NAMES, |view| {
        let mut names = view.alt_names.iter().filter(|name| name.tag == DNS_NAME);
        when(
            names.any(|name| !name.value.is_ascii()),
            "a DNS name has characters other than ASCII",
        )
    }),
    Rule::new(PAGE, "dns-name-blank", Critical, NAMES, |view| {
        when(
            view.dns_names().any(|name| name == " "),
            "a DNS name is a blank",
        )
    }),
    Rule::new(PAGE, "dns-name-null", Critical, NAMES, |view| {
        when(
            view.dns_names().any(|name| name.contains('\0')),
            "a DNS name has a null character",
        )
    }),
    Rule::new(PAGE, "dns-name-leading-period", Critical, LABELS, |view| {
        when(
            view.dns_names().any(|name| name.starts_with('.')),
            "a DNS name begins with a period",
        )
    }),
    Rule::new(PAGE, "dns-name-too-long", Critical, LABELS, |view| {
        when(
            view.dns_names().any(|name| name.len() > 253),
            "a DNS name has more than 253 characters",
        )
    }),
    Rule::new(PAGE, "dns-label-too-long", Critical, LABELS, |view| {
        when(
            labels(view).any(|label| label.len() > 63),
            "a part of a DNS name has more than 63 characters",
        )
    }),
    Rule::new(PAGE, "dns-label-empty", Critical, LABELS, |view| {
        let is_broken = |name: &str| name.split('.').any(str::is_empty);
        when(
            view.dns_names().any(is_broken),
            "a DNS name has two periods in a row, or one at an end",
        )
    }),
    Rule::new(PAGE, "dns-label-hyphen", Critical, LABELS, |view| {
        let is_wrong = |label: &str| label.starts_with('-') || label.ends_with('-');
        when(
            labels(view).any(is_wrong),
            "a part of a DNS name begins or ends with a hyphen",
        )
    }),
    Rule::new(PAGE, "dns-label-character", Critical, LABELS, |view| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let wrong = names_and_common(view).into_iter().find(|name| {
            let rest = name.strip_prefix("*.").unwrap_or(name);
            !rest
                .split('.')
                .all(|label| label == "*" || label.bytes().all(is_allowed))
        })?;
        Some(format!(
            "{} has a character that no DNS name has",
            escape(&wrong)
        ))
    })
    .of(Of::Server),
    Rule::new(
        PAGE,
        "dns-label-underscore",
        Critical,
        "Baseline Requirements section 7.1.2.7.12, RFC 1034 section 3.5",
        |view| {
            let wrong = view.dns_names().find(|name| name.contains('_'))?;
            Some(format!("{} has an underscore", escape(wrong)))
        },
    )
    .of(Of::Server)
    .from(date!(2019 - 04 - 01)),
    Rule::forum(PAGE, "dns-label-reserved", BASELINE, |view| {
        let is_reserved = |label: &str| {
            label.get(2..4) == Some("--")
                && !label
                    .get(..2)
                    .is_some_and(|start| start.eq_ignore_ascii_case("xn"))
        };
        let wrong = labels(view).find(|label| is_reserved(label))?;
        Some(format!(
            "{} begins as names do that are reserved for encodings",
            escape(wrong)
        ))
    })
    .from(date!(2021 - 10 - 01)),
    Rule::new(
        PAGE,
        "dns-label-not-idna",
        Critical,
        "RFC 5891 section 4.4",
        |view| {
            let is_wrong = |name: &&str| {
                let bare = name.strip_prefix("*.").unwrap_or(name);
                let has_encoded = bare
                    .split('.')
                    .any(|label| label.to_ascii_lowercase().starts_with("xn--"));
                has_encoded && idna::domain_to_unicode(bare).1.is_err()
            };
            let wrong = view.dns_names().find(is_wrong)?;
            Some(format!(
                "{} is no valid encoding of an internationalized name",
                escape(wrong)
            ))
        },
    ),
    Rule::forum(PAGE, "dns-name-internal", INTERNAL, |view| {
        let wrong = view.dns_names().find(|name| is_internal(name))?;
        Some(format!("{} is no name of the public DNS", escape(wrong)))
    })
    .from(date!(2012 - 07 - 01)),
    Rule::forum(
        PAGE,
        "dns-name-arpa",
        "Baseline Requirements section 4.2.2",
        |view| {
            let is_arpa = |name: &&str| name.to_ascii_lowercase().ends_with(".arpa");
            let wrong = view.dns_names().find(is_arpa)?;
            Some(format!("{} is an address written as a name", escape(wrong)))
        },
    )
    .from(date!(2026 - 03 - 15)),
    Rule::new(PAGE, "dns-name-twice", Note, NAMES, |view| {
        let mut seen = BTreeSet::new();
        let twice = view
            .dns_names()
            .find(|name| !seen.insert(name.to_ascii_lowercase()))?;
        Some(format!("{} is there twice", escape(twice)))
    }),
    Rule::new(
        PAGE,
        "wildcard-alone",
        Critical,
        "RFC 9525 section 6.3",
        |view| {
            let wrong = view.dns_names().find(|name| name.ends_with('*'))?;
            Some(format!("{} has a wildcard at its end", escape(wrong)))
        },
    ),
    Rule::new(
        PAGE,
        "wildcard-not-first",
        Critical,
        "RFC 9525 section 6.3",
        |view| {
            let wrong = view
                .dns_names()
                .find(|name| name.chars().skip(1).any(|letter| letter == '*'))?;
            Some(format!(
                "{} has a wildcard that is not its first character",
                escape(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "wildcard-beyond-first-label",
        Critical,
        "Baseline Requirements section 3.2.2.6",
        |view| {
            let wrong = view
                .dns_names()
                .find(|name| name.split('.').skip(1).any(|label| label.contains('*')))?;
            Some(format!(
                "{} has a wildcard in another part than the first",
                escape(wrong)
            ))
        },
    )
    .of(Of::Server),
    Rule::new(
        PAGE,
        "wildcard-within-label",
        Critical,
        "Baseline Requirements section 1.6.1 (Wildcard Domain Name)",
        |view| {
            let is_part = |name: &&str| {
                let first = name.split('.').next().unwrap_or_default();
                first.contains('*') && first != "*"
            };
            let wrong = view.dns_names().find(is_part)?;
            Some(format!(
                "{} has a wildcard for a part of a label",
                escape(wrong)
            ))
        },
    )
    .of(Of::Server),
    Rule::new(PAGE, "ip-address-length", Critical, NAMES, |view| {
        let mut addresses = view.alt_names.iter().filter(|name| name.tag == IP_ADDRESS);
        when(
            addresses.any(|name| !matches!(name.value.len(), 4 | 16)),
            "an address has neither 4 nor 16 octets",
        )
    }),
    Rule::forum(PAGE, "ip-address-reserved", INTERNAL, |view| {
        let mut addresses = view.alt_names.iter().filter(|name| name.tag == IP_ADDRESS);
        let wrong = addresses.find_map(|name| address(name.value).filter(is_reserved))?;
        Some(format!("{wrong} is no public address"))
    })
    .from(date!(2012 - 07 - 01)),
    other("alt-name-directory", |view| {
        has(view, DIRECTORY_NAME, "a directory name")
    }),
    other("alt-name-edi-party", |view| {
        has(view, EDI_PARTY_NAME, "an EDI party name")
    }),
    other("alt-name-other", |view| {
        has(view, OTHER_NAME, "an otherName")
    }),
    other("alt-name-registered-id", |view| {
        has(view, REGISTERED_ID, "a registered identifier")
    }),
    other("alt-name-email", |view| {
        has(view, EMAIL, "an e-mail address")
    }),
    other("alt-name-uri", |view| has(view, URI, "a URI")),
    Rule::new(PAGE, "email-form", Critical, NAMES, |view| {
        let wrong = view.names(EMAIL).find(|address| {
            let parts: Vec<&str> = address.split('@').collect();
            !matches!(parts.as_slice(), [local, host] if !local.is_empty() && !host.is_empty())
                || address.contains(|letter: char| " <>()".contains(letter))
        })?;
        Some(format!("{} is no e-mail address", escape(wrong)))
    }),
    Rule::new(PAGE, "uri-not-ascii", Critical, NAMES, |view| {
        let mut uris = view.alt_names.iter().filter(|name| name.tag == URI);
        when(
            uris.any(|uri| !uri.value.is_ascii()),
            "a URI has characters other than ASCII",
        )
    }),
    Rule::new(PAGE, "uri-relative", Critical, NAMES, |view| {
        let wrong = view.names(URI).find(|uri| scheme(uri).is_none())?;
        Some(format!("{} has no scheme", escape(wrong)))
    }),
    Rule::new(PAGE, "uri-form", Critical, NAMES, |view| {
        let wrong = view
            .names(URI)
            .find(|uri| scheme(uri).is_some_and(|(_, rest)| rest.trim_matches('/').is_empty()))?;
        Some(format!("{} has nothing after its scheme", escape(wrong)))
    }),
    Rule::new(PAGE, "uri-host", Critical, NAMES, |view| {
        let wrong = view
            .names(URI)
            .find(|uri| authority(uri).is_some_and(|host| !is_full_host(host)))?;
        Some(format!(
            "the host in {} is neither a full name nor an address",
            escape(wrong)
        ))
    }),
];

/// RFC 5280 allows such a name; a public server certificate has DNS names and addresses only.
const fn other(id: &'static str, check: fn(&View<'_>) -> Option<String>) -> Rule {
    Rule::new(PAGE, id, Critical, BASELINE, check)
        .public()
        .of(Of::Server)
        .from(date!(2012 - 07 - 01))
}

fn has(view: &View<'_>, tag: u8, what: &str) -> Option<String> {
    let has = view.alt_names.iter().any(|name| name.tag == tag);
    has.then(|| format!("{what} is among the alternative names of a server"))
}

fn labels<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v str> {
    view.dns_names().flat_map(|name| name.split('.'))
}

/// DNS names, and common names where they could be one.
fn names_and_common(view: &View<'_>) -> Vec<String> {
    let common = view
        .common_names
        .iter()
        .filter(|name| name.parse::<IpAddr>().is_err())
        .cloned();
    view.dns_names().map(str::to_owned).chain(common).collect()
}

fn is_among(view: &View<'_>, name: &str, same: fn(&str, &str) -> bool) -> bool {
    let addresses = view.alt_names.iter().filter(|one| one.tag == IP_ADDRESS);
    let own: Option<IpAddr> = name.parse().ok();
    view.dns_names().any(|one| same(one, name))
        || own.is_some_and(|own| {
            // RFC 5952 has one spelling for each address
            let mut found = addresses.filter_map(|one| address(one.value));
            found.any(|one| one == own && same(&one.to_string(), name))
        })
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// Addresses that nobody on the Internet is reached by (IANA's registries of special-purpose addresses).
fn is_reserved(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let octets = four.octets();
            four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_documentation()
                || matches!(
                    octets,
                    [0, ..]
                        | [224..=255, ..]
                        | [192, 0, 0, _]
                        | [198, 18..=19, ..]
                        | [100, 64..=127, ..]
                )
        }
        IpAddr::V6(six) => {
            let segments = six.segments();
            six.is_loopback()
                || six.is_unspecified()
                || matches!(
                    segments,
                    [0x2001, 0xdb8, ..] | [0x100, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0xffff, ..]
                )
                || matches!(
                    segments,
                    [0xfc00..=0xfdff, ..] | [0xfe80..=0xfeff, ..] | [0xff00..=0xffff, ..]
                )
        }
    }
}

/// Without a period, or below a name that the public DNS has not (RFC 6761, RFC 2606, RFC 8375, ICANN on .internal).
pub(super) fn is_internal(name: &str) -> bool {
    if name.parse::<IpAddr>().is_ok() {
        return false;
    }
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let Some((_, last)) = name.rsplit_once('.') else {
        return true;
    };
    NOT_PUBLIC.contains(&last) || last.bytes().all(|byte| byte.is_ascii_digit())
}

const NOT_PUBLIC: [&str; 16] = [
    "alt",
    "corp",
    "domain",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "private",
    "test",
    "workgroup",
];

fn scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// The host of a URI that has one.
fn authority(uri: &str) -> Option<&str> {
    let (_, rest) = scheme(uri)?;
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    Some(match host.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => host.split(':').next()?,
    })
}

fn is_full_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.parse::<IpAddr>().is_ok() || host.contains('.') && host.split('.').all(is_label)
}
