//! A browser-like client: the rules of rustls-webpki 0.103 with the algorithms that rustls takes, and for public roots the
//! longest lifetime that Chrome takes.
//!
//! Read from `verify_cert.rs`, `cert.rs` and `subject_name` of rustls-webpki. Against Java and OpenSSL it differs most in
//! that an anchor is a name and a key only (its dates count for nothing), that any other certificate in the store is no
//! anchor for itself, and that the common name never is a host name.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::Certificate;
use crate::cert::{AltName, is_too_large_for_webpki, webpki_refuses};
use crate::chain::PresentedChain;
use crate::key::{KeyFacts, P256, P384, P521, PublicKey};
use crate::report;
use crate::signature;
use crate::trust::{TrustAnchors, is_public_root};

use super::pkix::{self, Budget};
use super::{Refusal, ServerName, hostname, name_constraints};

/// The path that the client would accept: end entity first, anchor last.
pub(super) fn find_path(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
) -> Result<Vec<Certificate>, Refusal> {
    // `EndEntityCert::try_from` parses the first certificate; others are parsed when a path leads to them
    if let Some(unreadable) = chain.unreadable.iter().find(|one| one.place == 0) {
        return Err(Refusal::Unreadable {
            place: unreadable.place,
            why: unreadable.why.clone(),
        });
    }
    let (end_entity, intermediates) = chain
        .certificates
        .split_first()
        .ok_or(Refusal::NoCertificate)?;
    check_parse(end_entity)?;
    let mut search = Search {
        intermediates,
        anchors,
        at,
        budget: Budget::new(),
        signatures: MAX_SIGNATURES,
        comparisons: MAX_COMPARISONS,
        best: None,
        nearest: end_entity,
    };
    let mut path = vec![end_entity.clone()];
    let Some(path) = search.extend(&mut path)? else {
        return Err(Refusal::NoPath {
            certificate: search.nearest.clone(),
            self_signed: search.nearest.is_self_issued(),
            cause: search.best.map(Box::new),
        });
    };
    check_name(end_entity, name)?;
    // the handshake is signed with the end entity's key
    check_key(end_entity)?;
    if path.last().is_some_and(is_public_root) {
        check_lifetime(end_entity)?;
    }
    Ok(path)
}

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a TrustAnchors,
    at: OffsetDateTime,
    budget: Budget,
    /// What is left of the client's own limits.
    signatures: u32,
    comparisons: usize,
    best: Option<Refusal>,
    nearest: &'a Certificate,
}

impl<'a> Search<'a> {
    /// `ChainOptions::build_chain_inner`. `Err` only when the end entity itself is refused, the client gives up, or the
    /// budget is spent: the client's own limit of 200,000 calls is beyond it, and there this program cannot tell.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> Result<Option<Vec<Certificate>>, Refusal> {
        let Some(head) = path.last().cloned() else {
            return Ok(None);
        };
        let checked = check_alone(&head, path.len(), self.at);
        match (checked, path.len()) {
            (Ok(()), _) => {}
            (Err(refusal), 1) => return Err(refusal),
            (Err(refusal), _) => {
                self.note(refusal);
                return Ok(None);
            }
        }
        let anchors = self.anchors;
        for anchor in anchors.named(head.issuer()) {
            // RootCertStore.add_parsable_certificates passes over what it cannot parse
            if anchor.subject().der() != head.issuer().der() || webpki_refuses(anchor) {
                continue;
            }
            self.budget.spend()?;
            match self.check_signed_chain(path, anchor) {
                Ok(()) => return Ok(Some(path.iter().chain([anchor]).cloned().collect())),
                // "Fatal errors should halt any further path building" (`Error::is_fatal`)
                Err(gave_up @ Refusal::ClientLimit { .. }) => return Err(gave_up),
                Err(gave_up) if gave_up.is_exhausted() => return Err(gave_up),
                Err(refusal) => self.note(refusal),
            }
        }
        let intermediates: &'a [Certificate] = self.intermediates;
        for candidate in intermediates {
            // "Prevent loops; see RFC 4158 section 5.2": the same name and key never twice
            let is_loop = path.iter().any(|one| {
                one.subject().der() == candidate.subject().der()
                    && one.subject_public_key_info() == candidate.subject_public_key_info()
            });
            if candidate.subject().der() != head.issuer().der() || is_loop {
                continue;
            }
            self.budget.spend()?;
            if let Err(refusal) = check_parse(candidate) {
                self.note(refusal);
                continue;
            }
            if path.len() > MAX_INTERMEDIATES {
                self.note(Refusal::PathTooLong {
                    certificate: head.clone(),
                });
                continue;
            }
            self.nearest = candidate;
            path.push(candidate.clone());
            if let Some(found) = self.extend(path)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        Ok(None)
    }

    /// `check_signed_chain` and `check_signed_chain_name_constraints`: from the anchor down.
    fn check_signed_chain(
        &mut self,
        path: &[Certificate],
        anchor: &Certificate,
    ) -> Result<(), Refusal> {
        let mut issuer = anchor;
        for certificate in path.iter().rev() {
            self.signatures = self.signatures.checked_sub(1).ok_or(Refusal::ClientLimit {
                what: "there are more than 100 signatures to check",
            })?;
            check_algorithm(certificate, issuer)?;
            pkix::check_signature(certificate, issuer, &mut self.budget)?;
            issuer = certificate;
        }
        let holders = path.iter().chain([anchor]).enumerate();
        for (place, holder) in holders {
            let Some(constraints) = &holder.extensions().name_constraints else {
                continue;
            };
            for below in path.iter().take(place) {
                let comparisons = name_constraints::comparisons_of_webpki(constraints, below);
                self.comparisons =
                    self.comparisons
                        .checked_sub(comparisons)
                        .ok_or(Refusal::ClientLimit {
                            what: "there are too many names and name constraints to compare",
                        })?;
                if !name_constraints::allow_as_webpki(constraints, below) {
                    return Err(Refusal::NameConstraints {
                        certificate: below.clone(),
                        issuer: holder.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, refusal: Refusal) {
        let rank = self.best.as_ref().map(Refusal::rank);
        if rank.is_none_or(|rank| rank < refusal.rank()) {
            self.best = Some(refusal);
        }
    }
}

/// `Cert::from_der`: what ends the parsing of a certificate of a chain.
fn check_parse(certificate: &Certificate) -> Result<(), Refusal> {
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

/// `check_issuer_independent_properties`: dates, basicConstraints, extendedKeyUsage. keyUsage is not looked at.
fn check_alone(
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
                purposes: super::in_words(purposes),
            })
        }
        _ => Ok(()),
    }
}

/// The pairs of `SUPPORTED_SIG_ALGS` (rustls, crypto/aws_lc_rs).
fn check_algorithm(certificate: &Certificate, issuer: &Certificate) -> Result<(), Refusal> {
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

fn check_key(certificate: &Certificate) -> Result<(), Refusal> {
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

/// `verify_is_valid_for_subject_name`: alternative names only.
pub(super) fn check_name(certificate: &Certificate, name: &ServerName<'_>) -> Result<(), Refusal> {
    let mut names = certificate.extensions().subject_alt_names.iter().flatten();
    let found = match name {
        ServerName::IpAddress(address) => {
            let expected = std::net::IpAddr::from(*address);
            names.any(|name| matches!(name, AltName::Ip(found) if *found == expected))
        }
        _ => {
            let host = name.to_str().to_ascii_lowercase();
            let host = host.strip_suffix('.').unwrap_or(&host).to_owned();
            names.any(|name| matches!(name, AltName::Dns(pattern) if matches_dns(&host, pattern)))
        }
    };
    if found {
        return Ok(());
    }
    Err(Refusal::HostMismatch {
        certificate: certificate.clone(),
        host: name.to_str().into_owned(),
        names: hostname::names(certificate),
        words: "NotValidForName".to_owned(),
    })
}

/// `presented_id_matches_reference_id`: a wildcard is the whole first label, and two labels at least follow it.
fn matches_dns(host: &str, pattern: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(rest) => {
            let is_name = rest.contains('.') && is_dns_name(rest);
            let below = host.split_once('.').filter(|(label, _)| !label.is_empty());
            is_name && below.is_some_and(|(_, parent)| parent == rest)
        }
        None => is_dns_name(&pattern) && pattern == host,
    }
}

/// `is_valid_dns_id` of a presented name: no dot at the end, labels of letters, digits, hyphens and underscores, the last
/// one not all digits.
fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// `HasTooLongValidity` of Chrome's `cert_verify_proc.cc`, which asks this of roots that it ships only.
fn check_lifetime(certificate: &Certificate) -> Result<(), Refusal> {
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

/// `Budget` of rustls-webpki: "taken from the remediation for golang CVE-2018-16875".
const MAX_SIGNATURES: u32 = 100;

/// The same: "taken from golang crypto/x509's default".
const MAX_COMPARISONS: usize = 250_000;

/// `MAX_SUB_CA_COUNT`
const MAX_INTERMEDIATES: usize = 6;

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

/// What `remember_cert_extension` knows; any other critical extension ends the parsing, also those about policies.
const KNOWN: [&str; 6] = [
    "2.5.29.15", // keyUsage
    "2.5.29.17", // subjectAltName
    "2.5.29.19", // basicConstraints
    "2.5.29.30", // nameConstraints
    "2.5.29.31", // cRLDistributionPoints
    "2.5.29.37", // extendedKeyUsage
];

#[cfg(test)]
mod tests;
