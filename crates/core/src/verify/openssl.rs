//! OpenSSL 3.x as a TLS client: `X509_verify_cert` with the purpose `sslserver`, security level 2, host name checked.
//!
//! Read from `crypto/x509/x509_vfy.c` and `v3_purp.c` of 3.0, and tried against 3.0.22. One chain is built, trusted
//! issuers first, and then judged: unlike Java and browsers, OpenSSL tries no second path when the first one fails, and
//! the anchor's own dates, purposes and name constraints count. Level 2 is the default of OpenSSL 3.2 and later, and of
//! Debian and Ubuntu for 3.0.

mod judged;

use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::{is_invalid_for_openssl, openssl_refuses};
use crate::chain::PresentedChain;
use crate::signature;
use crate::trust::TrustAnchors;

use self::judged::{
    check_dates, check_extensions, check_key_level, check_name_constraints, check_signature_level,
    check_signatures,
};
use super::pkix::Budget;
use super::{Refusal, ServerName, openssl_name};

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
        leaf_is_anchor: false,
    };
    builder.build()?;
    let leaf_is_anchor = builder.leaf_is_anchor;
    let mut path: Vec<Certificate> = builder.path.into_iter().cloned().collect();
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
    if leaf_is_anchor {
        // what it was judged with stands above what is trusted, and is not trusted itself
        path.truncate(1);
    }
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
    /// Whether the end entity is trusted by itself, whatever was found above it (the last resort of `check_trust`).
    leaf_is_anchor: bool,
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
            self.leaf_is_anchor = true;
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

/// `DEFAULT_DEPTH` of `X509_VERIFY_PARAM`.
const MAX_DEPTH: usize = 100;
