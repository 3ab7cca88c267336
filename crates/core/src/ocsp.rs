//! OCSP responses (RFC 6960 section 4.2), as servers staple them to a handshake. Read, not judged.

use rustls_pki_types::CertificateDer;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::cert::asn1;
use crate::key::PublicKey;
use crate::name::Name;
use crate::signature::{self, SignatureCheck};
use crate::{Certificate, Error};

pub use request::request;

mod read;
mod request;

/// A response, taken apart.
///
/// Nobody checked its signature, nor whether the responder may speak for the issuer, nor whether its time has passed:
/// it says what it says, no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspResponse {
    /// Whether there is an answer at all. Without one, everything else is empty.
    pub status: OcspStatus,
    /// When the responder signed it.
    pub produced_at: Option<OffsetDateTime>,
    /// Who signed it: an RFC 4514 name, or the SHA-1 of its public key in hex.
    pub responder: Option<String>,
    /// One per certificate that was asked for, in order.
    pub answers: Vec<OcspAnswer>,
    /// DER of the signature's `AlgorithmIdentifier`.
    pub signature_algorithm: Vec<u8>,
    /// What the responder sent to prove itself, unread.
    pub certificates: Vec<CertificateDer<'static>>,
    /// A critical extension of the whole that nothing here understands, or `unreadable`.
    pub unknown_critical: Option<String>,
    responder_id: Option<ResponderId>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// `ResponderID` (RFC 6960 section 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
enum ResponderId {
    /// The name of the signer's certificate.
    Name(Name),
    /// SHA-1 of the signer's public key, without tag and length.
    KeyHash(Vec<u8>),
}

/// `OCSPResponseStatus` (RFC 6960 section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcspStatus {
    /// There is an answer.
    Successful,
    /// The request was not understood.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// Not now.
    TryLater,
    /// The request has to be signed.
    SigRequired,
    /// The responder does not answer this one, or does not know the certificate (RFC 5019 section 2.2.3).
    Unauthorized,
}

/// What is said of one certificate (`SingleResponse`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    /// Its serial number in lower-case hex, as [`SerialNumber`](crate::cert::SerialNumber) shows it.
    pub serial: String,
    /// Dotted OID of the hash that names the issuer.
    pub hash_algorithm: String,
    /// That hash over the DER of the issuer's name.
    pub issuer_name_hash: Vec<u8>,
    /// That hash over the issuer's public key, without tag and length.
    pub issuer_key_hash: Vec<u8>,
    /// Whether it is revoked.
    pub status: CertificateStatus,
    /// When the responder knew this.
    pub this_update: OffsetDateTime,
    /// When it will know more; without it, newer information is there at any time.
    pub next_update: Option<OffsetDateTime>,
    /// A `SignedCertificateTimestampList` (RFC 6962 section 3.3), in TLS encoding without any DER around it.
    pub timestamps: Option<Vec<u8>>,
    /// Whether it has extensions that are none; then nothing is known about them.
    pub extensions_broken: bool,
    /// A critical extension of the answer that nothing here understands.
    pub unknown_critical: Option<String>,
    serial_octets: Vec<u8>,
}

/// `CertStatus` (RFC 6960 section 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Not revoked, as far as the responder knows.
    Good,
    /// Revoked, for good or on hold.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// `keyCompromise`, … (RFC 5280 section 5.3.1), where one is given.
        reason: Option<String>,
    },
    /// The responder does not know the certificate.
    Unknown,
}

impl OcspResponse {
    /// Parses one response; trailing bytes are an error.
    ///
    /// # Errors
    /// [`Error::Ocsp`] when the bytes are no response, or one of another type than `id-pkix-ocsp-basic`. A response
    /// without an answer is no error.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        read::read_response(der).map_err(|why| Error::Ocsp { why })
    }

    /// Whether the key of this certificate made the signature, and the response names it as its signer: the responder's
    /// name or key hash has to be that of the certificate (RFC 6960 section 4.2.2.3). Whether it may sign is not asked.
    pub fn check_signature(&self, signer: &Certificate) -> SignatureCheck {
        let is_named = match &self.responder_id {
            Some(ResponderId::Name(name)) => name == signer.subject(),
            Some(ResponderId::KeyHash(hash)) => {
                let key = PublicKey::from_der(signer.subject_public_key_info());
                key.is_some_and(|key| *hash == Sha1::digest(key.bits).as_slice())
            }
            None => false,
        };
        if !is_named {
            return SignatureCheck::Bad;
        }
        signature::check_bytes(
            &self.signed,
            &self.signature_algorithm,
            &self.signature,
            signer.subject_public_key_info(),
        )
    }
}

impl OcspStatus {
    /// The word that output uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::MalformedRequest => "malformed_request",
            Self::InternalError => "internal_error",
            Self::TryLater => "try_later",
            Self::SigRequired => "sig_required",
            Self::Unauthorized => "unauthorized",
        }
    }
}

impl CertificateStatus {
    /// The word that output uses.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked { .. } => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

impl OcspAnswer {
    /// Whether it is about this certificate: the serial number, and the issuer's name where the hash is SHA-1 or
    /// SHA-256. The issuer's key is not compared: that takes the issuer's certificate.
    pub fn is_about(&self, certificate: &Certificate) -> bool {
        let issuer = certificate.issuer().der();
        let same_issuer = match self.hash_algorithm.as_str() {
            SHA1 => self.issuer_name_hash == Sha1::digest(issuer).as_slice(),
            SHA256 => self.issuer_name_hash == Sha256::digest(issuer).as_slice(),
            _ => true,
        };
        same_issuer && asn1::same_integer(&self.serial_octets, certificate.serial().octets())
    }

    /// Whether it is about this certificate of this issuer: serial number, issuer's name and issuer's key, all by a
    /// hash that is known here, SHA-1 or SHA-256 (RFC 6960 section 3.2, item 1).
    pub fn is_about_issued(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some(key) = PublicKey::from_der(issuer.subject_public_key_info()) else {
            return false;
        };
        let same_key = match self.hash_algorithm.as_str() {
            SHA1 => self.issuer_key_hash == Sha1::digest(key.bits).as_slice(),
            SHA256 => self.issuer_key_hash == Sha256::digest(key.bits).as_slice(),
            _ => false,
        };
        same_key && self.is_about(certificate)
    }
}

const SHA1: &str = "1.3.14.3.2.26";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";

#[cfg(test)]
mod tests;
