//! The strings in attributes: their types, their characters, and the blanks at their ends.

use time::macros::date;

use super::{DOMAIN_COMPONENT, PAGE, has_other_tag, name};
use crate::lint::rules::when;
use crate::lint::view::{
    Attribute, BMP_STRING, COMMON_NAME, COUNTRY, GIVEN_NAME, IA5_STRING, LOCALITY, ORGANIZATION,
    ORGANIZATIONAL_UNIT, POSTAL_CODE, PRINTABLE_STRING, SERIAL_NUMBER, STATE, STREET, SURNAME,
    TELETEX_STRING, UTF8_STRING, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "string-type",
        Critical,
        "RFC 5280 section 4.1.2.4",
        |view| {
            let wrong = directory_strings(view).find(|one| {
                ![
                    PRINTABLE_STRING,
                    UTF8_STRING,
                    TELETEX_STRING,
                    BMP_STRING,
                    UNIVERSAL_STRING,
                ]
                .contains(&one.tag)
            })?;
            Some(format!(
                "{} is of a type that no DirectoryString has",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "string-type-old",
        Warning,
        "RFC 5280 section 4.1.2.4",
        |view| {
            let wrong = directory_strings(view)
                .find(|one| [TELETEX_STRING, BMP_STRING, UNIVERSAL_STRING].contains(&one.tag))?;
            Some(format!(
                "{} is neither a PrintableString nor a UTF8String",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "string-type-public",
        Critical,
        "Baseline Requirements section 7.1.4.2",
        |view| {
            let mut fixed = [
                (COUNTRY, PRINTABLE_STRING),
                (SERIAL_NUMBER, PRINTABLE_STRING),
                (JURISDICTION_COUNTRY, PRINTABLE_STRING),
            ]
            .iter();
            let is_wrong = fixed.any(|(oid, tag)| has_other_tag(&view.subject, oid, &[*tag]))
                || DIRECTORY
                    .iter()
                    .chain(&PUBLIC_DIRECTORY)
                    .any(|oid| has_other_tag(&view.subject, oid, &[PRINTABLE_STRING, UTF8_STRING]))
                || has_other_tag(&view.subject, DOMAIN_COMPONENT, &[IA5_STRING]);
            when(
                is_wrong,
                "an attribute of the subject has another string type than is prescribed",
            )
        },
    )
    .public()
    .of(Of::EndEntity)
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "printable-string-characters",
        Critical,
        "X.680 section 41.4",
        |view| {
            let is_allowed =
                |octet: &u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(octet);
            let wrong = view
                .subject
                .iter()
                .find(|one| one.tag == PRINTABLE_STRING && !one.value.iter().all(is_allowed))?;
            Some(format!(
                "{} has characters that a PrintableString cannot have",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "subject-control-characters",
        Critical,
        "RFC 5280 section 4.1.2.6, X.520",
        |view| {
            let is_control = |text: String| text.chars().any(char::is_control);
            let wrong = view
                .subject
                .iter()
                .find(|one| one.text().is_some_and(is_control))?;
            Some(format!("{} has control characters", name(wrong)))
        },
    ),
    Rule::new(
        PAGE,
        "subject-leading-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.subject, |text| text.starts_with(char::is_whitespace))
                .map(|one| format!("{one} of the subject begins with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "subject-trailing-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.subject, |text| text.ends_with(char::is_whitespace))
                .map(|one| format!("{one} of the subject ends with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "issuer-leading-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.issuer, |text| text.starts_with(char::is_whitespace))
                .map(|one| format!("{one} of the issuer begins with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "issuer-trailing-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.issuer, |text| text.ends_with(char::is_whitespace))
                .map(|one| format!("{one} of the issuer ends with a blank"))
        },
    ),
];

const UNIVERSAL_STRING: u8 = 0x1c;
const JURISDICTION_COUNTRY: &str = "1.3.6.1.4.1.311.60.2.1.3";

/// Attributes that are a DirectoryString (RFC 5280 appendix A.1).
const DIRECTORY: [&str; 9] = [
    COMMON_NAME,
    SURNAME,
    LOCALITY,
    STATE,
    STREET,
    ORGANIZATION,
    ORGANIZATIONAL_UNIT,
    POSTAL_CODE,
    GIVEN_NAME,
];

/// Further ones in public certificates: businessCategory, organizationIdentifier, locality and state of the jurisdiction.
const PUBLIC_DIRECTORY: [&str; 4] = [
    "2.5.4.15",
    "2.5.4.97",
    "1.3.6.1.4.1.311.60.2.1.1",
    "1.3.6.1.4.1.311.60.2.1.2",
];

fn directory_strings<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Attribute<'a>> {
    let all = view.subject.iter();
    all.filter(|one| DIRECTORY.contains(&one.oid.as_str()))
}

fn edge(attributes: &[Attribute<'_>], is_wrong: fn(&str) -> bool) -> Option<String> {
    let wrong = |one: &&Attribute<'_>| one.text().is_some_and(|text| is_wrong(&text));
    let wrong = attributes.iter().find(wrong)?;
    Some(name(wrong).to_owned())
}
