//! One candidate path, checked as the JDK's PKIX validator does (RFC 5280 section 6 with Java's exceptions).

use time::OffsetDateTime;

use crate::Certificate;
use crate::key::{KeyFacts, P256, P384, P521, PublicKey};
use crate::signature::{self, SignatureCheck};
use crate::trust::is_public_root;

use super::policies::Policies;
use super::{Refusal, name_constraints};

/// What one verification may cost. A server sends ten certificates at most; a hostile one sends a thousand of the same
/// name, and every signature check costs about 50 µs, with the largest RSA keys a hundred times as much. Or it sends
/// certificates of 20,000 names below 5,000 constraints.
#[derive(Debug)]
pub(super) struct Budget {
    steps: u32,
    comparisons: usize,
}

impl Budget {
    /// Ten certificates against ten look-alikes each leave this untouched; it ends a hostile search within half a second
    /// with keys on P-521, whose checks take longest for a step, and within 0.1 s with those on P-256.
    const STEPS: u32 = 1_000;

    /// Names times name constraints: ten times what OpenSSL allows for one certificate, and about 0.2 s.
    const COMPARISONS: usize = 10 << 20;

    pub(super) const fn new() -> Self {
        Self {
            steps: Self::STEPS,
            comparisons: Self::COMPARISONS,
        }
    }

    /// A step of the search.
    pub(super) fn spend(&mut self) -> Result<(), Refusal> {
        self.spend_steps(1)
    }

    /// A signature check, which takes the time of several steps with a large RSA key.
    fn spend_check(&mut self, issuer: &Certificate) -> Result<(), Refusal> {
        let spki = issuer.subject_public_key_info();
        if spki.len() <= LARGE_SPKI {
            return self.spend();
        }
        let key = KeyFacts::from_spki(spki);
        let bits = key.bits.filter(|_| key.algorithm.starts_with("RSA"));
        // multiplication takes the square of the length
        let times = bits.unwrap_or(0) / 2048;
        self.spend_steps(times.saturating_mul(times).max(1))
    }

    fn spend_steps(&mut self, steps: u32) -> Result<(), Refusal> {
        self.steps = self
            .steps
            .checked_sub(steps)
            .ok_or(Refusal::TooManyCandidates { steps: Self::STEPS })?;
        Ok(())
    }

    /// Before the names of `certificate` are held against the constraints of `holder`.
    pub(super) fn spend_names(
        &mut self,
        certificate: &Certificate,
        holder: &Certificate,
    ) -> Result<(), Refusal> {
        let constraints = holder.extensions().name_constraints.as_deref();
        let cost = name_constraints::cost(constraints.unwrap_or_default(), certificate);
        self.comparisons =
            self.comparisons
                .checked_sub(cost)
                .ok_or_else(|| Refusal::TooManyNames {
                    certificate: certificate.clone(),
                })?;
        Ok(())
    }
}

/// Checks `path` (end entity first, without the anchor) below `anchor`.
///
/// From anchor to end entity, certificate by certificate, in the order of the checkers in
/// `PKIXCertPathValidator.validate`, so that the first refusal is the one that Java reports. The anchor's dates,
/// pathLenConstraint and name constraints are not looked at; its key is.
pub(super) fn validate(
    path: &[Certificate],
    anchor: &Certificate,
    at: OffsetDateTime,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    check_key(anchor)?;
    let mut issuer = anchor;
    // "maxPathLength = certPathLength" (ConstraintsChecker.init)
    let mut max_path_length = path.len();
    let mut constraints: Vec<&Certificate> = Vec::new();
    let mut policies = Policies::of(path);
    // a definite refusal further down outweighs a signature that cannot be checked
    let mut unchecked = None;
    for (above_end_entity, certificate) in path.iter().enumerate().rev() {
        let is_end_entity = above_end_entity == 0;
        check_algorithm(certificate, anchor)?;
        check_key(certificate)?;
        if !is_end_entity {
            check_key_usage(certificate)?;
            let is_topmost = above_end_entity + 1 == path.len();
            check_basic_constraints(certificate, is_topmost, &mut max_path_length)?;
        }
        // self-issued intermediates are exempt (ConstraintsChecker.verifyNameConstraints)
        if is_end_entity || !is_self_issued(certificate) {
            check_names(certificate, &constraints, budget)?;
        }
        if certificate.extensions().name_constraints.is_some() {
            constraints.push(certificate);
        }
        if let Some(policies) = &mut policies {
            let checked = policies.check(certificate, is_end_entity);
            checked.map_err(|words| Refusal::Policies {
                certificate: certificate.clone(),
                words,
            })?;
        }
        check_dates(certificate, at)?;
        match check_signature(certificate, issuer, budget) {
            Err(refusal @ Refusal::CannotCheckSignature { .. }) => {
                unchecked.get_or_insert(refusal);
            }
            result => result?,
        }
        check_critical(certificate)?;
        issuer = certificate;
    }
    unchecked.map_or(Ok(()), Err)
}

/// `PKIXValidator.verifyTrustAnchor`: whoever vouches for another certificate must be a CA; version 1 is exempt.
pub(super) fn check_anchor(anchor: &Certificate) -> Result<(), Refusal> {
    if anchor.version() < 3 {
        return Ok(());
    }
    if !has_ca_bit(anchor) {
        return Err(Refusal::AnchorNotCa {
            certificate: anchor.clone(),
        });
    }
    if lacks_cert_sign(anchor) {
        return Err(Refusal::AnchorNotSigner {
            certificate: anchor.clone(),
        });
    }
    Ok(())
}

/// `BasicChecker.verifyValidity`; both ends are inclusive.
pub(super) fn check_dates(certificate: &Certificate, at: OffsetDateTime) -> Result<(), Refusal> {
    if at < certificate.not_before() {
        return Err(Refusal::NotYetValid {
            certificate: certificate.clone(),
            not_before: certificate.not_before(),
            at,
        });
    }
    if at > certificate.not_after() {
        return Err(Refusal::Expired {
            certificate: certificate.clone(),
            not_after: certificate.not_after(),
            at,
        });
    }
    Ok(())
}

/// `KeyChecker.verifyCAKeyUsage`
pub(super) fn check_key_usage(certificate: &Certificate) -> Result<(), Refusal> {
    if lacks_cert_sign(certificate) {
        return Err(Refusal::NotSigner {
            certificate: certificate.clone(),
        });
    }
    Ok(())
}

/// Whether basicConstraints says CA (`X509Certificate.getBasicConstraints() != -1`).
pub(super) fn has_ca_bit(certificate: &Certificate) -> bool {
    certificate
        .extensions()
        .basic_constraints
        .is_some_and(|constraints| constraints.ca)
}

/// `BasicChecker.verifySignature`
pub(super) fn check_signature(
    certificate: &Certificate,
    issuer: &Certificate,
    budget: &mut Budget,
) -> Result<(), Refusal> {
    // what is remembered costs its steps too: the answer must not depend on what was asked before
    budget.spend_check(issuer)?;
    if certificate.is_known_signed_by(issuer) {
        return Ok(());
    }
    match signature::check(certificate, issuer) {
        SignatureCheck::Good => {
            certificate.remember_signed_by(issuer);
            Ok(())
        }
        SignatureCheck::Bad => Err(Refusal::BadSignature {
            certificate: certificate.clone(),
            issuer: issuer.clone(),
        }),
        SignatureCheck::CannotCheck(algorithm) => Err(Refusal::CannotCheckSignature {
            certificate: certificate.clone(),
            algorithm,
        }),
    }
}

/// `X509CertImpl.isSelfIssued`
pub(super) fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.subject().is_same_for_java(certificate.issuer())
}

fn lacks_cert_sign(certificate: &Certificate) -> bool {
    const KEY_CERT_SIGN: u16 = 1 << 5;
    certificate
        .extensions()
        .key_usage
        .is_some_and(|usage| usage & KEY_CERT_SIGN == 0)
}

/// `ConstraintsChecker.checkBasicConstraints`
fn check_basic_constraints(
    certificate: &Certificate,
    is_topmost: bool,
    max_path_length: &mut usize,
) -> Result<(), Refusal> {
    let path_len = if certificate.version() < 3 {
        // a self-issued one right below the anchor is taken for a key rollover
        if !(is_topmost && is_self_issued(certificate)) {
            return Err(Refusal::NotCa {
                certificate: certificate.clone(),
            });
        }
        None
    } else if has_ca_bit(certificate) {
        certificate
            .extensions()
            .basic_constraints
            .and_then(|constraints| constraints.path_len)
    } else {
        return Err(Refusal::NotCa {
            certificate: certificate.clone(),
        });
    };
    if !is_self_issued(certificate) {
        *max_path_length = max_path_length
            .checked_sub(1)
            .ok_or_else(|| Refusal::PathTooLong {
                certificate: certificate.clone(),
            })?;
    }
    if let Some(path_len) = path_len.and_then(|length| usize::try_from(length).ok()) {
        *max_path_length = path_len.min(*max_path_length);
    }
    Ok(())
}

fn check_names(
    certificate: &Certificate,
    constraints: &[&Certificate],
    budget: &mut Budget,
) -> Result<(), Refusal> {
    for ca in constraints {
        budget.spend_names(certificate, ca)?;
        let value = ca
            .extensions()
            .name_constraints
            .as_deref()
            .unwrap_or_default();
        if !name_constraints::allow(value, certificate) {
            return Err(Refusal::NameConstraints {
                certificate: certificate.clone(),
                issuer: (*ca).clone(),
            });
        }
    }
    Ok(())
}

/// What the JDK's checkers take out of the set of critical extensions; anything left refuses
/// (`PKIXMasterCertPathValidator.validate`).
fn check_critical(certificate: &Certificate) -> Result<(), Refusal> {
    let extensions = certificate.extensions();
    let mut unknown: Vec<&str> = extensions.critical.iter().map(String::as_str).collect();
    unknown
        .retain(|oid| !KNOWN.contains(oid) || extensions.unknown_critical.iter().any(|u| u == oid));
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Refusal::CriticalExtension {
        certificate: certificate.clone(),
        oids: unknown.join(", "),
    })
}

/// `jdk.certpath.disabledAlgorithms` of JDK 17: `MD2, MD5, SHA1 jdkCA & usage TLSServer`.
fn check_algorithm(certificate: &Certificate, anchor: &Certificate) -> Result<(), Refusal> {
    let name = signature::algorithm_name(certificate.signature_algorithm());
    let hash = name.split("with").next().unwrap_or_default();
    // Mozilla's list stands for the JDK's own; both follow the same programmes
    let refused = matches!(hash, "MD2" | "MD5") || (hash == "SHA1" && is_public_root(anchor));
    if refused {
        return Err(Refusal::WeakAlgorithm {
            certificate: certificate.clone(),
            what: format!("signature algorithm {name}"),
        });
    }
    Ok(())
}

/// `jdk.certpath.disabledAlgorithms` of JDK 17: `RSA keySize < 1024, DSA keySize < 1024, EC keySize < 224`; and
/// SunEC has had three curves since JDK 16.
fn check_key(certificate: &Certificate) -> Result<(), Refusal> {
    let key = certificate.key();
    let curve = || {
        let public = PublicKey::from_der(certificate.subject_public_key_info())?;
        public.curve_oid()
    };
    let refused = match (key.algorithm.as_str(), key.bits) {
        ("RSA" | "RSASSA-PSS" | "DSA", Some(bits)) => bits < 1024,
        ("EC", _) => !matches!(curve().as_deref(), Some(P256 | P384 | P521)),
        ("Ed25519" | "Ed448", _) => false,
        _ => true,
    };
    if refused {
        return Err(Refusal::WeakAlgorithm {
            certificate: certificate.clone(),
            what: describe_key(&key),
        });
    }
    Ok(())
}

/// A key in words.
pub(super) fn describe_key(key: &KeyFacts) -> String {
    match (&key.curve, key.bits) {
        (Some(curve), _) => format!("an EC key on curve {curve}"),
        (None, Some(bits)) => format!("a {} key of {bits} bits", key.algorithm),
        (None, None) => format!("a key of algorithm {}", key.algorithm),
    }
}

/// Octets that the public keys in use have at most: RSA with 3072 bits has 422, with 4096 bits 550.
const LARGE_SPKI: usize = 512;

/// The extensions that the JDK's checkers know.
pub(super) const KNOWN: [&str; 9] = [
    "2.5.29.15", // keyUsage
    "2.5.29.17", // subjectAltName
    "2.5.29.19", // basicConstraints
    "2.5.29.30", // nameConstraints
    "2.5.29.32", // certificatePolicies
    "2.5.29.33", // policyMappings
    "2.5.29.36", // policyConstraints
    "2.5.29.37", // extendedKeyUsage
    "2.5.29.54", // inhibitAnyPolicy
];
