//! The act of issuing: what is wanted, under a name and a key.

use der::Encode;
use der::asn1::{BitStringRef, UintRef};
use trustpack_keystore::{CertificateDer, RandomSource};

use super::error::IssueError;
use super::key::SigningKey;
use super::tbs::{ExtensionDer, Raw, Signed, TbsCertificate, Time, Validity};
use super::template::{key_identifier, new};
use super::usage;
use super::wanted::Wanted;
use crate::Certificate;
use crate::cert::asn1;
use crate::extension::Extension;
use crate::signature::{self, SignatureCheck};

/// A CA: its key, its certificate, and those above it.
#[derive(Debug)]
pub struct Authority<'a> {
    pub(super) key: &'a SigningKey,
    pub(super) certificate: &'a Certificate,
    pub(super) above: &'a [Certificate],
}

impl<'a> Authority<'a> {
    /// `chain` begins with the CA's own certificate; `None` when it is empty. Whether the key is its key turns out with the
    /// first signature.
    pub fn new(key: &'a SigningKey, chain: &'a [Certificate]) -> Option<Self> {
        let (certificate, above) = chain.split_first()?;
        Some(Self {
            key,
            certificate,
            above,
        })
    }

    /// Its own certificate.
    pub fn certificate(&self) -> &'a Certificate {
        self.certificate
    }

    /// Its certificate and those above it.
    pub(super) fn chain(&self) -> impl Iterator<Item = &'a Certificate> {
        std::iter::once(self.certificate).chain(self.above)
    }
}

/// A certificate by an authority: its name byte for byte, a serial number of 16 random octets, the authority key identifier.
/// Rules are another question ([`require`](super::require)).
///
/// # Errors
/// [`IssueError::KeyOfAnother`] when the key is not that of the authority's certificate; what cannot be encoded, signed or
/// read again.
pub fn issue(
    wanted: &Wanted,
    authority: &Authority<'_>,
    random: &dyn RandomSource,
) -> Result<Certificate, IssueError> {
    let mut extensions = wanted.extensions.clone();
    if extensions
        .iter()
        .all(|one| one.oid != usage::AUTHORITY_KEY_IDENTIFIER)
    {
        extensions.push(authority_key_identifier(authority.certificate));
    }
    let issuer = authority.certificate.subject().der();
    let certificate = make(wanted, &extensions, issuer, authority.key, random)?;
    match signature::check(&certificate, authority.certificate) {
        SignatureCheck::Good => Ok(certificate),
        SignatureCheck::Bad => Err(IssueError::KeyOfAnother {
            subject: authority.certificate.subject().shown(),
        }),
        SignatureCheck::CannotCheck(what) => Err(not_as_wanted(&format!("the signature ({what})"))),
    }
}

/// A certificate under its own name and key, which must be the one that is wanted in it.
///
/// # Errors
/// As [`issue`].
pub fn self_sign(
    wanted: &Wanted,
    key: &SigningKey,
    random: &dyn RandomSource,
) -> Result<Certificate, IssueError> {
    let issuer = wanted.subject.der();
    let certificate = make(wanted, &wanted.extensions, issuer, key, random)?;
    match signature::check(&certificate, &certificate) {
        SignatureCheck::Good => Ok(certificate),
        SignatureCheck::Bad => Err(IssueError::KeyOfAnother {
            subject: wanted.subject.shown(),
        }),
        SignatureCheck::CannotCheck(what) => Err(not_as_wanted(&format!("the signature ({what})"))),
    }
}

fn make(
    wanted: &Wanted,
    extensions: &[Extension],
    issuer: &[u8],
    key: &SigningKey,
    random: &dyn RandomSource,
) -> Result<Certificate, IssueError> {
    let serial = serial_number(random)?;
    let algorithm = key.algorithm()?;
    let tbs = TbsCertificate {
        // v3
        version: 2,
        serial_number: UintRef::new(&serial)?,
        signature: Raw(&algorithm),
        issuer: Raw(issuer),
        validity: Validity {
            not_before: Time::of(wanted.dates.not_before())?,
            not_after: Time::of(wanted.dates.not_after())?,
        },
        subject: Raw(wanted.subject.der()),
        subject_public_key_info: Raw(&wanted.subject_public_key_info),
        // section 4.1.2.9: absent, or one at least
        extensions: match extensions {
            [] => None,
            some => Some(ExtensionDer::all(some)?),
        },
    };
    let der = signed(&tbs.to_der()?, &algorithm, key)?;
    let certificate = Certificate::from_der(CertificateDer::from(der))
        .map_err(|error| not_as_wanted(&error.to_string()))?;
    compare(&certificate, wanted, extensions, issuer, &serial)?;
    Ok(certificate)
}

/// What is to be signed, in its shell.
pub(super) fn signed(
    message: &[u8],
    algorithm: &[u8],
    key: &SigningKey,
) -> Result<Vec<u8>, IssueError> {
    let signature = key.sign(message)?;
    let signed = Signed {
        signed: Raw(message),
        algorithm: Raw(algorithm),
        signature: BitStringRef::from_bytes(&signature)?,
    };
    Ok(signed.to_der()?)
}

/// Whether our own reader finds what was wanted, each field byte for byte.
fn compare(
    made: &Certificate,
    wanted: &Wanted,
    extensions: &[Extension],
    issuer: &[u8],
    serial: &[u8],
) -> Result<(), IssueError> {
    let dates = (wanted.dates.not_before(), wanted.dates.not_after());
    let same = [
        ("the version", made.version() == 3),
        ("the serial number", made.serial().octets() == serial),
        ("the issuer", made.issuer().der() == issuer),
        ("the subject", made.subject().der() == wanted.subject.der()),
        ("the dates", (made.not_before(), made.not_after()) == dates),
        (
            "the public key",
            made.subject_public_key_info() == wanted.subject_public_key_info,
        ),
        (
            "the extensions",
            Extension::of(made).as_deref() == Some(extensions),
        ),
    ];
    match same.iter().find(|(_, is_same)| !is_same) {
        Some((what, _)) => Err(not_as_wanted(what)),
        None => Ok(()),
    }
}

pub(super) fn not_as_wanted(what: &str) -> IssueError {
    IssueError::NotAsWanted {
        what: what.to_owned(),
    }
}

/// Positive, 16 octets whatever is drawn: section 4.1.2.2 allows 20, and public CAs must have 64 random bits at least
/// (Baseline Requirements section 7.1.2.7).
fn serial_number(random: &dyn RandomSource) -> Result<[u8; 16], IssueError> {
    let mut serial = [0; 16];
    random
        .fill(&mut serial)
        .map_err(|_| IssueError::NoRandomness)?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

/// Section 4.2.1.1: the identifier that the issuer's certificate gives its key, else the one that it would have.
pub(super) fn authority_key_identifier(issuer: &Certificate) -> Extension {
    let given = issuer.extensions().subject_key_identifier.clone();
    let identifier = given.unwrap_or_else(|| key_identifier(issuer.subject_public_key_info()));
    let value = asn1::element(asn1::SEQUENCE, &[&asn1::element(0x80, &[&identifier])]);
    new(usage::AUTHORITY_KEY_IDENTIFIER, false, value)
}
