//! Names that are no DNS names: addresses, e-mail addresses, URIs, and what no public server has.

use std::net::IpAddr;

use time::macros::date;

use super::{BASELINE, INTERNAL, NAMES, PAGE, address};
use crate::lint::rules::when;
use crate::lint::view::{
    DIRECTORY_NAME, EDI_PARTY_NAME, EMAIL, IP_ADDRESS, OTHER_NAME, REGISTERED_ID, URI, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::Critical;
use crate::text::escape;

pub(in crate::lint::rules) const RULES: &[Rule] = &[
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
