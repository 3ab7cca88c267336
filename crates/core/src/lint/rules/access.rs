//! Where a client asks about revocation and for the issuer.

use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Element, Reader};
use crate::lint::view::{
    AUTHORITY_INFORMATION_ACCESS, CRL_DISTRIBUTION_POINTS, FRESHEST_CRL,
    SUBJECT_INFORMATION_ACCESS, URI, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const PAGE: &str = "LINT-ACCESS";
const INFORMATION: &str = "RFC 5280 section 4.2.2.1";
const POINTS: &str = "RFC 5280 section 4.2.1.13";
const BASELINE_INFORMATION: &str = "Baseline Requirements section 7.1.2.7.7";
const BASELINE_POINTS: &str = "Baseline Requirements section 7.1.2.11.2";

const OCSP: &str = "1.3.6.1.5.5.7.48.1";
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "information-access-critical",
        Critical,
        INFORMATION,
        |view| {
            when(
                view.is_critical(AUTHORITY_INFORMATION_ACCESS),
                "authorityInfoAccess is critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "subject-information-access-critical",
        Critical,
        "RFC 5280 section 4.2.2.2",
        |view| {
            when(
                view.is_critical(SUBJECT_INFORMATION_ACCESS),
                "subjectInfoAccess is critical",
            )
        },
    ),
    Rule::forum(
        PAGE,
        "information-access-missing",
        BASELINE_INFORMATION,
        |view| {
            when(
                !view.has(AUTHORITY_INFORMATION_ACCESS),
                "there is no authorityInfoAccess",
            )
        },
    )
    .from(date!(2012 - 07 - 01)),
    Rule::new(
        PAGE,
        "authority-information-access-missing",
        Note,
        "Baseline Requirements section 7.1.2.10.3",
        |view| {
            when(
                !view.has(AUTHORITY_INFORMATION_ACCESS),
                "a CA below a root has no authorityInfoAccess",
            )
        },
    )
    .public()
    .of(Of::Subordinate)
    .from(date!(2020 - 08 - 20)),
    Rule::new(
        PAGE,
        "information-access-without-issuer",
        Warning,
        BASELINE_INFORMATION,
        |view| {
            when(
                view.has(AUTHORITY_INFORMATION_ACCESS) && urls(view, CA_ISSUERS).next().is_none(),
                "authorityInfoAccess does not say where the issuer's certificate is",
            )
        },
    )
    .public()
    .of(Of::Server)
    .from(date!(2012 - 07 - 01)),
    Rule::forum(
        PAGE,
        "information-access-method",
        BASELINE_INFORMATION,
        |view| {
            let mut methods = accesses(view).into_iter();
            when(
                methods.any(|(method, location)| {
                ![OCSP, CA_ISSUERS].contains(&method.as_str()) || location.tag != URI
            }),
                "authorityInfoAccess has a method other than OCSP and caIssuers, or a location that is no URL",
            )
        },
    )
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "ocsp-not-http",
        BASELINE_INFORMATION,
        |view| {
            when(
                !is_http_only(view, OCSP),
                "the OCSP responder in authorityInfoAccess is no http URL",
            )
        },
    )
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "issuer-not-http",
        BASELINE_INFORMATION,
        |view| {
            when(
                !is_http_only(view, CA_ISSUERS),
                "the issuer's certificate in authorityInfoAccess is behind no http URL",
            )
        },
    )
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "information-access-twice",
        BASELINE_INFORMATION,
        |view| {
            let mut all: Vec<_> = accesses(view)
                .into_iter()
                .map(|(method, location)| (method, location.value.to_ascii_lowercase()))
                .collect();
            let count = all.len();
            all.sort();
            all.dedup();
            when(all.len() < count, "authorityInfoAccess says the same twice")
        },
    )
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "information-access-internal",
        Warning,
        BASELINE_INFORMATION,
        |view| {
            let urls = [OCSP, CA_ISSUERS].map(|method| urls(view, method).collect::<Vec<_>>());
            let internal = urls.iter().flatten().find(|url| is_internal(url))?;
            Some(format!(
                "authorityInfoAccess leads to {internal}, which is no name of the public DNS"
            ))
        },
    )
    .public()
    .of(Of::Server),
    Rule::new(
        PAGE,
        "distribution-points-critical",
        Warning,
        POINTS,
        |view| {
            when(
                view.is_critical(CRL_DISTRIBUTION_POINTS),
                "cRLDistributionPoints is critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "freshest-crl-critical",
        Critical,
        "RFC 5280 section 4.2.1.15",
        |view| when(view.is_critical(FRESHEST_CRL), "freshestCRL is critical"),
    ),
    Rule::new(
        PAGE,
        "distribution-point-incomplete",
        Critical,
        POINTS,
        |view| {
            let is_wrong = points(view).any(|point| {
                let tags: Vec<u8> = point.iter().map(|field| field.tag).collect();
                tags.contains(&REASONS) && tags.len() == 1 || tags.is_empty()
            });
            when(
                is_wrong,
                "a distribution point has neither a name nor the issuer of the list",
            )
        },
    ),
    Rule::new(
        PAGE,
        "distribution-points-missing",
        Critical,
        BASELINE_POINTS,
        |view| {
            when(
                !view.has(CRL_DISTRIBUTION_POINTS),
                "a CA below a root has no cRLDistributionPoints",
            )
        },
    )
    .public()
    .of(Of::Subordinate)
    .from(date!(2012 - 07 - 01)),
    Rule::new(
        PAGE,
        "distribution-points-without-url",
        Critical,
        BASELINE_POINTS,
        |view| {
            let has_http = point_urls(view)
                .iter()
                .any(|url| url.starts_with(b"http://"));
            when(
                view.has(CRL_DISTRIBUTION_POINTS) && !has_http,
                "no distribution point has an http URL",
            )
        },
    )
    .public()
    .from(date!(2012 - 07 - 01)),
    Rule::new(
        PAGE,
        "distribution-points-not-http",
        Critical,
        BASELINE_POINTS,
        |view| {
            let is_other = point_urls(view)
                .iter()
                .any(|url| !url.starts_with(b"http://"));
            when(is_other, "a distribution point has a URL other than http")
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "distribution-points-issuer",
        Critical,
        BASELINE_POINTS,
        |view| {
            let is_so = points(view).any(|point| point.iter().any(|field| field.tag == CRL_ISSUER));
            when(
                is_so,
                "a distribution point names another issuer of the list",
            )
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "revocation-unknown",
        "Baseline Requirements section 7.1.2.11.2",
        |view| {
            let is_short = crate::report::lifetime(view.certificate) <= time::Duration::days(10);
            when(
                !is_short
                    && !view.has(CRL_DISTRIBUTION_POINTS)
                    && urls(view, OCSP).next().is_none(),
                "it says neither where its revocation list is nor which OCSP responder answers",
            )
        },
    )
    .from(date!(2024 - 03 - 15)),
];

const REASONS: u8 = 0x81;
const CRL_ISSUER: u8 = 0xa2;

/// Method and location of each description.
fn accesses<'a>(view: &View<'a>) -> Vec<(String, Element<'a>)> {
    let descriptions = view.elements(AUTHORITY_INFORMATION_ACCESS).into_iter();
    let parts = descriptions.filter_map(|description| {
        let mut fields = Reader::new(description.value);
        let method = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?;
        Some((asn1::dotted_oid(method.value)?, fields.next()?))
    });
    parts.collect()
}

fn urls<'a>(view: &View<'a>, method: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let mut accesses = accesses(view);
    accesses.retain(|(there, location)| there == method && location.tag == URI);
    let urls = accesses.into_iter();
    urls.filter_map(|(_, location)| std::str::from_utf8(location.value).ok())
}

fn is_http_only(view: &View<'_>, method: &str) -> bool {
    let mut of_method = accesses(view)
        .into_iter()
        .filter(|(there, _)| there == method);
    of_method.all(|(_, location)| location.tag == URI && location.value.starts_with(b"http://"))
}

fn is_internal(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    super::alt_names::is_internal(host)
}

/// The fields of each distribution point.
fn points<'a>(view: &View<'a>) -> impl Iterator<Item = Vec<Element<'a>>> + use<'a> {
    let points = view.elements(CRL_DISTRIBUTION_POINTS).into_iter();
    points.map(|point| Reader::new(point.value).collect())
}

fn point_urls<'a>(view: &View<'a>) -> Vec<&'a [u8]> {
    // distributionPoint [0] { fullName [0] { GeneralName … } }
    let names = points(view).flatten().filter(|field| field.tag == 0xa0);
    let full = names
        .flat_map(|name| Reader::new(name.value))
        .filter(|name| name.tag == 0xa0);
    let urls = full
        .flat_map(|names| Reader::new(names.value))
        .filter(|name| name.tag == URI);
    urls.map(|url| url.value).collect()
}
