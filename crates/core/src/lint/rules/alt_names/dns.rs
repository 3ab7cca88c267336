//! DNS names: their characters, their labels, and whether the public DNS has them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use time::macros::date;

use super::{BASELINE, INTERNAL, NAMES, PAGE};
use crate::lint::rules::when;
use crate::lint::view::{DNS_NAME, View};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note};
use crate::text::escape;

const LABELS: &str = "RFC 5280 section 4.2.1.6, RFC 1034 section 3.5";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
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
];

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

/// Without a period, or below a name that the public DNS has not (RFC 6761, RFC 2606, RFC 8375, ICANN on .internal).
pub(in crate::lint::rules) fn is_internal(name: &str) -> bool {
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
