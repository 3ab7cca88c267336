//! Certificate Transparency (RFC 6962 section 3.3): a list in TLS encoding inside an OCTET STRING.

use time::OffsetDateTime;

use crate::cert::asn1;

use super::{Value, only};

/// A `SignedCertificateTimestampList` as extensions hold it.
pub(super) fn timestamps(der: &[u8]) -> Option<Value> {
    let read = list(inside(der)?)?;
    Some(Value::List(read.iter().map(Timestamp::to_value).collect()))
}

/// The list that an extension wraps in an OCTET STRING of its own; TLS sends it bare.
pub(crate) fn inside(der: &[u8]) -> Option<&[u8]> {
    only(der, asn1::OCTET_STRING)
}

/// `SignedCertificateTimestampList`; `None` when any part of it is none.
pub(crate) fn list(bytes: &[u8]) -> Option<Vec<Timestamp<'_>>> {
    let mut octets = Octets(bytes);
    let mut list = Octets(octets.vector()?);
    let mut read = Vec::new();
    while !list.0.is_empty() {
        read.push(Timestamp::read(list.vector()?)?);
    }
    octets.0.is_empty().then_some(read)
}

/// `SignedCertificateTimestamp`: a log promises to show a certificate.
pub(crate) struct Timestamp<'a> {
    /// From one.
    pub(crate) version: u64,
    pub(crate) body: Body<'a>,
}

pub(crate) enum Body<'a> {
    /// RFC 6962 section 3.2.
    V1 {
        log: &'a [u8],
        milliseconds: u64,
        extensions: &'a [u8],
        hash: u64,
        algorithm: u64,
        signature: &'a [u8],
    },
    /// RFC 6962 section 3.3: later versions have another structure.
    Other(&'a [u8]),
}

impl<'a> Timestamp<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut octets = Octets(bytes);
        let version = octets.number(1)? + 1;
        if version != 1 {
            let body = Body::Other(octets.0);
            return Some(Self { version, body });
        }
        let body = Body::V1 {
            log: octets.take(32)?,
            milliseconds: octets.number(8)?,
            extensions: octets.vector()?,
            hash: octets.number(1)?,
            algorithm: octets.number(1)?,
            signature: octets.vector()?,
        };
        octets.0.is_empty().then_some(Self { version, body })
    }

    /// When the log promised; `None` for later versions and for what no calendar has.
    pub(crate) fn moment(&self) -> Option<OffsetDateTime> {
        let Body::V1 { milliseconds, .. } = self.body else {
            return None;
        };
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
    }

    fn to_value(&self) -> Value {
        let version = i64::try_from(self.version).ok().map(Value::Number);
        let (log, milliseconds, extensions, hash, algorithm, signature) = match self.body {
            Body::V1 {
                log,
                milliseconds,
                extensions,
                hash,
                algorithm,
                signature,
            } => (log, milliseconds, extensions, hash, algorithm, signature),
            Body::Other(rest) => {
                let rest = Some(Value::Bytes(rest.to_vec()));
                return Value::fields([("version", version), ("rest", rest)]);
            }
        };
        let moment = self.moment();
        Value::fields([
            ("version", version),
            ("log_id", Some(Value::Bytes(log.to_vec()))),
            (
                "timestamp",
                Some(moment.map_or_else(|| Value::Text(format!("{milliseconds} ms")), Value::Time)),
            ),
            (
                "signature_algorithm",
                Some(Value::Text(algorithm_name(hash, algorithm))),
            ),
            ("signature", Some(Value::Bytes(signature.to_vec()))),
            (
                "extensions",
                (!extensions.is_empty()).then(|| Value::Bytes(extensions.to_vec())),
            ),
        ])
    }
}

/// A pair of TLS 1.2 (RFC 5246 section 7.4.1.4.1) in the words of certificates.
fn algorithm_name(hash: u64, algorithm: u64) -> String {
    let hash_name = match hash {
        2 => "SHA1",
        4 => "SHA256",
        5 => "SHA384",
        6 => "SHA512",
        _ => return format!("hash {hash}, signature {algorithm}"),
    };
    match algorithm {
        1 => format!("{hash_name}withRSA"),
        3 => format!("{hash_name}withECDSA"),
        _ => format!("hash {hash}, signature {algorithm}"),
    }
}

/// The presentation language of TLS (RFC 8446 section 3).
struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, width: usize) -> Option<u64> {
        let octets = self.take(width)?;
        Some(
            octets
                .iter()
                .fold(0, |sum, octet| (sum << 8) | u64::from(*octet)),
        )
    }

    /// A vector with a length of two octets.
    fn vector(&mut self) -> Option<&'a [u8]> {
        let length = self.number(2)?;
        self.take(usize::try_from(length).ok()?)
    }
}
