//! Extensions as such.

use std::collections::BTreeSet;

use super::when;
use crate::cert::asn1::{self, Element, Reader};
use crate::lint::view::{
    AUTHORITY_INFORMATION_ACCESS, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS, FRESHEST_CRL,
    ISSUER_ALT_NAME, POLICY_MAPPINGS, SUBJECT_DIRECTORY_ATTRIBUTES, SUBJECT_INFORMATION_ACCESS,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};

const PAGE: &str = "LINT-EXTENSION";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "extension-twice",
        Critical,
        "RFC 5280 section 4.2",
        |view| {
            let mut seen = BTreeSet::new();
            let twice = view
                .extensions
                .iter()
                .find(|one| !seen.insert(one.oid.as_str()))?;
            Some(format!("the extension {} is there twice", name(&twice.oid)))
        },
    ),
    Rule::new(
        PAGE,
        "extensions-of-old-version",
        Critical,
        "RFC 5280 section 4.1.2.9",
        |view| {
            let version = view.certificate.version();
            (version < 3 && !view.extensions.is_empty())
                .then(|| format!("it has extensions, and its version is {version}"))
        },
    ),
    Rule::new(
        PAGE,
        "version",
        Critical,
        "Baseline Requirements section 7.1.1",
        |view| {
            let version = view.certificate.version();
            (version != 3).then(|| format!("its version is {version}, and must be 3"))
        },
    )
    .public(),
    Rule::new(
        PAGE,
        "unique-identifier",
        Critical,
        "RFC 5280 section 4.1.2.8",
        |view| {
            when(
                view.has_unique_identifier,
                "it has a unique identifier, which CAs must not write",
            )
        },
    ),
    Rule::new(
        PAGE,
        "unique-identifier-of-old-version",
        Critical,
        "RFC 5280 section 4.1.2.8",
        |view| {
            when(
                view.has_unique_identifier && view.certificate.version() == 1,
                "it has a unique identifier, and its version is 1",
            )
        },
    ),
    Rule::new(
        PAGE,
        "extension-encoding",
        Critical,
        "RFC 5280 section 4.2, X.690 section 10.1",
        |view| {
            let wrong = view
                .extensions
                .iter()
                .find(|one| one.writes_default || !is_der(one.value))?;
            Some(format!(
                "{} is not in DER: a default is written, or a length or truth value otherwise than DER has it",
                name(&wrong.oid)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "extension-empty",
        Critical,
        "RFC 5280 section 4.2",
        |view| {
            let empty = NEVER_EMPTY.iter().find(|oid| {
                view.extension(oid)
                    .is_some_and(|one| one.value == [asn1::SEQUENCE, 0])
            })?;
            Some(format!("{} says nothing", name(empty)))
        },
    ),
    Rule::new(
        PAGE,
        "extension-unknown-critical",
        Critical,
        "RFC 5280 section 4.2",
        |view| {
            let unknown = view.certificate.extensions().unknown_critical.first()?;
            Some(format!(
                "{} is critical, and clients do not know it",
                name(unknown)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "subject-directory-attributes-critical",
        Critical,
        "RFC 5280 section 4.2.1.8",
        |view| {
            when(
                view.is_critical(SUBJECT_DIRECTORY_ATTRIBUTES),
                "subjectDirectoryAttributes is critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "issuer-alt-name-critical",
        Warning,
        "RFC 5280 section 4.2.1.7",
        |view| {
            when(
                view.is_critical(ISSUER_ALT_NAME),
                "issuerAltName is critical",
            )
        },
    ),
    Rule::new(
        PAGE,
        "precertificate",
        Critical,
        "RFC 6962 section 3.1",
        |view| {
            when(
                view.has(POISON),
                "it is a precertificate, which no client accepts",
            )
        },
    ),
    Rule::new(
        PAGE,
        "precertificate-with-timestamps",
        Critical,
        "RFC 6962 section 3.2",
        |view| {
            when(
                view.has(POISON) && view.has(TIMESTAMPS),
                "a precertificate has the timestamps of certificate transparency already",
            )
        },
    ),
    Rule::new(
        PAGE,
        "timestamps-empty",
        Critical,
        "RFC 6962 section 3.3",
        |view| {
            let list = view.extension(TIMESTAMPS)?;
            let text = Reader::new(list.value).expect_tag(asn1::OCTET_STRING)?;
            when(
                matches!(text.value, [] | [0, 0]),
                "the list of timestamps of certificate transparency is empty",
            )
        },
    ),
    Rule::new(
        PAGE,
        "ocsp-responder-without-nocheck",
        Warning,
        "RFC 6960 section 4.2.2.2.1",
        |view| {
            let usages = view.usages()?;
            when(
                usages
                    .iter()
                    .any(|usage| usage == crate::lint::view::OCSP_SIGNING)
                    && !view.has("1.3.6.1.5.5.7.48.1.5"),
                "an OCSP responder without id-pkix-ocsp-nocheck must be asked about itself",
            )
        },
    )
    .public()
    .of(Of::EndEntity),
];

/// Extensions that RFC 5280 defines as a sequence of at least one.
const NEVER_EMPTY: [&str; 8] = [
    AUTHORITY_INFORMATION_ACCESS,
    CERTIFICATE_POLICIES,
    CRL_DISTRIBUTION_POINTS,
    FRESHEST_CRL,
    ISSUER_ALT_NAME,
    POLICY_MAPPINGS,
    SUBJECT_DIRECTORY_ATTRIBUTES,
    SUBJECT_INFORMATION_ACCESS,
];

const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";
const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";

fn name(oid: &str) -> &str {
    crate::decode::name(oid).unwrap_or(oid)
}

/// One element to the end, and the same of what is in it where that is a sequence: the lengths in the fewest octets, and
/// truth values as DER writes them.
fn is_der(value: &[u8]) -> bool {
    let mut reader = Reader::new(value);
    let Some(element) = reader.next() else {
        return false;
    };
    reader.is_empty() && has_der_length(&element) && inside_is_der(&element, 8)
}

fn inside_is_der(element: &Element<'_>, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    match element.tag {
        asn1::SEQUENCE | asn1::SET => {
            let mut reader = Reader::new(element.value);
            let all = reader
                .by_ref()
                .all(|inner| has_der_length(&inner) && inside_is_der(&inner, depth));
            all && reader.is_empty()
        }
        crate::lint::view::BOOLEAN => matches!(element.value, [0 | 0xff]),
        _ => true,
    }
}

/// X.690 section 10.1: the definite form in the fewest octets.
fn has_der_length(element: &Element<'_>) -> bool {
    asn1::element(element.tag, &[element.value]).len() == element.raw.len()
}
