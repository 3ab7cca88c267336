//! The rules by which OpenSSL judges a path that is built, in the order of `verify_chain` (`crypto/x509/x509_vfy.c`).

use time::OffsetDateTime;

use super::{check_sound, is_self_issued, is_self_signed};
use crate::Certificate;
use crate::key::{KeyFacts, PublicKey};
use crate::signature;
use crate::verify::pkix::{self, Budget};
use crate::verify::{Refusal, in_words, name_constraints};

/// `check_extensions`, `check_ca` and `check_purpose_ssl_server`.
pub(super) fn check_extensions(path: &[Certificate]) -> Result<(), Refusal> {
    let mut below = 0;
    for (place, certificate) in path.iter().enumerate() {
        check_critical(certificate)?;
        let extensions = certificate.extensions();
        let is_end_entity = place == 0;
        if !is_end_entity {
            let kind = ca_kind(certificate);
            // of the last one, old kinds of CA certificates will do
            if kind == CaKind::No || (place + 1 < path.len() && kind != CaKind::Yes) {
                return Err(Refusal::NotCa {
                    certificate: certificate.clone(),
                });
            }
        }
        if path.len() > 1 && has_explicit_curve(certificate) {
            return Err(Refusal::WeakAlgorithm {
                certificate: certificate.clone(),
                what: "an EC key with explicit parameters".to_owned(),
            });
        }
        // X509_check_purpose gives -1, which only X509_V_FLAG_X509_STRICT refuses
        if check_sound(certificate).is_err() {
            continue;
        }
        // xku_reject: of anchors too, and anyExtendedKeyUsage is none of them
        if let Some(purposes) = &extensions.extended_key_usage
            && !purposes
                .iter()
                .any(|one| TLS_SERVER.contains(&one.as_str()))
        {
            return Err(Refusal::EndEntityPurpose {
                certificate: certificate.clone(),
                purposes: in_words(purposes),
            });
        }
        if is_end_entity {
            check_end_entity(certificate)?;
        }
        let allowed = extensions.basic_constraints.and_then(|one| one.path_len);
        if place > 1
            && allowed
                .and_then(|allowed| usize::try_from(allowed).ok())
                .is_some_and(|allowed| below > allowed)
        {
            return Err(Refusal::PathTooLong {
                certificate: certificate.clone(),
            });
        }
        below += usize::from(!is_end_entity && !is_self_issued(certificate));
    }
    Ok(())
}

/// `ns_reject` and `ku_reject` with `KU_TLS`: digitalSignature, keyEncipherment or keyAgreement.
fn check_end_entity(certificate: &Certificate) -> Result<(), Refusal> {
    const TLS: u16 = 0b1_0101;
    const SSL_SERVER: u8 = 0x40;
    let extensions = certificate.extensions();
    if extensions
        .netscape_cert_type
        .is_some_and(|bits| bits & SSL_SERVER == 0)
    {
        return Err(Refusal::EndEntityPurpose {
            certificate: certificate.clone(),
            purposes: "another Netscape certificate type".to_owned(),
        });
    }
    if extensions.key_usage.is_some_and(|usage| usage & TLS == 0) {
        return Err(Refusal::EndEntityKeyUsage {
            certificate: certificate.clone(),
        });
    }
    Ok(())
}

/// What `check_ca` returns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CaKind {
    No,
    /// Of version 1 and self-signed, or with a keyUsage and no basicConstraints.
    Old,
    Yes,
}

fn ca_kind(certificate: &Certificate) -> CaKind {
    let extensions = certificate.extensions();
    match extensions.basic_constraints {
        _ if pkix::check_key_usage(certificate).is_err() => CaKind::No,
        Some(constraints) if constraints.ca => CaKind::Yes,
        Some(_) => CaKind::No,
        None if certificate.version() == 1 && is_self_signed(certificate) => CaKind::Old,
        None if extensions.key_usage.is_some() => CaKind::Old,
        None => CaKind::No,
    }
}

/// `check_curve`
fn has_explicit_curve(certificate: &Certificate) -> bool {
    let key = PublicKey::from_der(certificate.subject_public_key_info());
    key.is_some_and(|key| key.oid == crate::key::EC && key.curve_oid().is_none())
}

/// `X509_supported_extension`
fn check_critical(certificate: &Certificate) -> Result<(), Refusal> {
    let extensions = certificate.extensions();
    let unknown: Vec<&str> = extensions
        .critical
        .iter()
        .map(String::as_str)
        .filter(|oid| !KNOWN.contains(oid))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Refusal::CriticalExtension {
        certificate: certificate.clone(),
        oids: unknown.join(", "),
    })
}

/// `check_key_level`: 112 bits of security.
pub(super) fn check_key_level(certificate: &Certificate) -> Result<(), Refusal> {
    let spki = certificate.subject_public_key_info();
    let key = KeyFacts::from_spki(spki);
    // X509_get0_pubkey gives none
    let is_read = PublicKey::from_der(spki).is_some_and(|key| key.is_readable_for_openssl());
    let enough = match (key.algorithm.as_str(), key.bits) {
        _ if !is_read => false,
        ("RSA" | "RSASSA-PSS", Some(bits)) => bits >= RSA_BITS,
        ("DSA", Some(bits)) => bits >= 2048,
        ("EC", Some(bits)) => bits >= 224,
        ("Ed25519" | "Ed448", _) => true,
        // a curve or algorithm that is unknown here: decided by its signature, which cannot be checked either
        ("EC", None) => true,
        (other, _) => other.starts_with("ML-DSA"),
    };
    if enough {
        return Ok(());
    }
    Err(Refusal::WeakAlgorithm {
        certificate: certificate.clone(),
        what: pkix::describe_key(&key),
    })
}

/// `check_sig_level`: OpenSSL 3 counts SHA-1 as 63 bits, MD5 as 39.
pub(super) fn check_signature_level(certificate: &Certificate) -> Result<(), Refusal> {
    let algorithm = certificate.signature_algorithm();
    let name = signature::algorithm_name(algorithm);
    let hash = name.split("with").next().unwrap_or_default();
    if matches!(hash, "MD2" | "MD5" | "SHA1") || signature::is_pss_with_sha1(algorithm) {
        return Err(Refusal::WeakAlgorithm {
            certificate: certificate.clone(),
            what: format!("signature algorithm {name}"),
        });
    }
    Ok(())
}

/// `internal_verify`: from the anchor down, signature, then dates, the anchor's dates too.
pub(super) fn check_signatures(
    path: &[Certificate],
    at: OffsetDateTime,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    let mut unchecked = None;
    let mut issuer: Option<&Certificate> = None;
    for certificate in path.iter().rev() {
        if let Some(issuer) = issuer {
            pkix::check_key_usage(issuer)?;
            match pkix::check_signature(certificate, issuer, budget) {
                Err(refusal @ Refusal::CannotCheckSignature { .. }) => {
                    unchecked.get_or_insert(refusal);
                }
                result => result?,
            }
        }
        check_dates(certificate, at)?;
        issuer = Some(certificate);
    }
    unchecked.map_or(Ok(()), Err)
}

/// `ossl_x509_check_cert_time`. `X509_cmp_time` calls equal times earlier, so the last second is already too late.
pub(super) fn check_dates(certificate: &Certificate, at: OffsetDateTime) -> Result<(), Refusal> {
    pkix::check_dates(certificate, at)?;
    if at == certificate.not_after() {
        return Err(Refusal::Expired {
            certificate: certificate.clone(),
            not_after: certificate.not_after(),
            at,
        });
    }
    Ok(())
}

/// `check_name_constraints`: every certificate against all above it, the anchor among them.
pub(super) fn check_name_constraints(
    path: &[Certificate],
    budget: &mut Budget,
) -> Result<(), Refusal> {
    for (place, certificate) in path.iter().enumerate() {
        // "Ignore self-issued certs unless last in chain"
        if place > 0 && is_self_issued(certificate) {
            continue;
        }
        for holder in path.iter().skip(place + 1) {
            let Some(constraints) = &holder.extensions().name_constraints else {
                continue;
            };
            if name_constraints::are_too_many_for_openssl(constraints, certificate) {
                return Err(Refusal::ClientLimit {
                    what: "there are too many names and name constraints to compare",
                });
            }
            budget.spend_names(certificate, holder)?;
            if !name_constraints::allow_as_openssl(constraints, certificate, place == 0) {
                return Err(Refusal::NameConstraints {
                    certificate: certificate.clone(),
                    issuer: holder.clone(),
                });
            }
        }
    }
    Ok(())
}

/// `ossl_ifc_ffc_compute_security_bits` rounds to the next multiple of 8: from this size on to 112 (tried: 3.0.22).
const RSA_BITS: u32 = 1963;

const TLS_SERVER: [&str; 3] = [
    "1.3.6.1.5.5.7.3.1",      // serverAuth
    "1.3.6.1.4.1.311.10.3.3", // Microsoft server-gated cryptography
    "2.16.840.1.113730.4.1",  // Netscape step-up
];

/// `X509_supported_extension`
const KNOWN: [&str; 14] = [
    "1.3.6.1.5.5.7.1.7",     // IP address blocks
    "1.3.6.1.5.5.7.1.8",     // autonomous system numbers
    "1.3.6.1.5.5.7.48.1.5",  // OCSP no check
    "2.16.840.1.113730.1.1", // Netscape certificate type
    "2.5.29.15",             // keyUsage
    "2.5.29.17",             // subjectAltName
    "2.5.29.19",             // basicConstraints
    "2.5.29.30",             // nameConstraints
    "2.5.29.31",             // cRLDistributionPoints
    "2.5.29.32",             // certificatePolicies
    "2.5.29.33",             // policyMappings
    "2.5.29.36",             // policyConstraints
    "2.5.29.37",             // extendedKeyUsage
    "2.5.29.54",             // inhibitAnyPolicy
];
