//! Policies.

use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Element, Reader};
use crate::lint::view::{
    BMP_STRING, CERTIFICATE_POLICIES, COUNTRY, GIVEN_NAME, IA5_STRING, INHIBIT_ANY_POLICY,
    LOCALITY, ORGANIZATION, POLICY_CONSTRAINTS, POLICY_MAPPINGS, POSTAL_CODE, STATE, STREET,
    SURNAME, UTF8_STRING, VISIBLE_STRING, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};

const PAGE: &str = "LINT-POLICIES";
const POLICIES: &str = "RFC 5280 section 4.2.1.4";
const VALIDATION: &str = "Baseline Requirements section 7.1.2.7";

const ANY_POLICY: &str = "2.5.29.32.0";
const CPS: &str = "1.3.6.1.5.5.7.2.1";
const USER_NOTICE: &str = "1.3.6.1.5.5.7.2.2";
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
    Rule::new(PAGE, "policies-any-qualifier", Critical, POLICIES, |view| {
        let is_wrong = qualifiers(view).any(|(policy, qualifier)| {
            policy == ANY_POLICY
                && !matches!(qualifier_id(&qualifier).as_deref(), Some(CPS | USER_NOTICE))
        });
        when(
            is_wrong,
            "anyPolicy has a qualifier other than a CPS or a user notice",
        )
    }),
    Rule::new(
        PAGE,
        "policies-qualifier",
        Critical,
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            let is_wrong = qualifiers(view)
                .any(|(_, qualifier)| qualifier_id(&qualifier).as_deref() != Some(CPS));
            when(is_wrong, "a policy has a qualifier other than a CPS")
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "policies-cps-form",
        Critical,
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            let is_wrong = qualifiers(view).any(|(_, qualifier)| {
                qualifier_id(&qualifier).as_deref() == Some(CPS)
                    && !qualifier_text(&qualifier).is_some_and(|text| {
                        text.starts_with(b"http://") || text.starts_with(b"https://")
                    })
            });
            when(is_wrong, "the CPS of a policy is no http or https URL")
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "policies-notice-reference",
        Warning,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| part.tag == asn1::SEQUENCE);
            when(
                is_wrong,
                "a user notice has a reference, which nobody can follow",
            )
        },
    ),
    Rule::new(
        PAGE,
        "policies-notice-too-long",
        Critical,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| match part.tag {
                BMP_STRING => part.value.len() > 400,
                UTF8_STRING | VISIBLE_STRING | IA5_STRING => {
                    String::from_utf8_lossy(part.value).chars().count() > 200
                }
                _ => false,
            });
            when(
                is_wrong,
                "the text of a user notice has more than 200 characters",
            )
        },
    )
    .from(date!(2013 - 01 - 01)),
    Rule::new(PAGE, "policies-notice-ia5", Critical, POLICIES, |view| {
        let is_wrong = notices(view).any(|part| part.tag == IA5_STRING);
        when(is_wrong, "the text of a user notice is an IA5String")
    })
    .from(date!(2013 - 01 - 01)),
    Rule::new(
        PAGE,
        "policies-notice-not-utf8",
        Warning,
        POLICIES,
        |view| {
            let is_wrong =
                notices(view).any(|part| matches!(part.tag, BMP_STRING | VISIBLE_STRING));
            when(is_wrong, "the text of a user notice is no UTF8String")
        },
    )
    .from(date!(2013 - 01 - 01)),
    Rule::new(
        PAGE,
        "policies-notice-controls",
        Warning,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| {
                part.tag == UTF8_STRING
                    && String::from_utf8_lossy(part.value)
                        .chars()
                        .any(char::is_control)
            });
            when(is_wrong, "the text of a user notice has control characters")
        },
    )
    .from(date!(2013 - 01 - 01)),
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
    Rule::forum(PAGE, "domain-validated-organization", VALIDATION, |view| {
        has_with(view, DOMAIN_VALIDATED, ORGANIZATION, "an organization")
    }),
    Rule::forum(PAGE, "domain-validated-street", VALIDATION, |view| {
        has_with(view, DOMAIN_VALIDATED, STREET, "a street address")
    }),
    Rule::forum(PAGE, "domain-validated-locality", VALIDATION, |view| {
        has_with(view, DOMAIN_VALIDATED, LOCALITY, "a locality")
    }),
    Rule::forum(PAGE, "domain-validated-state", VALIDATION, |view| {
        has_with(view, DOMAIN_VALIDATED, STATE, "a state or province")
    }),
    Rule::forum(PAGE, "domain-validated-postal-code", VALIDATION, |view| {
        has_with(view, DOMAIN_VALIDATED, POSTAL_CODE, "a postal code")
    }),
    Rule::forum(
        PAGE,
        "organization-validated-organization",
        VALIDATION,
        |view| {
            has_without(
                view,
                ORGANIZATION_VALIDATED,
                &[ORGANIZATION],
                "an organization",
            )
        },
    )
    .from(date!(2012 - 07 - 01)),
    Rule::forum(PAGE, "organization-validated-country", VALIDATION, |view| {
        has_without(view, ORGANIZATION_VALIDATED, &[COUNTRY], "a country")
    })
    .from(date!(2012 - 07 - 01)),
    Rule::forum(PAGE, "organization-validated-place", VALIDATION, |view| {
        has_without(
            view,
            ORGANIZATION_VALIDATED,
            &[LOCALITY, STATE],
            "a locality or a state",
        )
    })
    .from(date!(2012 - 07 - 01)),
    Rule::forum(PAGE, "individual-validated-name", VALIDATION, |view| {
        // one name alone is no person's
        let other = match view.subject_of(GIVEN_NAME).next() {
            Some(_) => SURNAME,
            None => GIVEN_NAME,
        };
        let what = "a person's name or an organization";
        has_without(view, INDIVIDUAL_VALIDATED, &[ORGANIZATION, other], what)
    })
    .from(date!(2015 - 09 - 28)),
    Rule::forum(PAGE, "individual-validated-country", VALIDATION, |view| {
        has_without(view, INDIVIDUAL_VALIDATED, &[COUNTRY], "a country")
    })
    .from(date!(2015 - 09 - 28)),
    Rule::forum(PAGE, "individual-validated-place", VALIDATION, |view| {
        has_without(
            view,
            INDIVIDUAL_VALIDATED,
            &[LOCALITY, STATE],
            "a locality or a state",
        )
    })
    .from(date!(2015 - 09 - 28)),
];

fn kind(policy: &str) -> &'static str {
    match policy {
        DOMAIN_VALIDATED => "domain-validated",
        ORGANIZATION_VALIDATED => "organization-validated",
        _ => "individual-validated",
    }
}

fn has_with(view: &View<'_>, policy: &str, attribute: &str, what: &str) -> Option<String> {
    let is_so = view.policies().iter().any(|one| one == policy);
    let has = view.subject_of(attribute).next().is_some();
    (is_so && has).then(|| {
        format!(
            "it is {}, and its subject has {what}, which nobody has validated",
            kind(policy)
        )
    })
}

fn has_without(view: &View<'_>, policy: &str, attributes: &[&str], what: &str) -> Option<String> {
    let is_so = view.policies().iter().any(|one| one == policy);
    let has = attributes
        .iter()
        .any(|one| view.subject_of(one).next().is_some());
    (is_so && !has).then(|| format!("it is {}, and its subject lacks {what}", kind(policy)))
}

/// Each qualifier with the policy that it belongs to.
fn qualifiers<'a>(view: &View<'a>) -> impl Iterator<Item = (String, Element<'a>)> + use<'a> {
    let policies = view.elements(CERTIFICATE_POLICIES).into_iter();
    policies.flat_map(|policy| {
        let mut fields = Reader::new(policy.value);
        let oid = fields.expect_tag(asn1::OBJECT_IDENTIFIER);
        let oid = oid
            .and_then(|oid| asn1::dotted_oid(oid.value))
            .unwrap_or_default();
        let list = fields
            .expect_tag(asn1::SEQUENCE)
            .map(|list| Reader::new(list.value));
        let each = list.into_iter().flatten();
        each.map(|qualifier| (oid.clone(), qualifier))
            .collect::<Vec<_>>()
    })
}

fn qualifier_id(qualifier: &Element<'_>) -> Option<String> {
    let oid = Reader::new(qualifier.value).expect_tag(asn1::OBJECT_IDENTIFIER)?;
    asn1::dotted_oid(oid.value)
}

fn qualifier_text<'a>(qualifier: &Element<'a>) -> Option<&'a [u8]> {
    Reader::new(qualifier.value).nth(1).map(|text| text.value)
}

/// The parts of user notices: a reference is a sequence, a text a string.
fn notices<'a>(view: &View<'a>) -> impl Iterator<Item = Element<'a>> + use<'a> {
    let notices =
        qualifiers(view).filter(|(_, one)| qualifier_id(one).as_deref() == Some(USER_NOTICE));
    notices.flat_map(|(_, qualifier)| {
        let notice = Reader::new(qualifier.value).nth(1);
        notice
            .map(|notice| Reader::new(notice.value))
            .into_iter()
            .flatten()
    })
}

fn mapped(view: &View<'_>) -> Vec<String> {
    let pairs = view.elements(POLICY_MAPPINGS).into_iter();
    let oids = pairs.flat_map(|pair| Reader::new(pair.value));
    oids.filter_map(|oid| asn1::dotted_oid(oid.value)).collect()
}
