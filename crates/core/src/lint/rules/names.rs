//! Distinguished names.

pub(super) mod attributes;
pub(super) mod countries;
pub(super) mod lengths;
pub(super) mod strings;

use super::when;
use crate::decode;
use crate::lint::view::{Attribute, SUBJECT_ALT_NAME};
use crate::lint::{Of, Rule};
use crate::report::Severity::Critical;

const PAGE: &str = "LINT-NAME";
const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "issuer-empty",
        Critical,
        "RFC 5280 section 4.1.2.4",
        |view| when(view.issuer.is_empty(), "the issuer has no name"),
    ),
    Rule::new(
        PAGE,
        "authority-subject-empty",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| when(view.subject.is_empty(), "a CA has no name"),
    )
    .of(Of::Authority),
    Rule::new(
        PAGE,
        "subject-empty-without-alt-name",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| {
            when(
                view.subject.is_empty() && !view.has(SUBJECT_ALT_NAME),
                "it has neither a subject nor alternative names",
            )
        },
    ),
];

fn name<'v>(attribute: &'v Attribute<'_>) -> &'v str {
    decode::name(&attribute.oid).unwrap_or(&attribute.oid)
}

fn has_other_tag(attributes: &[Attribute<'_>], oid: &str, tags: &[u8]) -> bool {
    let mut named = attributes.iter().filter(|one| one.oid == oid);
    named.any(|one| !tags.contains(&one.tag))
}
