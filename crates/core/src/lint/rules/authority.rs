//! What makes a certificate that of a CA, and what limits it.

use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Reader};
use crate::lint::view::{
    BASIC_CONSTRAINTS, BOOLEAN, COMMON_NAME, COUNTRY, NAME_CONSTRAINTS, ORGANIZATION, View,
};
use crate::lint::{Of, Profile, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const PAGE: &str = "LINT-AUTHORITY";
const BASIC: &str = "RFC 5280 section 4.2.1.9";
const NAMES: &str = "RFC 5280 section 4.2.1.10";
const KEY_CERT_SIGN: u16 = 1 << 5;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "not-an-authority",
        Critical,
        "RFC 5280 section 4.2.1.9",
        |view| {
            when(
                view.profile == Profile::PublicCa && !view.is_authority(),
                "it is no CA certificate: basicConstraints with cA is missing",
            )
        },
    ),
    Rule::new(
        PAGE,
        "basic-constraints-not-critical",
        Critical,
        BASIC,
        |view| {
            when(
                view.has(BASIC_CONSTRAINTS) && !view.is_critical(BASIC_CONSTRAINTS),
                "basicConstraints of a CA is not critical",
            )
        },
    )
    .of(Of::Authority),
    Rule::new(
        PAGE,
        "basic-constraints-encoding",
        Critical,
        "X.690 section 11.5",
        |view| {
            let extension = view.extension(BASIC_CONSTRAINTS)?;
            let mut fields = Reader::inside(extension.value, asn1::SEQUENCE)?;
            let authority = fields.expect_tag(BOOLEAN);
            when(
                authority.is_some_and(|authority| authority.value != [0xff]),
                "basicConstraints writes a default or a truth that DER does not have",
            )
        },
    ),
    Rule::new(
        PAGE,
        "path-length-without-authority",
        Critical,
        BASIC,
        |view| {
            let constraints = view.certificate.extensions().basic_constraints?;
            let signs = view
                .key_usage()
                .is_none_or(|usage| usage & KEY_CERT_SIGN != 0);
            when(
                constraints.path_len.is_some() && !(constraints.ca && signs),
                "there is a path length, which only a CA that signs certificates may have",
            )
        },
    ),
    Rule::new(PAGE, "path-length-negative", Critical, BASIC, |view| {
        let extension = view.extension(BASIC_CONSTRAINTS)?;
        let mut fields = Reader::inside(extension.value, asn1::SEQUENCE)?;
        fields.expect_tag(BOOLEAN);
        let length = fields.expect_tag(asn1::INTEGER)?;
        when(
            length.value.first().is_some_and(|first| first & 0x80 != 0),
            "the path length is negative",
        )
    }),
    Rule::new(
        PAGE,
        "root-path-length",
        Note,
        "Baseline Requirements section 7.1.2.1.4",
        |view| {
            let constraints = view.certificate.extensions().basic_constraints?;
            when(
                constraints.path_len.is_some(),
                "a root has a path length, which clients ignore",
            )
        },
    )
    .public()
    .of(Of::Root),
    Rule::new(
        PAGE,
        "name-constraints-without-authority",
        Critical,
        NAMES,
        |view| {
            when(
                view.has(NAME_CONSTRAINTS) && !view.is_authority(),
                "nameConstraints stands in a certificate that is no CA",
            )
        },
    ),
    Rule::new(
        PAGE,
        "name-constraints-not-critical",
        Warning,
        NAMES,
        |view| {
            when(
                view.has(NAME_CONSTRAINTS) && !view.is_critical(NAME_CONSTRAINTS),
                "nameConstraints is not critical: who does not know it ignores it",
            )
        },
    ),
    Rule::new(PAGE, "name-constraints-empty", Critical, NAMES, |view| {
        when(
            view.has(NAME_CONSTRAINTS) && view.elements(NAME_CONSTRAINTS).is_empty(),
            "nameConstraints permits and excludes nothing",
        )
    }),
    Rule::new(PAGE, "name-constraints-minimum", Critical, NAMES, |view| {
        let is_wrong = subtrees(view).any(|(tag, value)| tag == MINIMUM && value != [0]);
        when(is_wrong, "nameConstraints has a minimum other than 0")
    }),
    Rule::new(PAGE, "name-constraints-maximum", Critical, NAMES, |view| {
        let is_wrong = subtrees(view).any(|(tag, _)| tag == MAXIMUM);
        when(is_wrong, "nameConstraints has a maximum")
    }),
    Rule::new(
        PAGE,
        "authority-without-common-name",
        Critical,
        "Baseline Requirements section 7.1.2.10.2",
        |view| when(lacks(view, COMMON_NAME), "a CA has no common name"),
    )
    .public()
    .of(Of::Authority)
    .from(date!(2017 - 06 - 08)),
    Rule::new(
        PAGE,
        "authority-without-organization",
        Critical,
        "Baseline Requirements section 7.1.2.10.2",
        |view| when(lacks(view, ORGANIZATION), "a CA has no organization"),
    )
    .public()
    .of(Of::Authority)
    .from(date!(2012 - 07 - 01)),
    Rule::new(
        PAGE,
        "authority-without-country",
        Critical,
        "Baseline Requirements section 7.1.2.10.2",
        |view| when(lacks(view, COUNTRY), "a CA has no country"),
    )
    .public()
    .of(Of::Authority)
    .from(date!(2012 - 07 - 01)),
];

/// An empty one is none.
fn lacks(view: &View<'_>, oid: &str) -> bool {
    view.subject_of(oid).all(|one| one.value.is_empty())
}

const MINIMUM: u8 = 0x80;
const MAXIMUM: u8 = 0x81;

/// What follows the base of each GeneralSubtree: tag and contents.
fn subtrees<'a>(view: &View<'a>) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
    let sets = view.elements(NAME_CONSTRAINTS).into_iter();
    let trees = sets.flat_map(|set| Reader::new(set.value));
    trees.flat_map(|tree| {
        let mut fields = Reader::new(tree.value);
        fields.next();
        fields.map(|field| (field.tag, field.value))
    })
}
