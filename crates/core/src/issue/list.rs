//! Revocation lists of a small CA (RFC 5280 section 5): whole ones, for everything that it issued.

use der::Encode;
use time::OffsetDateTime;

use super::authority::{Authority, authority_key_identifier, not_as_wanted, signed};
use super::error::IssueError;
use super::reason::Reason;
use super::rules::{Rule, Violation, require_list};
use super::tbs::{ExtensionDer, Raw, RevokedCertificate, TbsCertList, Time};
use super::template::new;
use super::wanted::Dates;
use crate::cert::asn1;
use crate::crl::RevocationList;
use crate::extension::Extension;
use crate::signature::SignatureCheck;

/// What is wanted of a list.
#[derive(Clone, Debug)]
pub struct ListWanted {
    /// When it is made, and when there will be another.
    pub dates: Dates,
    /// Greater than that of every list before (section 5.2.3).
    pub number: u64,
    /// Serial number (the octets of its INTEGER), when, why.
    pub revoked: Vec<(Vec<u8>, OffsetDateTime, Reason)>,
}

/// DER of a list of version 2, read back and compared, and the rules that were allowed to be broken.
///
/// # Errors
/// [`IssueError::Refused`] when the authority may sign no lists; what cannot be encoded, signed or read again.
pub fn revocation_list(
    wanted: &ListWanted,
    authority: &Authority<'_>,
    at: OffsetDateTime,
    allowed: &[Rule],
) -> Result<(Vec<u8>, Vec<Violation>), IssueError> {
    let waived = require_list(authority, at, allowed)?;
    let extensions = [
        authority_key_identifier(authority.certificate),
        new(
            CRL_NUMBER,
            false,
            asn1::element(asn1::INTEGER, &[&unsigned(wanted.number)]),
        ),
    ];
    let serials: Vec<Vec<u8>> = wanted
        .revoked
        .iter()
        .map(|(serial, ..)| asn1::element(asn1::INTEGER, &[serial]))
        .collect();
    let reasons: Vec<Vec<Extension>> = wanted
        .revoked
        .iter()
        .map(|(_, _, reason)| reason_extension(*reason))
        .collect();
    let mut revoked = Vec::with_capacity(serials.len());
    for ((serial, reason), (_, moment, _)) in serials.iter().zip(&reasons).zip(&wanted.revoked) {
        revoked.push(RevokedCertificate {
            serial_number: Raw(serial),
            at: Time::of(*moment)?,
            extensions: match reason.is_empty() {
                true => None,
                false => Some(ExtensionDer::all(reason)?),
            },
        });
    }
    let algorithm = authority.key.algorithm()?;
    let issuer = authority.certificate.subject().der();
    let tbs = TbsCertList {
        // v2
        version: 1,
        signature: Raw(&algorithm),
        issuer: Raw(issuer),
        this_update: Time::of(wanted.dates.not_before())?,
        next_update: Time::of(wanted.dates.not_after())?,
        // section 5.1.2.6: absent when nothing is revoked
        revoked: (!revoked.is_empty()).then_some(revoked),
        extensions: ExtensionDer::all(&extensions)?,
    };
    let der = signed(&tbs.to_der()?, &algorithm, authority.key)?;
    compare(&der, wanted, authority, &extensions)?;
    Ok((der, waived))
}

fn compare(
    der: &[u8],
    wanted: &ListWanted,
    authority: &Authority<'_>,
    extensions: &[Extension],
) -> Result<(), IssueError> {
    let made = RevocationList::from_der(der).map_err(|error| not_as_wanted(&error.to_string()))?;
    let spki = authority.certificate.subject_public_key_info();
    match made.check_signature(spki) {
        SignatureCheck::Good => {}
        SignatureCheck::Bad => {
            let subject = authority.certificate.subject().shown();
            return Err(IssueError::KeyOfAnother { subject });
        }
        SignatureCheck::CannotCheck(what) => return Err(not_as_wanted(&what)),
    }
    let same_entry =
        |(made, wanted): (&crate::crl::Revoked, &(Vec<u8>, OffsetDateTime, Reason))| {
            made.serial_number == wanted.0
                && made.at == wanted.1
                && made.extensions == reason_extension(wanted.2)
        };
    let same = [
        (
            "the issuer",
            made.issuer.der() == authority.certificate.subject().der(),
        ),
        (
            "the dates",
            made.this_update == wanted.dates.not_before()
                && made.next_update == Some(wanted.dates.not_after()),
        ),
        ("the extensions", made.extensions == extensions),
        (
            "the entries",
            made.revoked.len() == wanted.revoked.len()
                && made.revoked.iter().zip(&wanted.revoked).all(same_entry),
        ),
    ];
    match same.iter().find(|(_, is_same)| !is_same) {
        Some((what, _)) => Err(not_as_wanted(what)),
        None => Ok(()),
    }
}

/// Section 5.3.1: the unspecified reason is told by saying nothing.
fn reason_extension(reason: Reason) -> Vec<Extension> {
    match reason {
        Reason::Unspecified => Vec::new(),
        reason => vec![new(
            REASON_CODE,
            false,
            asn1::element(ENUMERATED, &[&[reason.code()]]),
        )],
    }
}

fn unsigned(number: u64) -> Vec<u8> {
    let mut octets = vec![0];
    octets.extend(number.to_be_bytes());
    asn1::shortest_integer(&octets).to_vec()
}

const ENUMERATED: u8 = 0x0a;
const CRL_NUMBER: &str = "2.5.29.20";
const REASON_CODE: &str = "2.5.29.21";
