//! What the client asks of each certificate: that it can be read, its dates, its purpose, its algorithms, its lifetime.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::cert::{is_too_large_for_webpki, webpki_refuses};
use crate::key::{KeyFacts, P256, P384, P521, PublicKey};
use crate::report;
use crate::signature;
use crate::verify::{Refusal, in_words, pkix};

/// `Cert::from_der`: what ends the parsing of a certificate of a chain.
pub(super) fn check_parse(certificate: &Certificate) -> Result<(), Refusal> {
    if is_too_large_for_webpki(certificate) {
        return Err(Refusal::NotParsed {
            certificate: certificate.clone(),
            why: "it has more than 65,534 octets",
        });
    }
    if certificate.version() != 3 {
        return Err(Refusal::Version {
            certificate: certificate.clone(),
            version: certificate.version(),
        });
    }
    let extensions = certificate.extensions();
    let unknown: Vec<&str> = extensions
        .critical
        .iter()
        .map(String::as_str)
        .filter(|oid| !KNOWN.contains(oid) || extensions.unknown_critical.iter().any(|u| u == oid))
        .collect();
    if !unknown.is_empty() {
        return Err(Refusal::CriticalExtension {
            certificate: certificate.clone(),
            oids: unknown.join(", "),
        });
    }
    if webpki_refuses(certificate) {
        return Err(Refusal::InvalidExtensions {
            certificate: certificate.clone(),
        });
    }
    Ok(())
}

/// What `remember_cert_extension` knows; any other critical extension ends the parsing, also those about policies.
const KNOWN: [&str; 6] = [
    "2.5.29.15", // keyUsage
    "2.5.29.17", // subjectAltName
    "2.5.29.19", // basicConstraints
    "2.5.29.30", // nameConstraints
    "2.5.29.31", // cRLDistributionPoints
    "2.5.29.37", // extendedKeyUsage
];

/// `check_issuer_independent_properties`: dates, basicConstraints, extendedKeyUsage. keyUsage is not looked at.
pub(super) fn check_alone(
    certificate: &Certificate,
    path_length: usize,
    at: OffsetDateTime,
) -> Result<(), Refusal> {
    // `time_choice`; nobody looks at the dates of an anchor
    if certificate
        .not_before()
        .min(certificate.not_after())
        .unix_timestamp()
        < 0
    {
        return Err(Refusal::NotParsed {
            certificate: certificate.clone(),
            why: "it has a date before 1970",
        });
    }
    pkix::check_dates(certificate, at)?;
    let constraints = certificate.extensions().basic_constraints;
    let is_ca = constraints.is_some_and(|constraints| constraints.ca);
    match (path_length, is_ca) {
        (1, true) => {
            return Err(Refusal::EndEntityIsCa {
                certificate: certificate.clone(),
            });
        }
        (1, false) | (_, true) => {}
        (_, false) => {
            return Err(Refusal::NotCa {
                certificate: certificate.clone(),
            });
        }
    }
    // intermediates below this one; those that are self-issued count as well
    let below = path_length.saturating_sub(2);
    let allowed = constraints.and_then(|constraints| constraints.path_len);
    if path_length > 1
        && allowed
            .and_then(|length| usize::try_from(length).ok())
            .is_some_and(|length| below > length)
    {
        return Err(Refusal::PathTooLong {
            certificate: certificate.clone(),
        });
    }
    match &certificate.extensions().extended_key_usage {
        Some(purposes) if !purposes.iter().any(|purpose| purpose == SERVER_AUTH) => {
            Err(Refusal::EndEntityPurpose {
                certificate: certificate.clone(),
                purposes: in_words(purposes),
            })
        }
        _ => Ok(()),
    }
}

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

/// The pairs of `SUPPORTED_SIG_ALGS` (rustls, crypto/aws_lc_rs).
pub(super) fn check_algorithm(
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<(), Refusal> {
    let name = signature::algorithm_name(certificate.signature_algorithm());
    let fits = match name.as_str() {
        "SHA256withRSA" | "SHA384withRSA" | "SHA512withRSA" | "SHA256withECDSA"
        | "SHA384withECDSA" | "SHA512withECDSA" | "Ed25519" => true,
        "RSASSA-PSS" => signature::is_usual_pss(
            certificate.signature_algorithm(),
            issuer.subject_public_key_info(),
        ),
        _ => false,
    };
    if !fits {
        return Err(Refusal::WeakAlgorithm {
            certificate: certificate.clone(),
            what: format!("signature algorithm {name}"),
        });
    }
    check_key(issuer)
}

pub(super) fn check_key(certificate: &Certificate) -> Result<(), Refusal> {
    let spki = certificate.subject_public_key_info();
    let key = KeyFacts::from_spki(spki);
    let curve = PublicKey::from_der(spki).and_then(|key| key.curve_oid());
    let fits = match (key.algorithm.as_str(), key.bits) {
        ("RSA", Some(bits)) => (2048..=8192).contains(&bits),
        ("EC", _) => matches!(curve.as_deref(), Some(P256 | P384 | P521)),
        ("Ed25519", _) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::WeakAlgorithm {
        certificate: certificate.clone(),
        what: pkix::describe_key(&key),
    })
}

/// `HasTooLongValidity` of Chrome's `cert_verify_proc.cc`, which asks this of roots that it ships only.
pub(super) fn check_lifetime(certificate: &Certificate) -> Result<(), Refusal> {
    let issued = certificate.not_before();
    let rule = LIFETIMES.iter().find(|(since, _)| issued >= *since);
    let lifetime = report::lifetime(certificate);
    match rule {
        Some((_, days)) if lifetime > Duration::days(*days) => Err(Refusal::LifetimeTooLong {
            certificate: certificate.clone(),
            days: lifetime.whole_days(),
            allowed: *days,
        }),
        _ => Ok(()),
    }
}

/// Issued since, days at most; the newest rule first.
const LIFETIMES: [(OffsetDateTime, i64); 2] = [
    (datetime!(2020-09-01 00:00 UTC), 398),
    (datetime!(2018-03-01 00:00 UTC), 825),
];
