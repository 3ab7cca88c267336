//! Requests for certificates (RFC 2986): made, and what a CA takes of one.

use der::Encode;
use serde::Deserialize;
use time::OffsetDateTime;
use trustpack_keystore::{RandomSource, Request};

use super::authority::{not_as_wanted, self_sign, signed};
use super::error::IssueError;
use super::key::SigningKey;
use super::rules::{Rule, Violation, require};
use super::tbs::{ExtensionDer, Raw, RequestInformation};
use super::template::Template;
use super::usage;
use super::wanted::{Dates, Wanted};
use crate::Certificate;
use crate::cert::asn1;
use crate::decode;
use crate::extension::Extension;
use crate::name::Name;
use crate::request::CertificateRequest;
use crate::signature::SignatureCheck;

/// DER of a request for a certificate with what a template says, signed with the key that it is for, and the rules that
/// were allowed to be broken.
///
/// # Errors
/// [`IssueError::Refused`] when nobody could issue what is asked for; what cannot be encoded, signed or read again.
pub fn request(
    subject: &Name,
    template: &Template,
    key: &SigningKey,
    allowed: &[Rule],
) -> Result<(Vec<u8>, Vec<Violation>), IssueError> {
    let spki = key.subject_public_key_info();
    let extensions = template.requested(spki, subject.is_empty());
    let waived = require_grantable(subject, &extensions, key, allowed)?;
    let attributes = attributes(&extensions)?;
    let information = RequestInformation {
        version: 0,
        subject: Raw(subject.der()),
        subject_public_key_info: Raw(spki),
        attributes: Raw(&attributes),
    };
    let der = signed(&information.to_der()?, &key.algorithm()?, key)?;
    let read = CertificateRequest::new(&Request::Pkcs10(der.clone()))
        .map_err(|error| not_as_wanted(&error.to_string()))?;
    let same = [
        (
            "the subject",
            read.subject.as_ref().map(Name::der) == Some(subject.der()),
        ),
        ("the public key", read.subject_public_key_info == spki),
        ("the extensions", read.extensions == extensions),
        (
            "the signature",
            read.check_signature() == SignatureCheck::Good,
        ),
    ];
    match same.iter().find(|(_, is_same)| !is_same) {
        Some((what, _)) => Err(not_as_wanted(what)),
        None => Ok((der, waived)),
    }
}

/// The rules speak of certificates, so they are asked of one that the key signs itself and that nobody gets.
fn require_grantable(
    subject: &Name,
    extensions: &[Extension],
    key: &SigningKey,
    allowed: &[Rule],
) -> Result<Vec<Violation>, IssueError> {
    let at = OffsetDateTime::UNIX_EPOCH;
    let wanted = Wanted {
        subject: subject.clone(),
        subject_public_key_info: key.subject_public_key_info().to_vec(),
        dates: Dates::of_days(at, 1)?,
        extensions: extensions.to_vec(),
    };
    require(&self_sign(&wanted, key, &NoRandom)?, None, at, allowed)
}

/// For the serial number of a certificate that is thrown away.
struct NoRandom;

impl RandomSource for NoRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), trustpack_keystore::Error> {
        bytes.fill(0);
        Ok(())
    }
}

/// `[0] IMPLICIT SET OF Attribute`, with the extension request of RFC 2985 section 5.4.2 in it.
fn attributes(extensions: &[Extension]) -> Result<Vec<u8>, IssueError> {
    if extensions.is_empty() {
        return Ok(asn1::element(0xa0, &[]));
    }
    let list = ExtensionDer::all(extensions)?.to_der()?;
    let values = asn1::element(asn1::SET, &[&list]);
    let attribute = asn1::element(asn1::SEQUENCE, &[EXTENSION_REQUEST, &values]);
    Ok(asn1::element(0xa0, &[&attribute]))
}

/// What a CA does with the extensions that a request asks for. Key identifiers, basicConstraints and what belongs to the
/// logs are never the requester's to say; what is the issuer's to say is taken only when it is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requested {
    /// Everything else is copied.
    Copy,
    /// Nothing is taken.
    Ignore,
    /// The alternative names are taken.
    #[default]
    Names,
    /// As `Names`; asking for anything that is not granted is refused.
    Refuse,
}

/// A word for no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of names, copy, ignore, refuse")]
pub struct UnknownRequested;

impl std::str::FromStr for Requested {
    type Err = UnknownRequested;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "copy" => Ok(Self::Copy),
            "ignore" => Ok(Self::Ignore),
            "names" => Ok(Self::Names),
            "refuse" => Ok(Self::Refuse),
            _ => Err(UnknownRequested),
        }
    }
}

impl Requested {
    /// Whether an extension may be named to be copied.
    ///
    /// # Errors
    /// [`IssueError::NotCopied`].
    pub fn require_copyable(oid: &str) -> Result<(), IssueError> {
        match never_taken(oid) {
            Some(why) => Err(IssueError::NotCopied {
                extension: decode::name(oid).unwrap_or(oid).to_owned(),
                why,
            }),
            None => Ok(()),
        }
    }

    /// Of what a request asks for, that which is taken as it is. `copy` names more extensions, `decided` such as the CA
    /// has its own answer for.
    pub fn taken(
        self,
        wishes: &[Extension],
        copy: &[String],
        decided: &[String],
    ) -> Vec<Extension> {
        let takes = |oid: &str| match oid {
            _ if never_taken(oid).is_some() => false,
            _ if decided.iter().any(|one| one == oid) => false,
            _ if copy.iter().any(|one| one == oid) => true,
            usage::SUBJECT_ALT_NAME => self != Self::Ignore,
            _ => self == Self::Copy && !OF_ISSUERS.contains(&oid),
        };
        wishes
            .iter()
            .filter(|wish| takes(&wish.oid))
            .cloned()
            .collect()
    }

    /// The names of what was asked for and is not in the certificate as it was asked for. The key identifier of a subject is
    /// computed alike by everybody who asks, and is no wish.
    pub fn not_granted(wishes: &[Extension], granted: &[Extension]) -> Vec<String> {
        let is_granted = |wish: &Extension| {
            wish.oid == usage::SUBJECT_KEY_IDENTIFIER
                || granted
                    .iter()
                    .any(|one| one.oid == wish.oid && one.value == wish.value)
        };
        let refused = wishes.iter().filter(|wish| !is_granted(wish));
        let named = refused.map(|wish| match decode::name(&wish.oid) {
            Some(name) => name.to_owned(),
            None => wish.oid.clone(),
        });
        named.collect()
    }
}

/// Why the requester has no say in an extension.
fn never_taken(oid: &str) -> Option<&'static str> {
    match oid {
        usage::BASIC_CONSTRAINTS => Some("whether it is a CA is for the issuer to say"),
        usage::SUBJECT_KEY_IDENTIFIER => Some("it is computed from the key"),
        usage::AUTHORITY_KEY_IDENTIFIER => Some("it names the issuer's key"),
        usage::TIMESTAMPS | usage::POISON => Some("it belongs to the logs of public CAs"),
        _ => None,
    }
}

/// The same wishes again: names, usages, purposes, whether it is a CA, and must-staple, byte for byte. What only its issuer
/// could say is left out.
pub fn template_like(certificate: &Certificate) -> Template {
    let all = Extension::of(certificate).unwrap_or_default();
    Template {
        extensions: all
            .into_iter()
            .filter(|one| AGAIN.contains(&one.oid.as_str()))
            .collect(),
        ..Template::default()
    }
}

const AGAIN: [&str; 6] = [
    usage::SUBJECT_ALT_NAME,
    usage::BASIC_CONSTRAINTS,
    usage::KEY_USAGE,
    usage::EXTENDED_KEY_USAGE,
    usage::NAME_CONSTRAINTS,
    usage::TLS_FEATURE,
];

/// What a CA says of those below it, of itself, and of where things are; certificate policies are the second.
const OF_ISSUERS: [&str; 8] = [
    usage::NAME_CONSTRAINTS,
    usage::CRL_DISTRIBUTION_POINTS,
    usage::AUTHORITY_INFORMATION_ACCESS,
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.36",
    "2.5.29.46",
    "2.5.29.54",
];

/// 1.2.840.113549.1.9.14
const EXTENSION_REQUEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];
