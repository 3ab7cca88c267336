//! What is signed, as the standards write it down: `TBSCertificate` (RFC 5280 section 4.1), `TBSCertList` (section 5.1),
//! `CertificationRequestInfo` (RFC 2986 section 4.1), and the shell around all three.

use std::time::Duration;

use der::asn1::{
    BitStringRef, GeneralizedTime, ObjectIdentifier, OctetStringRef, UintRef, UtcTime,
};
use der::{Choice, Encode, EncodeValue, FixedTag, Length, Tag, Writer};
use time::OffsetDateTime;

use super::error::IssueError;
use crate::extension::Extension;
use crate::text;

/// DER that is there already, such as the name of an issuer, byte for byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a>(pub(super) &'a [u8]);

impl Encode for Raw<'_> {
    fn encoded_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

/// ```text
/// TBSCertificate ::= SEQUENCE {
///     version [0] EXPLICIT Version, serialNumber INTEGER, signature AlgorithmIdentifier, issuer Name,
///     validity Validity, subject Name, subjectPublicKeyInfo SubjectPublicKeyInfo, extensions [3] EXPLICIT Extensions OPTIONAL }
/// ```
#[derive(EncodeValue)]
pub(super) struct TbsCertificate<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: u8,
    pub(super) serial_number: UintRef<'a>,
    pub(super) signature: Raw<'a>,
    pub(super) issuer: Raw<'a>,
    pub(super) validity: Validity,
    pub(super) subject: Raw<'a>,
    pub(super) subject_public_key_info: Raw<'a>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) extensions: Option<Vec<ExtensionDer<'a>>>,
}

/// `Validity ::= SEQUENCE { notBefore Time, notAfter Time }`
#[derive(EncodeValue)]
pub(super) struct Validity {
    pub(super) not_before: Time,
    pub(super) not_after: Time,
}

/// `Time ::= CHOICE { utcTime, generalTime }`: the first up to 2049 (section 4.1.2.5).
#[derive(Choice, Clone, Copy, Debug)]
pub(super) enum Time {
    #[asn1(type = "UTCTime")]
    Utc(UtcTime),
    #[asn1(type = "GeneralizedTime")]
    General(GeneralizedTime),
}

/// `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`
#[derive(EncodeValue)]
pub(super) struct ExtensionDer<'a> {
    oid: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    critical: bool,
    value: &'a OctetStringRef,
}

/// ```text
/// TBSCertList ::= SEQUENCE {
///     version Version, signature AlgorithmIdentifier, issuer Name, thisUpdate Time, nextUpdate Time,
///     revokedCertificates SEQUENCE OF SEQUENCE { … } OPTIONAL, crlExtensions [0] EXPLICIT Extensions }
/// ```
#[derive(EncodeValue)]
pub(super) struct TbsCertList<'a> {
    pub(super) version: u8,
    pub(super) signature: Raw<'a>,
    pub(super) issuer: Raw<'a>,
    pub(super) this_update: Time,
    pub(super) next_update: Time,
    #[asn1(optional = "true")]
    pub(super) revoked: Option<Vec<RevokedCertificate<'a>>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) extensions: Vec<ExtensionDer<'a>>,
}

/// `SEQUENCE { userCertificate CertificateSerialNumber, revocationDate Time, crlEntryExtensions Extensions OPTIONAL }`
#[derive(EncodeValue)]
pub(super) struct RevokedCertificate<'a> {
    pub(super) serial_number: Raw<'a>,
    pub(super) at: Time,
    #[asn1(optional = "true")]
    pub(super) extensions: Option<Vec<ExtensionDer<'a>>>,
}

/// `CertificationRequestInfo ::= SEQUENCE { version, subject Name, subjectPKInfo, attributes [0] IMPLICIT SET OF }`
#[derive(EncodeValue)]
pub(super) struct RequestInformation<'a> {
    pub(super) version: u8,
    pub(super) subject: Raw<'a>,
    pub(super) subject_public_key_info: Raw<'a>,
    /// With their tag.
    pub(super) attributes: Raw<'a>,
}

/// `SIGNED{} ::= SEQUENCE { ToBeSigned, AlgorithmIdentifier, BIT STRING }`
#[derive(EncodeValue)]
pub(super) struct Signed<'a> {
    pub(super) signed: Raw<'a>,
    pub(super) algorithm: Raw<'a>,
    pub(super) signature: BitStringRef<'a>,
}

impl FixedTag for TbsCertificate<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for Validity {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for ExtensionDer<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for TbsCertList<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for RevokedCertificate<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for RequestInformation<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl FixedTag for Signed<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl Time {
    pub(super) fn of(moment: OffsetDateTime) -> Result<Self, IssueError> {
        let outside = || IssueError::Date {
            date: text::rfc3339(moment),
        };
        let seconds = u64::try_from(moment.unix_timestamp()).map_err(|_| outside())?;
        let since = Duration::from_secs(seconds);
        if moment.year() < FIRST_GENERALIZED_YEAR {
            UtcTime::from_unix_duration(since).map(Self::Utc)
        } else {
            GeneralizedTime::from_unix_duration(since).map(Self::General)
        }
        .map_err(|_| outside())
    }
}

/// Section 4.1.2.5.
const FIRST_GENERALIZED_YEAR: i32 = 2050;

impl<'a> ExtensionDer<'a> {
    pub(super) fn of(extension: &'a Extension) -> Result<Self, IssueError> {
        let oid = ObjectIdentifier::new(&extension.oid).map_err(|_| IssueError::Unknown {
            kind: "the object identifier",
            word: extension.oid.clone(),
        })?;
        Ok(Self {
            oid,
            critical: extension.critical,
            value: OctetStringRef::new(&extension.value)?,
        })
    }

    pub(super) fn all(extensions: &'a [Extension]) -> Result<Vec<Self>, IssueError> {
        extensions.iter().map(Self::of).collect()
    }
}
