//! What a CA asks of policies below it: constraints, mappings, and whether any policy will do.

use super::{ANY_POLICY, PAGE};
use crate::cert::asn1::{self, Reader};
use crate::lint::Rule;
use crate::lint::rules::when;
use crate::lint::view::{INHIBIT_ANY_POLICY, POLICY_CONSTRAINTS, POLICY_MAPPINGS, View};
use crate::report::Severity::{Critical, Warning};

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "policy-constraints-empty",
        Critical,
        "RFC 5280 section 4.2.1.11",
        |view| {
            when(
                view.has(POLICY_CONSTRAINTS) && view.elements(POLICY_CONSTRAINTS).is_empty(),
                "policyConstraints says nothing",
            )
        },
    ),
    Rule::new(
        PAGE,
        "policy-constraints-not-critical",
        Critical,
        "RFC 5280 section 4.2.1.11",
        |view| {
            when(
                view.has(POLICY_CONSTRAINTS) && !view.is_critical(POLICY_CONSTRAINTS),
                "policyConstraints is not critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "inhibit-any-policy-not-critical",
        Critical,
        "RFC 5280 section 4.2.1.14",
        |view| {
            when(
                view.has(INHIBIT_ANY_POLICY) && !view.is_critical(INHIBIT_ANY_POLICY),
                "inhibitAnyPolicy is not critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "policy-mappings-any",
        Critical,
        "RFC 5280 section 4.2.1.5",
        |view| {
            when(
                mapped(view).iter().any(|policy| policy == ANY_POLICY),
                "policyMappings maps anyPolicy",
            )
        },
    ),
    Rule::new(
        PAGE,
        "policy-mappings-not-critical",
        Warning,
        "RFC 5280 section 4.2.1.5",
        |view| {
            when(
                view.has(POLICY_MAPPINGS) && !view.is_critical(POLICY_MAPPINGS),
                "policyMappings is not critical",
            )
        },
    ),
];

fn mapped(view: &View<'_>) -> Vec<String> {
    let pairs = view.elements(POLICY_MAPPINGS).into_iter();
    let oids = pairs.flat_map(|pair| Reader::new(pair.value));
    oids.filter_map(|oid| asn1::dotted_oid(oid.value)).collect()
}
