//! Alternative names, and the common name beside them.

pub(super) mod dns;
pub(super) mod others;
pub(super) mod wildcards;

use std::net::IpAddr;

use time::macros::date;

use super::when;
use crate::lint::view::{DNS_NAME, EMAIL, IP_ADDRESS, SUBJECT_ALT_NAME, URI, View};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};
use crate::text::escape;

pub(super) use dns::is_internal;

const PAGE: &str = "LINT-ALT-NAME";
const NAMES: &str = "RFC 5280 section 4.2.1.6";
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
];

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
