//! The algorithm of the signature.

use time::macros::date;

use super::when;
use crate::cert::asn1::{self, Reader};
use crate::lint::view::View;
use crate::lint::{Of, Rule};
use crate::report::Severity::Critical;
use crate::signature::is_pss_with_sha1;

const PAGE: &str = "LINT-SIGNATURE";
const ALLOWED: &str = "Baseline Requirements section 7.1.3.2";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "signature-algorithms-differ",
        Critical,
        "RFC 5280 section 4.1.1.2",
        |view| {
            when(
                view.inner_algorithm != view.certificate.signature_algorithm(),
                "the algorithm within what is signed is another than the one outside",
            )
        },
    ),
    Rule::new(
        PAGE,
        "signature-parameters",
        Critical,
        "RFC 4055 section 5, RFC 5758 section 3.2",
        |view| {
            let (oid, parameters) = algorithm(view)?;
            let is_rsa = RSA.contains(&oid.as_str());
            let is_ecdsa = ECDSA.iter().any(|(_, known)| *known == oid);
            match parameters {
                Some([5, 0]) if is_rsa => None,
                None if is_rsa => Some(
                    "the parameters of an RSA signature must be NULL, and are missing".to_owned(),
                ),
                Some(_) if is_rsa => {
                    Some("the parameters of an RSA signature must be NULL".to_owned())
                }
                Some(_) if is_ecdsa => {
                    Some("an ECDSA signature has parameters, and must have none".to_owned())
                }
                _ => None,
            }
        },
    ),
    Rule::new(
        PAGE,
        "signature-sha1",
        Critical,
        "Baseline Requirements section 7.1.3.2.1",
        |view| {
            let (oid, _) = algorithm(view)?;
            let is_sha1 = SHA1.contains(&oid.as_str())
                || is_pss_with_sha1(view.certificate.signature_algorithm());
            when(
                is_sha1 && !is_root(view),
                "it is signed with SHA-1, which can be forged and clients refuse",
            )
        },
    )
    .from(date!(2016 - 01 - 01)),
    Rule::new(
        PAGE,
        "signature-md5",
        Critical,
        "RFC 6151 section 2",
        |view| {
            let (oid, _) = algorithm(view)?;
            when(
                matches!(oid.as_str(), MD2_RSA | MD5_RSA) && !is_root(view),
                "it is signed with MD2 or MD5, which is forged in minutes",
            )
        },
    ),
    Rule::new(PAGE, "signature-algorithm", Critical, ALLOWED, |view| {
        let (oid, _) = algorithm(view)?;
        let is_allowed = RSA.contains(&oid.as_str()) && !matches!(oid.as_str(), MD2_RSA | MD5_RSA)
            || oid == PSS
            || ECDSA.iter().any(|(_, known)| *known == oid)
            || SHA1.contains(&oid.as_str());
        (!is_allowed).then(|| format!("a public CA may not sign with {}", name(&oid)))
    })
    .public(),
];

/// The signature of a root is checked by nobody (RFC 5280 section 6.1.1 (d)).
fn is_root(view: &View<'_>) -> bool {
    Of::Root.fits(view) || view.is_self_issued()
}

fn algorithm<'a>(view: &View<'a>) -> Option<(String, Option<&'a [u8]>)> {
    let mut fields = Reader::inside(view.inner_algorithm, asn1::SEQUENCE)?;
    let oid = asn1::dotted_oid(fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value)?;
    let parameters = fields.rest();
    Some((oid, (!parameters.is_empty()).then_some(parameters)))
}

fn name(oid: &str) -> String {
    crate::decode::name(oid).map_or_else(|| oid.to_owned(), str::to_owned)
}

const MD2_RSA: &str = "1.2.840.113549.1.1.2";
const MD5_RSA: &str = "1.2.840.113549.1.1.4";
const PSS: &str = "1.2.840.113549.1.1.10";

/// RSA with PKCS #1 v1.5 (RFC 4055 section 5): MD2, MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224.
const RSA: [&str; 7] = [
    MD2_RSA,
    MD5_RSA,
    "1.2.840.113549.1.1.5",
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.113549.1.1.14",
];

/// RSA, ECDSA and DSA with SHA-1.
const SHA1: [&str; 3] = [
    "1.2.840.113549.1.1.5",
    "1.2.840.10045.4.1",
    "1.2.840.10040.4.3",
];

const ECDSA: [(&str, &str); 3] = [
    ("SHA-256", "1.2.840.10045.4.3.2"),
    ("SHA-384", "1.2.840.10045.4.3.3"),
    ("SHA-512", "1.2.840.10045.4.3.4"),
];
