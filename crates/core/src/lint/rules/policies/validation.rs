//! What the subject has, or lacks, by the kind of validation that is claimed.

use time::macros::date;

use super::{DOMAIN_VALIDATED, INDIVIDUAL_VALIDATED, ORGANIZATION_VALIDATED, PAGE};
use crate::lint::Rule;
use crate::lint::view::{
    COUNTRY, GIVEN_NAME, LOCALITY, ORGANIZATION, POSTAL_CODE, STATE, STREET, SURNAME, View,
};

const VALIDATION: &str = "Baseline Requirements section 7.1.2.7";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
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
