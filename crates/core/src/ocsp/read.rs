//! Bytes to [`OcspResponse`], by the ASN.1 of RFC 6960 section 4.2.1.

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::{CertificateStatus, OcspAnswer, OcspResponse, OcspStatus, ResponderId};
use crate::cert::asn1::{
    self, Element, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, hex,
};
use crate::decode::{self, Decoded, Value, transparency};
use crate::extension::Extension;
use crate::name::Name;

/// `OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] OPTIONAL }`
pub(super) fn read_response(der: &[u8]) -> Result<OcspResponse, Why> {
    let mut fields = only(der, SEQUENCE, "it is no DER of a response")?;
    let status = match field(&mut fields, ENUMERATED, "its status is not readable")?.value {
        [0] => OcspStatus::Successful,
        [1] => OcspStatus::MalformedRequest,
        [2] => OcspStatus::InternalError,
        [3] => OcspStatus::TryLater,
        [5] => OcspStatus::SigRequired,
        [6] => OcspStatus::Unauthorized,
        _ => return Err("its status is none of RFC 6960"),
    };
    if status != OcspStatus::Successful {
        return Ok(OcspResponse {
            status,
            produced_at: None,
            responder: None,
            answers: Vec::new(),
            signature_algorithm: Vec::new(),
            certificates: Vec::new(),
            unknown_critical: None,
            responder_id: None,
            signed: Vec::new(),
            signature: Vec::new(),
        });
    }
    let bytes = field(
        &mut fields,
        context(0),
        "its response bytes are not readable",
    )?;
    let mut bytes = only(bytes.value, SEQUENCE, "its response bytes are not readable")?;
    let kind = field(&mut bytes, OBJECT_IDENTIFIER, "its type is not readable")?;
    if asn1::dotted_oid(kind.value).as_deref() != Some(BASIC) {
        return Err("its type is not id-pkix-ocsp-basic");
    }
    read_basic(
        field(
            &mut bytes,
            OCTET_STRING,
            "its response bytes are not readable",
        )?
        .value,
    )
}

/// `BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] OPTIONAL }`
fn read_basic(der: &[u8]) -> Result<OcspResponse, Why> {
    let mut basic = only(der, SEQUENCE, "its basic response is not readable")?;
    let signed = field(&mut basic, SEQUENCE, "its signed data is not readable")?;
    let mut data = Reader::new(signed.value);
    let signature_algorithm = field(
        &mut basic,
        SEQUENCE,
        "its signature algorithm is not readable",
    )?;
    let signature = field(
        &mut basic,
        asn1::BIT_STRING,
        "its signature is not readable",
    )?;
    // the first octet counts unused bits, none in a signature
    let (_, signature) = signature
        .value
        .split_first()
        .ok_or("its signature is not readable")?;
    let certificates = match basic.expect_tag(context(0)) {
        Some(list) => members(list.value, "its certificates are not readable")?
            .map(|one| CertificateDer::from(one.raw.to_vec()))
            .collect(),
        None => Vec::new(),
    };
    // ResponseData ::= SEQUENCE { version [0] DEFAULT v1, responderID, producedAt, responses, extensions [1] OPTIONAL }
    data.expect_tag(context(0));
    let responder_id = responder(data.next().ok_or("its responder is not there")?)?;
    let produced_at = moment(data.next(), "producedAt is no time")?;
    let list = field(&mut data, SEQUENCE, "its answers are not readable")?;
    let answers = members(list.raw, "its answers are not readable")?
        .map(|answer| read_answer(answer.raw))
        .collect::<Result<_, _>>()?;
    let unknown_critical = match data.expect_tag(context(1)) {
        Some(set) => match Extension::read_set(set.value) {
            Some(extensions) => unknown_critical(&extensions, &[NONCE]),
            None => Some("unreadable".to_owned()),
        },
        None => None,
    };
    Ok(OcspResponse {
        status: OcspStatus::Successful,
        produced_at: Some(produced_at),
        responder: Some(match &responder_id {
            ResponderId::Name(name) => name.to_string(),
            ResponderId::KeyHash(hash) => hex(hash),
        }),
        answers,
        signature_algorithm: signature_algorithm.raw.to_vec(),
        certificates,
        unknown_critical,
        responder_id: Some(responder_id),
        signed: signed.raw.to_vec(),
        signature: signature.to_vec(),
    })
}

/// `ResponderID ::= CHOICE { byName [1] Name, byKey [2] OCTET STRING }`
fn responder(choice: Element<'_>) -> Result<ResponderId, Why> {
    if choice.tag == context(1) {
        return Ok(ResponderId::Name(Name::from_der(choice.value)));
    }
    let mut key = Reader::new(choice.value);
    match (choice.tag == context(2), key.expect_tag(OCTET_STRING)) {
        (true, Some(hash)) => Ok(ResponderId::KeyHash(hash.value.to_vec())),
        _ => Err("its responder is neither a name nor the hash of a key"),
    }
}

/// `SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0] OPTIONAL, extensions [1] OPTIONAL }`
pub(super) fn read_answer(der: &[u8]) -> Result<OcspAnswer, Why> {
    let mut fields = only(der, SEQUENCE, "an answer is not readable")?;
    // CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
    let mut id =
        Reader::new(field(&mut fields, SEQUENCE, "an answer's certID is not readable")?.value);
    let algorithm = field(&mut id, SEQUENCE, "a hash algorithm is not readable")?;
    let algorithm = Reader::new(algorithm.value).expect_tag(OBJECT_IDENTIFIER);
    let issuer_name_hash = field(
        &mut id,
        OCTET_STRING,
        "an issuer's name hash is not readable",
    )?
    .value;
    let issuer_key_hash = field(
        &mut id,
        OCTET_STRING,
        "an issuer's key hash is not readable",
    )?
    .value;
    let serial = field(&mut id, INTEGER, "a serial number is not readable")?.value;
    let status = status(fields.next().ok_or("an answer has no status")?)?;
    let this_update = moment(fields.next(), "thisUpdate is no time")?;
    let next_update = fields
        .expect_tag(context(0))
        .map(|next| moment(Reader::new(next.value).next(), "nextUpdate is no time"))
        .transpose()?;
    let extensions = fields.expect_tag(context(1));
    let extensions = extensions.map(|set| Extension::read_set(set.value));
    let (extensions, extensions_broken) = match extensions {
        Some(read) => (read.clone().unwrap_or_default(), read.is_none()),
        None => (Vec::new(), false),
    };
    Ok(OcspAnswer {
        serial: hex(serial),
        hash_algorithm: algorithm
            .and_then(|oid| asn1::dotted_oid(oid.value))
            .ok_or("a hash algorithm is not readable")?,
        issuer_name_hash: issuer_name_hash.to_vec(),
        issuer_key_hash: issuer_key_hash.to_vec(),
        status,
        this_update,
        next_update,
        timestamps: extensions
            .iter()
            .find(|one| one.oid == TIMESTAMPS)
            .and_then(|one| transparency::inside(&one.value))
            .map(<[u8]>::to_vec),
        extensions_broken,
        unknown_critical: unknown_critical(&extensions, &[TIMESTAMPS, REASON, ARCHIVE_CUTOFF]),
        serial_octets: serial.to_vec(),
    })
}

/// `CertStatus ::= CHOICE { good [0] NULL, revoked [1] { revocationTime, revocationReason [0] OPTIONAL }, unknown [2] }`,
/// implicitly tagged.
fn status(choice: Element<'_>) -> Result<CertificateStatus, Why> {
    match choice.tag {
        0x80 => Ok(CertificateStatus::Good),
        0x82 => Ok(CertificateStatus::Unknown),
        tag if tag == context(1) => {
            let mut fields = Reader::new(choice.value);
            let at = moment(fields.next(), "revocationTime is no time")?;
            let reason = fields.expect_tag(context(0));
            let reason = reason.map(|reason| decode::extension(REASON, reason.value));
            let reason = match reason {
                Some(Decoded::Known(value)) => value.in_line(),
                _ => None,
            };
            Ok(CertificateStatus::Revoked { at, reason })
        }
        _ => Err("an answer is neither good nor revoked nor unknown"),
    }
}

/// The first critical extension that is not among those known here.
fn unknown_critical(extensions: &[Extension], known: &[&str]) -> Option<String> {
    extensions
        .iter()
        .find(|one| one.critical && !known.contains(&one.oid.as_str()))
        .map(|one| one.oid.clone())
}

fn moment(element: Option<Element<'_>>, why: Why) -> Result<OffsetDateTime, Why> {
    match element.and_then(|element| decode::time(element.raw)) {
        Some(Value::Time(moment)) => Ok(moment),
        _ => Err(why),
    }
}

/// The inside of one element with nothing after it.
fn only<'a>(der: &'a [u8], tag: u8, why: Why) -> Result<Reader<'a>, Why> {
    let mut reader = Reader::new(der);
    match (reader.expect_tag(tag), reader.is_empty()) {
        (Some(element), true) => Ok(Reader::new(element.value)),
        _ => Err(why),
    }
}

fn field<'a>(fields: &mut Reader<'a>, tag: u8, why: Why) -> Result<Element<'a>, Why> {
    fields.expect_tag(tag).ok_or(why)
}

/// Of a SEQUENCE OF SEQUENCE; an element that is none is an error and not an end.
fn members<'a>(
    der: &'a [u8],
    why: Why,
) -> Result<impl Iterator<Item = Element<'a>> + use<'a>, Why> {
    let list = only(der, SEQUENCE, why)?;
    let mut rest = list;
    let all_read = rest.by_ref().all(|element| element.tag == SEQUENCE) && rest.is_empty();
    all_read.then_some(list).ok_or(why)
}

/// An explicit tag of a structure's own context.
const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// What is wrong, for [`Error::Ocsp`].
pub(super) type Why = &'static str;

const ENUMERATED: u8 = 0x0a;
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
/// `CRLReason` (RFC 5280 section 5.3.1).
const REASON: &str = "2.5.29.21";
/// RFC 6960 section 4.4.1: only of use to him who sent one.
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";
/// RFC 6960 section 4.4.4: until when the responder remembers; says nothing about the status.
const ARCHIVE_CUTOFF: &str = "1.3.6.1.5.5.7.48.1.6";
/// RFC 6962 section 3.3.
const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.5";
