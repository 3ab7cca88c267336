//! OpenSSL 3.x as a TLS client: `X509_verify_cert` with the purpose `sslserver`, security level 2, host name checked.
//!
//! Read from `crypto/x509/x509_vfy.c` and `v3_purp.c` of 3.0, and tried against 3.0.22. One chain is built, trusted
//! issuers first, and then judged: unlike Java and browsers, OpenSSL tries no second path when the first one fails, and
//! the anchor's own dates, purposes and name constraints count. Level 2 is the default of OpenSSL 3.2 and later, and of
//! Debian and Ubuntu for 3.0.

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::{is_invalid_for_openssl, openssl_refuses};
use crate::chain::PresentedChain;
use crate::key::{KeyFacts, PublicKey};
use crate::signature;
use crate::trust::TrustAnchors;

use super::pkix::{self, Budget};
use super::{Refusal, ServerName, name_constraints, openssl_name};

/// The path that the client would accept: end entity first, anchor last. With `partial_chain` (`-partial_chain`,
/// `X509_V_FLAG_PARTIAL_CHAIN`) any certificate in the store is an anchor, else only self-signed ones are.
pub(super) fn find_path(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
    partial_chain: bool,
) -> Result<Vec<Certificate>, Refusal> {
    // tls_process_server_certificate parses all of them first
    if let Some(unreadable) = chain.unreadable.first() {
        return Err(Refusal::Unreadable {
            place: unreadable.place,
            why: unreadable.why.clone(),
        });
    }
    for (place, certificate) in chain.certificates.iter().enumerate() {
        if let Some(why) = openssl_refuses(certificate) {
            let why = why.to_owned();
            return Err(Refusal::Unreadable { place, why });
        }
    }
    // X509_load_cert_crl_file takes all of a file or nothing
    let refused = anchors.certificates().iter().find_map(|anchor| {
        let why = openssl_refuses(anchor)?.to_owned();
        Some((anchor.display_name(), why))
    });
    if let Some((subject, why)) = refused {
        return Err(Refusal::StoreUnreadable { subject, why });
    }
    let end_entity = chain.certificates.first().ok_or(Refusal::NoCertificate)?;
    check_key_level(end_entity)?;
    let mut builder = Builder {
        anchors,
        untrusted: chain.certificates.iter().collect(),
        at,
        partial_chain,
        path: vec![end_entity],
        trusted_from: 1,
    };
    builder.build()?;
    let path: Vec<Certificate> = builder.path.into_iter().cloned().collect();
    check_extensions(&path)?;
    for (place, certificate) in path.iter().enumerate() {
        if place > 0 {
            check_key_level(certificate)?;
        }
        if place + 1 < path.len() {
            check_signature_level(certificate)?;
        }
    }
    openssl_name::check(end_entity, name)?;
    let mut budget = Budget::new();
    check_signatures(&path, at, &mut budget)?;
    check_name_constraints(&path, &mut budget)?;
    Ok(path)
}

struct Builder<'a> {
    anchors: &'a TrustAnchors,
    /// Presented and not yet in the path.
    untrusted: Vec<&'a Certificate>,
    at: OffsetDateTime,
    partial_chain: bool,
    path: Vec<&'a Certificate>,
    /// From this place on the path comes from the store (`num_untrusted`).
    trusted_from: usize,
}

impl<'a> Builder<'a> {
    /// `build_chain`, as it goes with `X509_V_FLAG_TRUSTED_FIRST`, the default.
    ///
    /// Bounded without a budget: nothing is tried twice, so that at most [`MAX_DEPTH`] times every candidate is looked at.
    fn build(&mut self) -> Result<(), Refusal> {
        let mut search_untrusted = true;
        loop {
            let Some(current) = self.path.last().copied() else {
                return Err(Refusal::NoCertificate);
            };
            let too_deep = self.path.len() > MAX_DEPTH + 1;
            let trusted = self.anchors.named(current.issuer());
            let issuer = (!too_deep)
                .then(|| self.find_issuer(trusted, current))
                .flatten();
            let mut ended = is_self_signed(current);
            let grown = match issuer {
                // a self-signed certificate of the right name that is not the very one is an imitation
                Some(issuer) if ended && issuer != current => false,
                Some(_) if ended => {
                    self.trusted_from = self.path.len() - 1;
                    true
                }
                Some(issuer) => {
                    self.path.push(issuer);
                    ended = is_self_signed(issuer);
                    true
                }
                None => false,
            };
            if grown {
                search_untrusted = false;
                // check_trust: self-signed and in the store, or anything in it
                if ended || self.partial_chain {
                    return Ok(());
                }
                continue;
            }
            if !search_untrusted {
                return self.end_untrusted();
            }
            let issuer = if is_self_signed(current) || too_deep {
                None
            } else {
                self.find_issuer(self.untrusted.iter().copied(), current)
            };
            match issuer {
                Some(issuer) => {
                    self.untrusted.retain(|one| !std::ptr::eq(*one, issuer));
                    self.path.push(issuer);
                    self.trusted_from = self.path.len();
                }
                None => search_untrusted = false,
            }
        }
    }

    /// The last chance, and then why there is no trust.
    fn end_untrusted(&mut self) -> Result<(), Refusal> {
        let end_entity = self.path.first().copied();
        if self.partial_chain
            && self.trusted_from == self.path.len()
            && end_entity.is_some_and(|leaf| self.anchors.contains(leaf))
        {
            return Ok(());
        }
        let last = self.path.last().copied().ok_or(Refusal::NoCertificate)?;
        if self.path.len() > MAX_DEPTH + 1 {
            return Err(Refusal::PathTooLong {
                certificate: last.clone(),
            });
        }
        Err(Refusal::NoPath {
            certificate: last.clone(),
            self_signed: is_self_signed(last),
            cause: check_sound(last).err().map(Box::new),
        })
    }

    /// `find_issuer`: the first in force, else the one that ended last.
    fn find_issuer(
        &self,
        candidates: impl Iterator<Item = &'a Certificate>,
        child: &Certificate,
    ) -> Option<&'a Certificate> {
        let alone = self.path.len() == 1 && is_self_issued(child);
        if check_sound(child).is_err() {
            return None;
        }
        let mut best: Option<&'a Certificate> = None;
        for candidate in candidates {
            if !is_likely_issuer(candidate, child) || (!alone && self.path.contains(&candidate)) {
                continue;
            }
            if check_sound(candidate).is_err() {
                continue;
            }
            if check_dates(candidate, self.at).is_ok() {
                return Some(candidate);
            }
            if best.is_none_or(|best| best.not_after() < candidate.not_after()) {
                best = Some(candidate);
            }
        }
        best
    }
}

/// `ossl_x509_likely_issued`: names, key identifiers and the kind of key; no signature.
fn is_likely_issuer(issuer: &Certificate, child: &Certificate) -> bool {
    if issuer.subject() != child.issuer() {
        return false;
    }
    let (ours, theirs) = (child.extensions(), issuer.extensions());
    let key = match (
        &ours.authority_key_identifier,
        &theirs.subject_key_identifier,
    ) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    };
    let serial = ours.authority_serial.as_ref();
    key && serial.is_none_or(|serial| serial == issuer.serial()) && has_key_for(issuer, child)
}

/// `EXFLAG_INVALID`; the end entity itself may have it when it is an anchor (tried: 3.0.22).
fn check_sound(certificate: &Certificate) -> Result<(), Refusal> {
    if is_invalid_for_openssl(certificate) {
        return Err(Refusal::InvalidExtensions {
            certificate: certificate.clone(),
        });
    }
    Ok(())
}

/// `check_sig_alg_match`
fn has_key_for(issuer: &Certificate, child: &Certificate) -> bool {
    let key = issuer.key().algorithm;
    let signature = signature::algorithm_name(child.signature_algorithm());
    match key.as_str() {
        "RSA" => signature.ends_with("withRSA") || signature == "RSASSA-PSS",
        "RSASSA-PSS" => signature == "RSASSA-PSS",
        "EC" => signature.ends_with("withECDSA"),
        "DSA" => signature.ends_with("withDSA"),
        other => signature == other,
    }
}

/// `EXFLAG_SI`
fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.subject() == certificate.issuer()
}

/// `EXFLAG_SS`
fn is_self_signed(certificate: &Certificate) -> bool {
    is_likely_issuer(certificate, certificate)
}

/// `check_extensions`, `check_ca` and `check_purpose_ssl_server`.
fn check_extensions(path: &[Certificate]) -> Result<(), Refusal> {
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
                purposes: super::in_words(purposes),
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
fn check_key_level(certificate: &Certificate) -> Result<(), Refusal> {
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
fn check_signature_level(certificate: &Certificate) -> Result<(), Refusal> {
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
fn check_signatures(
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
fn check_dates(certificate: &Certificate, at: OffsetDateTime) -> Result<(), Refusal> {
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
fn check_name_constraints(path: &[Certificate], budget: &mut Budget) -> Result<(), Refusal> {
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

/// `DEFAULT_DEPTH` of `X509_VERIFY_PARAM`.
const MAX_DEPTH: usize = 100;

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
