//! Policies.

pub(super) mod constraints;
pub(super) mod qualifiers;
pub(super) mod validation;

use time::macros::date;

use super::when;
use crate::lint::view::CERTIFICATE_POLICIES;
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};

const PAGE: &str = "LINT-POLICIES";
const POLICIES: &str = "RFC 5280 section 4.2.1.4";

const ANY_POLICY: &str = "2.5.29.32.0";
const DOMAIN_VALIDATED: &str = "2.23.140.1.2.1";
const ORGANIZATION_VALIDATED: &str = "2.23.140.1.2.2";
const INDIVIDUAL_VALIDATED: &str = "2.23.140.1.2.3";
const EXTENDED_VALIDATED: &str = "2.23.140.1.1";
const RESERVED: [&str; 4] = [
    EXTENDED_VALIDATED,
    DOMAIN_VALIDATED,
    ORGANIZATION_VALIDATED,
    INDIVIDUAL_VALIDATED,
];

pub(super) const RULES: &[Rule] = &[
    Rule::forum(
        PAGE,
        "policies-missing",
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            when(
                !view.has(CERTIFICATE_POLICIES),
                "there is no certificatePolicies",
            )
        },
    )
    .from(date!(2012 - 07 - 01)),
    Rule::new(
        PAGE,
        "authority-policies-missing",
        Critical,
        "Baseline Requirements section 7.1.2.10.5",
        |view| {
            when(
                !view.has(CERTIFICATE_POLICIES),
                "a CA below a root has no certificatePolicies",
            )
        },
    )
    .public()
    .of(Of::Subordinate)
    .from(date!(2012 - 07 - 01)),
    Rule::new(PAGE, "policies-empty", Critical, POLICIES, |view| {
        when(
            view.has(CERTIFICATE_POLICIES) && view.policies().is_empty(),
            "certificatePolicies names none",
        )
    }),
    Rule::new(
        PAGE,
        "policies-critical",
        Warning,
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            when(
                view.is_critical(CERTIFICATE_POLICIES),
                "certificatePolicies is critical",
            )
        },
    )
    .public()
    .from(date!(2012 - 07 - 01)),
    Rule::new(PAGE, "policies-twice", Critical, POLICIES, |view| {
        let mut policies = view.policies();
        let all = policies.len();
        policies.sort();
        policies.dedup();
        when(
            policies.len() < all,
            "a policy stands in certificatePolicies twice",
        )
    }),
    Rule::forum(
        PAGE,
        "policies-several-reserved",
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            let policies = view.policies();
            let reserved = policies
                .iter()
                .filter(|policy| RESERVED.contains(&policy.as_str()));
            when(
                reserved.count() > 1,
                "it claims more than one kind of validation",
            )
        },
    )
    .from(date!(2023 - 09 - 15)),
];
