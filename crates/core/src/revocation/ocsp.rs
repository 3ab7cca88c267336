//! What an OCSP response says of a certificate (RFC 6960 section 3.2).

use time::OffsetDateTime;

use crate::Certificate;
use crate::ocsp::{CertificateStatus, OcspAnswer, OcspResponse, OcspStatus};
use crate::signature::{SignatureCheck, check};
use crate::text::date_and_time;

use super::{Answer, Problem, SKEW};

/// What `response` says at `at` of `certificate`, whose signature `issuer` made. `is_revoked` tells of a responder's own
/// certificate what lists say of it.
pub(super) fn ask(
    response: &OcspResponse,
    certificate: &Certificate,
    issuer: &Certificate,
    at: OffsetDateTime,
    is_revoked: impl Fn(&Certificate) -> bool,
) -> Answer {
    let unusable = |why: String| Answer::Unusable(Problem::ResponseUnusable, why);
    if response.status != OcspStatus::Successful {
        let word = response.status.word().replace('_', " ");
        return unusable(format!("it holds no answer ({word})"));
    }
    let about = |answer: &&OcspAnswer| answer.is_about_issued(certificate, issuer);
    let Some(answer) = response.answers.iter().find(about) else {
        return Answer::Elsewhere("it is about other certificates");
    };
    // RFC 5280 section 4.2, which RFC 6960 section 4.4 takes over
    let unknown = response.unknown_critical.as_ref();
    if let Some(oid) = unknown.or(answer.unknown_critical.as_ref()) {
        return unusable(format!(
            "it has a critical extension {oid} that is not known here"
        ));
    }
    if answer.extensions_broken {
        return unusable("its extensions are not readable".to_owned());
    }
    if let Err(why) = signed(response, issuer, at, is_revoked) {
        return unusable(why);
    }
    if answer.this_update > at + SKEW {
        let from = date_and_time(answer.this_update);
        return unusable(format!("it is in force only from {from} on"));
    }
    // Without an end there is newer information at any time (section 4.2.2.1); Java then takes its start as its end.
    let end = answer.next_update.unwrap_or(answer.this_update);
    if end + SKEW < at && !is_lasting(&answer.status) {
        let why = format!("a newer one was due on {}", date_and_time(end));
        return Answer::Unusable(Problem::ResponseExpired, why);
    }
    match &answer.status {
        CertificateStatus::Good => Answer::Good,
        CertificateStatus::Revoked { at, reason } => Answer::Revoked {
            when: *at,
            reason: reason.clone(),
        },
        CertificateStatus::Unknown => {
            Answer::Silent("the responder does not know the certificate".to_owned())
        }
    }
}

/// What was revoked stays so, unless it was on hold (RFC 5280 section 5.3.1).
fn is_lasting(status: &CertificateStatus) -> bool {
    match status {
        CertificateStatus::Revoked { reason, .. } => reason.as_deref() != Some("certificateHold"),
        CertificateStatus::Good | CertificateStatus::Unknown => false,
    }
}

/// By the issuer's key, or by that of a responder whom the issuer authorised (section 4.2.2.2).
fn signed(
    response: &OcspResponse,
    issuer: &Certificate,
    at: OffsetDateTime,
    is_revoked: impl Fn(&Certificate) -> bool,
) -> Result<(), String> {
    let mut why = match response.check_signature(issuer) {
        SignatureCheck::Good => return Ok(()),
        SignatureCheck::CannotCheck(what) => format!("its signature cannot be checked ({what})"),
        SignatureCheck::Bad => "its signature is by no key that may answer".to_owned(),
    };
    for der in response.certificates.iter().take(MAX_CERTIFICATES) {
        let Ok(responder) = Certificate::from_der(der.clone()) else {
            continue;
        };
        match response.check_signature(&responder) {
            SignatureCheck::Good => {}
            SignatureCheck::CannotCheck(what) => {
                why = format!("its signature cannot be checked ({what})");
                continue;
            }
            SignatureCheck::Bad => continue,
        }
        match unauthorised(&responder, issuer, at) {
            None if is_revoked(&responder) => {
                why = "the certificate of its responder is revoked".to_owned();
            }
            None => return Ok(()),
            Some(what) => why = format!("its responder may not answer: {what}"),
        }
    }
    Err(why)
}

/// Why a responder's certificate does not let it speak for `issuer` (section 4.2.2.2).
fn unauthorised(
    responder: &Certificate,
    issuer: &Certificate,
    at: OffsetDateTime,
) -> Option<&'static str> {
    let extensions = responder.extensions();
    let purposes = extensions.extended_key_usage.as_deref().unwrap_or_default();
    // "issued directly by the CA"
    if responder.issuer() != issuer.subject() || check(responder, issuer) != SignatureCheck::Good {
        return Some("its certificate is by another CA");
    }
    // anyExtendedKeyUsage is not enough: the purpose must be included
    if !purposes.iter().any(|purpose| purpose == OCSP_SIGNING) {
        return Some("its certificate lacks the purpose OCSPSigning");
    }
    // RFC 5280 section 4.2.1.12: consistent with OCSPSigning are digitalSignature and nonRepudiation
    if extensions.key_usage.is_some_and(|usage| usage & 0b11 == 0) {
        return Some("the key usage of its certificate lacks digitalSignature");
    }
    if !extensions.unknown_critical.is_empty() {
        return Some("its certificate has a critical extension that is not known here");
    }
    if !responder.is_valid_at(at) {
        return Some("its certificate is not in force");
    }
    None
}

const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
/// Responders send one, rarely with its chain.
const MAX_CERTIFICATES: usize = 8;
