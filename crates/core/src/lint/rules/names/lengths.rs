//! How long an attribute may be.

use super::PAGE;
use crate::decode;
use crate::lint::Rule;
use crate::lint::view::{
    Attribute, COMMON_NAME, EMAIL_ADDRESS, GIVEN_NAME, LOCALITY, ORGANIZATION, ORGANIZATIONAL_UNIT,
    POSTAL_CODE, SERIAL_NUMBER, STATE, STREET, SURNAME, View,
};
use crate::report::Severity::{Critical, Warning};

const BOUNDS: &str = "RFC 5280 appendix A.1 (upper bounds), X.520";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(PAGE, "common-name-too-long", Critical, BOUNDS, |view| {
        too_long(view, COMMON_NAME, 64)
    }),
    Rule::new(PAGE, "organization-too-long", Critical, BOUNDS, |view| {
        too_long(view, ORGANIZATION, 64)
    }),
    Rule::new(
        PAGE,
        "organizational-unit-too-long",
        Critical,
        BOUNDS,
        |view| too_long(view, ORGANIZATIONAL_UNIT, 64),
    ),
    Rule::new(PAGE, "locality-too-long", Critical, BOUNDS, |view| {
        too_long(view, LOCALITY, 128)
    }),
    Rule::new(PAGE, "state-too-long", Critical, BOUNDS, |view| {
        too_long(view, STATE, 128)
    }),
    Rule::new(PAGE, "street-too-long", Critical, BOUNDS, |view| {
        too_long(view, STREET, 128)
    }),
    Rule::new(PAGE, "postal-code-too-long", Critical, BOUNDS, |view| {
        too_long(view, POSTAL_CODE, 40)
    }),
    Rule::new(PAGE, "serial-number-too-long", Critical, BOUNDS, |view| {
        too_long(view, SERIAL_NUMBER, 64)
    }),
    Rule::new(PAGE, "surname-too-long", Critical, BOUNDS, |view| {
        too_long(view, SURNAME, 32_768)
    }),
    Rule::new(PAGE, "given-name-too-long", Critical, BOUNDS, |view| {
        too_long(view, GIVEN_NAME, 32_768)
    }),
    Rule::new(PAGE, "surname-long", Warning, BOUNDS, |view| {
        too_long(view, SURNAME, 64)
    }),
    Rule::new(PAGE, "given-name-long", Warning, BOUNDS, |view| {
        too_long(view, GIVEN_NAME, 64)
    }),
    Rule::new(PAGE, "email-address-too-long", Critical, BOUNDS, |view| {
        too_long(view, EMAIL_ADDRESS, 255)
    }),
];

fn too_long(view: &View<'_>, oid: &str, most: usize) -> Option<String> {
    let mut texts = view.subject_of(oid).filter_map(Attribute::text);
    let length = texts.find_map(|text| {
        let length = text.chars().count();
        (length > most).then_some(length)
    })?;
    let name = decode::name(oid).unwrap_or(oid);
    Some(format!(
        "{name} has {length} characters, and {most} are the most"
    ))
}
