//! Certificate Transparency (RFC 6962 section 3.3): a list in TLS encoding inside an OCTET STRING.

use time::OffsetDateTime;

use crate::cert::asn1;

use super::{Value, only};

/// `SignedCertificateTimestampList`: per timestamp `version`, `log_id`, `timestamp`, `signature_algorithm`,
/// `signature`, and `extensions` where there are any.
pub(super) fn timestamps(der: &[u8]) -> Option<Value> {
    let mut octets = Octets(only(der, asn1::OCTET_STRING)?);
    let mut list = Octets(octets.vector()?);
    let mut read = Vec::new();
    while !list.0.is_empty() {
        read.push(timestamp(list.vector()?)?);
    }
    octets.0.is_empty().then_some(Value::List(read))
}

fn timestamp(bytes: &[u8]) -> Option<Value> {
    let mut octets = Octets(bytes);
    let version = octets.number(1)?;
    if version != 0 {
        // RFC 6962 section 3.3: later versions have another structure
        return Some(Value::fields([
            (
                "version",
                i64::try_from(version + 1).ok().map(Value::Number),
            ),
            ("rest", Some(Value::Bytes(octets.0.to_vec()))),
        ]));
    }
    let log = octets.take(32)?;
    let milliseconds = octets.number(8)?;
    let extensions = octets.vector()?;
    let hash = octets.number(1)?;
    let algorithm = octets.number(1)?;
    let signature = octets.vector()?;
    let moment =
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok();
    octets.0.is_empty().then(|| {
        Value::fields([
            ("version", Some(Value::Number(1))),
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
    })
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
