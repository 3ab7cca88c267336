//! Certificate revocation lists (RFC 5280 section 5).

use std::ops::Range;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::Error;
use crate::cert::asn1::{self, Reader};
use crate::cert::{unreadable, without_null};
use crate::extension::Extension;
use crate::name::Name;
use crate::signature::{self, SignatureCheck};

/// A list, taken apart. Nothing is said about its signature: that takes the issuer's certificate.
#[derive(Clone, Debug)]
pub struct RevocationList {
    /// 1 or 2.
    pub version: u32,
    /// Who says so.
    pub issuer: Name,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When there will be another; a list without it never ends.
    pub next_update: Option<OffsetDateTime>,
    /// In list order.
    pub revoked: Vec<Revoked>,
    /// Of the list as a whole.
    pub extensions: Vec<Extension>,
    /// DER of the signature's `AlgorithmIdentifier`.
    pub signature_algorithm: Vec<u8>,
    /// SHA-256 of the DER.
    pub sha256: [u8; 32],
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// One revoked certificate.
#[derive(Clone, Debug)]
pub struct Revoked {
    /// The octets of its serial number.
    pub serial_number: Vec<u8>,
    /// When it was revoked.
    pub at: OffsetDateTime,
    /// Reason, invalidity date, and others.
    pub extensions: Vec<Extension>,
}

impl RevocationList {
    /// Parses one list; trailing bytes are an error.
    ///
    /// # Errors
    /// [`Error::RevocationList`] when the bytes are no list. A broken extension is no error.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let broken = |why: String| Error::RevocationList { why };
        let (rest, parsed) = CertificateRevocationList::from_der(der)
            .map_err(|error| broken(unreadable::why(error)))?;
        if !rest.is_empty() {
            return Err(broken(format!("{} trailing bytes", rest.len())));
        }
        let parts = asn1::signed_parts(der).ok_or_else(|| broken("no signature".to_owned()))?;
        let revoked = parsed.iter_revoked_certificates().map(|revoked| Revoked {
            serial_number: revoked.raw_serial().to_vec(),
            at: revoked.revocation_date.to_datetime(),
            extensions: Extension::all(revoked.extensions()),
        });
        Ok(Self {
            version: parsed
                .version()
                .map_or(1, |version| version.0.saturating_add(1)),
            issuer: Name::from_x509(parsed.issuer()),
            this_update: parsed.last_update().to_datetime(),
            next_update: parsed.next_update().map(|time| time.to_datetime()),
            revoked: revoked.collect(),
            extensions: Extension::all(parsed.extensions()),
            signature_algorithm: parts.algorithm.to_vec(),
            sha256: Sha256::digest(der).into(),
            signed: parts.signed.to_vec(),
            signature: parts.signature.to_vec(),
        })
    }

    /// Parses all of a list but its entries, of which it has none then, and says where they stand in
    /// [`signed`](Self::signed): reading them takes twenty times their size.
    ///
    /// # Errors
    /// [`Error::RevocationList`] when the bytes are no list, whatever its entries are.
    pub(crate) fn without_entries(der: &[u8]) -> Result<(Self, Range<usize>), Error> {
        let broken = || Error::RevocationList {
            why: "its structure is not readable".to_owned(),
        };
        let parts = asn1::signed_parts(der).ok_or_else(broken)?;
        let signed = parts.signed;
        let range = entries_of(signed).ok_or_else(broken)?;
        let fields = Reader::inside(signed, asn1::SEQUENCE).ok_or_else(broken)?;
        let start = signed.len() - fields.rest().len();
        let (Some(before), Some(after)) = (signed.get(start..range.start), signed.get(range.end..))
        else {
            return Err(broken());
        };
        let head = asn1::element(asn1::SEQUENCE, &[before, after]);
        let signature = asn1::element(asn1::BIT_STRING, &[&[0], parts.signature]);
        let head = asn1::element(asn1::SEQUENCE, &[&head, parts.algorithm, &signature]);
        let list = Self {
            sha256: Sha256::digest(der).into(),
            signed: signed.to_vec(),
            ..Self::from_der(&head)?
        };
        Ok((list, range))
    }

    /// What is signed.
    pub(crate) fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// Whether the key of `spki` (DER of a `SubjectPublicKeyInfo`) made its signature. The algorithm is written inside
    /// the signed part too, and must be the same (section 5.1.1.2).
    pub fn check_signature(&self, spki: &[u8]) -> SignatureCheck {
        if !same_algorithm(&self.signed, &self.signature_algorithm) {
            return SignatureCheck::Bad;
        }
        let (signed, algorithm) = (&self.signed, &self.signature_algorithm);
        signature::check_bytes(signed, algorithm, &self.signature, spki)
    }

    /// The number of the list, with its sign as written (section 5.2.3).
    pub fn number(&self) -> Option<&[u8]> {
        let number = self.extensions.iter().find(|one| one.oid == CRL_NUMBER)?;
        Some(Reader::new(&number.value).expect_tag(asn1::INTEGER)?.value)
    }
}

/// `TBSCertList ::= SEQUENCE { version INTEGER OPTIONAL, signature AlgorithmIdentifier, … }` (section 5.1)
fn same_algorithm(signed: &[u8], outer: &[u8]) -> bool {
    let inner = Reader::inside(signed, asn1::SEQUENCE).and_then(|mut fields| {
        fields.expect_tag(asn1::INTEGER);
        fields.expect_tag(asn1::SEQUENCE)
    });
    inner.is_some_and(|inner| inner.raw == outer || without_null(inner.raw) == without_null(outer))
}

/// Where `revokedCertificates` stands, which may be missing: after the times, before the extensions (section 5.1).
fn entries_of(signed: &[u8]) -> Option<Range<usize>> {
    let mut fields = Reader::inside(signed, asn1::SEQUENCE)?;
    fields.expect_tag(asn1::INTEGER);
    fields.expect_tag(asn1::SEQUENCE)?;
    fields.expect_tag(asn1::SEQUENCE)?;
    let mut time = || {
        let utc = fields.expect_tag(UTC_TIME);
        utc.or_else(|| fields.expect_tag(GENERALIZED_TIME))
    };
    time()?;
    time();
    let start = signed.len() - fields.rest().len();
    fields.expect_tag(asn1::SEQUENCE);
    Some(start..signed.len() - fields.rest().len())
}

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const CRL_NUMBER: &str = "2.5.29.20";
