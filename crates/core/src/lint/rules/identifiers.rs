//! Identifiers of keys.

use super::when;
use crate::cert::asn1::{self, Reader};
use crate::lint::view::{AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, View};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const PAGE: &str = "LINT-KEY-IDENTIFIER";
const SUBJECT: &str = "RFC 5280 section 4.2.1.2";
const AUTHORITY: &str = "RFC 5280 section 4.2.1.1";

pub(super) const RULES: &[Rule] = &[
    Rule::new(PAGE, "subject-key-identifier-missing", Critical, SUBJECT, |view| {
        when(
            !view.has(SUBJECT_KEY_IDENTIFIER),
            "a CA certificate without subjectKeyIdentifier: clients cannot tell its keys apart",
        )
    })
    .of(Of::Authority),
    Rule::new(PAGE, "subject-key-identifier-absent", Note, SUBJECT, |view| {
        when(!view.has(SUBJECT_KEY_IDENTIFIER), "there is no subjectKeyIdentifier")
    })
    .of(Of::EndEntity),
    Rule::new(PAGE, "subject-key-identifier-critical", Critical, SUBJECT, |view| {
        when(view.is_critical(SUBJECT_KEY_IDENTIFIER), "subjectKeyIdentifier is critical")
    }),
    Rule::new(PAGE, "authority-key-identifier-critical", Critical, AUTHORITY, |view| {
        when(view.is_critical(AUTHORITY_KEY_IDENTIFIER), "authorityKeyIdentifier is critical")
    }),
    // A root may leave it out, since it would name itself.
    Rule::new(PAGE, "authority-key-identifier-missing", Critical, AUTHORITY, |view| {
        when(
            !view.is_self_issued() && !view.has(AUTHORITY_KEY_IDENTIFIER),
            "there is no authorityKeyIdentifier, which says with which key it was signed",
        )
    }),
    Rule::new(PAGE, "authority-key-identifier-empty", Critical, AUTHORITY, |view| {
        when(
            !view.is_self_issued()
                && view.has(AUTHORITY_KEY_IDENTIFIER)
                && !fields(view).contains(&KEY_IDENTIFIER),
            "authorityKeyIdentifier has no keyIdentifier",
        )
    }),
    Rule::new(
        PAGE,
        "authority-key-identifier-mixed",
        Warning,
        "Mozilla Root Store Policy section 5.2",
        |view| {
            let fields = fields(view);
            when(
                fields.contains(&KEY_IDENTIFIER) && fields.contains(&SERIAL),
                "authorityKeyIdentifier has both the key and the serial number of the issuer: a cross-signed or renewed issuer no longer fits",
            )
        },
    )
    .public(),
];

const KEY_IDENTIFIER: u8 = 0x80;
const SERIAL: u8 = 0x82;

fn fields(view: &View<'_>) -> Vec<u8> {
    let extension = view.extension(AUTHORITY_KEY_IDENTIFIER);
    let inside = extension.and_then(|one| Reader::inside(one.value, asn1::SEQUENCE));
    inside
        .into_iter()
        .flatten()
        .map(|field| field.tag)
        .collect()
}
