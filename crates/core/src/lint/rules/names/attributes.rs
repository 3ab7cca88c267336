//! Which attributes stand in a name, and how often.

use std::collections::BTreeSet;

use time::macros::date;

use super::{DOMAIN_COMPONENT, PAGE, name};
use crate::lint::rules::when;
use crate::lint::view::{
    Attribute, COMMON_NAME, EMAIL, EMAIL_ADDRESS, ORGANIZATIONAL_UNIT, STREET,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const SUBJECT: &str = "Baseline Requirements section 7.1.4";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "subject-several-in-one",
        Note,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            when(
                shares_rdn(&view.subject),
                "a part of the subject has several attributes",
            )
        },
    ),
    Rule::new(
        PAGE,
        "issuer-several-in-one",
        Note,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            when(
                shares_rdn(&view.issuer),
                "a part of the issuer has several attributes",
            )
        },
    ),
    Rule::new(
        PAGE,
        "subject-attribute-twice",
        Critical,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            let mut seen = BTreeSet::new();
            let once = view
                .subject
                .iter()
                .filter(|one| ![DOMAIN_COMPONENT, STREET].contains(&one.oid.as_str()));
            let mut once = once;
            let twice = once.find(|one| !seen.insert(one.oid.as_str()))?;
            Some(format!("{} is there twice", name(twice)))
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "organizational-unit",
        "Baseline Requirements section 7.1.2.7.2",
        |view| {
            when(
                view.subject_of(ORGANIZATIONAL_UNIT).next().is_some(),
                "the subject has an organizational unit",
            )
        },
    )
    .from(date!(2022 - 09 - 01)),
    Rule::new(PAGE, "subject-says-nothing", Critical, SUBJECT, |view| {
        let is_nothing =
            |text: String| !text.is_empty() && text.chars().all(|letter| " .-".contains(letter));
        let wrong = view
            .subject
            .iter()
            .find(|one| one.text().is_some_and(is_nothing))?;
        Some(format!(
            "{} has nothing but a dot, a hyphen or a blank",
            name(wrong)
        ))
    })
    .public(),
    Rule::new(PAGE, "common-names-several", Warning, SUBJECT, |view| {
        when(
            view.subject_of(COMMON_NAME).count() > 1,
            "the subject has several common names",
        )
    })
    .of(Of::EndEntity),
    Rule::new(
        PAGE,
        "common-name-deprecated",
        Note,
        "Baseline Requirements section 7.1.4.3",
        |view| {
            when(
                view.subject_of(COMMON_NAME).next().is_some(),
                "the subject has a common name, which no browser reads",
            )
        },
    )
    .public()
    .of(Of::Server),
    Rule::new(
        PAGE,
        "email-address-not-in-alt-names",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| {
            let addresses: Vec<&str> = view.names(EMAIL).collect();
            let mut emails = view.subject_of(EMAIL_ADDRESS).filter_map(Attribute::text);
            when(
                emails.any(|email| !addresses.contains(&email.as_str())),
                "the e-mail address of the subject is not among the alternative names",
            )
        },
    ),
];

fn shares_rdn(attributes: &[Attribute<'_>]) -> bool {
    let mut pairs = attributes.windows(2);
    pairs.any(|pair| matches!(pair, [one, other] if one.rdn == other.rdn))
}
